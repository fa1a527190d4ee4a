#include "shim.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ATTRS = 256, MAX_ATTR_BYTES = 1 << 24 };

/* open_hard looks a name up once, and opens what it finds by its address; but what is
   to stay open, by its name: H5Lmove dies of open objects that have none. */
static hid_t open_hard(hid_t loc, const char *name, int stay, k_reply *r, int *code) {
	H5L_info_t link;
	hid_t id = -1;
	*code = K_FAIL;
	if (strcmp(name, ".") == 0)
		id = H5Oopen(loc, name, H5P_DEFAULT);
	else if (H5Lget_info(loc, name, &link, H5P_DEFAULT) < 0) {
		k_note(r, K_FAIL);
		if (H5Lexists(loc, name, H5P_DEFAULT) == 0) {
			free(r->text);
			r->text = NULL;
			*code = K_ABSENT;
		}
	} else if (link.type != H5L_TYPE_HARD)
		*code = k_refuse(r, "%.100s is a link of %s kind; only objects of the file itself are read", name, link.type == H5L_TYPE_SOFT ? "soft" : "external");
	else if (k_is_broken(loc, link.u.address))
		k_refuse(r, "the header of %.100s is damaged", name); /* K_FAIL as the first time */
	else {
		id = stay ? H5Oopen(loc, name, H5P_DEFAULT) : H5Oopen_by_addr(loc, link.u.address);
		if (id < 0)
			k_break(loc, link.u.address, r);
	}
	if (id >= 0)
		*code = K_OK;
	return id;
}

/* k_open_hard opens a child that a hard link names, or loc itself as ".", for one
   operation. Soft and external links lead out of the file, so they are refused. */
hid_t k_open_hard(hid_t loc, const char *name, k_reply *r, int *code) { return open_hard(loc, name, 0, r, code); }

/* k_open_to_stay is k_open_hard for what stays open beyond the operation. */
hid_t k_open_to_stay(hid_t loc, const char *name, k_reply *r, int *code) { return open_hard(loc, name, 1, r, code); }

/* a = id of the group. */
int k_open_group(hid_t loc, const char *name, k_reply *r) {
	int code;
	k_enter(r);
	hid_t id = k_open_to_stay(loc, name, r, &code);
	if (id >= 0 && H5Iget_type(id) != H5I_GROUP) {
		H5Oclose(id);
		code = K_CHANGED;
	}
	r->a = id;
	return k_leave(r, code);
}

/* Link names are UTF-8. The list lives as long as the library. */
hid_t k_link_plist(void) {
	static hid_t p = -1;
	if (p < 0) {
		p = H5Pcreate(H5P_LINK_CREATE);
		if (p >= 0)
			H5Pset_char_encoding(p, H5T_CSET_UTF8);
	}
	return p;
}

/* k_write_attr writes the attribute that comes next in a request: name, whether
   it is one string of variable length, type, rank (0 or 1), length, data. */
