/* Copies of objects from one file into another, as they are: types, layouts, filters and
   attributes, without a byte of data being converted. */
#include "copy.h"
#include "scale.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ATTR_BYTES = 1 << 24 };

typedef struct {
	hid_t to;
	uint64_t budget;
	k_reply *r;
	int code;
} attr_copy;

static int copy_data(hid_t from, hid_t to, hid_t type, hid_t space, uint64_t budget, k_reply *r) {
	hssize_t n = H5Sget_simple_extent_npoints(space);
	size_t size = H5Tget_size(type);
	uint64_t total;
	int code = K_FAIL;
	if (n < 0 || size == 0)
		return K_FAIL;
	if (n == 0 || H5Sget_simple_extent_type(space) == H5S_NULL)
		return K_OK;
	if (size > MAX_ATTR_BYTES || (uint64_t)n > MAX_ATTR_BYTES / size)
		return k_refuse(r, "an attribute of %lld elements of %zu bytes is not copied", (long long)n, size);
	int text = k_is_vlen_string(type);
	if (text && (code = k_vlen_total(from, 1, space, budget, &total, r)) != K_OK)
		return code;
	if (!text && (H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_REFERENCE) > 0))
		return k_refuse(r, "an attribute of a group holds lists or references, which are not copied");
	void *data = calloc((size_t)n, size);
	if (!data)
		return K_NOMEM;
	code = H5Aread(from, type, data) >= 0 && H5Awrite(to, type, data) >= 0 ? K_OK : K_FAIL;
	k_note(r, code);
	if (text)
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, data);
	free(data);
	return code;
}

static herr_t copy_attr(hid_t obj, const char *name, const H5A_info_t *info, void *data) {
	attr_copy *c = data;
	(void)info;
	c->code = K_FAIL;
	hid_t from = H5Aopen(obj, name, H5P_DEFAULT), to = -1;
	hid_t type = from < 0 ? -1 : H5Aget_type(from), space = from < 0 ? -1 : H5Aget_space(from), plist = from < 0 ? -1 : H5Aget_create_plist(from);
	if (type >= 0 && space >= 0 && plist >= 0 && (to = H5Acreate2(c->to, name, type, space, plist, H5P_DEFAULT)) >= 0)
		c->code = copy_data(from, to, type, space, c->budget, c->r);
	k_note(c->r, c->code);
	k_drop(to), k_drop(plist), k_drop(space), k_drop(type), k_drop(from);
	return c->code == K_OK ? 0 : -1;
}

static int copy_attrs(hid_t from, hid_t to, uint64_t budget, k_reply *r) {
	attr_copy c = {to, budget, r, K_OK};
	hsize_t at = 0;
	if (H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &at, copy_attr, &c) < 0)
		return c.code == K_OK ? K_FAIL : c.code;
	return K_OK;
}

/* k_copy_attrs copies the attributes of an open group to another. */
int k_copy_attrs(hid_t from, hid_t to, uint64_t budget, k_reply *r) {
	k_enter(r);
	return k_leave(r, copy_attrs(from, to, budget, r));
}

/* The creation list of a group that HDF5 returns names the heaps of that group, and a
   group made by it would look for its links there. So what counts is taken over. */
static hid_t group_plist(hid_t group) {
	unsigned order = 0;
	hid_t old = H5Gget_create_plist(group), p = old < 0 ? -1 : H5Pcreate(H5P_GROUP_CREATE);
	if (p >= 0 && (H5Pset_obj_track_times(p, 0) < 0 || H5Pget_link_creation_order(old, &order) < 0 || H5Pset_link_creation_order(p, order) < 0)) {
		H5Pclose(p);
		p = -1;
	}
	k_drop(old);
	return p;
}

/* k_copy_group makes a group like the child of from in to, with its attributes and
   without its children; a = its id. */
