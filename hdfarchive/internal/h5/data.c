#include "shim.h"

#include <stdlib.h>
#include <string.h>

enum { COMPACT, CONTIGUOUS, CHUNKED, ENCODED }; /* ENCODED: chunks that went through their filters already */

typedef struct {
	int rank, null, growing;
	hsize_t dims[H5S_MAX_RANK], chunk[H5S_MAX_RANK];
} extent;

static int read_extent(k_cur *c, extent *e) {
	uint32_t rank = k_u32(c);
	if (rank > H5S_MAX_RANK)
		return K_FAIL;
	e->rank = (int)rank;
	for (uint32_t i = 0; i < rank; i++)
		e->dims[i] = k_u64(c);
	return c->failed ? K_FAIL : K_OK;
}

static hid_t make_space(const extent *e, int growing) {
	hsize_t max[H5S_MAX_RANK];
	if (e->null)
		return H5Screate(H5S_NULL);
	if (e->rank == 0)
		return H5Screate(H5S_SCALAR);
	memcpy(max, e->dims, sizeof max);
	max[0] = H5S_UNLIMITED;
	return H5Screate_simple(e->rank, e->dims, growing || e->growing ? max : NULL);
}

typedef struct {
	uint8_t shuffle, level, fletcher;
} filters;

static herr_t set_filters(hid_t plist, const filters *f) {
	if (f->shuffle && H5Pset_shuffle(plist) < 0)
		return -1;
	if (f->level && H5Pset_deflate(plist, f->level) < 0)
		return -1;
	return f->fletcher && H5Pset_fletcher32(plist) < 0 ? -1 : 0;
}

static hid_t make_plist(uint8_t layout, const extent *e, const filters *f, int vlen) {
	hid_t p = H5Pcreate(H5P_DATASET_CREATE);
	if (p < 0)
		return -1;
	herr_t ok = H5Pset_obj_track_times(p, 0);
	if (ok >= 0 && layout == COMPACT)
		ok = H5Pset_layout(p, H5D_COMPACT);
	if (ok >= 0 && layout >= CHUNKED)
		ok = H5Pset_chunk(p, e->rank, e->chunk);
	if (ok >= 0)
		ok = set_filters(p, f);
	if (ok >= 0 && layout != COMPACT && !vlen) /* strings need their fill value */
		ok = H5Pset_fill_time(p, H5D_FILL_TIME_NEVER);
	if (ok < 0) {
		H5Pclose(p);
		return -1;
	}
	return p;
}

/* plain_plist is the list of datasets without chunks, which make_plist takes long to make.
   The two lists live as long as the library. */
static hid_t plain_plist(uint8_t layout) {
	static hid_t plain[] = {-1, -1};
	static const extent none;
	static const filters without;
	if (plain[layout] < 0)
		plain[layout] = make_plist(layout, &none, &without, 0);
	return plain[layout];
}

/* write_strings hands HDF5 the addresses of n strings that lie one after another,
   each with its final NUL. */
static int write_strings(hid_t id, hid_t type, const char *data, size_t len, size_t n) {
	const char **s = malloc((n ? n : 1) * sizeof *s), *end = data + len;
	if (!s)
		return K_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *z = data < end ? memchr(data, 0, (size_t)(end - data)) : NULL;
		if (!z) {
			free(s);
			return K_FAIL;
		}
		s[i] = data;
		data = z + 1;
	}
	int code = H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s) < 0 ? K_FAIL : K_OK;
	free(s);
	return code;
}

/* write_chunks writes encoded chunks that lie one after another, in C order of their
   places; the request has the size of each and which filters it went past. */
static int write_chunks(hid_t id, const extent *e, k_cur *c, const uint8_t *data, size_t len, k_reply *r) {
#if H5_VERSION_GE(1, 10, 3)
	hsize_t at[H5S_MAX_RANK] = {0};
	for (uint32_t n = k_u32(c); n > 0; n--) {
		uint64_t size = k_u64(c);
		uint32_t past = k_u32(c);
		if (c->failed || size > len || at[0] >= e->dims[0])
			return k_refuse(r, "chunks that do not fit their dataset");
		if (H5Dwrite_chunk(id, H5P_DEFAULT, past, at, size, data) < 0)
			return K_FAIL;
		data += size;
		len -= size;
		for (int i = e->rank - 1; i >= 0; i--) {
			at[i] += e->chunk[i];
			if (i == 0 || at[i] < e->dims[i])
				break;
			at[i] = 0;
		}
	}
	return len == 0 && !c->failed ? K_OK : k_refuse(r, "%zu bytes beside those of the chunks", len);
#else
	(void)id, (void)e, (void)c, (void)data, (void)len;
	return k_refuse(r, "HDF5 before 1.10.3 takes no compressed chunks");
#endif
}

