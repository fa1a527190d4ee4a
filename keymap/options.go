package keymap

import (
	"fmt"

	"github.com/klepto-go/klepto/rounding"
)

// Options say what makes a key beside the arguments. A nil *Options and the
// zero value key all arguments, exactly, of an unnamed function.
type Options struct {
	// Function and Version are part of every key: two functions, or two versions
	// of one, never share an entry.
	Function string
	Version  string

	// Rounding maps floats to a decimal grid before they enter the key. The
	// zero value keeps all bits. It is part of the key.
	Rounding rounding.Rounding

	// Ignore names arguments that are left out of the key, as the tag ignore
	// does. Their types need not be keyable. A number is the position of an
	// argument, from 0; "*" is the variadic parameter of a function, and "**"
	// the last argument that is a map with string keys.
	Ignore []string

	// Tol gives arguments a tolerance of their own, in decimal digits, in place
	// of Rounding, as the tag tol=4 does: every float in the argument is rounded.
	// It wins over the tag.
	Tol map[string]int

	// Untyped lets arguments that are equal numbers share a key whatever their
	// types: 1, int8(1), 1.0, 1+0i and true. It matters for functions that take
	// interfaces, and for archives shared with programs that are not typed. Only
	// arguments that are scalars themselves are concerned: the element type of
	// an array always counts.
	Untyped bool

	// Keymap makes the names that entries bear in an archive. Nil names them by
	// the Digest, in hex.
	Keymap Namer
}

// Validate reports, in one sentence, an option that no argument list can satisfy.
func (o *Options) Validate() error {
	if o == nil {
		return nil
	}
	if err := o.Rounding.Validate(); err != nil {
		return fmt.Errorf("%w: Rounding: %w", ErrOption, err)
	}
	seen := map[string]bool{}
	for _, name := range o.Ignore {
		if seen[name] {
			return fmt.Errorf("%w: Ignore names %q twice", ErrOption, name)
		}
		seen[name] = true
	}
	for name, digits := range o.Tol {
		if err := rounding.Deep(digits).Validate(); err != nil {
			return fmt.Errorf("%w: Tol[%q]: %w", ErrOption, name, err)
		}
	}
	return nil
}
