#include "header.h"

/* a = address of the H5FD_t of a file whose handle is that, as the journal's is; it belongs
   to the file and is good as long as that is open. 0 for a file with a user block, in which
   the addresses of links are not those of the driver. */
int k_driver(hid_t file, k_reply *r) {
	void *driver = NULL;
	hsize_t block = 0;
	k_enter(r);
	hid_t fcpl = H5Fget_create_plist(file);
	int code = fcpl >= 0 && H5Pget_userblock(fcpl, &block) >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &driver) >= 0 && driver ? K_OK : K_FAIL;
	if (code == K_OK && block == 0)
		r->a = (int64_t)(intptr_t)driver;
	k_note(r, code);
	k_drop(fcpl);
	return k_leave(r, code);
}

/* look reads what of len bytes lies before the end of the file, and returns how many. */
static size_t look(void *driver, haddr_t addr, void *buf, size_t len) {
	haddr_t end = H5FDget_eoa(driver, H5FD_MEM_OHDR);
	if (end == HADDR_UNDEF || addr >= end)
		return 0;
	if (len > end - addr)
		len = end - addr;
	return H5FDread(driver, H5FD_MEM_OHDR, H5P_DEFAULT, addr, len, buf) < 0 ? 0 : len;
}

/* k_header reads what lies where the header of a child begins. a = how many bytes, 0 where
   there are none or the child is behind no hard link; b = where. */
int k_header(hid_t loc, const char *name, void *driver, void *buf, size_t len, k_reply *r) {
	H5L_info_t link;
	k_enter(r);
	if (H5Lget_info(loc, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD) {
		r->a = (int64_t)look(driver, link.u.address, buf, len);
		r->b = (int64_t)link.u.address;
	}
	return k_leave(r, K_OK);
}

/* a = bytes that were read from addr on. */
int k_look(void *driver, uint64_t addr, void *buf, size_t len, k_reply *r) {
	k_enter(r);
	r->a = (int64_t)look(driver, addr, buf, len);
	return k_leave(r, K_OK);
}