int k_write_attr(hid_t obj, k_cur *c, k_reply *r) {
	static hid_t scalar = -1; /* lives as long as the library */
	const char *name = k_text(c);
	int own;
	hid_t type = k_type_lend(c, &own);
	uint8_t rank = k_u8(c);
	hsize_t dim = rank ? k_u64(c) : 1;
	uint32_t len = k_u32(c);
	const uint8_t *data = k_bytes(c, len);
	int code = K_FAIL;
	hid_t space = -1, attr = -1;
	if (type < 0 || c->failed || rank > 1)
		goto out;
	int vlen = own && k_is_vlen_string(type);
	if (vlen ? rank != 0 || len == 0 || data[len - 1] != 0 : H5Tget_size(type) * dim != len)
		goto out;
	if (!rank && scalar < 0)
		scalar = H5Screate(H5S_SCALAR);
	space = rank ? H5Screate_simple(1, &dim, NULL) : scalar;
	if (space < 0)
		goto out;
	attr = H5Acreate2(obj, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	if (attr >= 0 && H5Awrite(attr, type, vlen ? (const void *)&data : data) >= 0)
		code = K_OK;
out:
	k_note(r, code);
	k_drop(attr);
	if (space >= 0 && space != scalar)
		H5Sclose(space);
	if (type >= 0 && own)
		H5Tclose(type);
	return code;
}

/* k_free_name makes sure that a group has no link of this name yet: where it has, H5Olink
   fails too late, with half of a second one in the file. */
int k_free_name(hid_t loc, const char *name) {
	htri_t there = H5Lexists(loc, name, H5P_DEFAULT);
	return there < 0 ? K_FAIL : there ? K_EXISTS : K_OK;
}

/* k_new_group makes a group with attributes; without a name it hangs nowhere until
   k_link, before which little may be written (see k_put). ordered keeps a count of the
   links ever made. a = its id. */
int k_new_group(hid_t loc, const char *name, int ordered, const uint8_t *req, size_t n, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	int code = K_FAIL;
	hid_t id = -1;
	k_enter(r);
	hid_t p = H5Pcreate(H5P_GROUP_CREATE);
	if (p < 0 || H5Pset_obj_track_times(p, 0) < 0 || (ordered && H5Pset_link_creation_order(p, H5P_CRT_ORDER_TRACKED) < 0))
		goto out;
	id = name[0] ? H5Gcreate2(loc, name, k_link_plist(), p, H5P_DEFAULT) : H5Gcreate_anon(loc, p, H5P_DEFAULT);
	if (id < 0)
		goto out;
	for (uint32_t i = k_u32(&c); i > 0; i--)
		if (k_write_attr(id, &c, r) != K_OK)
			goto out;
	code = K_OK;
out:
	r->a = id;
	k_note(r, code);
	k_drop(p);
	if (code != K_OK && id >= 0) {
		H5Gclose(id);
		if (name[0])
			H5Ldelete(loc, name, H5P_DEFAULT);
	}
	return k_leave(r, code);
}

int k_close(hid_t id, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Oclose(id) < 0 ? K_FAIL : K_OK);
}

int k_link(hid_t obj, hid_t loc, const char *name, k_reply *r) {
	k_enter(r);
	int code = k_free_name(loc, name);
	if (code == K_OK && H5Olink(obj, loc, name, k_link_plist(), H5P_DEFAULT) < 0)
		code = K_FAIL;
	return k_leave(r, code);
}

/* k_soft_link makes a link to a path of the file, where there may be nothing. */
int k_soft_link(hid_t loc, const char *name, const char *path, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Lcreate_soft(path, loc, name, k_link_plist(), H5P_DEFAULT) < 0 ? K_FAIL : K_OK);
}

/* k_relink gives a child of from a second link, in to under the same name. */
int k_relink(hid_t from, hid_t to, const char *name, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Lcreate_hard(from, name, to, name, k_link_plist(), H5P_DEFAULT) < 0 ? K_FAIL : K_OK);
}

int k_rename(hid_t loc, const char *from, const char *to, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Lmove(loc, from, loc, to, k_link_plist(), H5P_DEFAULT) < 0 ? K_FAIL : K_OK);
}

int k_unlink(hid_t loc, const char *name, k_reply *r) {
	k_enter(r);
	htri_t there = H5Lexists(loc, name, H5P_DEFAULT);
	if (there == 0)
		return k_leave(r, K_ABSENT);
	return k_leave(r, there < 0 || H5Ldelete(loc, name, H5P_DEFAULT) < 0 ? K_FAIL : K_OK);
}

/* a = 1 where there is a link of any kind. */
int k_exists(hid_t loc, const char *name, k_reply *r) {
	k_enter(r);
	htri_t there = H5Lexists(loc, name, H5P_DEFAULT);
	r->a = there > 0;
	return k_leave(r, there < 0 ? K_FAIL : K_OK);
}

typedef struct {
	k_buf buf;
	uint64_t n, max;
} links;

