package klepto

import (
	"errors"
	"fmt"
	"strings"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/internal/flight"
)

var (
	// ErrClosed: the memo was closed.
	ErrClosed = errors.New("klepto: the memo is closed")

	// ErrRecursive: a memoized function asked, directly or through others, for
	// the very result that it was computing.
	ErrRecursive = flight.ErrRecursive

	// ErrName: another function of the program is memoized under this name and
	// version: one of the same type, or one with the same arguments and results that
	// do not fit. Results of both would be taken for one another's.
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
func (e *NotStoredError) Error() string { return e.text(1) }

func (e *NotStoredError) text(results int) string {
	what := "the result is"
	if results > 1 {
		what = fmt.Sprintf("%d results are", results)
	}
	return fmt.Sprintf("klepto: %s: %s computed but not stored: %v", e.Function, what, e.Err)
}

// Unwrap returns the archive's error.
func (e *NotStoredError) Unwrap() error { return e.Err }

// notStoredErrors joins the errors of many results. One cause commonly fails them all: it
// is told once, with their number.
type notStoredErrors []*NotStoredError

// mostCauses bounds the lines of the text of a notStoredErrors.
const mostCauses = 5

func (all notStoredErrors) Error() string {
	var first []*NotStoredError // of each cause
	results := make(map[string]int)
	for _, e := range all {
		c := e.cause()
		if results[c]++; results[c] == 1 {
			first = append(first, e)
		}
	}
	var lines []string
	rest := len(all)
	for _, e := range first[:min(mostCauses, len(first))] {
		n := results[e.cause()]
		lines = append(lines, e.text(n))
		rest -= n
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("and %d more, for %d other reasons", rest, len(first)-mostCauses))
	}
	return strings.Join(lines, "\n")
}

// cause is why, without the entry that the archive names.
func (e *NotStoredError) cause() string {
	var of *archive.Error
	if errors.As(e.Err, &of) {
		return of.Err.Error()
	}
	return e.Err.Error()
}

func (all notStoredErrors) Unwrap() []error {
	errs := make([]error, len(all))
	for i, e := range all {
		errs[i] = e
	}
	return errs
}
