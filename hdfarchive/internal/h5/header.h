/* The raw bytes of an object's header, as they were committed. */
#ifndef KLEPTO_H5_HEADER_H
#define KLEPTO_H5_HEADER_H

#include "shim.h"

int k_driver(hid_t file, k_reply *r);
int k_header(hid_t loc, const char *name, void *driver, void *buf, size_t len, k_reply *r);
int k_look(void *driver, uint64_t addr, void *buf, size_t len, k_reply *r);

#endif
