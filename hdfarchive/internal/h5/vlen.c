#include "shim.h"

#include <stdlib.h>
#include <string.h>

/* A string or a list of variable length lies in the file as a length, the address of a heap
   and an index: 16 bytes. HDF5 allocates what the length says before it looks at
   the heap, so a damaged length would cost up to 4 GiB a string. This conversion
   hands out those 16 bytes as they are, and with them the lengths. */
enum { RAW = 16 };

static herr_t as_stored(hid_t src, hid_t dst, H5T_cdata_t *c, size_t n, size_t buf_stride, size_t bkg_stride, void *buf, void *bkg, hid_t dxpl) {
	(void)src, (void)n, (void)buf_stride, (void)bkg_stride, (void)buf, (void)bkg, (void)dxpl;
	if (c->command != H5T_CONV_INIT)
		return 0;
	c->need_bkg = H5T_BKG_NO;
	return H5Tget_size(dst) == RAW ? 0 : -1;
}

/* k_raw_type returns the memory type that asks for the conversion. */
hid_t k_raw_type(void) {
	static int registered;
	hid_t raw = H5Tcreate(H5T_OPAQUE, RAW);
	if (raw < 0 || H5Tset_tag(raw, "klepto: variable-length string as stored") < 0)
		return -1;
	if (!registered) {
		hid_t text = H5Tcopy(H5T_C_S1), list = H5Tvlen_create(H5T_NATIVE_INT);
		registered = text >= 0 && list >= 0 && H5Tset_size(text, H5T_VARIABLE) >= 0 &&
		             H5Tregister(H5T_PERS_SOFT, "klepto_raw", text, raw, as_stored) >= 0 &&
		             H5Tregister(H5T_PERS_SOFT, "klepto_raw_seq", list, raw, as_stored) >= 0;
		k_drop(text), k_drop(list);
		if (!registered) {
			H5Tclose(raw);
			return -1;
		}
	}
	return raw;
}

/* k_vlen_total adds up the lengths of the strings of a dataset or attribute. It
   refuses more than budget bytes, the size of the file, and damaged heaps. */
int k_vlen_total(hid_t id, int is_attr, hid_t space, uint64_t budget, uint64_t *total, k_reply *r) {
	hssize_t n = H5Sget_simple_extent_npoints(space);
	int code = K_FAIL;
	*total = 0;
	if (n < 0)
		return K_FAIL;
	if ((uint64_t)n > budget / RAW)
		return k_refuse(r, "it declares %lld strings, more than the file can hold", (long long)n);
	if (n == 0)
		return K_OK;
	uint8_t *raw = malloc((size_t)n * RAW);
	if (!raw)
		return K_NOMEM;
	hid_t type = k_raw_type();
	if (type >= 0 && (is_attr ? H5Aread(id, type, raw) : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw)) >= 0) {
		for (hssize_t i = 0; i < n; i++) {
			k_cur c = {raw + i * RAW, raw + i * RAW + 4, 0, 0};
			*total += k_u32(&c);
		}
		code = *total <= budget ? k_check_strings(id, raw, (size_t)n, budget, r) : k_refuse(r, "it declares %llu bytes of text, more than the file can hold", (unsigned long long)*total);
	}
	k_note(r, code);
	k_drop(type);
	free(raw);
	return code;
}
