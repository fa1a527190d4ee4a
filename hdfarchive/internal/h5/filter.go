package h5

/*
#include "filter.h"
*/
import "C"

// ShuffleBytes is what the filter Shuffle does to the elements of from, of size bytes
// each: it puts their first bytes first, then their second bytes, and so on. to has
// the length of from and is no part of it.
func ShuffleBytes(to, from []byte, size int) {
	C.k_shuffle((*C.uint8_t)(pointer(to[:len(from)])), (*C.uint8_t)(pointer(from)), C.size_t(len(from)), C.size_t(size))
}

// UnshuffleBytes is the inverse of ShuffleBytes.
func UnshuffleBytes(to, from []byte, size int) {
	C.k_unshuffle((*C.uint8_t)(pointer(to[:len(from)])), (*C.uint8_t)(pointer(from)), C.size_t(len(from)), C.size_t(size))
}

// Adler32 is the checksum at the end of what the filter Deflate makes: hash/adler32 in
// half the time.
func Adler32(b []byte) uint32 {
	return uint32(C.k_adler32((*C.uint8_t)(pointer(b)), C.size_t(len(b))))
}
