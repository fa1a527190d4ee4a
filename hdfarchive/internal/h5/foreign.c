/* Reading of what other programs wrote: every type and layout, described and, within
   the bounds that the caller sets, handed out as it lies in the file. Go takes the
   bytes apart: HDF5 converts nothing here, follows no link, opens no other file, loads
   no plugin and inflates nothing. */
#include "foreign.h"

#include <stdlib.h>
#include <string.h>

/* What became of the data of an attribute. */
enum { DATA_READ, DATA_LARGE, DATA_UNREADABLE };

static void put_space(k_buf *b, hid_t space) {
	hsize_t dims[H5S_MAX_RANK], max[H5S_MAX_RANK];
	int rank = H5Sget_simple_extent_dims(space, dims, max);
	if (rank < 0) {
		b->failed = 1;
		return;
	}
	k_put_u8(b, H5Sget_simple_extent_type(space) == H5S_NULL);
	k_put_u32(b, (uint32_t)rank);
	for (int i = 0; i < rank; i++)
		k_put_u64(b, dims[i]);
	for (int i = 0; i < rank; i++)
		k_put_u64(b, max[i]);
}

typedef struct {
	k_buf *buf;
	uint64_t most_bytes; /* of one attribute */
	uint32_t n, most;
} attributes;

static herr_t put_attr(hid_t obj, const char *name, const H5A_info_t *info, void *data) {
	attributes *a = data;
	(void)info;
	if (a->n++ >= a->most)
		return 1;
	k_buf b = {0};
	uint8_t state = DATA_UNREADABLE;
	void *bytes = NULL;
	size_t size = 0, len = 0;
	hid_t attr = H5Aopen(obj, name, H5P_DEFAULT), raw = -1;
	hid_t type = attr < 0 ? -1 : H5Aget_type(attr), space = attr < 0 ? -1 : H5Aget_space(attr);
	k_put_text(a->buf, name);
	if (type >= 0 && space >= 0) {
		put_space(&b, space);
		raw = k_foreign_type(&b, type, 0, &size);
		hssize_t n = H5Sget_simple_extent_npoints(space);
		if (raw >= 0 && !b.failed && n >= 0) {
			state = size > a->most_bytes || (uint64_t)n > a->most_bytes / size ? DATA_LARGE : DATA_READ;
			len = state == DATA_READ ? (size_t)n * size : 0;
		}
		if (len > 0 && (!(bytes = calloc(1, len)) || H5Aread(attr, raw, bytes) < 0)) {
			state = DATA_UNREADABLE;
			len = 0;
		}
	} else
		b.failed = 1;
	k_put_u8(a->buf, !b.failed);
	if (!b.failed)
		k_put_bytes(a->buf, b.p, b.n);
	k_put_u8(a->buf, state);
	k_put_u64(a->buf, len);
	k_put_bytes(a->buf, bytes, len);
	free(bytes);
	free(b.p);
	k_drop(raw), k_drop(space), k_drop(type), k_drop(attr);
	H5Eclear2(H5E_DEFAULT); /* one that cannot be read is reported as such */
	return a->buf->failed ? -1 : 0;
}

/* put_fill writes the value of elements that were never written, none where it is zero
   or of variable length. */
static void put_fill(k_buf *b, hid_t plist, hid_t raw, size_t size) {
	H5D_fill_value_t defined;
	uint8_t *fill = NULL;
	int have = raw >= 0 && size <= 1 << 16 && H5Pfill_value_defined(plist, &defined) >= 0 && defined == H5D_FILL_VALUE_USER_DEFINED &&
	           H5Tdetect_class(raw, H5T_OPAQUE) <= 0 && (fill = calloc(1, size)) && H5Pget_fill_value(plist, raw, fill) >= 0;
	k_put_u32(b, have ? (uint32_t)size : 0);
	if (have)
		k_put_bytes(b, fill, size);
	free(fill);
	H5Eclear2(H5E_DEFAULT);
}

static int put_dataset(k_buf *b, hid_t id, k_reply *r) {
	hsize_t chunk[H5S_MAX_RANK];
	hid_t type = H5Dget_type(id), space = H5Dget_space(id), plist = H5Dget_create_plist(id), raw = -1;
	size_t size = 0;
	int code = K_FAIL;
	if (type >= 0 && space >= 0 && plist >= 0) {
		int filters = H5Pget_nfilters(plist), external = H5Pget_external_count(plist);
		H5D_layout_t layout = H5Pget_layout(plist);
		int rank = layout == H5D_CHUNKED ? H5Pget_chunk(plist, H5S_MAX_RANK, chunk) : 0;
		unsigned opts = 0;
		if (layout == H5D_CHUNKED)
			H5Pget_chunk_opts(plist, &opts);
		put_space(b, space);
		raw = k_foreign_type(b, type, 0, &size);
		k_put_u8(b, raw >= 0);
		k_put_u8(b, (uint8_t)layout);
		k_put_u8(b, (uint8_t)opts);
		k_put_u32(b, external > 0 ? (uint32_t)external : 0);
		k_put_u64(b, layout == H5D_VIRTUAL ? 0 : H5Dget_storage_size(id));
		k_put_u32(b, rank > 0 ? (uint32_t)rank : 0);
		for (int i = 0; i < rank; i++)
			k_put_u64(b, chunk[i]);
		k_put_u32(b, filters > 0 ? (uint32_t)filters : 0);
		for (int i = 0; i < filters; i++) {
			unsigned flags, values[8] = {0};
			size_t n = 8;
			char name[64] = "";
			H5Z_filter_t f = H5Pget_filter2(plist, (unsigned)i, &flags, &n, values, sizeof name, name, NULL);
			name[sizeof name - 1] = 0;
			k_put_u32(b, (uint32_t)f);
			k_put_u32(b, n > 0 ? values[0] : 0);
			k_put_text(b, name);
		}
		put_fill(b, plist, raw, size);
		code = b->failed ? k_refuse(r, "its type is too large or too deep to be described") : K_OK;
	}
	k_note(r, code);
	k_drop(raw), k_drop(plist), k_drop(space), k_drop(type);
	return code;
}

