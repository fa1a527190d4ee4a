/* What copy.c offers; see there. */
#ifndef KLEPTO_H5_COPY_H
#define KLEPTO_H5_COPY_H

#include "shim.h"

int k_copy_group(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r);
int k_copy_attrs(hid_t from, hid_t to, uint64_t budget, k_reply *r);
int k_copy_object(hid_t from, hid_t to, const char *name, k_reply *r);

#endif
