#include "shim.h"

#include <stdlib.h>

/* Which chunks a dataset has that hold some of rows elements of its first dimension, from
   element row on. out = for each dimension the length of a chunk (u64), the number of
   filters (u32) and of each its number (u32), then of each of those chunks, in C order, the
   bytes it has in the file (u64), 0 where it is not there. a = the number, among all, of
   the first of them; max bounds that of all. */
int k_chunks(hid_t loc, const char *name, uint64_t max, uint64_t row, uint64_t rows, k_reply *r) {
	k_buf b = {0};
	hsize_t dims[H5S_MAX_RANK], chunk[H5S_MAX_RANK], at[H5S_MAX_RANK] = {0};
	int code;
	k_enter(r);
	hid_t id = k_open_data(loc, name, r, &code), plist = -1, space = -1;
	if (id < 0)
		return k_leave(r, code);
	code = K_FAIL;
	plist = H5Dget_create_plist(id);
	space = H5Dget_space(id);
	if (plist < 0 || space < 0)
		goto out;
	int rank = H5Sget_simple_extent_dims(space, dims, NULL), n = H5Pget_nfilters(plist);
	code = K_CHANGED;
	if (H5Pget_layout(plist) != H5D_CHUNKED || rank < 1 || n < 0 || H5Pget_chunk(plist, rank, chunk) != rank)
		goto out;
	uint64_t all = 1, each = 1;
	for (int i = 0; i < rank; i++) {
		uint64_t along = dims[i] / chunk[i] + (dims[i] % chunk[i] != 0);
		if (along && all > max / along) {
			code = k_refuse(r, "it declares more chunks than the file can hold");
			goto out;
		}
		all *= along;
		if (i > 0)
			each *= along;
		k_put_u64(&b, chunk[i]);
	}
	if (row > dims[0] || rows > dims[0] - row)
		goto out;
	uint64_t first = row / chunk[0], end = rows ? (row + rows - 1) / chunk[0] + 1 : first;
	at[0] = first * chunk[0];
	r->a = (int64_t)(first * each);
	k_put_u32(&b, (uint32_t)n);
	for (int i = 0; i < n; i++) {
		unsigned flags;
		size_t none = 0;
		k_put_u32(&b, (uint32_t)H5Pget_filter2(plist, (unsigned)i, &flags, &none, NULL, 0, NULL, NULL));
	}
	code = K_OK;
	for (all = (end - first) * each; all > 0 && code == K_OK; all--) {
		hsize_t size = 0;
		/* It fails where there is no chunk. */
		k_put_u64(&b, H5Dget_chunk_storage_size(id, at, &size) < 0 ? 0 : size);
		for (int i = rank - 1; i >= 0; i--) {
			at[i] += chunk[i];
			if (i == 0 || at[i] < dims[i])
				break;
			at[i] = 0;
		}
	}
	code = k_give(r, &b);
	b.p = NULL;
out:
	free(b.p);
	k_note(r, code);
	k_drop(space), k_drop(plist);
	H5Dclose(id);
	return k_leave(r, code);
}

/* k_read_chunks reads chunks as they lie in the file, one after another. The request has
   rank, and of each the place in every dimension (u64) and its size (u64). out = of each
   which filters it went past (u32). */
int k_read_chunks(hid_t loc, const char *name, const uint8_t *req, size_t n, void *buf, size_t len, k_reply *r) {
#if H5_VERSION_GE(1, 10, 3)
	k_cur c = {req, req + n, 0, 0};
	k_buf b = {0};
	int code;
	k_enter(r);
	hid_t id = k_open_data(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	uint32_t rank = k_u32(&c);
	uint8_t *to = buf;
	while (code == K_OK && c.p < c.end) {
		hsize_t at[H5S_MAX_RANK] = {0}, have = 0;
		uint32_t past = 0;
		for (uint32_t i = 0; i < rank && i < H5S_MAX_RANK; i++)
			at[i] = k_u64(&c);
		uint64_t size = k_u64(&c);
		if (c.failed || rank > H5S_MAX_RANK || size > len || H5Dget_chunk_storage_size(id, at, &have) < 0)
			code = K_FAIL;
		else if (have != size)
			code = K_CHANGED;
		else if (H5Dread_chunk(id, H5P_DEFAULT, at, &past, to) < 0)
			code = K_FAIL;
		k_put_u32(&b, past);
		to += size;
		len -= size;
	}
	k_note(r, code);
	if (code == K_OK)
		code = k_give(r, &b);
	else
		free(b.p);
	H5Dclose(id);
	return k_leave(r, code);
#else
	(void)loc, (void)name, (void)req, (void)n, (void)buf, (void)len;
	k_enter(r);
	return k_leave(r, k_refuse(r, "HDF5 before 1.10.3 hands out no compressed chunks"));
#endif
}
