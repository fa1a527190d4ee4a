/* table.c: rows of a dataset that stays open. */
#ifndef KLEPTO_H5_TABLE_H
#define KLEPTO_H5_TABLE_H

#include "shim.h"

int k_table_open(hid_t loc, const char *name, const uint8_t *req, size_t n, k_reply *r);
int k_table_close(hid_t id, hid_t type, k_reply *r);
int k_table_rows(hid_t id, hid_t type, uint64_t at, uint64_t rows, void *buf, size_t len, int write, k_reply *r);
int k_table_resize(hid_t id, uint64_t rows, k_reply *r);

#endif
