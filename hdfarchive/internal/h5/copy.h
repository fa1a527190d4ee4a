/* What copy.c and copy_data.c offer; see there. */
#ifndef KLEPTO_H5_COPY_H
#define KLEPTO_H5_COPY_H

#include "shim.h"

int k_copy_group(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r);
int k_copy_attrs(hid_t from, hid_t to, uint64_t budget, k_reply *r);
int k_copy_object(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r);

/* copy_data.c */
int k_copies_chunks(void);
int k_copy_data(hid_t from, hid_t to, hid_t type, hid_t space, hid_t plist, uint64_t budget, k_reply *r);

#endif
