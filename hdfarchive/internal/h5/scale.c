/* Dimension scales as "HDF5 Dimension Scale Specification" has them, written as the plain
   attributes they are, so that the library of high-level functions is not needed:

     scale    CLASS = "DIMENSION_SCALE", NAME, REFERENCE_LIST = [{dataset, dimension}]
     dataset  DIMENSION_LIST = for each dimension a list of references to its scales
              DIMENSION_LABELS = for each dimension a name, where there is no scale

   A dimension without coordinates is a scale without data, which NAME tells netCDF. */
#include "scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A_LIST "DIMENSION_LIST"
#define A_BACK "REFERENCE_LIST"
#define NO_VARIABLE "This is a netCDF dimension but not a netCDF variable.%10llu"

enum { MAX_BACKS = 1 << 20 };

/* One dimension of a dataset and its scale, by their places among objects. */
typedef struct {
	size_t data, scale;
	uint32_t dim;
} edge;

typedef struct {
	hobj_ref_t ref;
	uint32_t dim;
} back;

/* An object by its name below the group that all are in. */
typedef struct {
	const char *name;
	hobj_ref_t ref;
	int rank;
} member;

static int by_data(const void *a, const void *b) {
	const edge *x = a, *y = b;
	if (x->data != y->data)
		return x->data < y->data ? -1 : 1;
	return x->dim < y->dim ? -1 : x->dim > y->dim;
}

static int by_scale(const void *a, const void *b) {
	const edge *x = a, *y = b;
	if (x->scale != y->scale)
		return x->scale < y->scale ? -1 : 1;
	return by_data(a, b);
}

/* write_attr writes an attribute of n elements, or a scalar where n is 0, over one of
   the same name. It closes type. */
