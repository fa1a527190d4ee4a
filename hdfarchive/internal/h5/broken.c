#include "shim.h"

#include <stdlib.h>

/* Objects whose header HDF5 could not read. It keeps the first part of such a header and
   takes that for the whole when it is asked again: what the rest held, the members of a
   group say, would be missing without an error. So this package asks once. */
static struct {
	unsigned long file; /* a number that no other open file has had */
	haddr_t address;
} *broken;
static size_t count;

static unsigned long file_of(hid_t loc) {
	H5O_info_t info;
	return H5Oget_info(loc, &info) < 0 ? 0 : info.fileno;
}

/* k_break remembers an object, and why it could not be opened. */
void k_break(hid_t loc, haddr_t address, k_reply *r) {
	k_note(r, K_FAIL);
	void *more = realloc(broken, (count + 1) * sizeof *broken);
	if (!more)
		return;
	broken = more;
	broken[count].file = file_of(loc);
	broken[count++].address = address;
}

int k_is_broken(hid_t loc, haddr_t address) {
	unsigned long file = count ? file_of(loc) : 0;
	for (size_t i = 0; i < count; i++)
		if (broken[i].address == address && broken[i].file == file)
			return 1;
	return 0;
}

/* k_forget_broken is called before a file is closed. */
void k_forget_broken(hid_t file) {
	unsigned long number = count ? file_of(file) : 0;
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (broken[i].file != number)
			broken[kept++] = broken[i];
	count = kept;
}
