/* The types of other programs: described as they lie in the file, for Go to take their
   bytes apart. */
#include "foreign.h"

#include <stdlib.h>
#include <string.h>

/* The classes, as foreign.go numbers them. */
enum { F_NONE, F_INT, F_FLOAT, F_STRING, F_VLSTR, F_OPAQUE, F_COMPOUND, F_ENUM, F_ARRAY, F_VLEN, F_BITS, F_REF, F_REGION, F_TIME };
enum { F_SIGNED = 1, F_BIG = 2, F_UTF8 = 4, F_IMPLIED = 8 };
enum { MAX_DEPTH = 32, MAX_MEMBERS = 1 << 16, MAX_TYPE = 1 << 22, STORED_VLEN = 16 };
static void put_head(k_buf *b, uint8_t class, uint8_t flags, size_t size) {
	k_put_u8(b, class);
	k_put_u8(b, flags);
	k_put_u32(b, (uint32_t)size);
}

/* put_given writes a text that HDF5 has made, and frees it. */
static void put_given(k_buf *b, char *s) {
	k_put_text(b, s ? s : "");
	if (s)
		H5free_memory(s);
}

static hid_t put_none(k_buf *b, hid_t t, size_t *size) {
	*size = H5Tget_size(t);
	put_head(b, F_NONE, (uint8_t)H5Tget_class(t), *size);
	return -1;
}

static hid_t put_number(k_buf *b, hid_t t, uint8_t class, size_t *size) {
	H5T_order_t order = H5Tget_order(t);
	uint8_t flags = order == H5T_ORDER_BE ? F_BIG : 0;
	if (*size > 1024 || (order != H5T_ORDER_LE && order != H5T_ORDER_BE && !(order == H5T_ORDER_NONE && *size == 1)))
		return put_none(b, t, size);
	if (class == F_INT && H5Tget_sign(t) == H5T_SGN_2)
		flags |= F_SIGNED;
	if (class == F_FLOAT && H5Tget_norm(t) == H5T_NORM_IMPLIED)
		flags |= F_IMPLIED;
	put_head(b, class, flags, *size);
	k_put_u32(b, (uint32_t)H5Tget_offset(t));
	k_put_u32(b, (uint32_t)H5Tget_precision(t));
	if (class == F_FLOAT) {
		size_t sign = 0, epos = 0, esize = 0, mpos = 0, msize = 0;
		H5Tget_fields(t, &sign, &epos, &esize, &mpos, &msize);
		k_put_u32(b, (uint32_t)sign);
		k_put_u32(b, (uint32_t)epos);
		k_put_u32(b, (uint32_t)esize);
		k_put_u32(b, (uint32_t)mpos);
		k_put_u32(b, (uint32_t)msize);
		k_put_u64(b, H5Tget_ebias(t));
	}
	return H5Tcopy(t);
}

static hid_t put_enum(k_buf *b, hid_t t, size_t *size) {
	int n = H5Tget_nmembers(t);
	if (*size > 8 || n < 0 || n > MAX_MEMBERS)
		return put_none(b, t, size);
	hid_t base = H5Tget_super(t);
	put_head(b, F_ENUM, 0, *size);
	k_put_u32(b, (uint32_t)n);
	for (int i = 0; i < n; i++) {
		uint8_t v[8] = {0};
		put_given(b, H5Tget_member_name(t, (unsigned)i));
		if (H5Tget_member_value(t, (unsigned)i, v) < 0)
			b->failed = 1;
		k_put_bytes(b, v, 8); /* in the order of the base */
	}
	hid_t raw = base < 0 ? -1 : put_number(b, base, F_INT, size);
	k_drop(raw), k_drop(base);
	if (raw < 0)
		b->failed = 1;
	return raw < 0 ? -1 : H5Tcopy(t);
}

typedef struct {
	unsigned i;
	size_t offset;
} place;

static int by_offset(const void *a, const void *b) {
	size_t x = ((const place *)a)->offset, y = ((const place *)b)->offset;
	return x < y ? -1 : x > y;
}

/* A compound in memory differs from the one in the file where a string of variable
   length is 8 bytes, not 16: the offsets behind it move. Here they move back. */
