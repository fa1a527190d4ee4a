package keymap

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
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

// matrix writes the content of a matrix, whatever its strides and storage.
func (e *encoder) matrix(o *op, q unsafe.Pointer) (err error) {
	x := reflect.NewAt(o.typ, q).Interface()
	defer func() {
		if r := recover(); r != nil { // gonum's way to refuse, e.g. an unfactorized Cholesky
			err = fmt.Errorf("%w: the %s cannot be read: %v", ErrUnkeyable, o.typ, r)
		}
	}()
	r, c := x.(interface{ Dims() (r, c int) }).Dims()
	if r == 0 || c == 0 {
		r, c = 0, 0
	}
	e.uvarint(uint64(r))
	e.uvarint(uint64(c))
	if rows, ok := x.(rowMatrix); ok {
		for i := range r {
			e.floats(rows.RawRowView(i)[:c], o.round)
		}
		return nil
	}
	if m, ok := x.(complexMatrix); ok {
		e.elements(2*r*c, o.round, func(k int) float64 {
			z := m.At(k/2/c, k/2%c)
			if k%2 == 1 {
				return imag(z)
			}
			return real(z)
		})
		return nil
	}
	m := x.(realMatrix)
	e.elements(r*c, o.round, func(k int) float64 { return m.At(k/c, k%c) })
	return nil
}

// elements writes n numbers a chunk at a time.
func (e *encoder) elements(n int, r rounding.Rounding, element func(k int) float64) {
	var chunk [64]float64
	for k := 0; k < n; {
		part := chunk[:min(len(chunk), n-k)]
		for i := range part {
			part[i] = element(k)
			k++
		}
		e.floats(part, r)
	}
}