/* k_put makes a dataset with its data and attributes; where that fails, it deletes what is
   there, as far as HDF5 can. It has its name from the beginning: HDF5 takes a
   dataset without one for deleted once its header had to leave the cache, as it has to for
   a text as large as that, and gives its room to the next. */
int k_put(hid_t loc, const char *name, const uint8_t *req, size_t n, const void *data, size_t len, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	extent e = {0};
	filters f = {0};
	hid_t type = -1, mem = -1, space = -1, plist = -1, id = -1;
	int plain = 0, own = 0, own_mem = 0, vlen = 0;
	k_enter(r);
	int code = k_free_name(loc, name);
	if (code != K_OK)
		return k_leave(r, code);
	code = K_FAIL;
	uint8_t layout = k_u8(&c);
	e.null = k_u8(&c);
	e.growing = e.null & 2, e.null &= 1;
	if (read_extent(&c, &e) != K_OK)
		goto out;
	if (layout >= CHUNKED)
		for (int i = 0; i < e.rank; i++)
			e.chunk[i] = k_u64(&c);
	if (layout == ENCODED)
		f.shuffle = k_u8(&c), f.level = k_u8(&c), f.fletcher = k_u8(&c);
	k_cur again = c;
	type = k_type_lend(&c, &own);
	vlen = type >= 0 && own && k_is_vlen_string(type);
	if (k_big_endian()) { /* data are in the order of the machine, the file never */
		again.native = own_mem = 1;
		mem = k_type_read(&again, 0);
	} else
		mem = type;
	space = make_space(&e, layout == CHUNKED);
	plain = layout < CHUNKED && !vlen;
	plist = plain ? plain_plist(layout) : make_plist(layout, &e, &f, vlen);
	if (type < 0 || mem < 0 || space < 0 || plist < 0)
		goto out;
	id = H5Dcreate2(loc, name, type, space, k_link_plist(), plist, H5P_DEFAULT);
	if (id < 0)
		goto out;
	hssize_t points = e.null || layout == ENCODED ? 0 : H5Sget_simple_extent_npoints(space);
	if (points > 0) {
		if (vlen)
			code = write_strings(id, type, data, len, (size_t)points);
		else if ((uint64_t)len == (uint64_t)points * H5Tget_size(type))
			code = H5Dwrite(id, mem, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0 ? K_FAIL : K_OK;
		else
			code = k_refuse(r, "%zu bytes of data for %lld elements", len, (long long)points);
		if (code != K_OK)
			goto out;
		code = K_FAIL;
	}
	for (uint32_t i = k_u32(&c); i > 0; i--)
		if (k_write_attr(id, &c, r) != K_OK)
			goto out;
	if (layout == ENCODED && (code = write_chunks(id, &e, &c, data, len, r)) != K_OK)
		goto out;
	code = c.failed ? K_FAIL : K_OK;
out:
	k_note(r, code);
	if (id >= 0 && H5Dclose(id) < 0 && code == K_OK)
		code = k_note(r, K_FAIL);
	if (id >= 0 && code != K_OK)
		H5Ldelete(loc, name, H5P_DEFAULT);
	if (plist >= 0 && !plain)
		H5Pclose(plist);
	k_drop(space);
	if (mem >= 0 && own_mem)
		H5Tclose(mem);
	if (type >= 0 && own)
		H5Tclose(type);
	return k_leave(r, code);
}

/* k_plugin_of is the first filter in a list that HDF5 does not itself bring, 0 where there is none. */
H5Z_filter_t k_plugin_of(hid_t plist) {
	int n = H5Pget_nfilters(plist);
	if (n < 0)
		return H5Z_FILTER_ERROR;
	for (int i = 0; i < n; i++) {
		unsigned flags;
		size_t none = 0;
		H5Z_filter_t f = H5Pget_filter2(plist, (unsigned)i, &flags, &none, NULL, 0, NULL, NULL);
		if (f != H5Z_FILTER_DEFLATE && f != H5Z_FILTER_SHUFFLE && f != H5Z_FILTER_FLETCHER32)
			return f;
	}
	return 0;
}

/* open_data opens a dataset whose bytes lie in this file and, unless they are read as they are stored,
   went through no filters but those that HDF5 itself brings. */
static hid_t open_data(hid_t loc, const char *name, int stored, k_reply *r, int *code) {
	hid_t id = k_open_hard(loc, name, r, code), plist = -1;
	if (id < 0)
		return -1;
	if (H5Iget_type(id) != H5I_DATASET) {
		*code = K_CHANGED;
		H5Oclose(id);
		return -1;
	}
	*code = K_FAIL;
	plist = H5Dget_create_plist(id);
	if (plist >= 0) {
		int outside = H5Pget_external_count(plist);
		if (outside >= 0)
			*code = K_OK;
		if (outside > 0 || H5Pget_layout(plist) == H5D_VIRTUAL)
			*code = k_refuse(r, "its data lie in other files");
		H5Z_filter_t plugin = stored ? 0 : k_plugin_of(plist);
		if (*code == K_OK && plugin != 0)
			*code = k_refuse(r, "it needs filter %d, which comes from a plugin", (int)plugin);
	}
	k_note(r, *code);
	k_drop(plist);
	if (*code != K_OK) {
		H5Dclose(id);
		return -1;
	}
	return id;
}

/* k_open_data opens a dataset for HDF5 to read or write. */
hid_t k_open_data(hid_t loc, const char *name, k_reply *r, int *code) { return open_data(loc, name, 0, r, code); }

/* k_open_stored opens a dataset for its bytes to be handed out as they are. */
hid_t k_open_stored(hid_t loc, const char *name, k_reply *r, int *code) { return open_data(loc, name, 1, r, code); }

/* select_slab narrows a selection to what comes next in a request: for each dimension
   start, step and count, which it fills. */
static int select_slab(hid_t space, const extent *e, k_cur *c, hsize_t *count) {
	hsize_t start[H5S_MAX_RANK], step[H5S_MAX_RANK];
	for (int i = 0; i < e->rank; i++) {
		start[i] = k_u64(c);
		step[i] = k_u64(c);
		count[i] = k_u64(c);
	}
	return c->failed || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, step, count, NULL) < 0 || H5Sselect_valid(space) <= 0 ? K_FAIL : K_OK;
}

