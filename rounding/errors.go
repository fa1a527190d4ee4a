package rounding

import (
	"errors"
	"fmt"
)

var (
	// ErrDigits reports a number of digits that a rule does not take.
	ErrDigits = errors.New("rounding: invalid digits")

	// ErrSyntax reports a text that Parse does not understand.
	ErrSyntax = errors.New("rounding: unknown rule")

	// ErrCycle reports a value that contains itself, which has no finite copy.
	ErrCycle = errors.New("the value contains itself: break the cycle, or leave the field out with the tag `klepto:\"-\"`")

	// ErrHidden reports floats that no copy can reach: in an unexported field.
	ErrHidden = errors.New("floats in an unexported field cannot be rounded: export the field, or leave it out with the tag `klepto:\"-\"`")

	// ErrLock reports a struct of floats with a lock in it, which must not be copied.
	ErrLock = errors.New("a struct that holds a lock cannot be copied: pass the numbers in a struct of their own")

	// ErrName reports a tolerance for an argument that does not exist.
	ErrName = errors.New("no such argument")

	// ErrFunc reports something other than a function handed to Wrap.
	ErrFunc = errors.New("not a function")
)

// Error tells where in an argument rounding failed. Test for the reason with
// errors.Is.
type Error struct {
	Path string // as in Go source, from the type of the argument: "Params.Grid[3].Next"
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("rounding: %s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// within puts a step before the path of an error from further inside.
func within(step string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{step + e.Path, e.Err}
	}
	return &Error{step, err}
}