static herr_t object_info(hid_t loc, const char *name, H5O_info_t *info) {
#if H5_VERSION_GE(1, 10, 3)
	return H5Oget_info_by_name2(loc, name, info, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS, H5P_DEFAULT);
#else
	return H5Oget_info_by_name(loc, name, info, H5P_DEFAULT);
#endif
}

/* k_foreign_stat describes an object with up to most attributes, of up to most_bytes
   each; a = its address, b = how many attributes it has. */
int k_foreign_stat(hid_t loc, const char *name, uint32_t most, uint64_t most_bytes, k_reply *r) {
	k_buf b = {0}, list = {0};
	attributes a = {&list, most_bytes, 0, most};
	H5O_info_t info;
	hsize_t at = 0;
	int code;
	k_enter(r);
	hid_t id = k_open_hard(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	H5I_type_t kind = H5Iget_type(id);
	k_put_u8(&b, kind == H5I_GROUP ? K_GROUP : kind == H5I_DATASET ? K_DATASET : K_OTHER);
	if (object_info(id, ".", &info) < 0)
		code = K_FAIL;
	else if (kind == H5I_DATASET)
		code = put_dataset(&b, id, r);
	else if (kind == H5I_DATATYPE) {
		size_t size;
		hid_t raw = k_foreign_type(&b, id, 0, &size);
		k_drop(raw);
		if (b.failed)
			code = k_refuse(r, "its type is too large or too deep to be described");
	}
	if (code == K_OK && info.num_attrs > 0 && H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_NATIVE, &at, put_attr, &a) < 0)
		code = list.failed ? K_NOMEM : K_FAIL;
	if (code == K_OK) {
		k_put_u32(&b, a.n < most ? a.n : most);
		k_put_bytes(&b, list.p, list.n);
		r->a = (int64_t)info.addr;
		r->b = (int64_t)info.num_attrs;
		code = k_give(r, &b);
	} else
		free(b.p);
	k_note(r, code);
	free(list.p);
	H5Oclose(id);
	return k_leave(r, code);
}

typedef struct {
	k_buf buf;
	uint64_t skip, n, most;
} children;

static herr_t put_child(hid_t loc, const char *name, const H5L_info_t *link, void *data) {
	children *c = data;
	if (c->skip > 0) {
		c->skip--;
		return 0;
	}
	if (c->n >= c->most)
		return 1;
	c->n++;
	uint8_t kind = K_OTHER;
	uint64_t addr = 0;
	const char *target = "", *file = "";
	char *text = NULL;
	if (link->type == H5L_TYPE_HARD) {
		H5O_info_t info;
		addr = link->u.address;
		kind = 255; /* damaged */
		if (object_info(loc, name, &info) >= 0)
			kind = info.type == H5O_TYPE_GROUP ? K_GROUP : info.type == H5O_TYPE_DATASET ? K_DATASET : K_OTHER;
		H5Eclear2(H5E_DEFAULT);
	} else {
		size_t n = link->u.val_size;
		kind = link->type == H5L_TYPE_SOFT ? K_SOFT : K_EXTERNAL;
		if (n > 0 && n < 1 << 20 && (text = calloc(1, n + 1)) && H5Lget_val(loc, name, text, n, H5P_DEFAULT) >= 0) {
			unsigned flags;
			if (kind == K_SOFT)
				target = text;
			else if (link->type == H5L_TYPE_EXTERNAL && H5Lunpack_elink_val(text, n, &flags, &file, &target) < 0)
				file = target = "";
		}
		H5Eclear2(H5E_DEFAULT);
	}
	k_put_u8(&c->buf, kind);
	k_put_text(&c->buf, name);
	k_put_u64(&c->buf, addr);
	k_put_text(&c->buf, file);
	k_put_text(&c->buf, target);
	free(text);
	return c->buf.failed ? -1 : 0;
}

/* k_foreign_children lists up to most children of a group, after the first skip of them,
   with what the links say; nothing is followed. a = how many there are. */
