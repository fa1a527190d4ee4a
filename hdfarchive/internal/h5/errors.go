package h5

import (
	"errors"
	"fmt"
)

// What an operation can meet. An *Error wraps one of them.
var (
	// ErrLibrary: HDF5 refused; the text is its error stack.
	ErrLibrary = errors.New("HDF5 error")
	// ErrAbsent: there is no object of this name.
	ErrAbsent = errors.New("no such object")
	// ErrExists: there is an object of this name already.
	ErrExists = errors.New("exists already")
	// ErrRefused: the object is of a sort that this package does not open or read.
	ErrRefused = errors.New("refused")
	// ErrChanged: the object is not of the kind, type or extent it was taken for.
	ErrChanged = errors.New("not of the expected kind")
	// ErrLocked: another process has the file open.
	ErrLocked = errors.New("locked")
	// ErrNotHDF5: the file is not an HDF5 file.
	ErrNotHDF5 = errors.New("not an HDF5 file")
	// ErrClosed: the file was closed.
	ErrClosed = errors.New("closed")
	// ErrMemory: C has no memory left.
	ErrMemory = errors.New("out of memory")
)

// Error is a failed operation.
type Error struct {
	Op   string // what was done, e.g. "read"
	Name string // of the object or the file, where there is one
	Text string // why, as HDF5 or this package says it
	Err  error  // one of the errors above
}

func (e *Error) Error() string {
	s := e.Op
	if e.Name != "" {
		s += fmt.Sprintf(" %q", e.Name)
	}
	s += ": " + e.Err.Error()
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