static herr_t one_link(hid_t loc, const char *name, const H5L_info_t *info, void *data) {
	links *l = data;
	(void)loc;
	if (l->n++ >= l->max)
		return -1;
	k_put_u8(&l->buf, info->type == H5L_TYPE_HARD ? K_OTHER : info->type == H5L_TYPE_SOFT ? K_SOFT : K_EXTERNAL);
	k_put_text(&l->buf, name);
	return l->buf.failed ? -1 : 0;
}

/* out = for each link its kind and name, in the order of the file. */
int k_links(hid_t loc, uint64_t max, k_reply *r) {
	links l = {{0}, 0, max};
	hsize_t at = 0;
	k_enter(r);
	if (H5Literate(loc, H5_INDEX_NAME, H5_ITER_NATIVE, &at, one_link, &l) < 0) {
		int code = l.buf.failed ? K_NOMEM : l.n > max ? k_refuse(r, "a group has more links than the file can hold") : K_FAIL;
		free(l.buf.p);
		return k_leave(r, code);
	}
	return k_leave(r, k_give(r, &l.buf));
}

/* a = links in the group, b = links ever made in it where it keeps count. */
int k_group_info(hid_t loc, k_reply *r) {
	H5G_info_t info;
	k_enter(r);
	if (H5Gget_info(loc, &info) < 0)
		return k_leave(r, K_FAIL);
	r->a = (int64_t)info.nlinks;
	r->b = info.max_corder;
	return k_leave(r, K_OK);
}

/* rewrite_attr gives an attribute that is there other data of the same type: making it anew takes
   thrice as long. a cursor is past the attribute where that was done, K_CHANGED where it must be made. */
static int rewrite_attr(hid_t obj, k_cur *c, k_reply *r) {
	k_cur ahead = *c;
	const char *name = k_text(&ahead);
	int own, code = K_CHANGED;
	hid_t type = k_type_lend(&ahead, &own), attr = -1, have = -1, space = -1;
	uint8_t rank = k_u8(&ahead);
	hsize_t dim = rank ? k_u64(&ahead) : 1, now = 0;
	uint32_t len = k_u32(&ahead);
	const uint8_t *data = k_bytes(&ahead, len);
	if (type >= 0 && !ahead.failed && rank <= 1 && !k_is_vlen_string(type) && H5Tget_size(type) * dim == len)
		attr = H5Aopen(obj, name, H5P_DEFAULT);
	if (attr >= 0) {
		have = H5Aget_type(attr);
		space = H5Aget_space(attr);
		if (have >= 0 && space >= 0 && H5Tequal(have, type) > 0 && H5Sget_simple_extent_ndims(space) == rank &&
		    (!rank || (H5Sget_simple_extent_dims(space, &now, NULL) == 1 && now == dim)))
			code = H5Awrite(attr, type, data) < 0 ? K_FAIL : K_OK;
		if (code == K_OK)
			*c = ahead;
	}
	k_note(r, code);
	k_drop(space), k_drop(have), k_drop(attr);
	if (type >= 0 && own)
		H5Tclose(type);
	return code;
}

