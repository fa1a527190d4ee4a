#include "shim.h"

#include <stdlib.h>
#include <string.h>

/* Requests and replies are little-endian, whatever the machine. */

/* k_room makes n bytes at the end for the caller to fill, or returns NULL. */
uint8_t *k_room(k_buf *b, size_t n) {
	if (b->failed)
		return NULL;
	if (b->cap - b->n < n) {
		size_t cap = b->cap ? 2 * b->cap : 512;
		while (cap - b->n < n)
			cap *= 2;
		uint8_t *q = realloc(b->p, cap);
		if (!q) {
			b->failed = 1;
			return NULL;
		}
		b->p = q;
		b->cap = cap;
	}
	uint8_t *at = b->p + b->n;
	b->n += n;
	return at;
}

void k_put_bytes(k_buf *b, const void *p, size_t n) {
	uint8_t *to = k_room(b, n);
	if (to && n)
		memcpy(to, p, n);
}

void k_put_u8(k_buf *b, uint8_t v) { k_put_bytes(b, &v, 1); }

void k_put_u32(k_buf *b, uint32_t v) {
	uint8_t t[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
	k_put_bytes(b, t, 4);
}

void k_put_u64(k_buf *b, uint64_t v) {
	k_put_u32(b, (uint32_t)v);
	k_put_u32(b, (uint32_t)(v >> 32));
}

/* Texts are a length and the bytes with a final NUL, which both sides use. */
void k_put_text(k_buf *b, const char *s) {
	size_t n = strlen(s);
	k_put_u32(b, (uint32_t)n);
	k_put_bytes(b, s, n + 1);
}

int k_give(k_reply *r, k_buf *b) {
	if (b->failed) {
		free(b->p);
		return K_NOMEM;
	}
	r->out = b->p;
	r->n = b->n;
	return K_OK;
}

const uint8_t *k_bytes(k_cur *c, size_t n) {
	if (c->failed || (size_t)(c->end - c->p) < n) {
		c->failed = 1;
		return NULL;
	}
	const uint8_t *p = c->p;
	c->p += n;
	return p;
}

uint8_t k_u8(k_cur *c) {
	const uint8_t *p = k_bytes(c, 1);
	return p ? p[0] : 0;
}

uint32_t k_u32(k_cur *c) {
	const uint8_t *p = k_bytes(c, 4);
	return p ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

uint64_t k_u64(k_cur *c) {
	uint64_t lo = k_u32(c);
	return lo | (uint64_t)k_u32(c) << 32;
}

const char *k_text(k_cur *c) {
	uint32_t n = k_u32(c);
	const char *s = (const char *)k_bytes(c, (size_t)n + 1);
	if (!s || s[n] != 0) {
		c->failed = 1;
		return "";
	}
	return s;
}
