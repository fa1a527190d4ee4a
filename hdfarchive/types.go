package hdfarchive

import (
	"unsafe"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// elemType returns the type that elements of e have in a file. Times and
// durations are whole numbers there; strings have types of their own.
func elemType(e value.Elem) h5.Type {
	switch e {
	case value.Bool:
		return h5.BoolType()
	case value.Int8, value.Int16, value.Int32, value.Int64, value.Time, value.Duration:
		return h5.IntType(e.Size(), true)
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64:
		return h5.IntType(e.Size(), false)
	case value.Float32, value.Float64:
		return h5.FloatType(e.Size())
	case value.Complex64, value.Complex128:
		return h5.ComplexType(e.Size())
	}
	return h5.TextType()
}

// typeElem is the inverse, but that times and durations are Int64.
func typeElem(t h5.Type) (value.Elem, bool) {
	switch {
	case t.IsBool():
		return value.Bool, true
	case t.IsComplex() && t.Size == 8:
		return value.Complex64, true
	case t.IsComplex():
		return value.Complex128, true
	case t.Class == h5.Text:
		return value.String, true
	case t.Class == h5.Float && t.Size == 4:
		return value.Float32, true
	case t.Class == h5.Float && t.Size == 8:
		return value.Float64, true
	case t.Class == h5.Int:
		return intElem(t.Size, t.Signed)
	}
	return 0, false
}

func intElem(size int, signed bool) (value.Elem, bool) {
	e := value.Int8
	if !signed {
		e = value.Uint8
	}
	for range 4 {
		if e.Size() == size {
			return e, true
		}
		e++
	}
	return 0, false
}

// view returns the memory of an array's data, nil for strings. HDF5 reads from it
// and writes to it, so that large arrays are never copied.
func view(data any) []byte {
	switch d := data.(type) {
	case []bool:
		return bytesOf(d)
	case []int8:
		return bytesOf(d)
	case []int16:
		return bytesOf(d)
	case []int32:
		return bytesOf(d)
	case []int64:
		return bytesOf(d)
	case []uint8:
		return d
	case []uint16:
		return bytesOf(d)
	case []uint32:
		return bytesOf(d)
	case []uint64:
		return bytesOf(d)
	case []float32:
		return bytesOf(d)
	case []float64:
		return bytesOf(d)
	case []complex64:
		return bytesOf(d)
	case []complex128:
		return bytesOf(d)
	}
	return nil
}

func bytesOf[S any](s []S) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(len(s))*unsafe.Sizeof(s[0]))
}

// trueOrFalse makes a Go bool of every byte that a file holds for one.
func trueOrFalse(a *value.Array) {
	if a.Elem != value.Bool {
		return
	}
	b := view(a.Data)
	for i := range b {
		if b[i] > 1 {
			b[i] = 1
		}
	}
}
