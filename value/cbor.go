package value

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// MarshalCBOR returns v as CBOR (RFC 8949) with typed arrays (RFC 8746), little
// endian, which UnmarshalCBOR reads back bit for bit:
//
//	float64, float32, int64, bool, string, null   as CBOR has them
//	array of numbers                              typed array, tags 64, 69-72, 77-79, 85, 86
//	  of more or fewer dimensions than one        tag 40 [shape, typed array], row-major
//	struct                                        map, names in the order of the fields
//	list                                          array
//	any other scalar                              tag 27 [type, x], e.g. 27(["int8", 3])
//	any other array                               tag 27 [type, shape, data]
//	map                                           tag 27 ["map", keys, items]
//	table                                         tag 27 ["table", rows, {name: column}]
//	what has units, a long name or axes           tag 27 ["meta", {"units": …}, value]
//
// Type is Elem.String. Data of complex arrays is a typed array of floats, real
// and imaginary in turn; of times and durations int64 nanoseconds; of bools
// uint8; of strings an array of texts, or byte strings where they are not UTF-8.
// v must be well-formed, see Validate.
func MarshalCBOR(v Value) ([]byte, error) {
	if err := Validate(v); err != nil {
		return nil, err
	}
	w := cborWriter{make([]byte, 0, 64+Size(v)+Size(v)/16)}
	w.value(v)
	return w.b, nil
}

// The major types of CBOR, and the two tags that carry structure here.
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborSimple

	tagObject = 27 // [type name, arguments…], IANA registry
	tagGrid   = 40 // [shape, data], RFC 8746
)

const (
	cborFalse   = 0xf4
	cborTrue    = 0xf5
	cborNull    = 0xf6
	cborFloat32 = 0xfa
	cborFloat64 = 0xfb
)

// typedArrays are the little-endian tags of RFC 8746, section 2.1.
var typedArrays = map[Elem]uint64{
	Uint8: 64, Uint16: 69, Uint32: 70, Uint64: 71,
	Int8: 72, Int16: 77, Int32: 78, Int64: 79,
	Float32: 85, Float64: 86,
}

// bigEndian holds the other half of them, which only other programs write.
var bigEndian = map[uint64]Elem{
	65: Uint16, 66: Uint32, 67: Uint64, 73: Int16, 74: Int32, 75: Int64, 81: Float32, 82: Float64,
}

type cborWriter struct{ b []byte }

func (w *cborWriter) head(major byte, n uint64) {
	switch major <<= 5; {
	case n < 24:
		w.b = append(w.b, major|byte(n))
	case n <= math.MaxUint8:
		w.b = append(w.b, major|24, byte(n))
	case n <= math.MaxUint16:
		w.b = binary.BigEndian.AppendUint16(append(w.b, major|25), uint16(n))
	case n <= math.MaxUint32:
		w.b = binary.BigEndian.AppendUint32(append(w.b, major|26), uint32(n))
	default:
		w.b = binary.BigEndian.AppendUint64(append(w.b, major|27), n)
	}
}

func (w *cborWriter) int(n int64) {
	if n < 0 {
		w.head(cborNegative, uint64(^n))
		return
	}
	w.head(cborUint, uint64(n))
}

func (w *cborWriter) text(s string) {
	major := byte(cborText)
	if !utf8.ValidString(s) {
		major = cborBytes
	}
	w.head(major, uint64(len(s)))
	w.b = append(w.b, s...)
}

// object starts a tag 27 whose array has n elements, the first being name.
func (w *cborWriter) object(name string, n uint64) {
	w.head(cborTag, tagObject)
	w.head(cborArray, n)
	w.text(name)
}

func (w *cborWriter) value(v Value) {
	if m := metaIn(v); !m.empty() {
		w.object("meta", 3)
		w.meta(m)
	}
	switch v := v.(type) {
	case Null:
		w.b = append(w.b, cborNull)
	case *Array:
		w.array(v)
	case *Struct:
		w.head(cborMap, uint64(len(v.Fields)))
		for _, f := range v.Fields {
			w.text(f.Name)
			w.value(f.Value)
		}
	case *List:
		w.items(v.Items)
	case *Map:
		w.object("map", 3)
		w.value(v.Keys)
		w.items(v.Items)
	case *Table:
		w.object("table", 3)
		w.int(int64(v.N))
		w.head(cborMap, uint64(len(v.Columns)))
		for _, c := range v.Columns {
			w.text(c.Name)
			w.value(c.Array)
		}
	}
}

