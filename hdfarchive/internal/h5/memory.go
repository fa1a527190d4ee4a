package h5

/*
#include "shim.h"
*/
import "C"

import "os"

// Memory is the Backing of a new file that HDF5 makes in memory, until WriteTo. HDF5
// does not survive the failed write of a chunk unharmed, as on a full disk: it keeps a
// number of the dataset, whose memory it frees and touches when the process exits.
type Memory struct{}

func (Memory) install(path string, fapl C.hid_t) error {
	return call("open", path, func(r *C.k_reply) C.int { return C.k_in_memory(fapl, r) }, nil)
}

func (Memory) opened(*File, bool) error { return nil }

func (Memory) commit(f *File, _ bool) error { return f.flush() }

func (Memory) closed() error { return nil }

// consistency is where a superblock of version 2 says that a writer has the file open.
const consistency = 11

// WriteTo writes the file, as it is now, to a path where there is none.
func (f *File) WriteTo(path string) error {
	if err := f.flush(); err != nil {
		return err
	}
	var image []byte
	err := f.use("copy", f.path, func(r *C.k_reply) C.int { return C.k_image(f.id, r) }, func(r *C.k_reply) { image = out(r) })
	if err != nil {
		return err
	}
	// HDF5 takes the mark out of the copy, but not out of its checksum. To open and
	// close the copy does both.
	image[consistency] = 1
	if err := os.WriteFile(path, image, 0o666); err != nil {
		return err
	}
	written, err := Open(path, &FileOptions{Write: true, Unlocked: true})
	if err != nil {
		return err
	}
	return written.Close()
}
