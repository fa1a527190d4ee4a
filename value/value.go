package value

import "time"

// Value is one node of a tree: *Array, *Table, *Struct, *List, *Map or Null.
// A tree is read-only once made; Clone gives a copy that shares nothing.
type Value interface {
	node()
}

// Elem is the type of one element of an Array.
type Elem uint8

// The element types. Data of an Array holds the Go slice named on each line.
// The numbers are part of every stored sum: append to them, never change them.
const (
	Bool       Elem = iota + 1 // []bool
	Int8                       // []int8
	Int16                      // []int16
	Int32                      // []int32
	Int64                      // []int64 (Go int too)
	Uint8                      // []uint8 (bytes too)
	Uint16                     // []uint16
	Uint32                     // []uint32
	Uint64                     // []uint64 (Go uint too)
	Float32                    // []float32
	Float64                    // []float64
	Complex64                  // []complex64
	Complex128                 // []complex128
	String                     // []string, any bytes
	Time                       // []int64, ns since 1970-01-01T00:00:00Z; NaT is the zero time.Time
	Duration                   // []int64, ns
)

// NaT ("not a time", as in numpy and pandas) stands for the zero time.Time,
// which has no representation in nanoseconds since 1970.
const NaT = -1 << 63

// MinTime and MaxTime bound the instants an Elem of Time can hold.
var (
	MinTime = time.Unix(0, NaT+1).UTC()
	MaxTime = time.Unix(0, 1<<63-1).UTC()
)

// Array is an N-d array in C order, or a scalar when Shape is empty (a 0-d
// array, as in numpy). Len(Data) is the product of Shape; 1 for a scalar.
type Array struct {
	Meta
	Elem  Elem
	Shape []int
	Data  any // the slice that Elem names
}

// Table is a column store of N rows: what []struct becomes when all fields are
// of fixed size. Each column is an Array whose first dimension is N.
type Table struct {
	Meta
	N       int
	Columns []Column
}

// Column is a named column of a Table.
type Column struct {
	Name string
	*Array
}

// Struct is a sequence of named fields, in the order of the Go type.
type Struct struct {
	Meta
	Fields []Field
}

// Field is a named member of a Struct.
type Field struct {
	Name  string
	Value Value
}

// List is a sequence of values that do not form one Array: ragged slices,
// slices of structs with slices, slices of maps.
type List struct {
	Meta
	Items []Value
}

// Map holds pairs sorted by key. Keys is one-dimensional; Items[i] belongs to
// its element i.
type Map struct {
	Meta
	Keys  *Array
	Items []Value
}

// Null stands for a nil pointer, slice or map.
type Null struct{}

func (*Array) node()  {}
func (*Table) node()  {}
func (*Struct) node() {}
func (*List) node()   {}
func (*Map) node()    {}
func (Null) node()    {}
