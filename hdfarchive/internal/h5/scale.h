/* What scale.c offers; see there. */
#ifndef KLEPTO_H5_SCALE_H
#define KLEPTO_H5_SCALE_H

#include "shim.h"

int k_set_scales(hid_t group, const uint8_t *req, size_t n, k_reply *r);

/* Used by copy.c. */
herr_t k_visit(hid_t loc, const char *name, H5O_iterate_t op, void *data);
int k_is_scale_list(const char *attr);
int k_renew_scales(hid_t from, hid_t to, const char *name, k_reply *r);

#endif
