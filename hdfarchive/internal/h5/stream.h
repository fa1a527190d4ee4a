/* What a dataset needs that is written piece by piece. */
#ifndef KLEPTO_H5_STREAM_H
#define KLEPTO_H5_STREAM_H

#include "shim.h"

int k_add_chunks(hid_t loc, const char *name, const uint8_t *req, size_t n, const void *data, size_t len, k_reply *r);
int k_move(hid_t from, const char *name, hid_t to, const char *as, k_reply *r);

#endif
