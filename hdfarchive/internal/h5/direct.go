package h5

/*
#include "shim.h"
*/
import "C"

import (
	"os"

	"golang.org/x/sys/unix"
)

// Direct is the Backing that lets HDF5 write the file itself. Commit flushes, and
// with durable calls fsync. A process that dies between two commits leaves the
// file as it was; one that dies within the flush, and a power cut before the fsync
// is done, may leave parts of the last commit only.
type Direct struct {
	fd *os.File // the descriptor of HDF5, duplicated; nil when open for reading
}

func (d *Direct) install(string, C.hid_t) error { return nil }

func (d *Direct) opened(f *File, write bool) error {
	var fd C.int
	err := f.use("descriptor", f.path, func(r *C.k_reply) C.int { return C.k_fd(f.id, 0, r) }, func(r *C.k_reply) { fd = C.int(r.a) })
	if err != nil || !write {
		return err
	}
	// A duplicate, because HDF5 may close its own at any time; one that children
	// do not inherit, because they would keep the lock of the file.
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	d.fd = os.NewFile(uintptr(dup), f.path)
	return nil
}

func (d *Direct) commit(f *File, durable bool) error {
	if err := f.flush(); err != nil || !durable {
		return err
	}
	return d.fd.Sync()
}

func (d *Direct) closed() error {
	if d.fd == nil {
		return nil
	}
	fd := d.fd
	d.fd = nil
	return fd.Close()
}
