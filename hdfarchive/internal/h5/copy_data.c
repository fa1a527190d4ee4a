/* Copies of a dataset's data, without a byte of them being converted. */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4 << 20 }; /* bytes that are copied at a time */

/* A walk over the blocks that an extent is cut into. */
typedef struct {
	int rank;
	hsize_t dims[H5S_MAX_RANK], step[H5S_MAX_RANK], at[H5S_MAX_RANK];
} walk;

static int next(walk *w) {
	for (int i = w->rank - 1; i >= 0; i--) {
		w->at[i] += w->step[i];
		if (w->at[i] < w->dims[i])
			return 1;
		w->at[i] = 0;
	}
	return 0;
}

/* copy_blocks copies elements of fixed size, of which the file has all. */
static int copy_blocks(hid_t from, hid_t to, hid_t type, hid_t space, walk *w, k_reply *r) {
	hsize_t count[H5S_MAX_RANK], bytes = H5Tget_size(type);
	for (int i = w->rank - 1; i >= 0; i--) {
		w->step[i] = bytes >= BLOCK ? 1 : BLOCK / bytes;
		if (w->step[i] > w->dims[i])
			w->step[i] = w->dims[i];
		bytes *= w->step[i];
	}
	void *block = malloc(bytes);
	if (!block)
		return K_NOMEM;
	int code = K_OK;
	do {
		for (int i = 0; i < w->rank; i++)
			count[i] = w->dims[i] - w->at[i] < w->step[i] ? w->dims[i] - w->at[i] : w->step[i];
		hid_t mem = w->rank ? H5Screate_simple(w->rank, count, NULL) : H5Screate(H5S_SCALAR);
		if (mem < 0 || (w->rank && H5Sselect_hyperslab(space, H5S_SELECT_SET, w->at, NULL, count, NULL) < 0) ||
		    H5Dread(from, type, mem, space, H5P_DEFAULT, block) < 0 || H5Dwrite(to, type, mem, space, H5P_DEFAULT, block) < 0)
			code = k_note(r, K_FAIL);
		k_drop(mem);
	} while (code == K_OK && next(w));
	free(block);
	return code;
}

/* copy_texts copies strings of variable length. */
static int copy_texts(hid_t from, hid_t to, hid_t type, hid_t space, uint64_t budget, k_reply *r) {
	uint64_t total;
	int code = k_vlen_total(from, 0, space, budget, &total, r);
	if (code != K_OK)
		return code;
	char **s = calloc((size_t)H5Sget_simple_extent_npoints(space), sizeof *s);
	if (!s)
		return K_NOMEM;
	code = H5Dread(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s) >= 0 && H5Dwrite(to, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s) >= 0 ? K_OK : K_FAIL;
	k_note(r, code);
	H5Dvlen_reclaim(type, space, H5P_DEFAULT, s);
	free(s);
	return code;
}

#if H5_VERSION_GE(1, 10, 5)
int k_copies_chunks(void) { return 1; }

/* copy_chunks copies chunks as they are stored. */
static int copy_chunks(hid_t from, hid_t to, hid_t space, walk *w, uint64_t budget, k_reply *r) {
	hsize_t n, cells = 1;
	if (H5Dget_num_chunks(from, space, &n) < 0)
		return K_FAIL;
	for (int i = 0; i < w->rank && cells <= n; i++)
		cells *= (w->dims[i] - 1) / w->step[i] + 1;
	void *chunk = NULL;
	size_t room = 0;
	int code = K_OK;
	/* HDF5 finds a chunk by its place at once, and by its number by counting. */
	for (hsize_t i = 0; i < n && code == K_OK; i++) {
		uint32_t past;
		unsigned mask;
		haddr_t addr;
		hsize_t size;
		code = K_FAIL;
		if ((cells == n ? H5Dget_chunk_info_by_coord(from, w->at, &mask, &addr, &size) : H5Dget_chunk_info(from, space, i, w->at, &mask, &addr, &size)) < 0)
			break;
		if (addr == HADDR_UNDEF || size == 0 || size > budget) {
			code = k_refuse(r, "the index of its chunks is damaged");
			break;
		}
		if (size > room) {
			void *more = realloc(chunk, size);
			if (!more) {
				code = K_NOMEM;
				break;
			}
			chunk = more, room = size;
		}
		if (H5Dread_chunk(from, H5P_DEFAULT, w->at, &past, chunk) >= 0 && H5Dwrite_chunk(to, H5P_DEFAULT, past, w->at, size, chunk) >= 0)
			code = K_OK;
		if (cells == n)
			next(w);
	}
	k_note(r, code);
	free(chunk);
	return code;
}
#else
int k_copies_chunks(void) { return 0; }

static int copy_chunks(hid_t from, hid_t to, hid_t space, walk *w, uint64_t budget, k_reply *r) {
	(void)from, (void)to, (void)space, (void)w, (void)budget;
	return k_refuse(r, "HDF5 before 1.10.5 does not tell of chunks");
}
#endif

/* k_copy_data copies the data of one dataset to another with the same type, space and
   layout, in a file of at most budget bytes. */
int k_copy_data(hid_t from, hid_t to, hid_t type, hid_t space, hid_t plist, uint64_t budget, k_reply *r) {
	walk w = {0};
	w.rank = H5Sget_simple_extent_dims(space, w.dims, NULL);
	H5D_layout_t layout = H5Pget_layout(plist);
	hssize_t n = H5Sget_simple_extent_npoints(space);
	if (w.rank < 0 || n < 0 || layout < 0)
		return K_FAIL;
	if (n == 0 || H5Sget_simple_extent_type(space) == H5S_NULL || (layout != H5D_CHUNKED && H5Dget_storage_size(from) == 0))
		return K_OK;
	if (k_is_vlen_string(type))
		return copy_texts(from, to, type, space, budget, r);
	if (layout != H5D_CHUNKED)
		return copy_blocks(from, to, type, space, &w, r);
	if (H5Pget_chunk(plist, w.rank, w.step) != w.rank)
		return K_FAIL;
	return copy_chunks(from, to, space, &w, budget, r);
}
