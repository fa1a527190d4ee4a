package keymap

import (
	"fmt"
	"reflect"
	"unsafe"
)

// The methods of gonum's matrices that are needed to read them. The package
// gonum/mat itself is not: keys do not depend on it.
type (
	realMatrix interface {
		Dims() (r, c int)
		At(i, j int) float64
	}
	complexMatrix interface {
		Dims() (r, c int)
		At(i, j int) complex128
	}
	rowMatrix interface {
		RawRowView(i int) []float64
	}
)

const gonumMat = "gonum.org/v1/gonum/mat"

// isMatrix tells gonum's matrix types. Others that happen to have the methods
// may hold more than their elements say, and are keyed by their fields.
func isMatrix(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == gonumMat && reflect.PointerTo(t).Implements(reflect.TypeFor[realMatrix]())
}

func isComplexMatrix(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == gonumMat && reflect.PointerTo(t).Implements(reflect.TypeFor[complexMatrix]())
}

// matrix appends the content of a matrix, whatever its strides and storage.
func (e *encoder) matrix(b []byte, o *op, q unsafe.Pointer) (_ []byte, err error) {
	x := reflect.NewAt(o.typ, q).Interface()
	defer func() {
		if r := recover(); r != nil { // gonum's way to refuse, e.g. a Cholesky without factors
			err = fmt.Errorf("%w: the %s cannot be read: %v", ErrUnkeyable, o.typ, r)
		}
	}()
	r, c := x.(interface{ Dims() (r, c int) }).Dims()
	if r == 0 || c == 0 {
		r, c = 0, 0
	}
	b = e.uvarint(e.uvarint(b, uint64(r)), uint64(c))
	one := op{code: opFloat64, round: o.round}
	switch m := x.(type) {
	case rowMatrix:
		for i := range r {
			b = e.run(b, &one, unsafe.Pointer(unsafe.SliceData(m.RawRowView(i))), c)
		}
	case realMatrix:
		row := make([]float64, c)
		for i := range r {
			for j := range row {
				row[j] = m.At(i, j)
			}
			b = e.run(b, &one, unsafe.Pointer(unsafe.SliceData(row)), c)
		}
	case complexMatrix:
		row := make([]complex128, c)
		for i := range r {
			for j := range row {
				row[j] = m.At(i, j)
			}
			b = e.run(b, &one, unsafe.Pointer(unsafe.SliceData(row)), 2*c)
		}
	}
	return b, nil
}
