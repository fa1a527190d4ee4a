#include "shim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1500 };

/* The setting that prints errors belongs to an OS thread, and Go moves calls
   between threads: so every operation sets it, and puts back what it found. */
void k_enter(k_reply *r) {
	memset(r, 0, sizeof *r);
	H5Eget_auto2(H5E_DEFAULT, &r->print, &r->print_data);
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	H5Eclear2(H5E_DEFAULT);
}

static herr_t collect(unsigned n, const H5E_error2_t *e, void *data) {
	char *text = data;
	size_t have = strlen(text);
	(void)n;
	if (e->desc && e->desc[0] && have + 8 < TEXT)
		snprintf(text + have, TEXT - have, "%s%s: %s", have ? "; " : "", e->func_name ? e->func_name : "?", e->desc);
	return 0;
}

/* k_note keeps the reason of a failure, which the next call of HDF5 wipes out. */
int k_note(k_reply *r, int code) {
	if (code == K_FAIL && !r->text) {
		char text[TEXT] = "";
		H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect, text);
		r->text = strdup(text[0] ? text : "no reason given");
	}
	return code;
}

int k_leave(k_reply *r, int code) {
	k_note(r, code);
	if (code != K_OK) {
		free(r->out);
		r->out = NULL;
		r->n = 0;
	}
	H5Eclear2(H5E_DEFAULT);
	H5Eset_auto2(H5E_DEFAULT, r->print, r->print_data);
	return code;
}

int k_refuse(k_reply *r, const char *fmt, ...) {
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	free(r->text);
	r->text = strdup(text);
	return K_REFUSED;
}

void k_done(k_reply *r) {
	free(r->text);
	free(r->out);
	r->text = NULL;
	r->out = NULL;
	r->n = 0;
}