/* k_get reads a dataset of the given extent as the given type: the whole, or with slab
   what select_slab reads from the request. known says that open_data has had a look at
   the dataset, which takes a third of the time of a small slab. */
int k_get(hid_t loc, const char *name, const uint8_t *req, size_t n, int slab, int known, void *buf, size_t len, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	extent e = {0};
	hsize_t dims[H5S_MAX_RANK], count[H5S_MAX_RANK];
	int code;
	k_enter(r);
	hid_t id = known ? k_open_hard(loc, name, r, &code) : k_open_data(loc, name, r, &code), type = -1, space = -1, mem = H5S_ALL;
	if (id < 0)
		return k_leave(r, code);
	code = read_extent(&c, &e);
	c.native = 1;
	type = code == K_OK ? k_type_read(&c, 0) : -1;
	space = H5Dget_space(id);
	if (type < 0 || space < 0)
		code = K_FAIL;
	else if (H5Sget_simple_extent_type(space) == H5S_NULL || H5Sget_simple_extent_dims(space, dims, NULL) != e.rank ||
	         memcmp(dims, e.dims, (size_t)e.rank * sizeof *dims) != 0)
		code = K_CHANGED;
	else if (slab && select_slab(space, &e, &c, count) != K_OK)
		code = K_FAIL;
	else if (H5Tdetect_class(type, H5T_VLEN) > 0 || k_is_vlen_string(type) ||
	         (uint64_t)len != (uint64_t)H5Sget_select_npoints(space) * H5Tget_size(type))
		code = K_CHANGED;
	else if (len > 0) {
		/* Of chunks, HDF5 goes from element to element where the memory has another shape. */
		if (slab && (mem = H5Screate_simple(e.rank, count, NULL)) < 0)
			code = K_FAIL;
		else if (H5Dread(id, type, mem, slab ? space : H5S_ALL, H5P_DEFAULT, buf) < 0)
			code = K_FAIL;
	}
	k_note(r, code);
	if (mem > 0)
		H5Sclose(mem);
	k_drop(space), k_drop(type);
	H5Dclose(id);
	return k_leave(r, code);
}

/* k_get_strings reads a whole dataset of strings of variable length. out = the
   strings one after another, each with its final NUL. */
int k_get_strings(hid_t loc, const char *name, uint64_t count, uint64_t budget, k_reply *r) {
	k_buf b = {0};
	uint64_t total;
	char **s = NULL;
	int code;
	k_enter(r);
	hid_t id = k_open_data(loc, name, r, &code), type = -1, space = -1;
	if (id < 0)
		return k_leave(r, code);
	type = H5Dget_type(id);
	space = H5Dget_space(id);
	if (type < 0 || space < 0)
		code = K_FAIL;
	else if (!k_is_vlen_string(type) || (uint64_t)H5Sget_simple_extent_npoints(space) != count)
		code = K_CHANGED;
	else
		code = k_vlen_total(id, 0, space, budget, &total, r);
	if (code == K_OK && count > 0 && !(s = calloc(count, sizeof *s)))
		code = K_NOMEM;
	if (code == K_OK && count > 0) {
		if (H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s) < 0)
			code = K_FAIL;
		else {
			for (uint64_t i = 0; i < count; i++)
				k_put_bytes(&b, s[i] ? s[i] : "", (s[i] ? strlen(s[i]) : 0) + 1);
			H5Dvlen_reclaim(type, space, H5P_DEFAULT, s);
			code = k_give(r, &b);
		}
	}
	k_note(r, code);
	free(s);
	k_drop(space), k_drop(type);
	H5Dclose(id);
	return k_leave(r, code);
}
