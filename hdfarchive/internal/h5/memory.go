package h5

/*
#include "shim.h"
*/
import "C"

// Memory is the Backing of a new file that HDF5 makes in memory, and Image hands out:
// no disk can fail it. HDF5 does not survive the failed write of a chunk unharmed: it
// keeps a number of the dataset, whose memory it frees and touches at the next exit.
type Memory struct{}

func (Memory) install(path string, fapl C.hid_t) error {
	return call("open", path, func(r *C.k_reply) C.int { return C.k_in_memory(fapl, r) }, nil)
}

func (Memory) opened(*File, bool) error { return nil }

func (Memory) commit(f *File, _ bool) error { return f.flush() }

func (Memory) closed() error { return nil }

// Image returns the bytes of the file as it is now.
func (f *File) Image() (b []byte, err error) {
	err = f.use("copy", f.path, func(r *C.k_reply) C.int { return C.k_image(f.id, r) }, func(r *C.k_reply) { b = out(r) })
	return b, err
}