int k_copy_group(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r) {
	int code;
	k_enter(r);
	hid_t own = k_open_hard(from, name, r, &code), plist = -1, made = -1;
	if (own < 0)
		return k_leave(r, code);
	code = K_FAIL;
	plist = group_plist(own);
	if (plist >= 0 && (made = H5Gcreate2(to, name, k_link_plist(), plist, H5P_DEFAULT)) >= 0)
		code = copy_attrs(own, made, budget, r);
	k_note(r, code);
	k_drop(plist);
	H5Oclose(own);
	if (code != K_OK && made >= 0)
		H5Gclose(made);
	r->a = made;
	return k_leave(r, code);
}

static herr_t refers(hid_t obj, const char *name, const H5A_info_t *info, void *data) {
	int *scales = data;
	(void)info;
	if (k_is_scale_list(name) && H5Iget_type(obj) == H5I_DATASET) {
		*scales = 1;
		return 0;
	}
	hid_t attr = H5Aopen(obj, name, H5P_DEFAULT), type = attr < 0 ? -1 : H5Aget_type(attr);
	htri_t yes = type < 0 ? -1 : H5Tdetect_class(type, H5T_REFERENCE);
	k_drop(type), k_drop(attr);
	return yes;
}

/* visit stops with 1 at an object that refers to others: a copy would lose that. Of
   dimension scales it only tells: their lists can be made anew. */
static herr_t visit(hid_t obj, const char *name, const H5O_info_t *info, void *data) {
	hsize_t at = 0;
	hid_t id = H5Oopen(obj, name, H5P_DEFAULT);
	if (id < 0)
		return -1;
	herr_t yes = info->num_attrs > 0 ? H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_NATIVE, &at, refers, data) : 0;
	if (yes == 0 && info->type == H5O_TYPE_DATASET) {
		hid_t type = H5Dget_type(id);
		yes = type < 0 ? -1 : H5Tdetect_class(type, H5T_REFERENCE);
		k_drop(type);
	}
	H5Oclose(id);
	return yes;
}

static int copy_link(hid_t from, hid_t to, const char *name, const H5L_info_t *link, k_reply *r) {
	const char *file, *path;
	unsigned flags;
	int code = K_FAIL;
	if (link->type != H5L_TYPE_SOFT && link->type != H5L_TYPE_EXTERNAL)
		return k_refuse(r, "%.100s is a link of a kind that is not copied", name);
	char *value = calloc(1, link->u.val_size + 1);
	if (!value)
		return K_NOMEM;
	if (H5Lget_val(from, name, value, link->u.val_size, H5P_DEFAULT) >= 0) {
		if (link->type == H5L_TYPE_SOFT)
			code = H5Lcreate_soft(value, to, name, k_link_plist(), H5P_DEFAULT) < 0 ? K_FAIL : K_OK;
		else if (H5Lunpack_elink_val(value, link->u.val_size, &flags, &file, &path) >= 0)
			code = H5Lcreate_external(file, path, to, name, k_link_plist(), H5P_DEFAULT) < 0 ? K_FAIL : K_OK;
	}
	free(value);
	return code;
}

/* k_copy_object copies a child of from, with all that is below it, into to. */
int k_copy_object(hid_t from, hid_t to, const char *name, k_reply *r) {
	H5L_info_t link;
	int scales = 0;
	k_enter(r);
	if (H5Lget_info(from, name, &link, H5P_DEFAULT) < 0)
		return k_leave(r, K_FAIL);
	if (link.type != H5L_TYPE_HARD)
		return k_leave(r, copy_link(from, to, name, &link, r));
	herr_t refs = k_visit(from, name, visit, &scales);
	if (refs < 0)
		return k_leave(r, K_FAIL);
	if (refs > 0)
		return k_leave(r, k_refuse(r, "%.100s holds references to other objects, which a copy would lose; h5repack keeps them", name));
	if (H5Ocopy(from, name, to, name, H5P_DEFAULT, k_link_plist()) < 0)
		return k_leave(r, K_FAIL);
	return k_leave(r, scales ? k_renew_scales(from, to, name, r) : K_OK);
}
