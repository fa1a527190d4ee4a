package keymap

import (
	"encoding/hex"

	"github.com/klepto-go/klepto/rounding"
)

// Call is what a key says: the function and the arguments that make the key,
// rounded as they were.
type Call struct {
	Function string
	Version  string
	Rounding rounding.Rounding
	Args     []Arg
}

// Arg is a named argument, or a field of a Struct. Value is one of
//
//   - bool, int8 … int64, uint8 … uint64, float32, float64, complex64,
//     complex128, string, time.Time (UTC), time.Duration;
//   - nil for a nil pointer, slice, map or interface, and otherwise what the
//     pointer points to or the interface holds;
//   - a slice of one of the first line for slices and arrays of it ([]uint8 for
//     bytes), []any for all other slices and arrays;
//   - Struct, Map, Matrix;
//   - FrozenSum for a Frozen.
//
// An int is an int64 and an uint an uint64. Named types have become their
// underlying ones, but for Named, in an interface.
type Arg struct {
	Name string
	// Rounding is the argument's own, where it has a tolerance; None where that
	// of the call holds.
	Rounding rounding.Rounding
	Value    any
}

// Struct is a struct as it stands in a key.
type Struct []Arg

// Map is a map as it stands in a key: pairs in the order of their canonical
// bytes.
type Map []Pair

// Pair is a key of a Map with what it belongs to.
type Pair struct{ Key, Value any }

// Named is the value of an interface whose type has a name.
type Named struct {
	Type  string // with its import path: "example.com/heat.Celsius"
	Value any
}

// FrozenSum stands in a key for the content of a Frozen: its SHA-256.
type FrozenSum [32]byte

// String returns the sum in hex.
func (s FrozenSum) String() string { return hex.EncodeToString(s[:]) }

// Matrix is a matrix of gonum.org/v1/gonum/mat as it stands in a key.
type Matrix struct {
	Kind       string // its type: "Dense"
	Rows, Cols int
	Data       any // []float64 or []complex128, row by row
}
