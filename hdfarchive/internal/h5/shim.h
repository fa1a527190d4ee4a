/* The C side of package h5: one function per operation, each of which silences
   HDF5's error printing, does its work, collects the error stack as text and
   leaves the library as it found it. Nothing here keeps a pointer it was given. */
#ifndef KLEPTO_H5_SHIM_H
#define KLEPTO_H5_SHIM_H

#include <hdf5.h>
#include <stddef.h>
#include <stdint.h>

/* What an operation returns. */
enum {
	K_OK = 0,
	K_FAIL = -1,    /* HDF5 refused; text holds its error stack */
	K_ABSENT = -2,  /* no such link */
	K_REFUSED = -3, /* text says what this package refuses to open or read */
	K_CHANGED = -4, /* the object is not what the caller took it for */
	K_NOMEM = -5,
	K_EXISTS = -6 /* there is a link of this name */
};

/* Kinds of objects and of links, as out bytes and in k_links. */
enum { K_OTHER = 0, K_GROUP = 1, K_DATASET = 2, K_SOFT = 3, K_EXTERNAL = 4 };

/* k_reply is what an operation hands back besides its code. text and out were
   made by malloc and belong to the caller, who calls k_done. */
typedef struct {
	char *text;
	void *out;
	size_t n;     /* bytes at out */
	int64_t a, b; /* ids and counts, as each function says */
	H5E_auto2_t print;
	void *print_data;
} k_reply;

void k_done(k_reply *r);

/* Used by the C files of this package only. */
void k_enter(k_reply *r);
int k_note(k_reply *r, int code);
int k_leave(k_reply *r, int code);
int k_refuse(k_reply *r, const char *fmt, ...);

/* k_drop closes a type, a space, a list of properties or an attribute, where it is open. */
static inline void k_drop(hid_t id) {
	if (id >= 0)
		H5Idec_ref(id);
}

typedef struct {
	uint8_t *p;
	size_t n, cap;
	int failed;
} k_buf;

void k_put_bytes(k_buf *b, const void *p, size_t n);
void k_put_u8(k_buf *b, uint8_t v);
void k_put_u32(k_buf *b, uint32_t v);
void k_put_u64(k_buf *b, uint64_t v);
void k_put_text(k_buf *b, const char *s);
uint8_t *k_room(k_buf *b, size_t n);
int k_give(k_reply *r, k_buf *b);

/* k_cur reads a request that Go wrote; it stops at the end and says so. */
typedef struct {
	const uint8_t *p, *end;
	int failed;
	int native; /* numbers in the byte order of the machine, not little-endian */
} k_cur;

uint8_t k_u8(k_cur *c);
uint32_t k_u32(k_cur *c);
uint64_t k_u64(k_cur *c);
const char *k_text(k_cur *c);
int k_big_endian(void);
const uint8_t *k_bytes(k_cur *c, size_t n);

/* Types travel in the form that type.go describes. */
hid_t k_type_read(k_cur *c, int depth);
hid_t k_type_lend(k_cur *c, int *own);
int k_types_kept(void);
int k_type_write(k_buf *b, hid_t type, int depth);
int k_is_vlen_string(hid_t type);
hid_t k_raw_type(void);
hid_t k_link_plist(void);
int k_free_name(hid_t loc, const char *name);

H5Z_filter_t k_plugin_of(hid_t plist);
hid_t k_open_data(hid_t loc, const char *name, k_reply *r, int *code);
hid_t k_open_stored(hid_t loc, const char *name, k_reply *r, int *code);
hid_t k_open_hard(hid_t loc, const char *name, k_reply *r, int *code);
hid_t k_open_to_stay(hid_t loc, const char *name, k_reply *r, int *code);
int k_vlen_total(hid_t id, int is_attr, hid_t space, uint64_t budget, uint64_t *total, k_reply *r);
int k_check_strings(hid_t id, const uint8_t *raw, size_t n, uint64_t size, k_reply *r);
int k_write_attr(hid_t obj, k_cur *c, k_reply *r);

/* file.c */
int k_version(unsigned *major, unsigned *minor, unsigned *release);
int64_t k_handles(void);
int k_open(const char *path, int create, int writable, hid_t fapl, k_reply *r);
int k_fapl(int unlocked, int write, k_reply *r);
int k_in_memory(hid_t fapl, k_reply *r);
int k_image(hid_t file, k_reply *r);
int k_close_plist(hid_t id, k_reply *r);
int k_flush(hid_t file, k_reply *r);
int k_reopen(hid_t file, k_reply *r);
int k_threadsafe(void);
int k_fd(hid_t file, hid_t fapl, k_reply *r);
int k_size(hid_t file, k_reply *r);
int k_open_objects(hid_t file, k_reply *r);
int k_open_files(hid_t file, k_reply *r);
int k_close_file(hid_t file, k_reply *r);

/* broken.c */
void k_break(hid_t loc, haddr_t address, k_reply *r);
int k_is_broken(hid_t loc, haddr_t address);
void k_forget_broken(hid_t file);

/* object.c */
int k_open_group(hid_t loc, const char *name, k_reply *r);
int k_new_group(hid_t loc, const char *name, int ordered, const uint8_t *req, size_t n, k_reply *r);
int k_close(hid_t id, k_reply *r);
int k_link(hid_t obj, hid_t loc, const char *name, k_reply *r);
int k_soft_link(hid_t loc, const char *name, const char *path, k_reply *r);
int k_relink(hid_t from, hid_t to, const char *name, k_reply *r);
int k_rename(hid_t loc, const char *from, const char *to, k_reply *r);
int k_unlink(hid_t loc, const char *name, k_reply *r);
int k_exists(hid_t loc, const char *name, k_reply *r);
int k_links(hid_t loc, uint64_t max, k_reply *r);
int k_group_info(hid_t loc, k_reply *r);
int k_set_attrs(hid_t loc, const char *name, const uint8_t *req, size_t n, k_reply *r);
int k_stat(hid_t loc, const char *name, const uint8_t *req, size_t n, int texts, uint64_t max, uint64_t budget, k_reply *r);

/* data.c */
int k_put(hid_t loc, const char *name, const uint8_t *req, size_t n, const void *data, size_t len, k_reply *r);
int k_get(hid_t loc, const char *name, const uint8_t *req, size_t n, int slab, int known, void *buf, size_t len, k_reply *r);
int k_get_strings(hid_t loc, const char *name, uint64_t count, uint64_t budget, k_reply *r);

/* chunk.c */
int k_chunks(hid_t loc, const char *name, uint64_t max, uint64_t row, uint64_t rows, k_reply *r);
int k_read_chunks(hid_t loc, const char *name, const uint8_t *req, size_t n, void *buf, size_t len, k_reply *r);

#endif