/* k_set_attrs writes attributes of an object, over those of the same names. */
int k_set_attrs(hid_t loc, const char *name, const uint8_t *req, size_t n, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	int code;
	k_enter(r);
	hid_t id = k_open_hard(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	for (uint32_t i = k_u32(&c); i > 0 && code == K_OK; i--) {
		k_cur ahead = c;
		const char *attr = k_text(&ahead);
		htri_t there = ahead.failed ? -1 : H5Aexists(id, attr);
		code = there < 0 ? K_FAIL : there ? rewrite_attr(id, &c, r) : K_CHANGED;
		if (code == K_CHANGED)
			code = there && H5Adelete(id, attr) < 0 ? K_FAIL : k_write_attr(id, &c, r);
	}
	k_note(r, code);
	H5Oclose(id);
	return k_leave(r, code);
}

typedef struct {
	k_buf *buf;
	k_reply *r;
	int texts;
	uint64_t budget;
	uint32_t n;
	int code;
} attrs;

static int attr_text(attrs *a, hid_t attr, hid_t type, hid_t space, size_t n) {
	uint64_t total;
	int code = k_vlen_total(attr, 1, space, a->budget, &total, a->r);
	if (code != K_OK)
		return code;
	char **s = calloc(n, sizeof *s);
	if (!s)
		return K_NOMEM;
	if (H5Aread(attr, type, s) < 0) {
		free(s);
		return K_FAIL;
	}
	uint64_t len = 0;
	for (size_t i = 0; i < n; i++)
		len += (s[i] ? strlen(s[i]) : 0) + 1;
	k_put_u64(a->buf, len);
	for (size_t i = 0; i < n; i++)
		k_put_bytes(a->buf, s[i] ? s[i] : "", (s[i] ? strlen(s[i]) : 0) + 1);
	H5Dvlen_reclaim(type, space, H5P_DEFAULT, s);
	free(s);
	return K_OK;
}

static int attr_data(attrs *a, hid_t attr, hid_t type, hid_t space) {
	hssize_t n = H5Sget_simple_extent_npoints(space);
	size_t size = H5Tget_size(type);
	H5T_class_t class = H5Tget_class(type);
	if (n < 0 || size == 0)
		return K_FAIL;
	if (n > MAX_ATTR_BYTES || size > MAX_ATTR_BYTES || (uint64_t)n * size > MAX_ATTR_BYTES || (uint64_t)n * size > a->budget)
		return k_refuse(a->r, "an attribute declares %lld elements of %zu bytes", (long long)n, size);
	if (n > 0 && a->texts && k_is_vlen_string(type))
		return attr_text(a, attr, type, space, (size_t)n);
	if (n == 0 || k_is_vlen_string(type) || H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_REFERENCE) > 0 ||
	    (class == H5T_COMPOUND || class == H5T_ARRAY)) {
		k_put_u64(a->buf, 0); /* described, not read */
		return K_OK;
	}
	uint8_t *data = malloc((size_t)n * size);
	if (!data)
		return K_NOMEM;
	int code = H5Aread(attr, type, data) < 0 ? K_FAIL : K_OK;
	if (code == K_OK) {
		k_put_u64(a->buf, (uint64_t)n * size);
		k_put_bytes(a->buf, data, (size_t)n * size);
	}
	free(data);
	return code;
}

static herr_t one_attr(hid_t obj, const char *name, const H5A_info_t *info, void *data) { /* H5A_operator2_t */
	attrs *a = data;
	hsize_t dims[H5S_MAX_RANK];
	(void)info;
	a->code = K_FAIL;
	if (a->n++ >= MAX_ATTRS) {
		a->code = k_refuse(a->r, "it has more than %d attributes", MAX_ATTRS);
		return -1;
	}
	hid_t attr = H5Aopen(obj, name, H5P_DEFAULT), type = -1, space = -1;
	if (attr < 0)
		return -1;
	type = H5Aget_type(attr);
	space = H5Aget_space(attr);
	if (type >= 0 && space >= 0) {
		int rank = H5Sget_simple_extent_dims(space, dims, NULL);
		k_put_text(a->buf, name);
		if (rank >= 0 && k_type_write(a->buf, type, 0) == K_OK) {
			k_put_u32(a->buf, (uint32_t)rank);
			for (int i = 0; i < rank; i++)
				k_put_u64(a->buf, dims[i]);
			a->code = attr_data(a, attr, type, space);
		}
	}
	k_note(a->r, a->code);
	k_drop(space), k_drop(type);
	H5Aclose(attr);
	return a->code == K_OK ? 0 : -1;
}

/* small_data appends the data of a dataset where they are numbers in the order of
   both the file and the machine, of at most max bytes, all of which the file has. */