static int write_attr(hid_t loc, const char *object, const char *name, hid_t type, hsize_t n, const void *data) {
	int code = K_FAIL;
	hid_t id = type < 0 ? -1 : H5Oopen(loc, object, H5P_DEFAULT), attr = -1;
	hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
	htri_t there = id < 0 || space < 0 ? -1 : H5Aexists(id, name);
	if (there == 0 || (there > 0 && H5Adelete(id, name) >= 0))
		attr = H5Acreate2(id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	if (attr >= 0 && H5Awrite(attr, type, data) >= 0)
		code = K_OK;
	k_drop(attr), k_drop(space);
	if (id >= 0)
		H5Oclose(id);
	k_drop(type);
	return code;
}

/* text_type is that of a text of n bytes with its NUL, or of any number. */
static hid_t text_type(size_t n, H5T_cset_t set) {
	hid_t t = H5Tcopy(H5T_C_S1);
	if (t >= 0 && (H5Tset_size(t, n) < 0 || H5Tset_cset(t, set) < 0)) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

static int write_text(hid_t loc, const char *object, const char *name, const char *s) {
	return write_attr(loc, object, name, text_type(strlen(s) + 1, H5T_CSET_ASCII), 0, s);
}

static hid_t back_type(void) {
	hid_t t = H5Tcreate(H5T_COMPOUND, sizeof(back));
	if (t >= 0 && (H5Tinsert(t, "dataset", HOFFSET(back, ref), H5T_STD_REF_OBJ) < 0 || H5Tinsert(t, "dimension", HOFFSET(back, dim), H5T_NATIVE_INT) < 0)) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

/* write_list writes the scales of a dataset, those of edges that are its own. */
static int write_list(hid_t loc, const member *all, const edge *e, size_t n) {
	const member *own = &all[e->data];
	hvl_t *list = calloc((size_t)own->rank, sizeof *list);
	hobj_ref_t *refs = malloc(n * sizeof *refs);
	int code = list && refs ? K_OK : K_NOMEM;
	for (size_t i = 0; i < n && code == K_OK; i++) {
		if (e[i].dim >= (uint32_t)own->rank) {
			code = K_FAIL;
			break;
		}
		refs[i] = all[e[i].scale].ref;
		if (list[e[i].dim].len++ == 0)
			list[e[i].dim].p = &refs[i];
	}
	if (code == K_OK)
		code = write_attr(loc, own->name, A_LIST, H5Tvlen_create(H5T_STD_REF_OBJ), (hsize_t)own->rank, list);
	free(refs);
	free(list);
	return code;
}

static int write_back(hid_t loc, const member *all, const edge *e, size_t n) {
	back *list = calloc(n, sizeof *list);
	if (!list)
		return K_NOMEM;
	for (size_t i = 0; i < n; i++) {
		list[i].ref = all[e[i].data].ref;
		list[i].dim = e[i].dim;
	}
	int code = write_attr(loc, all[e->scale].name, A_BACK, back_type(), n, list);
	free(list);
	return code;
}

/* write_edges writes the lists of both ends. */
static int write_edges(hid_t loc, member *all, edge *e, size_t n) {
	int code = K_OK;
	for (size_t i = 0; i < n; i++)
		if (H5Rcreate(&all[e[i].data].ref, loc, all[e[i].data].name, H5R_OBJECT, -1) < 0 ||
		    H5Rcreate(&all[e[i].scale].ref, loc, all[e[i].scale].name, H5R_OBJECT, -1) < 0)
			return K_FAIL;
	for (int back = 0; back < 2; back++) {
		qsort(e, n, sizeof *e, back ? by_scale : by_data);
		for (size_t i = 0, from = 0; i < n && code == K_OK; i++) {
			if (i + 1 < n && (back ? e[i + 1].scale == e[i].scale : e[i + 1].data == e[i].data))
				continue;
			code = back ? write_back(loc, all, e + from, i + 1 - from) : write_list(loc, all, e + from, i + 1 - from);
			from = i + 1;
		}
	}
	return code;
}

/* make_dimension makes a scale without data, which takes no room for them. */
static int make_dimension(hid_t group, const char *name, hsize_t length) {
	char text[sizeof NO_VARIABLE + 32];
	int code = K_FAIL;
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &length, NULL), id = -1;
	if (plist >= 0 && space >= 0 && H5Pset_obj_track_times(plist, 0) >= 0)
		id = H5Dcreate2(group, name, H5T_IEEE_F32BE, space, k_link_plist(), plist, H5P_DEFAULT);
	snprintf(text, sizeof text, NO_VARIABLE, (unsigned long long)length);
	if (id >= 0)
		code = write_text(group, name, "NAME", text);
	if (id >= 0)
		H5Dclose(id);
	k_drop(space), k_drop(plist);
	return code;
}

/* read_scales takes the scales off a request, name and length or 0 where there is such a
   dataset, and makes scales of them. */
static int read_scales(hid_t group, k_cur *c, member *all, uint32_t n) {
	for (uint32_t i = 0; i < n; i++) {
		const char *name = all[i].name = k_text(c);
		uint64_t length = k_u64(c);
		if (c->failed)
			return K_FAIL;
		int code = length ? make_dimension(group, name, length) : write_text(group, name, "NAME", name);
		if (code == K_OK)
			code = write_text(group, name, "CLASS", "DIMENSION_SCALE");
		if (code != K_OK)
			return code;
	}
	return K_OK;
}

/* k_set_scales makes scales in a group, and names the dimensions of its datasets by them
   or by labels. */
int k_set_scales(hid_t group, const uint8_t *req, size_t n, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	k_enter(r);
	uint32_t scales = k_u32(&c), sets = k_u32(&c), edges = k_u32(&c), used = 0;
	/* The request has 4 bytes or more for each of these. */
	if (c.failed || scales > n || sets > n || edges > n)
		return k_leave(r, K_FAIL);
	member *all = calloc((size_t)scales + sets + 1, sizeof *all);
	edge *e = calloc((size_t)edges + 1, sizeof *e);
	int code = all && e ? read_scales(group, &c, all, scales) : K_NOMEM;
	for (uint32_t i = 0; i < sets && code == K_OK; i++) {
		const char *labels[H5S_MAX_RANK];
		member *own = &all[scales + i];
		own->name = k_text(&c);
		uint32_t rank = k_u32(&c);
		uint8_t scaled = k_u8(&c);
		if (c.failed || rank > H5S_MAX_RANK || (scaled && rank > edges - used)) {
			code = K_FAIL;
			break;
		}
		own->rank = (int)rank;
		for (uint32_t dim = 0; dim < rank; dim++)
			if (scaled) {
				e[used++] = (edge){scales + i, k_u32(&c), dim};
				if (e[used - 1].scale >= scales)
					c.failed = 1;
			} else
				labels[dim] = k_text(&c);
		if (c.failed)
			code = K_FAIL;
		else if (!scaled)
			code = write_attr(group, own->name, "DIMENSION_LABELS", text_type(H5T_VARIABLE, H5T_CSET_UTF8), rank, labels);
	}
	if (code == K_OK)
		code = write_edges(group, all, e, used);
	k_note(r, code);
	free(e);
	free(all);
	return k_leave(r, code);
}

/* k_visit calls op for an object and all that is below it. */
herr_t k_visit(hid_t loc, const char *name, H5O_iterate_t op, void *data) {
#if H5_VERSION_GE(1, 10, 3)
	return H5Ovisit_by_name2(loc, name, H5_INDEX_NAME, H5_ITER_NATIVE, op, data, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS, H5P_DEFAULT);
#else
	return H5Ovisit_by_name(loc, name, H5_INDEX_NAME, H5_ITER_NATIVE, op, data, H5P_DEFAULT);
#endif
}

int k_is_scale_list(const char *attr) { return strcmp(attr, A_LIST) == 0 || strcmp(attr, A_BACK) == 0; }

/* What k_renew_scales finds below an object. */
typedef struct {
	member *all;
	haddr_t *addr;
	uint8_t *listed; /* has a list of scales */
	size_t n, room;
	back *backs; /* those of all[owner] */
	size_t *owner, backs_n;
	int code;
	k_reply *r;
} found;

/* take_backs reads which dimensions a scale is of. DIMENSION_LIST, which says the same,
   lies in a heap that nothing protects. */
static int take_backs(found *f, hid_t id, size_t own) {
	int code = K_FAIL;
	hid_t attr = H5Aopen(id, A_BACK, H5P_DEFAULT), type = attr < 0 ? -1 : H5Aget_type(attr), space = attr < 0 ? -1 : H5Aget_space(attr), mem = back_type();
	hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
	if (type >= 0 && mem >= 0 && n >= 0 && n <= MAX_BACKS && H5Tget_class(type) == H5T_COMPOUND && H5Tdetect_class(type, H5T_VLEN) == 0) {
		back *b = realloc(f->backs, (f->backs_n + (size_t)n + 1) * sizeof *b);
		if (b)
			f->backs = b;
		size_t *o = b ? realloc(f->owner, (f->backs_n + (size_t)n + 1) * sizeof *o) : NULL;
		if (o)
			f->owner = o;
		if (!o)
			code = K_NOMEM;
		else if (memset(f->backs + f->backs_n, 0, (size_t)n * sizeof *b), n == 0 || H5Aread(attr, mem, f->backs + f->backs_n) >= 0) {
			for (hssize_t i = 0; i < n; i++)
				f->owner[f->backs_n++] = own;
			code = K_OK;
		}
	}
	k_drop(mem), k_drop(space), k_drop(type), k_drop(attr);
	return code;
}

static int more(found *f) {
	size_t room = f->room ? 2 * f->room : 16;
	member *all = realloc(f->all, room * sizeof *all);
	if (all)
		f->all = all;
	haddr_t *addr = all ? realloc(f->addr, room * sizeof *addr) : NULL;
	if (addr)
		f->addr = addr;
	uint8_t *listed = addr ? realloc(f->listed, room) : NULL;
	if (!listed)
		return 0;
	f->listed = listed;
	f->room = room;
	return 1;
}

static herr_t find_scales(hid_t obj, const char *name, const H5O_info_t *info, void *data) {
	found *f = data;
	if (info->type != H5O_TYPE_DATASET || info->num_attrs == 0)
		return 0;
	f->code = K_FAIL;
	hid_t id = H5Oopen(obj, name, H5P_DEFAULT), space = id < 0 ? -1 : H5Dget_space(id);
	int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
	htri_t list = rank < 0 ? -1 : H5Aexists(id, A_LIST), back = rank < 0 ? -1 : H5Aexists(id, A_BACK);
	if (list == 0 && back == 0)
		f->code = K_OK;
	else if (list >= 0 && back >= 0) {
		char *copy = strdup(name);
		if (!copy || (f->n == f->room && !more(f))) {
			free(copy);
			f->code = K_NOMEM;
		} else {
			f->all[f->n] = (member){copy, 0, rank};
			f->addr[f->n] = info->addr;
			f->listed[f->n++] = list > 0;
			f->code = back ? take_backs(f, id, f->n - 1) : K_OK;
		}
	}
	k_note(f->r, f->code);
	k_drop(space);
	if (id >= 0)
		H5Oclose(id);
	return f->code == K_OK ? 0 : -1;
}

typedef struct {
	haddr_t addr;
	size_t at;
} place;

static int by_addr(const void *a, const void *b) {
	const place *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* join makes edges of what was found. It is refused where something is referred to that
   was not found. */
static int join(found *f, edge *e, place *places) {
	size_t named = 0, listed = 0;
	for (size_t i = 0; i < f->n; i++) {
		places[i] = (place){f->addr[i], i};
		listed += f->listed[i];
	}
	qsort(places, f->n, sizeof *places, by_addr);
	for (size_t i = 0; i < f->backs_n; i++) {
		place want = {f->backs[i].ref, 0}, *p = bsearch(&want, places, f->n, sizeof *places, by_addr);
		if (!p || !f->listed[p->at] || f->backs[i].dim >= (uint32_t)f->all[p->at].rank)
			return k_refuse(f->r, "a dimension scale is of a dataset that is not copied with it");
		e[i] = (edge){p->at, f->owner[i], f->backs[i].dim};
	}
	qsort(e, f->backs_n, sizeof *e, by_data);
	for (size_t i = 0; i < f->backs_n; i++)
		named += i == 0 || e[i].data != e[i - 1].data;
	return named == listed ? K_OK : k_refuse(f->r, "a dataset has dimension scales that are not copied with it");
}

/* k_renew_scales makes the lists of scales anew in to/name, a copy of from/name: what they
   refer to lies elsewhere there. */
int k_renew_scales(hid_t from, hid_t to, const char *name, k_reply *r) {
	found f = {.code = K_OK, .r = r};
	edge *e = NULL;
	place *places = NULL;
	int code = K_FAIL;
	if (k_visit(from, name, find_scales, &f) < 0)
		code = f.code == K_OK ? K_FAIL : f.code;
	else if (f.n == 0)
		code = K_OK;
	else {
		e = calloc(f.backs_n + 1, sizeof *e);
		places = calloc(f.n, sizeof *places);
		code = e && places ? join(&f, e, places) : K_NOMEM;
		hid_t copy = code == K_OK ? H5Oopen(to, name, H5P_DEFAULT) : -1;
		if (copy >= 0) {
			code = write_edges(copy, f.all, e, f.backs_n);
			H5Oclose(copy);
		} else if (code == K_OK)
			code = K_FAIL;
	}
	k_note(r, code);
	for (size_t i = 0; i < f.n; i++)
		free((char *)f.all[i].name);
	free(f.all);
	free(f.addr);
	free(f.listed);
	free(f.backs);
	free(f.owner);
	free(e);
	free(places);
	return code;
}
