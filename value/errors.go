package value

import (
	"errors"
	"fmt"
)

// Errors of this package, tested with errors.Is. Each arrives inside an *Error
// that says where it happened.
var (
	// ErrType: a Go type that cannot be stored. CodecFor and Check find it
	// before any value exists.
	ErrType = errors.New("unsupported Go type")
	// ErrMismatch: a tree whose shape or types do not fit the Go type it is
	// decoded into.
	ErrMismatch = errors.New("value does not fit the Go type")
	// ErrRange: a Go value that the tree cannot hold exactly, such as a time
	// before 1678 or a NaN as a map key.
	ErrRange = errors.New("value out of range")
	// ErrInvalid: a tree that breaks the rules of its nodes, see Validate.
	ErrInvalid = errors.New("malformed value tree")
	// ErrSyntax: bytes that are not the JSON or CBOR form of a tree.
	ErrSyntax = errors.New("malformed encoding")
)

// Error says what is wrong and where. Path starts with the Go type (or nothing,
// for a tree) and goes down by fields and indices: "main.Result.u[3]".
type Error struct {
	Path   string
	Err    error // one of the sentinels above
	Detail string
}

// Error returns "value: path: detail".
func (e *Error) Error() string {
	if e.Path == "" {
		return "value: " + e.Detail
	}
	return "value: " + e.Path + ": " + e.Detail
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// fail makes an Error without a path; the callers on the way up put their
// segment in front of it with under.
func fail(kind error, format string, args ...any) *Error {
	return &Error{Err: kind, Detail: fmt.Sprintf(format, args...)}
}

// under puts a path segment in front of an error that was made below it. The
// error has one owner, so it is changed in place.
func under(segment string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Path = segment + e.Path
	}
	return err
}

func index(i int) string { return fmt.Sprintf("[%d]", i) }
