#include "table.h"

/* A table is a one-dimensional dataset in chunks that stays open, with the type of
   its rows. What is written to it is in the file after the next flush. */

/* k_table_open opens a table of rows of the type in req. a = id of the dataset,
   b = id of the type. */
int k_table_open(hid_t loc, const char *name, const uint8_t *req, size_t n, k_reply *r) {
	k_cur c = {req, req + n, 0, 0};
	hid_t type = -1, plist = -1;
	int code;
	k_enter(r);
	hid_t id = k_open_to_stay(loc, name, r, &code);
	if (id < 0)
		return k_leave(r, code);
	code = K_CHANGED;
	if (H5Iget_type(id) != H5I_DATASET)
		goto out;
	code = K_FAIL;
	type = k_type_read(&c, 0);
	plist = H5Dget_create_plist(id);
	if (type < 0 || plist < 0)
		goto out;
	if (H5Pget_layout(plist) == H5D_CHUNKED && H5Pget_nfilters(plist) == 0)
		code = K_OK;
	else
		code = k_refuse(r, "%.100s is no table: its data are not in chunks without filters", name);
out:
	k_note(r, code);
	k_drop(plist);
	if (code != K_OK && type >= 0)
		H5Tclose(type);
	if (code != K_OK)
		H5Oclose(id);
	r->a = id;
	r->b = type;
	return k_leave(r, code);
}

int k_table_close(hid_t id, hid_t type, k_reply *r) {
	k_enter(r);
	int code = k_note(r, H5Dclose(id) < 0 ? K_FAIL : K_OK);
	H5Tclose(type);
	return k_leave(r, code);
}

/* k_table_rows reads rows from row at on, or writes them, and makes the table longer
   where they go beyond its end. */
int k_table_rows(hid_t id, hid_t type, uint64_t at, uint64_t rows, void *buf, size_t len, int write, k_reply *r) {
	hsize_t have, off = at, count = rows;
	hid_t file = -1, mem = -1;
	int code = K_FAIL;
	k_enter(r);
	file = H5Dget_space(id);
	if (file < 0)
		goto out;
	code = K_CHANGED;
	if (H5Sget_simple_extent_ndims(file) != 1 || H5Sget_simple_extent_dims(file, &have, NULL) < 0 || at > have ||
	    (!write && rows > have - at) || (uint64_t)len != rows * H5Tget_size(type))
		goto out;
	code = rows == 0 ? K_OK : K_FAIL;
	if (rows == 0)
		goto out;
	if (write && at + rows > have) {
		hsize_t want = at + rows;
		H5Sclose(file);
		file = H5Dset_extent(id, &want) < 0 ? -1 : H5Dget_space(id);
	}
	mem = H5Screate_simple(1, &count, NULL);
	if (file < 0 || mem < 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, &off, NULL, &count, NULL) < 0)
		goto out;
	if ((write ? H5Dwrite(id, type, mem, file, H5P_DEFAULT, buf) : H5Dread(id, type, mem, file, H5P_DEFAULT, buf)) >= 0)
		code = K_OK;
out:
	k_note(r, code);
	k_drop(mem), k_drop(file);
	return k_leave(r, code);
}

int k_table_resize(hid_t id, uint64_t rows, k_reply *r) {
	hsize_t want = rows;
	k_enter(r);
	return k_leave(r, H5Dset_extent(id, &want) < 0 ? K_FAIL : K_OK);
}
