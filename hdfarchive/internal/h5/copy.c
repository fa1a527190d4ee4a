/* Copies of objects from one file into another, as they are: types, layouts, filters and
   attributes, without a byte of data being converted. */
#include "copy.h"
#include "scale.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ATTR_BYTES = 1 << 24, MAX_DEPTH = 64, MIN_OBJECT = 16 /* bytes */ };

/* A copy under way. What is of a kind that is not known here is K_CHANGED: HDF5 has to copy it. */
typedef struct {
	hid_t to;
	uint64_t budget, left; /* bytes of the file; objects that may still come */
	int depth, scales, code;
	k_reply *r;
} copy;

/* varies tells whether elements of a type have parts of variable length. */
static int varies(hid_t type) {
	int yes = 0;
	switch (H5Tget_class(type)) {
	case H5T_STRING:
		return H5Tis_variable_str(type) != 0;
	case H5T_COMPOUND:
		for (int i = H5Tget_nmembers(type); i > 0 && !yes; i--) {
			hid_t member = H5Tget_member_type(type, (unsigned)i - 1);
			yes = member < 0 || varies(member);
			k_drop(member);
		}
		return yes;
	case H5T_ARRAY: {
		hid_t element = H5Tget_super(type);
		yes = element < 0 || varies(element);
		k_drop(element);
		return yes;
	}
	default:
		return H5Tdetect_class(type, H5T_VLEN) != 0;
	}
}

static int check_type(hid_t type, k_reply *r) {
	H5T_class_t class = H5Tget_class(type);
	if (H5Tcommitted(type) != 0)
		return K_CHANGED;
	if (class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_STRING || class == H5T_OPAQUE)
		return K_OK;
	if (H5Tdetect_class(type, H5T_REFERENCE) != 0)
		return k_refuse(r, "it holds references to other objects, which a copy would lose; h5repack keeps them");
	return varies(type) ? K_CHANGED : K_OK;
}

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

/* utf8_name is the list of attributes whose names are UTF-8; it lives as long as the library. */
static hid_t utf8_name(void) {
	static hid_t p = -1;
	if (p < 0) {
		p = H5Pcreate(H5P_ATTRIBUTE_CREATE);
		if (p >= 0)
			H5Pset_char_encoding(p, H5T_CSET_UTF8);
	}
	return p;
}

static herr_t copy_attr(hid_t obj, const char *name, const H5A_info_t *info, void *data) {
	copy *c = data;
	if (k_is_scale_list(name) && H5Iget_type(obj) == H5I_DATASET) {
		c->scales = 1; /* k_renew_scales makes it anew */
		return 0;
	}
	c->code = K_FAIL;
	hid_t from = H5Aopen(obj, name, H5P_DEFAULT), to = -1;
	hid_t type = from < 0 ? -1 : H5Aget_type(from), space = from < 0 ? -1 : H5Aget_space(from);
	hid_t plist = info->cset == H5T_CSET_UTF8 ? utf8_name() : H5P_DEFAULT; /* H5Aget_create_plist takes longer than the rest */
	if (type >= 0 && space >= 0 && plist >= 0 && (c->code = check_type(type, c->r)) == K_OK) {
		to = H5Acreate2(c->to, name, type, space, plist, H5P_DEFAULT);
		c->code = to < 0 ? K_FAIL : copy_data(from, to, type, space, c->budget, c->r);
	}
	k_note(c->r, c->code);
	k_drop(to), k_drop(space), k_drop(type), k_drop(from);
	return c->code == K_OK ? 0 : -1;
}

/* copy_attrs copies the attributes of an open object to c->to. */
static int copy_attrs(hid_t from, copy *c) {
	hsize_t at = 0;
	c->code = K_OK;
	if (H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &at, copy_attr, c) < 0)
		return c->code == K_OK ? K_FAIL : c->code;
	return K_OK;
}

/* known is for what HDF5 cannot copy either. */
static int known(int code, k_reply *r) {
	return code == K_CHANGED ? k_refuse(r, "an attribute of a group is of a kind that is not copied") : code;
}

