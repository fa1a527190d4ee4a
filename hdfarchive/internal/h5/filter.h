/* Steps of HDF5's filters on bytes in memory, which need no lock. */
#ifndef KLEPTO_FILTER_H
#define KLEPTO_FILTER_H

#include <stddef.h>
#include <stdint.h>

void k_shuffle(uint8_t *to, const uint8_t *from, size_t len, size_t size);
void k_unshuffle(uint8_t *to, const uint8_t *from, size_t len, size_t size);
uint32_t k_adler32(const uint8_t *p, size_t n);

#endif
