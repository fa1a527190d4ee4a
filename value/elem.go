package value

import (
	"fmt"
	"reflect"
	"strings"
)

// elems describes each Elem: its name in listings and encodings, the bytes an
// element takes in an archive (0: it varies), and its Go slice.
var elems = [...]struct {
	name string
	size int
	data func(n int) any
	len  func(data any) int // -1: not the slice of this Elem
}{
	Bool:       {"bool", 1, makeData[bool], lenData[bool]},
	Int8:       {"int8", 1, makeData[int8], lenData[int8]},
	Int16:      {"int16", 2, makeData[int16], lenData[int16]},
	Int32:      {"int32", 4, makeData[int32], lenData[int32]},
	Int64:      {"int64", 8, makeData[int64], lenData[int64]},
	Uint8:      {"uint8", 1, makeData[uint8], lenData[uint8]},
	Uint16:     {"uint16", 2, makeData[uint16], lenData[uint16]},
	Uint32:     {"uint32", 4, makeData[uint32], lenData[uint32]},
	Uint64:     {"uint64", 8, makeData[uint64], lenData[uint64]},
	Float32:    {"float32", 4, makeData[float32], lenData[float32]},
	Float64:    {"float64", 8, makeData[float64], lenData[float64]},
	Complex64:  {"complex64", 8, makeData[complex64], lenData[complex64]},
	Complex128: {"complex128", 16, makeData[complex128], lenData[complex128]},
	String:     {"string", 0, makeData[string], lenData[string]},
	Time:       {"time", 8, makeData[int64], lenData[int64]},
	Duration:   {"duration", 8, makeData[int64], lenData[int64]},
}

func makeData[S any](n int) any { return make([]S, n) }

func lenData[S any](data any) int {
	if s, ok := data.([]S); ok {
		return len(s)
	}
	return -1
}

func (e Elem) known() bool { return e > 0 && int(e) < len(elems) }

// String returns the name of the element type as numpy would spell it:
// "float64", "complex128", "bool", "string", "time", "duration".
func (e Elem) String() string {
	if !e.known() {
		return fmt.Sprintf("elem(%d)", uint8(e))
	}
	return elems[e].name
}

// ParseElem returns the Elem whose String is name.
func ParseElem(name string) (Elem, error) {
	for e := Bool; e.known(); e++ {
		if elems[e].name == name {
			return e, nil
		}
	}
	var known []string
	for e := Bool; e.known(); e++ {
		known = append(known, elems[e].name)
	}
	return 0, fail(ErrInvalid, "unknown element type %q; known are %s", name, strings.Join(known, ", "))
}

// Size returns the bytes of one element, 0 for String, whose elements differ.
func (e Elem) Size() int {
	if !e.known() {
		return 0
	}
	return elems[e].size
}

// Make returns a zeroed slice of n elements of the Go type that Array.Data has
// for e, or nil for an unknown e.
func (e Elem) Make(n int) any {
	if !e.known() {
		return nil
	}
	return elems[e].data(n)
}

// Len returns the number of elements: 1 for a scalar.
func (a *Array) Len() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// elementAt returns the i-th element in C order, for messages.
func elementAt(a *Array, i int) any {
	if a.Elem == Time {
		return formatTime(a.Data.([]int64)[i])
	}
	return reflect.ValueOf(a.Data).Index(i).Interface()
}
