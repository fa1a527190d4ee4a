#include "shim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Strings of variable length lie in global heap collections, which carry no checksum.
   HDF5 trusts them: a block of zeros makes it loop for ever, an object longer than the
   string that refers to it makes it write beyond its buffer. So a collection is checked
   here before HDF5 reads it.

     collection  "GCOL", version 1, 3 zeros, u64 size of the whole, objects
     object      u16 index, u16 references, u32 zero, u64 size, data padded to 8
     index 0     the free rest; its size counts the header, and is left out below 16 bytes */
enum { HEAD = 16, CACHED = 16 };

typedef struct {
	uint64_t addr;
	uint64_t *size; /* by index; UINT64_MAX where there is no object */
	size_t n;
} collection;

typedef struct {
	hid_t file;
	uint64_t budget; /* bytes that may yet be read */
	collection have[CACHED];
	unsigned next;
} heaps;

/* raw_read reads bytes of the file as its driver sees them. A driver of our own
   hands itself out as its handle; that of HDF5 its descriptor. */
static int raw_read(hid_t file, uint64_t addr, void *buf, size_t n) {
	int code = K_FAIL;
	void *handle = NULL;
	hsize_t block = 0;
	hid_t fapl = H5Fget_access_plist(file), fcpl = H5Fget_create_plist(file);
	if (fapl >= 0 && fcpl >= 0 && H5Fget_vfd_handle(file, fapl, &handle) >= 0 && handle && H5Pget_userblock(fcpl, &block) >= 0) {
		if (H5Pget_driver(fapl) != H5FD_SEC2) {
			if (H5FDread(handle, H5FD_MEM_DEFAULT, H5P_DEFAULT, block + addr, n, buf) >= 0)
				code = K_OK;
		} else {
			size_t done = 0;
			while (done < n) {
				ssize_t got = pread(*(int *)handle, (char *)buf + done, n - done, (off_t)(block + addr + done));
				if (got > 0)
					done += (size_t)got;
				else if (got == 0 || errno != EINTR)
					break;
			}
			if (done == n)
				code = K_OK;
		}
	}
	k_drop(fcpl), k_drop(fapl);
	return code;
}

/* parse walks a collection as HDF5 does, and stops where that would go wrong. */
static int parse(collection *c, const uint8_t *p, uint64_t total) {
	uint64_t at = HEAD;
	while (total - at >= HEAD) {
		k_cur cur = {p + at, p + at + HEAD, 0, 0};
		unsigned index = k_u8(&cur);
		index |= (unsigned)k_u8(&cur) << 8;
		k_u8(&cur), k_u8(&cur), k_u32(&cur);
		uint64_t size = k_u64(&cur), left = total - at;
		if (index == 0) {
			if (size < HEAD || size > left)
				return 0;
			at += size;
			continue;
		}
		if (size > left - HEAD || ((size + 7) & ~7ull) > left - HEAD)
			return 0;
		if (index >= c->n) {
			size_t n = index + 1;
			uint64_t *bigger = realloc(c->size, n * sizeof *bigger);
			if (!bigger)
				return 0;
			while (c->n < n)
				bigger[c->n++] = UINT64_MAX;
			c->size = bigger;
		}
		c->size[index] = size;
		at += HEAD + ((size + 7) & ~7ull);
	}
	return 1;
}

static int load(heaps *h, collection *c, uint64_t addr) {
	uint8_t head[HEAD], *all = NULL;
	free(c->size);
	memset(c, 0, sizeof *c);
	if (raw_read(h->file, addr, head, HEAD) != K_OK || memcmp(head, "GCOL\1", 5) != 0)
		return 0;
	k_cur cur = {head + 8, head + HEAD, 0, 0};
	uint64_t size = k_u64(&cur);
	if (size < HEAD || size > h->budget)
		return 0;
	h->budget -= size;
	all = malloc(size);
	int ok = all && raw_read(h->file, addr, all, size) == K_OK && parse(c, all, size);
	free(all);
	if (ok)
		c->addr = addr;
	return ok;
}

static collection *find(heaps *h, uint64_t addr) {
	for (int i = 0; i < CACHED; i++)
		if (h->have[i].size && h->have[i].addr == addr)
			return &h->have[i];
	collection *c = &h->have[h->next++ % CACHED];
	return load(h, c, addr) ? c : NULL;
}

/* k_check_strings holds n references, as stored, against the heaps they point into:
   32-bit length, 64-bit address, 32-bit index. size is that of the file. */
int k_check_strings(hid_t id, const uint8_t *raw, size_t n, uint64_t size, k_reply *r) {
	/* HDF5 fills up to 16 collections at a time, so one is seldom read twice. */
	heaps h = {.file = H5Iget_file_id(id), .budget = 4 * size + 4096};
	int code = h.file < 0 ? K_FAIL : K_OK;
	for (size_t i = 0; i < n && code == K_OK; i++) {
		k_cur cur = {raw + 16 * i, raw + 16 * i + 16, 0, 0};
		uint32_t len = k_u32(&cur);
		uint64_t addr = k_u64(&cur);
		uint32_t index = k_u32(&cur);
		if (len == 0)
			continue;
		collection *c = find(&h, addr);
		if (!c || index >= c->n || c->size[index] != len)
			code = k_refuse(r, "the heap that holds its strings is damaged");
	}
	for (int i = 0; i < CACHED; i++)
		free(h.have[i].size);
	if (h.file >= 0)
		H5Fclose(h.file);
	return code;
}
