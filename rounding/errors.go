package rounding

import "errors"

var (
	// ErrDigits reports a number of digits that a rule does not take.
	ErrDigits = errors.New("rounding: invalid digits")

	// ErrSyntax reports a text that Parse does not understand.
	ErrSyntax = errors.New("rounding: unknown rule")
)
