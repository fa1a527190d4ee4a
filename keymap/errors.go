package keymap

import "errors"

var (
	// ErrUnkeyable reports a type that has no canonical bytes: a function, a
	// channel, an unsafe pointer, a struct with unexported fields. New reports it
	// with the path of the field; for a value in an interface, making the key does.
	ErrUnkeyable = errors.New("keymap: unkeyable type")

	// ErrCyclic reports data that contains itself, or is nested more than
	// MaxDepth pointers, slices, maps and interfaces deep.
	ErrCyclic = errors.New("keymap: cyclic data")

	// ErrOption reports an option or a struct tag that does not fit the
	// arguments, such as a tolerance for an argument that does not exist.
	ErrOption = errors.New("keymap: invalid option")

	// ErrOneWay reports a name that DecodeName cannot turn back into a call, as a
	// hash is. Decode can, from the canonical bytes that an archive keeps beside it.
	ErrOneWay = errors.New("keymap: a hash cannot be turned back into a call")

	// ErrFormat reports bytes that are not the canonical bytes of a call, or of
	// a format that this release does not know.
	ErrFormat = errors.New("keymap: not canonical bytes of a call")
)

// MaxDepth bounds how deep pointers, slices, maps and interfaces may be nested
// in an argument.
const MaxDepth = 10_000
