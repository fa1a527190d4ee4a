#include "stream.h"

/* k_add_chunks writes chunks that went through their filters already, one after another
   in data, and makes the dataset longer where they go beyond its end. The request has the
   rows that there must be (u64), the rank (u32), and of each chunk its place in every
   dimension (u64), its size (u64) and which filters it went past (u32). */
int k_add_chunks(hid_t loc, const char *name, const uint8_t *req, size_t n, const void *data, size_t len, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	hsize_t dims[H5S_MAX_RANK];
	const uint8_t *from = data;
	int code;
	k_enter(r);
	hid_t id = k_open_data(loc, name, r, &code), space = -1;
	if (id < 0)
		return k_leave(r, code);
	code = K_FAIL;
	uint64_t rows = k_u64(&c);
	uint32_t rank = k_u32(&c);
	space = H5Dget_space(id);
	if (space < 0)
		goto out;
	code = K_CHANGED;
	if (rank == 0 || rank > H5S_MAX_RANK || H5Sget_simple_extent_ndims(space) != (int)rank || H5Sget_simple_extent_dims(space, dims, NULL) < 0)
		goto out;
	code = K_FAIL;
	if (rows > dims[0]) {
		dims[0] = rows;
		if (H5Dset_extent(id, dims) < 0)
			goto out;
	}
	while (c.p < c.end) {
		hsize_t at[H5S_MAX_RANK];
		for (uint32_t i = 0; i < rank; i++)
			at[i] = k_u64(&c);
		uint64_t size = k_u64(&c);
		uint32_t past = k_u32(&c);
		if (c.failed || size > len) {
			code = k_refuse(r, "chunks that do not fit their data");
			goto out;
		}
#if H5_VERSION_GE(1, 10, 3)
		if (H5Dwrite_chunk(id, H5P_DEFAULT, past, at, size, from) < 0)
			goto out;
#else
		(void)past;
		code = k_refuse(r, "HDF5 before 1.10.3 takes no chunks as they are");
		goto out;
#endif
		from += size;
		len -= size;
	}
	code = len == 0 ? K_OK : k_refuse(r, "%zu bytes beside those of the chunks", len);
out:
	k_note(r, code);
	k_drop(space);
	if (H5Dclose(id) < 0 && code == K_OK)
		code = k_note(r, K_FAIL);
	return k_leave(r, code);
}

/* k_move takes a child out of one group into another, under another name. H5Lmove, which
   renames what is open too, crashes where the group has no name yet (1.10.8). */
int k_move(hid_t from, const char *name, hid_t to, const char *as, k_reply *r) {
	int code;
	k_enter(r);
	hid_t id = k_open_hard(from, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	code = k_note(r, H5Olink(id, to, as, k_link_plist(), H5P_DEFAULT) < 0 || H5Ldelete(from, name, H5P_DEFAULT) < 0 ? K_FAIL : K_OK);
	H5Oclose(id);
	return k_leave(r, code);
}
