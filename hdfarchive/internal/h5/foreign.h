/* What foreign.c offers; see there. */
#ifndef KLEPTO_H5_FOREIGN_H
#define KLEPTO_H5_FOREIGN_H

#include "shim.h"

/* k_foreign_type describes t as it lies in the file, and returns a type of memory with
   that layout, or -1 where there is none. size is that of the layout. */
hid_t k_foreign_type(k_buf *b, hid_t t, int depth, size_t *size);

int k_foreign_stat(hid_t loc, const char *name, uint32_t most, uint64_t most_bytes, k_reply *r);
int k_foreign_children(hid_t loc, uint64_t skip, uint64_t most, k_reply *r);
int k_foreign_read(hid_t loc, const char *name, const uint8_t *req, size_t n, void *buf, size_t len, k_reply *r);
int k_foreign_chunk(hid_t loc, const char *name, const uint8_t *req, size_t n, uint64_t most, k_reply *r);
int k_foreign_base(hid_t file, k_reply *r);

#endif