func (w *cborWriter) items(items []Value) {
	w.head(cborArray, uint64(len(items)))
	for _, item := range items {
		w.value(item)
	}
}

func (w *cborWriter) meta(m *Meta) {
	n := uint64(0)
	for _, set := range []bool{m.Units != "", m.LongName != "", len(m.Axes) > 0} {
		if set {
			n++
		}
	}
	w.head(cborMap, n)
	if m.Units != "" {
		w.text("units")
		w.text(m.Units)
	}
	if m.LongName != "" {
		w.text("long_name")
		w.text(m.LongName)
	}
	if len(m.Axes) > 0 {
		w.text("axes")
		w.head(cborArray, uint64(len(m.Axes)))
		for _, a := range m.Axes {
			w.text(a)
		}
	}
}

func (w *cborWriter) array(a *Array) {
	if len(a.Shape) == 0 {
		w.scalar(a)
		return
	}
	if _, typed := typedArrays[a.Elem]; typed {
		if len(a.Shape) != 1 {
			w.head(cborTag, tagGrid)
			w.head(cborArray, 2)
			w.shape(a.Shape)
		}
		w.typed(a.Elem, a.Data)
		return
	}
	w.object(a.Elem.String(), 3)
	w.shape(a.Shape)
	if s, ok := a.Data.([]string); ok {
		w.head(cborArray, uint64(len(s)))
		for _, s := range s {
			w.text(s)
		}
		return
	}
	w.typed(carrier(a.Elem), a.Data)
}

// carrier returns the type of the typed array that holds elements of e.
func carrier(e Elem) Elem {
	switch e {
	case Bool:
		return Uint8
	case Complex64:
		return Float32
	case Complex128:
		return Float64
	case Time, Duration:
		return Int64
	}
	return e
}

func (w *cborWriter) shape(shape []int) {
	w.head(cborArray, uint64(len(shape)))
	for _, d := range shape {
		w.int(int64(d))
	}
}

func (w *cborWriter) typed(e Elem, data any) {
	b := swapped(memory(data))
	w.head(cborTag, typedArrays[e])
	w.head(cborBytes, uint64(len(b)))
	w.b = append(w.b, b...)
}

func (w *cborWriter) scalar(a *Array) {
	switch d := a.Data.(type) {
	case []bool:
		w.b = append(w.b, cborFalse+byte(bit(d[0])))
		return
	case []float64:
		w.float64(d[0])
		return
	case []float32:
		w.float32(d[0])
		return
	case []int64:
		if a.Elem == Int64 {
			w.int(d[0])
			return
		}
	case []string:
		if utf8.ValidString(d[0]) {
			w.text(d[0])
			return
		}
	}
	w.object(a.Elem.String(), 2)
	switch d := a.Data.(type) {
	case []int8:
		w.int(int64(d[0]))
	case []int16:
		w.int(int64(d[0]))
	case []int32:
		w.int(int64(d[0]))
	case []int64:
		w.int(d[0])
	case []uint8:
		w.head(cborUint, uint64(d[0]))
	case []uint16:
		w.head(cborUint, uint64(d[0]))
	case []uint32:
		w.head(cborUint, uint64(d[0]))
	case []uint64:
		w.head(cborUint, d[0])
	case []complex64:
		w.head(cborArray, 2)
		w.float32(real(d[0]))
		w.float32(imag(d[0]))
	case []complex128:
		w.head(cborArray, 2)
		w.float64(real(d[0]))
		w.float64(imag(d[0]))
	case []string:
		w.text(d[0])
	}
}

func (w *cborWriter) float32(x float32) {
	w.b = binary.BigEndian.AppendUint32(append(w.b, cborFloat32), math.Float32bits(x))
}

func (w *cborWriter) float64(x float64) {
	w.b = binary.BigEndian.AppendUint64(append(w.b, cborFloat64), math.Float64bits(x))
}