static int small_data(k_buf *b, hid_t id, hid_t type, hid_t space, hid_t plist, uint64_t max) {
	hssize_t n = H5Sget_simple_extent_npoints(space);
	uint64_t size = H5Tget_size(type), stored = H5Dget_storage_size(id);
	H5T_class_t class = H5Tget_class(type);
	int number = (class == H5T_INTEGER || class == H5T_FLOAT) && (size == 1 || H5Tget_order(type) == H5T_ORDER_LE);
	if (!number || k_big_endian() || n <= 0 || (uint64_t)n > max / size || (uint64_t)n * size != stored ||
	    H5Pget_nfilters(plist) != 0 || H5Pget_external_count(plist) != 0 || H5Pget_layout(plist) == H5D_VIRTUAL) {
		k_put_u64(b, 0);
		return K_OK;
	}
	k_put_u64(b, stored);
	uint8_t *to = k_room(b, stored);
	if (!to)
		return K_NOMEM;
	return H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0 ? K_FAIL : K_OK;
}

/* describe appends what Stat says of a dataset: space, storage, type, small data. */
static int describe(k_buf *b, hid_t id, uint64_t max, k_reply *r) {
	hsize_t dims[H5S_MAX_RANK];
	hid_t type = H5Dget_type(id), space = H5Dget_space(id), plist = H5Dget_create_plist(id);
	int code = K_FAIL;
	if (type >= 0 && space >= 0 && plist >= 0) {
		int rank = H5Sget_simple_extent_dims(space, dims, NULL);
		H5S_class_t class = H5Sget_simple_extent_type(space);
		int filters = H5Pget_nfilters(plist);
		if (rank >= 0 && class >= 0 && filters >= 0) {
			k_put_u8(b, class == H5S_NULL);
			k_put_u8(b, (uint8_t)H5Pget_layout(plist));
			k_put_u8(b, (uint8_t)filters);
			k_put_u64(b, H5Dget_storage_size(id));
			k_put_u32(b, (uint32_t)rank);
			for (int i = 0; i < rank; i++)
				k_put_u64(b, dims[i]);
			code = k_type_write(b, type, 0);
			if (code == K_OK)
				code = small_data(b, id, type, space, plist, max);
		}
	}
	k_note(r, code);
	k_drop(plist), k_drop(space), k_drop(type);
	return code;
}

/* named_attrs reads those attributes that the request names. Reading all costs as
   much as the largest, even where that is refused. */
static herr_t named_attrs(hid_t id, k_cur *c, uint32_t n, attrs *a) {
	for (; n > 0; n--) {
		const char *name = k_text(c);
		htri_t there = c->failed ? -1 : H5Aexists(id, name);
		if (there < 0 || (there && one_attr(id, name, NULL, a) < 0))
			return -1;
	}
	return 0;
}

/* k_stat describes an object: its kind, for a dataset its space and type, and those
   attributes that req names, or all, with their data; but data of variable length
   only where texts is set. No attribute may be larger than budget, the size of the file.
   Numbers of up to max bytes come along, so that a small dataset is opened once. */
int k_stat(hid_t loc, const char *name, const uint8_t *req, size_t n, int texts, uint64_t max, uint64_t budget, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	uint32_t names = k_u32(&c);
	k_buf b = {0};
	attrs a = {&b, r, texts, budget, 0, K_OK};
	hsize_t at = 0;
	int code;
	k_enter(r);
	hid_t id = k_open_hard(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	H5I_type_t kind = H5Iget_type(id);
	k_put_u8(&b, kind == H5I_GROUP ? K_GROUP : kind == H5I_DATASET ? K_DATASET : K_OTHER);
	if (kind == H5I_DATASET)
		code = describe(&b, id, max, r);
	size_t count = b.n;
	k_put_u32(&b, 0);
	if (code == K_OK && (names ? named_attrs(id, &c, names, &a) : H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_NATIVE, &at, one_attr, &a)) < 0)
		code = a.code == K_OK ? K_FAIL : a.code;
	if (code == K_OK) {
		for (int i = 0; i < 4; i++)
			b.p[count + i] = (uint8_t)(a.n >> (8 * i));
		code = k_give(r, &b);
	} else
		free(b.p);
	k_note(r, code);
	H5Oclose(id);
	return k_leave(r, code);
}
