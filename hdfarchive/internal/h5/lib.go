package h5

/*
#cgo pkg-config: hdf5
#cgo CFLAGS: -std=gnu11 -O2 -Wall -DH5_USE_110_API
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"unsafe"
)

// lib is the lock of the library: HDF5 is a process-wide state machine, thread-safe
// in some builds and not in others. With it, goroutines wait in Go instead of
// blocking an OS thread each. reply is where C leaves its answers, under the lock.
var lib struct {
	sync.Mutex
	reply *C.k_reply // on the heap, where cgo knows its size
}

// call runs one operation under the lock and turns its code into an error. after,
// where not nil, takes what the reply holds before it is freed.
func call(op, name string, f func(r *C.k_reply) C.int, after func(r *C.k_reply)) error {
	lib.Lock()
	defer lib.Unlock()
	if lib.reply == nil {
		lib.reply = new(C.k_reply)
	}
	r := lib.reply
	code := f(r)
	defer C.k_done(r)
	if code == C.K_OK {
		if after != nil {
			after(r)
		}
		return nil
	}
	e := &Error{Op: op, Name: name, Err: ErrLibrary}
	if r.text != nil {
		e.Text = C.GoString(r.text)
	}
	switch code {
	case C.K_FAIL:
		e.Err = cause(e.Text)
	case C.K_ABSENT:
		e.Err = ErrAbsent
	case C.K_REFUSED:
		e.Err = ErrRefused
	case C.K_CHANGED:
		e.Err = ErrChanged
	case C.K_NOMEM:
		e.Err = ErrMemory
	case C.K_EXISTS:
		e.Err = ErrExists
	}
	return e
}

// cause finds in an error stack that the disk is full, which the caller can mend. The
// file is not damaged then, and the message of the system stands in no other case.
func cause(stack string) error {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if strings.Contains(stack, fmt.Sprintf("errno = %d,", int(errno))) {
			return errno
		}
	}
	return ErrLibrary
}

// out copies what C hands back.
func out(r *C.k_reply) []byte {
	if r.n == 0 {
		return nil
	}
	b := make([]byte, r.n)
	copy(b, unsafe.Slice((*byte)(r.out), r.n))
	return b
}

// cstring is a name as C wants it, in memory of Go that C reads during one call.
func cstring(name string) *C.char {
	b := make([]byte, len(name)+1)
	copy(b, name)
	return (*C.char)(unsafe.Pointer(&b[0]))
}

func checkName(op, name string) error {
	if name == "" || strings.ContainsRune(name, 0) || strings.ContainsRune(name, '/') || name == "." || name == ".." {
		return &Error{Op: op, Name: name, Err: ErrRefused, Text: "not a name: escape it first"}
	}
	return nil
}

// pointer is the address of the first byte, or nil.
func pointer(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func request(b []byte) (*C.uint8_t, C.size_t) { return (*C.uint8_t)(pointer(b)), C.size_t(len(b)) }

// Handles counts the files, groups, datasets and attributes that are open in the
// process.
func Handles() int64 {
	lib.Lock()
	defer lib.Unlock()
	return int64(C.k_handles())
}

// Version is the version of the HDF5 library, e.g. "1.10.8".
func Version() string {
	lib.Lock()
	defer lib.Unlock()
	var v [3]C.uint
	C.k_version(&v[0], &v[1], &v[2])
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}
