#include "shim.h"

#include <stdlib.h>
#include <string.h>

/* The classes of the form that type.go describes. */
enum { T_OTHER, T_INT, T_FLOAT, T_STRING, T_VLSTR, T_OPAQUE, T_COMPOUND, T_ENUM, T_ARRAY };
enum { F_SIGNED = 1, F_BIG = 2, F_UTF8 = 4 };
enum { MAX_DEPTH = 8, MAX_MEMBERS = 4096 };

int k_big_endian(void) {
	uint16_t one = 1;
	return *(uint8_t *)&one == 0;
}

/* one_number is a type of the library itself, not to be closed. */
static hid_t one_number(const k_cur *c, uint8_t class, uint8_t flags, uint32_t size) {
	int big = c->native ? k_big_endian() : flags & F_BIG;
	if (class == T_FLOAT)
		switch (size) {
		case 4: return big ? H5T_IEEE_F32BE : H5T_IEEE_F32LE;
		case 8: return big ? H5T_IEEE_F64BE : H5T_IEEE_F64LE;
		default: return -1;
		}
	switch (size) {
	case 1: return flags & F_SIGNED ? H5T_STD_I8LE : H5T_STD_U8LE;
	case 2: return flags & F_SIGNED ? (big ? H5T_STD_I16BE : H5T_STD_I16LE) : (big ? H5T_STD_U16BE : H5T_STD_U16LE);
	case 4: return flags & F_SIGNED ? (big ? H5T_STD_I32BE : H5T_STD_I32LE) : (big ? H5T_STD_U32BE : H5T_STD_U32LE);
	case 8: return flags & F_SIGNED ? (big ? H5T_STD_I64BE : H5T_STD_I64LE) : (big ? H5T_STD_U64BE : H5T_STD_U64LE);
	default: return -1;
	}
}

static hid_t number(const k_cur *c, uint8_t class, uint8_t flags, uint32_t size) {
	hid_t t = one_number(c, class, flags, size);
	return t < 0 ? t : H5Tcopy(t);
}

