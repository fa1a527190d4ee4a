package h5

/*
#include "shim.h"
*/
import "C"

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// FileOptions say how a file is opened. Nil opens it for reading.
type FileOptions struct {
	Write   bool    // for reading and writing
	Create  bool    // a new file; it is an error when there is one
	Backing Backing // nil: Direct
	// Unlocked opens without the lock of HDF5, for files that are complete before
	// they get their name and never change. Before HDF5 1.10.7 it has no effect.
	Unlocked bool
}

// Backing decides how what HDF5 writes reaches the disk. Its methods are called
// one at a time, commit without the lock of the library.
type Backing interface {
	// install changes the access list that path will be opened with.
	install(path string, fapl C.hid_t) error
	// opened is called once the file is open, with write access or not.
	opened(f *File, write bool) error
	// commit makes all that was written survive the death of the process, and
	// with durable a power cut.
	commit(f *File, durable bool) error
	// closed is called after the file was closed.
	closed() error
}

// File is an open HDF5 file. Its methods may be called concurrently.
type File struct {
	path    string
	write   bool
	backing Backing

	mu     sync.RWMutex // held for writing by Close
	id     C.hid_t      // 0 when closed
	driver C.int64_t    // the address of HDF5's driver of the file, 0 where it is of another kind
}

// Open opens or creates a file.
func Open(path string, o *FileOptions) (*File, error) {
	if o == nil {
		o = &FileOptions{}
	}
	f := &File{path: path, write: o.Write || o.Create, backing: o.Backing}
	if f.backing == nil {
		f.backing = new(Direct)
	}
	if strings.ContainsRune(path, 0) {
		return nil, &Error{Op: "open", Name: path, Err: ErrRefused, Text: "the path holds a NUL byte"}
	}
	if !o.Create {
		if err := probe(path); err != nil {
			return nil, err
		}
	}
	var fapl C.hid_t
	var unlocked, create, write C.int
	if o.Unlocked {
		unlocked = 1
	}
	if o.Create {
		create = 1
	}
	if f.write {
		write = 1
	}
	if err := call("open", path, func(r *C.k_reply) C.int { return C.k_fapl(unlocked, write, r) }, func(r *C.k_reply) { fapl = C.hid_t(r.a) }); err != nil {
		return nil, err
	}
	defer func() { // the list is only a list: the file is open, or failed to, without it
		_ = call("close access list", path, func(r *C.k_reply) C.int { return C.k_close_plist(fapl, r) }, nil)
	}()
	if err := f.backing.install(path, fapl); err != nil {
		return nil, err
	}
	err := call("open", path, func(r *C.k_reply) C.int { return C.k_open(cstring(path), create, write, fapl, r) },
		func(r *C.k_reply) { f.id = C.hid_t(r.a) })
	if err != nil {
		if why := f.backing.closed(); why != nil {
			return nil, why // HDF5 says the same, around it
		}
		return nil, openError(err)
	}
	if err = f.backing.opened(f, f.write); err == nil {
		err = f.findDriver()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// probe tells a file that is not HDF5 from one that is damaged, and gives the
// errors of the operating system their own form.
func probe(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return &Error{Op: "open", Name: path, Err: ErrNotHDF5, Text: "it is a folder"}
	}
	if !st.Mode().IsRegular() {
		return &Error{Op: "open", Name: path, Err: ErrNotHDF5, Text: "it is no regular file"}
	}
	ok, err := IsHDF5(path)
	if err != nil {
		return err
	}
	if !ok {
		return &Error{Op: "open", Name: path, Err: ErrNotHDF5}
	}
	return nil
}

// signature begins an HDF5 file, or stands at 512 or a doubling of it behind a
// user block. Reading it needs no lock of the library, nor of the file.
const signature = "\x89HDF\r\n\x1a\n"

// IsHDF5 tells whether the file at path has the signature of HDF5.
func IsHDF5(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	buf := make([]byte, len(signature))
	for at := int64(0); ; at = max(512, 2*at) {
		if n, _ := f.ReadAt(buf, at); n < len(buf) {
			return false, nil // a short read is the end of the file
		}
		if string(buf) == signature {
			return true, nil
		}
	}
}

// openError finds in the error stack what the caller can act on.
func openError(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case strings.Contains(e.Text, "unable to lock file"), strings.Contains(e.Text, "file is already open"):
		e.Err = ErrLocked
	case strings.Contains(e.Text, "errno = 13,"), strings.Contains(e.Text, "errno = 30,"), strings.Contains(e.Text, "errno = 1,"):
		e.Err = fs.ErrPermission // EACCES, EROFS, EPERM
	case strings.Contains(e.Text, "errno = 2,"):
		e.Err = fs.ErrNotExist
	case strings.Contains(e.Text, "errno = 17,"):
		e.Err = fs.ErrExist
	}
	return e
}

// use runs f unless the file is closed; Close waits for it.
func (f *File) use(op, name string, do func(r *C.k_reply) C.int, after func(r *C.k_reply)) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.id == 0 {
		return &Error{Op: op, Name: name, Err: ErrClosed}
	}
	return call(op, name, do, after)
}

// Path returns the path the file was opened with.
func (f *File) Path() string { return f.path }

// Writable tells whether the file is open for writing.
func (f *File) Writable() bool { return f.write }

// Size returns how large the file is, in bytes, including what was not yet flushed.
func (f *File) Size() (n int64, err error) {
	err = f.use("size", "", func(r *C.k_reply) C.int { return C.k_size(f.id, r) }, func(r *C.k_reply) { n = int64(r.a) })
	return n, err
}

// OpenObjects returns how many groups, datasets, types and attributes are open.
func (f *File) OpenObjects() (n int, err error) {
	err = f.use("count", "", func(r *C.k_reply) C.int { return C.k_open_objects(f.id, r) }, func(r *C.k_reply) { n = int(r.a) })
	return n, err
}

// Commit makes all that was written survive the death of the process, and with
// durable a power cut.
func (f *File) Commit(durable bool) error { return f.backing.commit(f, durable) }

func (f *File) flush() error {
	return f.use("flush", f.path, func(r *C.k_reply) C.int { return C.k_flush(f.id, r) }, nil)
}

// Reopen returns another number of the same open file for another package that
// uses the library, which has to close it. That package does not hold the lock of
// this one, so the library must bring its own; where it does not, the error is
// ErrRefused.
func (f *File) Reopen() (id int64, err error) {
	lib.Lock()
	safe := C.k_threadsafe() != 0
	lib.Unlock()
	if !safe {
		return 0, &Error{Op: "reopen", Name: f.path, Err: ErrRefused, Text: "this build of HDF5 is not thread-safe"}
	}
	err = f.use("reopen", f.path, func(r *C.k_reply) C.int { return C.k_reopen(f.id, r) }, func(r *C.k_reply) { id = int64(r.a) })
	return id, err
}

// Lent tells whether another package has the file open by the id that Reopen gave it.
func (f *File) Lent() (yes bool, err error) {
	err = f.use("count", f.path, func(r *C.k_reply) C.int { return C.k_open_files(f.id, r) }, func(r *C.k_reply) { yes = r.a > 1 })
	return yes, err
}

// Close closes the file and all that is open in it. A second Close does nothing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == 0 {
		return nil
	}
	err := call("close", f.path, func(r *C.k_reply) C.int { return C.k_close_file(f.id, r) }, nil)
	f.id = 0
	return errors.Join(err, f.backing.closed())
}