/* k_copy_attrs copies the attributes of an open group to another, which has none of them. */
int k_copy_attrs(hid_t from, hid_t to, uint64_t budget, k_reply *r) {
	copy c = {.to = to, .budget = budget, .r = r};
	k_enter(r);
	return k_leave(r, known(copy_attrs(from, &c), r));
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

/* copy_group makes a group like an open one, with its attributes and without its
   children. */
static int copy_group(hid_t from, const char *name, copy *c, hid_t *made) {
	copy own = *c;
	hid_t plist = group_plist(from);
	int code = K_FAIL;
	own.to = *made = plist < 0 ? -1 : H5Gcreate2(c->to, name, k_link_plist(), plist, H5P_DEFAULT);
	if (*made >= 0)
		code = copy_attrs(from, &own);
	k_note(c->r, code);
	k_drop(plist);
	return code;
}

/* k_copy_group copies a child of from, a group, without its children; a = its id. */
int k_copy_group(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r) {
	copy c = {.to = to, .budget = budget, .r = r};
	int code;
	k_enter(r);
	hid_t own = k_open_hard(from, name, r, &code), made;
	if (own < 0)
		return k_leave(r, code);
	code = known(copy_group(own, name, &c, &made), r);
	H5Oclose(own);
	if (code != K_OK && made >= 0)
		H5Gclose(made);
	r->a = made;
	return k_leave(r, code);
}

/* check_storage looks whether the data of a dataset lie in the file, past filters that are known. */
static int check_storage(hid_t plist) {
	H5D_layout_t layout = H5Pget_layout(plist);
	if (layout != H5D_CHUNKED)
		return layout == H5D_VIRTUAL || (layout == H5D_CONTIGUOUS && H5Pget_external_count(plist) != 0) ? K_CHANGED : K_OK;
	return k_plugin_of(plist) == 0 && k_copies_chunks() ? K_OK : K_CHANGED;
}

static int copy_set(hid_t from, const char *name, copy *c) {
	copy own = *c;
	hid_t type = H5Dget_type(from), space = H5Dget_space(from), plist = H5Dget_create_plist(from), made = -1;
	int code = K_FAIL;
	if (type >= 0 && space >= 0 && plist >= 0 && (code = check_type(type, c->r)) == K_OK &&
	    (code = check_storage(plist)) == K_OK) {
		code = K_FAIL;
		if (H5Pset_obj_track_times(plist, 0) >= 0)
			own.to = made = H5Dcreate2(c->to, name, type, space, k_link_plist(), plist, H5P_DEFAULT);
		if (made >= 0)
			code = k_copy_data(from, made, type, space, plist, c->budget, c->r);
		if (code == K_OK)
			code = copy_attrs(from, &own);
		c->scales |= own.scales;
	}
	k_note(c->r, code);
	if (made >= 0 && H5Dclose(made) < 0 && code == K_OK)
		code = k_note(c->r, K_FAIL);
	k_drop(plist), k_drop(space), k_drop(type);
	return code;
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

/* copy_strange leaves to HDF5 what is of a kind that copy_tree does not know. */
static int copy_strange(hid_t from, hid_t to, const char *name, int *scales, k_reply *r) {
	herr_t refs = k_visit(from, name, visit, scales);
	if (refs > 0)
		return k_refuse(r, "%.100s holds references to other objects, which a copy would lose; h5repack keeps them", name);
	return refs < 0 || H5Ocopy(from, name, to, name, H5P_DEFAULT, k_link_plist()) < 0 ? K_FAIL : K_OK;
}

static int copy_tree(hid_t from, const char *name, copy *c);

static herr_t copy_child(hid_t from, const char *name, const H5L_info_t *info, void *data) {
	copy *c = data;
	(void)info;
	c->code = copy_tree(from, name, c);
	return c->code == K_OK ? 0 : -1;
}

/* copy_tree copies a child of from, with all that is below it, into c->to. H5Ocopy does
   so too, but frees a type twice where it cannot read or write all data, as on a full
   disk, and the program dies (1.10.8). */
static int copy_tree(hid_t from, const char *name, copy *c) {
	H5L_info_t link;
	hsize_t at = 0;
	int code;
	if (H5Lget_info(from, name, &link, H5P_DEFAULT) < 0)
		return K_FAIL;
	if (link.type != H5L_TYPE_HARD)
		return copy_link(from, c->to, name, &link, c->r);
	if (c->left-- == 0 || c->depth >= MAX_DEPTH)
		return k_refuse(c->r, "%.100s is in itself, or many times in one group", name);
	hid_t id = k_open_hard(from, name, c->r, &code);
	if (id < 0)
		return code;
	switch (H5Iget_type(id)) {
	case H5I_DATASET:
		code = copy_set(id, name, c);
		break;
	case H5I_GROUP: {
		copy below = *c;
		below.depth++;
		code = copy_group(id, name, c, &below.to);
		below.code = K_OK;
		if (code == K_OK && H5Literate(id, H5_INDEX_NAME, H5_ITER_NATIVE, &at, copy_child, &below) < 0)
			code = below.code == K_OK ? K_FAIL : below.code;
		c->left = below.left;
		c->scales |= below.scales;
		k_note(c->r, code);
		if (below.to >= 0)
			H5Gclose(below.to);
		break;
	}
	default:
		code = K_CHANGED;
	}
	H5Oclose(id);
	return code;
}

/* k_copy_object copies a child of from, with all that is below it, into to. */
int k_copy_object(hid_t from, hid_t to, const char *name, uint64_t budget, k_reply *r) {
	copy c = {.to = to, .budget = budget, .left = budget / MIN_OBJECT, .r = r};
	k_enter(r);
	int code = copy_tree(from, name, &c);
	if (code == K_CHANGED && (H5Lexists(to, name, H5P_DEFAULT) == 0 || H5Ldelete(to, name, H5P_DEFAULT) >= 0))
		code = copy_strange(from, to, name, &c.scales, r);
	return k_leave(r, code == K_OK && c.scales ? k_renew_scales(from, to, name, r) : code);
}