static hid_t text(uint8_t flags, size_t size) {
	hid_t t = H5Tcopy(H5T_C_S1);
	if (t >= 0 && (H5Tset_size(t, size) < 0 || H5Tset_cset(t, flags & F_UTF8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) < 0 ||
	               (size != H5T_VARIABLE && H5Tset_strpad(t, H5T_STR_NULLPAD) < 0))) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

static hid_t texts = -1, bytes = -1; /* what k_type_lend lends, of the size that was last asked for */

/* k_types_kept is how many types live as long as the library. */
int k_types_kept(void) { return (texts >= 0) + (bytes >= 0); }

/* k_type_lend is k_type_read for types that are used often: *own is 0 where the type is one of
   the library or of this function, good until the next call, and the caller closes it
   otherwise. What it made each time took as long as the rest of an attribute. */
hid_t k_type_lend(k_cur *c, int *own) {
	k_cur ahead = *c;
	uint8_t class = k_u8(&ahead), flags = k_u8(&ahead);
	uint32_t size = k_u32(&ahead);
	hid_t t = -1;
	*own = 0;
	if (!ahead.failed && (class == T_INT || class == T_FLOAT))
		t = one_number(c, class, flags, size);
	else if (!ahead.failed && size > 0 && ((class == T_STRING && flags == F_UTF8) || class == T_OPAQUE)) {
		hid_t *kept = class == T_STRING ? &texts : &bytes;
		if (*kept < 0)
			*kept = class == T_STRING ? text(flags, size) : H5Tcreate(H5T_OPAQUE, size);
		if (*kept >= 0 && H5Tset_size(*kept, size) >= 0)
			t = *kept;
	}
	if (t >= 0) {
		*c = ahead;
		return t;
	}
	*own = 1;
	return k_type_read(c, 0);
}

/* k_type_read builds the type that a request describes; the caller closes it. */
hid_t k_type_read(k_cur *c, int depth) {
	uint8_t class = k_u8(c), flags = k_u8(c);
	uint32_t size = k_u32(c), n;
	hid_t t = -1, m;
	if (c->failed || depth > MAX_DEPTH)
		return -1;
	switch (class) {
	case T_INT:
	case T_FLOAT:
		return number(c, class, flags, size);
	case T_STRING:
		return size ? text(flags, size) : -1;
	case T_VLSTR:
		return text(flags, H5T_VARIABLE);
	case T_OPAQUE:
		return size ? H5Tcreate(H5T_OPAQUE, size) : -1;
	case T_ENUM:
		n = k_u32(c);
		m = number(c, T_INT, flags, size);
		t = m < 0 ? -1 : H5Tenum_create(m);
		k_drop(m);
		for (uint32_t i = 0; t >= 0 && i < n; i++) {
			const char *name = k_text(c);
			int64_t v = (int64_t)k_u64(c);
			int8_t small = (int8_t)v;
			/* Only booleans are written, and those are one byte wide. */
			if (c->failed || size != 1 || H5Tenum_insert(t, name, &small) < 0)
				c->failed = 1;
			if (c->failed)
				break;
		}
		break;
	case T_COMPOUND:
		n = k_u32(c);
		t = size ? H5Tcreate(H5T_COMPOUND, size) : -1;
		for (uint32_t i = 0; t >= 0 && i < n; i++) {
			const char *name = k_text(c);
			uint32_t off = k_u32(c);
			m = k_type_read(c, depth + 1);
			if (m < 0 || H5Tinsert(t, name, off, m) < 0)
				c->failed = 1;
			k_drop(m);
			if (c->failed)
				break;
		}
		break;
	case T_ARRAY: {
		hsize_t dims[H5S_MAX_RANK];
		n = k_u32(c);
		if (n < 1 || n > H5S_MAX_RANK)
			return -1;
		for (uint32_t i = 0; i < n; i++)
			dims[i] = k_u64(c);
		m = k_type_read(c, depth + 1);
		t = m < 0 ? -1 : H5Tarray_create2(m, n, dims);
		k_drop(m);
		break;
	}
	}
	if (t >= 0 && c->failed) {
		H5Tclose(t);
		t = -1;
	}
	return t;
}

static int standard(hid_t t, uint32_t size, uint8_t *flags) {
	static const struct { int size, big; } all[] = {{4, 0}, {8, 0}, {4, 1}, {8, 1}};
	hid_t same[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE};
	for (int i = 0; i < 4; i++)
		if ((int)size == all[i].size && H5Tequal(t, same[i]) > 0) {
			*flags = all[i].big ? F_BIG : 0;
			return 1;
		}
	return 0;
}

static int whole(hid_t t, uint32_t size, uint8_t *flags) {
	*flags = (H5Tget_sign(t) == H5T_SGN_2 ? F_SIGNED : 0) | (H5Tget_order(t) == H5T_ORDER_BE ? F_BIG : 0);
	return H5Tget_precision(t) == 8 * (size_t)size && H5Tget_offset(t) == 0 && (size == 1 || size == 2 || size == 4 || size == 8);
}

static void head(k_buf *b, uint8_t class, uint8_t flags, uint32_t size) {
	k_put_u8(b, class);
	k_put_u8(b, flags);
	k_put_u32(b, size);
}

/* k_type_write describes a type of a file. What Go has no use for is T_OTHER. */
int k_type_write(k_buf *b, hid_t t, int depth) {
	size_t full = H5Tget_size(t);
	H5T_class_t class = H5Tget_class(t);
	uint32_t size = (uint32_t)full;
	uint8_t flags = 0;
	int n;
	if (full == 0 || full > UINT32_MAX || depth > MAX_DEPTH || class < 0)
		return K_FAIL;
	switch (class) {
	case H5T_INTEGER:
		if (!whole(t, size, &flags))
			break;
		head(b, T_INT, flags, size);
		return K_OK;
	case H5T_FLOAT:
		if (!standard(t, size, &flags))
			break;
		head(b, T_FLOAT, flags, size);
		return K_OK;
	case H5T_STRING:
		flags = H5Tget_cset(t) == H5T_CSET_UTF8 ? F_UTF8 : 0;
		head(b, H5Tis_variable_str(t) > 0 ? T_VLSTR : T_STRING, flags, size);
		return K_OK;
	case H5T_OPAQUE:
		head(b, T_OPAQUE, 0, size);
		return K_OK;
	case H5T_ENUM: {
		hid_t base = H5Tget_super(t);
		int ok = base >= 0 && size == 1 && whole(base, size, &flags);
		k_drop(base);
		n = H5Tget_nmembers(t);
		if (!ok || n < 0 || n > MAX_MEMBERS)
			break;
		head(b, T_ENUM, flags, size);
		k_put_u32(b, (uint32_t)n);
		for (int i = 0; i < n; i++) {
			int8_t v = 0;
			char *name = H5Tget_member_name(t, (unsigned)i);
			if (!name)
				return K_FAIL;
			k_put_text(b, name);
			H5free_memory(name);
			if (H5Tget_member_value(t, (unsigned)i, &v) < 0)
				return K_FAIL;
			k_put_u64(b, (uint64_t)(int64_t)v);
		}
		return K_OK;
	}
	case H5T_COMPOUND:
		n = H5Tget_nmembers(t);
		if (n < 0 || n > MAX_MEMBERS)
			return K_FAIL;
		head(b, T_COMPOUND, 0, size);
		k_put_u32(b, (uint32_t)n);
		for (int i = 0; i < n; i++) {
			char *name = H5Tget_member_name(t, (unsigned)i);
			if (!name)
				return K_FAIL;
			k_put_text(b, name);
			H5free_memory(name);
			k_put_u32(b, (uint32_t)H5Tget_member_offset(t, (unsigned)i));
			hid_t m = H5Tget_member_type(t, (unsigned)i);
			int code = m < 0 ? K_FAIL : k_type_write(b, m, depth + 1);
			k_drop(m);
			if (code != K_OK)
				return code;
		}
		return K_OK;
	case H5T_ARRAY: {
		hsize_t dims[H5S_MAX_RANK];
		n = H5Tget_array_ndims(t);
		if (n < 1 || n > H5S_MAX_RANK || H5Tget_array_dims2(t, dims) < 0)
			return K_FAIL;
		head(b, T_ARRAY, 0, size);
		k_put_u32(b, (uint32_t)n);
		for (int i = 0; i < n; i++)
			k_put_u64(b, dims[i]);
		hid_t base = H5Tget_super(t);
		int code = base < 0 ? K_FAIL : k_type_write(b, base, depth + 1);
		k_drop(base);
		return code;
	}
	default:
		break;
	}
	head(b, T_OTHER, (uint8_t)class, size);
	return K_OK;
}

int k_is_vlen_string(hid_t t) { return H5Tget_class(t) == H5T_STRING && H5Tis_variable_str(t) > 0; }
