/* GCC makes vectors of loops at this level only, clang at any. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#include "filter.h"

#include <string.h>

/* How many elements are moved at a time: where planes are a power of two apart, their bytes would
   drive each other out of the cache. */
enum { LANE = 512 };

/* Loops over a size that is a constant are compiled to move many elements at once. The bytes that have
   the same place in their elements lie side by side, n of them, and `apart` from those of the next place. */
#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void split(uint8_t *restrict to, size_t apart, const uint8_t *restrict from, size_t n, size_t size) {
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < size; k++)
			to[k * apart + i] = from[i * size + k];
}

ALWAYS void join(uint8_t *restrict to, const uint8_t *restrict from, size_t apart, size_t n, size_t size) {
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < size; k++)
			to[i * size + k] = from[k * apart + i];
}

ALWAYS void split_lanes(uint8_t *to, size_t apart, const uint8_t *from, size_t n, size_t size) {
	uint8_t lane[16 * LANE];
	split(lane, LANE, from, n, size);
	for (size_t k = 0; k < size; k++)
		memcpy(to + k * apart, lane + k * LANE, n);
}

static void split_any(uint8_t *to, size_t apart, const uint8_t *from, size_t n, size_t size) {
	for (size_t k = 0; k < size; k++)
		for (size_t i = 0; i < n; i++)
			to[k * apart + i] = from[i * size + k];
}

static void join_any(uint8_t *to, const uint8_t *from, size_t apart, size_t n, size_t size) {
	for (size_t k = 0; k < size; k++)
		for (size_t i = 0; i < n; i++)
			to[i * size + k] = from[k * apart + i];
}

/* k_shuffle puts the first bytes of all elements first, then the second bytes, and so on. What is
   left over beside whole elements stays at the end. */
void k_shuffle(uint8_t *to, const uint8_t *from, size_t len, size_t size) {
	size_t all = len / size;
	for (size_t at = 0; at < all; at += LANE) {
		size_t n = all - at < LANE ? all - at : LANE;
		const uint8_t *p = from + at * size;
		switch (size) {
		case 2: split_lanes(to + at, all, p, n, 2); break;
		case 4: split_lanes(to + at, all, p, n, 4); break;
		case 8: split_lanes(to + at, all, p, n, 8); break;
		case 16: split_lanes(to + at, all, p, n, 16); break;
		default: split_any(to + at, all, p, n, size);
		}
	}
	memcpy(to + all * size, from + all * size, len - all * size);
}

void k_unshuffle(uint8_t *to, const uint8_t *from, size_t len, size_t size) {
	size_t all = len / size;
	for (size_t at = 0; at < all; at += LANE) {
		size_t n = all - at < LANE ? all - at : LANE;
		uint8_t *p = to + at * size;
		switch (size) {
		case 2: join(p, from + at, all, n, 2); break;
		case 4: join(p, from + at, all, n, 4); break;
		case 8: join(p, from + at, all, n, 8); break;
		case 16: join(p, from + at, all, n, 16); break;
		default: join_any(p, from + at, all, n, size);
		}
	}
	memcpy(to + all * size, from + all * size, len - all * size);
}

/* The checksum of RFC 1950, of eight bytes at a time: a word is added up as lanes of 16 bits, its even
   bytes in one sum and its odd ones in another. */
uint32_t k_adler32(const uint8_t *p, size_t n) {
	enum {
		BASE = 65521, /* the largest prime below 65536 */
		RUN = 21 * 8  /* the sums of sums of 21 words fit a lane: 255 * (0 + 1 + ... + 20) < 65536 */
	};
	const uint64_t low = 0x00ff00ff00ff00ffu;
	uint64_t s1 = 1, s2 = 0;
	while (n >= 8) {
		size_t run = n < RUN ? n / 8 * 8 : RUN;
		uint64_t even = 0, odd = 0, evens = 0, odds = 0; /* sums, and the sums of what they were before each word */
		s2 += s1 * run;
		n -= run;
		for (const uint8_t *end = p + run; p < end; p += 8) {
			uint64_t word = 0;
			for (int i = 0; i < 8; i++)
				word |= (uint64_t)p[i] << 8 * i;
			evens += even, odds += odd;
			even += word & low, odd += word >> 8 & low;
		}
		for (int k = 0; k < 4; k++) {
			uint64_t a = even >> 16 * k & 0xffff, b = odd >> 16 * k & 0xffff;
			uint64_t before = (evens >> 16 * k & 0xffff) + (odds >> 16 * k & 0xffff);
			s1 += a + b;
			/* Byte i of a word counts 8 - i times in its own word, and 8 times in each that follows. */
			s2 += 8 * before + (uint64_t)(8 - 2 * k) * a + (uint64_t)(7 - 2 * k) * b;
		}
		s1 %= BASE;
		s2 %= BASE;
	}
	for (; n > 0; n--) {
		s1 += *p++;
		s2 += s1;
	}
	return (uint32_t)(s2 % BASE << 16 | s1 % BASE);
}
