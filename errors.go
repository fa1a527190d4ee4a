package klepto

import (
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/internal/flight"
)

var (
	// ErrClosed: the memo was closed.
	ErrClosed = errors.New("klepto: the memo is closed")

	// ErrRecursive: a memoized function asked, directly or through others, for
	// the very result that it was computing.
	ErrRecursive = flight.ErrRecursive

	// ErrName: another function of the program is memoized under this name and
	// version. Results of both would be taken for one another's.
	ErrName = errors.New("klepto: the name is taken by another function")

	// ErrMismatch: an archived result does not fit the function's result type.
	// Change Options.Version when a function's meaning or result changes.
	ErrMismatch = errors.New("klepto: the archived result does not fit the function's result type")
)

var errNoFunction = errors.New("klepto: the function to memoize is nil")

// PanicError is what Call panics with, in every goroutine that waited for the
// result, when the memoized function panicked. It holds the panic value and the
// stack of the function.
type PanicError = flight.PanicError

// NotStoredError comes with a valid result that could not be stored in the
// archive. The result is kept in memory; Sync and Close try again.
type NotStoredError struct {
	Function string
	Key      string // the name of the key
	Err      error  // what the archive said
}

// Error says which result was not stored, and why.
func (e *NotStoredError) Error() string {
	return fmt.Sprintf("klepto: %s: the result is computed but not stored: %v", e.Function, e.Err)
}

// Unwrap returns the archive's error.
func (e *NotStoredError) Unwrap() error { return e.Err }
