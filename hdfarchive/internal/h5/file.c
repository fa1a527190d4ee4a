#include "shim.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int k_version(unsigned *major, unsigned *minor, unsigned *release) {
	return H5get_libversion(major, minor, release) < 0 ? K_FAIL : K_OK;
}

/* k_handles counts the open files, groups, datasets, types and attributes of the process,
   but those that are kept for good. */
int64_t k_handles(void) { return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) - k_types_kept(); }

static herr_t unlock(hid_t fapl) {
#if H5_VERSION_GE(1, 10, 7)
	return H5Pset_file_locking(fapl, 0, 1);
#else
	(void)fapl;
	return 0;
#endif
}

/* The headers of some 8,000 small objects. HDF5 begins with 2 MiB and takes long to see
   that objects read at random want more. In a file that is written to it is a sixteenth, the
   least that HDF5 has: each flush walks over all that is cached, so that commits would become
   slower and slower. Small entries are read past the cache, see header.go. */
enum { METADATA_CACHE = 16 << 20, METADATA_CACHE_OF_WRITER = 1 << 20 };

static herr_t cache_metadata(hid_t fapl, int write) {
	H5AC_cache_config_t c;
	c.version = H5AC__CURR_CACHE_CONFIG_VERSION;
	if (H5Pget_mdc_config(fapl, &c) < 0)
		return -1;
	c.set_initial_size = 1;
	c.initial_size = METADATA_CACHE;
	if (write)
		c.initial_size = c.min_size = c.max_size = METADATA_CACHE_OF_WRITER;
	return H5Pset_mdc_config(fapl, &c);
}

/* k_fapl makes a file access list (a). Low V18: superblock 2, whose metadata carry
   checksums and which 1.8 still reads. Never low LATEST at creation: the file would
   be marked as open for writing, and after a crash refuse every reader. Closing a
   file closes what was opened in it. */
int k_fapl(int unlocked, int write, k_reply *r) {
	k_enter(r);
	hid_t p = H5Pcreate(H5P_FILE_ACCESS);
	if (p < 0)
		return k_leave(r, K_FAIL);
	if (H5Pset_libver_bounds(p, H5F_LIBVER_V18, H5F_LIBVER_LATEST) < 0 || H5Pset_fclose_degree(p, H5F_CLOSE_STRONG) < 0 || cache_metadata(p, write) < 0 || (unlocked && unlock(p) < 0)) {
		k_note(r, K_FAIL);
		H5Pclose(p);
		return k_leave(r, K_FAIL);
	}
	r->a = p;
	return k_leave(r, K_OK);
}

/* The file stays in memory and has no other form. */
int k_in_memory(hid_t fapl, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Pset_fapl_core(fapl, 1 << 16, 0) < 0 ? K_FAIL : K_OK);
}

/* out = the bytes of the file, flushed before */
int k_image(hid_t file, k_reply *r) {
	k_enter(r);
	ssize_t n = H5Fget_file_image(file, NULL, 0);
	if (n <= 0)
		return k_leave(r, K_FAIL);
	if (!(r->out = malloc((size_t)n)))
		return k_leave(r, K_NOMEM);
	if (H5Fget_file_image(file, r->out, (size_t)n) != n)
		return k_leave(r, K_FAIL);
	r->n = (size_t)n;
	return k_leave(r, K_OK);
}

int k_close_plist(hid_t id, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Pclose(id) < 0 ? K_FAIL : K_OK);
}

/* a = id of the file. create makes a file that must not exist. */
int k_open(const char *path, int create, int writable, hid_t fapl, k_reply *r) {
	k_enter(r);
	r->a = create ? H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, fapl) : H5Fopen(path, writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, fapl);
	return k_leave(r, r->a < 0 ? K_FAIL : K_OK);
}

/* a = another id of the same open file. */
int k_reopen(hid_t file, k_reply *r) {
	k_enter(r);
	r->a = H5Freopen(file);
	return k_leave(r, r->a < 0 ? K_FAIL : K_OK);
}

int k_threadsafe(void) {
	hbool_t yes = 0;
	return H5is_library_threadsafe(&yes) >= 0 && yes;
}

int k_flush(hid_t file, k_reply *r) {
	k_enter(r);
	return k_leave(r, H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? K_FAIL : K_OK);
}

/* a = file descriptor. Only drivers whose handle is one may be asked. */
int k_fd(hid_t file, hid_t fapl, k_reply *r) {
	void *handle = NULL;
	k_enter(r);
	if (H5Fget_vfd_handle(file, fapl, &handle) < 0 || !handle)
		return k_leave(r, K_FAIL);
	r->a = *(int *)handle;
	fcntl(*(int *)handle, F_SETFD, FD_CLOEXEC); /* a child would hold the file's lock */
	return k_leave(r, K_OK);
}

/* a = size in bytes. */
int k_size(hid_t file, k_reply *r) {
	hsize_t n = 0;
	k_enter(r);
	if (H5Fget_filesize(file, &n) < 0)
		return k_leave(r, K_FAIL);
	r->a = n > INT64_MAX ? INT64_MAX : (int64_t)n;
	return k_leave(r, K_OK);
}

/* a = objects open in the file besides itself. */
int k_open_objects(hid_t file, k_reply *r) {
	k_enter(r);
	ssize_t n = H5Fget_obj_count(file, H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR | H5F_OBJ_LOCAL);
	r->a = n;
	return k_leave(r, n < 0 ? K_FAIL : K_OK);
}

/* a = ids of the same open file, this one among them. */
int k_open_files(hid_t file, k_reply *r) {
	k_enter(r);
	ssize_t n = H5Fget_obj_count(file, H5F_OBJ_FILE);
	r->a = n;
	return k_leave(r, n < 0 ? K_FAIL : K_OK);
}

/* Where HDF5 cannot write the rest of a file, as on a full disk, it closes it and keeps its
   number, of which it would die when it closes all that is open at the end of a C program.
   (A program in Go ends without that.) */
__attribute__((constructor)) static void close_nothing_at_exit(void) { H5dont_atexit(); }

int k_close_file(hid_t file, k_reply *r) {
	k_enter(r);
	k_forget_broken(file);
	return k_leave(r, H5Fclose(file) < 0 ? K_FAIL : K_OK);
}