static hid_t put_compound(k_buf *b, hid_t t, int depth, size_t *size) {
	int n = H5Tget_nmembers(t);
	if (n < 1 || n > MAX_MEMBERS)
		return put_none(b, t, size);
	hid_t *raw = calloc((size_t)n, sizeof *raw), out = -1;
	size_t *at = calloc((size_t)n, sizeof *at), total = *size, grown = 0;
	place *order = calloc((size_t)n, sizeof *order);
	k_buf members = {0};
	int whole = raw && at && order;
	for (int i = 0; whole && i < n; i++) {
		raw[i] = -1;
		order[i] = (place){(unsigned)i, H5Tget_member_offset(t, (unsigned)i)};
	}
	if (!whole)
		b->failed = 1;
	else
		qsort(order, (size_t)n, sizeof *order, by_offset);
	for (int k = 0; !b->failed && k < n; k++) {
		unsigned i = order[k].i;
		hid_t m = H5Tget_member_type(t, i);
		size_t stored = 0, in_memory = m < 0 ? 0 : H5Tget_size(m);
		put_given(&members, H5Tget_member_name(t, i));
		at[i] = order[k].offset + grown;
		k_put_u32(&members, (uint32_t)at[i]);
		raw[i] = m < 0 ? -1 : k_foreign_type(&members, m, depth + 1, &stored);
		if (m < 0 || stored < in_memory)
			members.failed = 1;
		else
			grown += stored - in_memory;
		whole = whole && raw[i] >= 0;
		k_drop(m);
		if (members.failed || members.n > MAX_TYPE || grown > UINT32_MAX)
			b->failed = 1;
	}
	*size = total + grown;
	put_head(b, F_COMPOUND, 0, *size);
	k_put_u32(b, (uint32_t)n);
	k_put_bytes(b, members.p, members.n);
	if (whole && !b->failed)
		out = H5Tcreate(H5T_COMPOUND, *size);
	for (int i = 0; raw && i < n; i++) {
		char *name = out >= 0 ? H5Tget_member_name(t, (unsigned)i) : NULL;
		if (out >= 0 && (!name || H5Tinsert(out, name, at[i], raw[i]) < 0)) {
			H5Tclose(out);
			out = -1;
		}
		if (name)
			H5free_memory(name);
		if (raw[i] >= 0)
			H5Tclose(raw[i]);
	}
	free(members.p);
	free(order);
	free(at);
	free(raw);
	return out;
}

static hid_t put_array(k_buf *b, hid_t t, int depth, size_t *size) {
	hsize_t dims[H5S_MAX_RANK];
	int n = H5Tget_array_ndims(t);
	if (n < 1 || n > H5S_MAX_RANK || H5Tget_array_dims2(t, dims) < 0)
		return put_none(b, t, size);
	hid_t base = H5Tget_super(t), raw = -1, out = -1;
	size_t each = base < 0 ? 0 : H5Tget_size(base);
	k_buf inner = {0};
	if (each == 0 || *size % each != 0)
		b->failed = 1;
	else {
		size_t count = *size / each;
		raw = k_foreign_type(&inner, base, depth + 1, &each);
		*size = each * count;
	}
	put_head(b, F_ARRAY, 0, *size);
	k_put_u32(b, (uint32_t)n);
	for (int i = 0; i < n; i++)
		k_put_u64(b, dims[i]);
	k_put_bytes(b, inner.p, inner.n);
	if (inner.failed || *size > UINT32_MAX)
		b->failed = 1;
	if (raw >= 0 && !b->failed)
		out = H5Tarray_create2(raw, (unsigned)n, dims);
	k_drop(raw), k_drop(base);
	free(inner.p);
	return out;
}

hid_t k_foreign_type(k_buf *b, hid_t t, int depth, size_t *size) {
	H5T_class_t class = H5Tget_class(t);
	*size = H5Tget_size(t);
	if (*size == 0 || *size > UINT32_MAX || depth > MAX_DEPTH || class < 0 || b->n > MAX_TYPE) {
		b->failed = 1;
		return -1;
	}
	switch (class) {
	case H5T_INTEGER:
		return put_number(b, t, F_INT, size);
	case H5T_FLOAT:
		return put_number(b, t, F_FLOAT, size);
	case H5T_BITFIELD:
		return put_number(b, t, F_BITS, size);
	case H5T_TIME:
		return put_number(b, t, F_TIME, size);
	case H5T_STRING:
		if (H5Tis_variable_str(t) > 0) {
			*size = STORED_VLEN;
			put_head(b, F_VLSTR, H5Tget_cset(t) == H5T_CSET_UTF8 ? F_UTF8 : 0, *size);
			return k_raw_type();
		}
		put_head(b, F_STRING, H5Tget_cset(t) == H5T_CSET_UTF8 ? F_UTF8 : 0, *size);
		k_put_u8(b, (uint8_t)H5Tget_strpad(t));
		return H5Tcopy(t);
	case H5T_OPAQUE:
		put_head(b, F_OPAQUE, 0, *size);
		put_given(b, H5Tget_tag(t));
		return H5Tcopy(t);
	case H5T_REFERENCE:
		if (H5Tequal(t, H5T_STD_REF_OBJ) > 0 && *size == 8) {
			put_head(b, F_REF, 0, *size);
			return H5Tcopy(t);
		}
		if (H5Tequal(t, H5T_STD_REF_DSETREG) > 0 && *size == 12) {
			put_head(b, F_REGION, 0, *size);
			return H5Tcopy(t);
		}
		return put_none(b, t, size);
	case H5T_ENUM:
		return put_enum(b, t, size);
	case H5T_COMPOUND:
		return put_compound(b, t, depth, size);
	case H5T_ARRAY:
		return put_array(b, t, depth, size);
	case H5T_VLEN: {
		hid_t base = H5Tget_super(t);
		size_t each = 0;
		*size = STORED_VLEN;
		put_head(b, F_VLEN, 0, *size);
		hid_t raw = base < 0 ? -1 : k_foreign_type(b, base, depth + 1, &each);
		if (base < 0)
			b->failed = 1;
		k_drop(raw), k_drop(base);
		return k_raw_type();
	}
	default:
		return put_none(b, t, size);
	}
}