int k_foreign_children(hid_t loc, uint64_t skip, uint64_t most, k_reply *r) {
	children c = {{0}, skip, 0, most};
	H5G_info_t info;
	hsize_t at = 0;
	k_enter(r);
	if (H5Gget_info(loc, &info) < 0 || H5Literate(loc, H5_INDEX_NAME, H5_ITER_INC, &at, put_child, &c) < 0) {
		int code = c.buf.failed ? K_NOMEM : K_FAIL;
		k_note(r, code);
		free(c.buf.p);
		return k_leave(r, code);
	}
	r->a = (int64_t)info.nlinks;
	return k_leave(r, k_give(r, &c.buf));
}

/* read_place reads as many numbers as there are dimensions, none where no dataset has so many. */
static void read_place(k_cur *c, uint32_t rank, hsize_t *at) {
	for (uint32_t i = 0; rank <= H5S_MAX_RANK && i < rank; i++)
		at[i] = k_u64(c);
}

/* k_foreign_read reads a block of a dataset that is not chunked: req has the rank, then
   where it begins, then how large it is. */
int k_foreign_read(hid_t loc, const char *name, const uint8_t *req, size_t n, void *buf, size_t len, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK];
	k_buf none = {0};
	size_t size = 0;
	int code;
	k_enter(r);
	uint32_t rank = k_u32(&c);
	read_place(&c, rank, start);
	read_place(&c, rank, count);
	hid_t id = k_open_stored(loc, name, r, &code), type = -1, raw = -1, file = -1, mem = -1, plist = -1;
	if (id < 0)
		return k_leave(r, code);
	type = H5Dget_type(id);
	file = H5Dget_space(id);
	plist = H5Dget_create_plist(id);
	raw = type < 0 ? -1 : k_foreign_type(&none, type, 0, &size);
	code = K_FAIL;
	if (raw < 0 || file < 0 || plist < 0)
		goto out;
	code = K_CHANGED;
	if (c.failed || H5Pget_layout(plist) == H5D_CHUNKED || H5Sget_simple_extent_type(file) == H5S_NULL || H5Sget_simple_extent_ndims(file) != (int)rank)
		goto out;
	code = K_FAIL;
	mem = rank ? H5Screate_simple((int)rank, count, NULL) : H5Screate(H5S_SCALAR);
	if (mem < 0 || (rank && H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) < 0))
		goto out;
	code = K_CHANGED;
	if (H5Sselect_valid(file) <= 0 || (uint64_t)H5Sget_simple_extent_npoints(mem) * size != len)
		goto out;
	code = len > 0 && H5Dread(id, raw, mem, file, H5P_DEFAULT, buf) < 0 ? K_FAIL : K_OK;
out:
	k_note(r, code);
	free(none.p);
	k_drop(mem), k_drop(plist), k_drop(raw), k_drop(file), k_drop(type);
	H5Dclose(id);
	return k_leave(r, code);
}

/* k_foreign_chunk hands out the chunk that begins at req (a rank and coordinates) as it is
   stored, up to most bytes; nothing where it was never written. a = the filters that
   were left out. */
int k_foreign_chunk(hid_t loc, const char *name, const uint8_t *req, size_t n, uint64_t most, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	hsize_t at[H5S_MAX_RANK], size = 0;
	uint32_t left_out = 0;
	int code;
	k_enter(r);
	uint32_t rank = k_u32(&c);
	read_place(&c, rank, at);
	hid_t id = k_open_stored(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
#if H5_VERSION_GE(1, 10, 3)
	hid_t space = H5Dget_space(id);
	code = K_FAIL;
	if (c.failed || space < 0 || H5Sget_simple_extent_ndims(space) != (int)rank)
		code = K_CHANGED;
	else if (H5Dget_chunk_storage_size(id, at, &size) < 0 || size == 0) {
		H5Eclear2(H5E_DEFAULT); /* this is how HDF5 says that there is none */
		code = K_OK;
	} else if (size > most)
		code = k_refuse(r, "a chunk of %llu bytes is larger than what it holds", (unsigned long long)size);
	else if (!(r->out = calloc(1, (size_t)size)))
		code = K_NOMEM;
	else if (H5Dread_chunk(id, H5P_DEFAULT, at, &left_out, r->out) >= 0) {
		r->n = (size_t)size;
		r->a = left_out;
		code = K_OK;
	}
	k_note(r, code);
	k_drop(space);
#else
	(void)most, (void)size, (void)left_out;
	code = k_refuse(r, "chunks are read with HDF5 1.10.3 or later");
#endif
	H5Dclose(id);
	return k_leave(r, code);
}

/* a = where the file begins behind a user block, b = the size of its addresses. */
int k_foreign_base(hid_t file, k_reply *r) {
	hsize_t block = 0;
	size_t addr = 0, length = 0;
	k_enter(r);
	hid_t plist = H5Fget_create_plist(file);
	int code = plist >= 0 && H5Pget_userblock(plist, &block) >= 0 && H5Pget_sizes(plist, &addr, &length) >= 0 ? K_OK : K_FAIL;
	k_note(r, code);
	k_drop(plist);
	r->a = (int64_t)block;
	r->b = (int64_t)addr;
	return k_leave(r, code);
}
