package keymap_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/google/go-cmp/cmp"
	"github.com/klepto-go/klepto/keymap"
)

// TestStrides: views and copies of the same content share a key.
func TestStrides(t *testing.T) {
	big := mat.NewDense(4, 5, nil)
	big.Apply(func(i, j int, _ float64) float64 { return float64(10*i + j) }, big)
	view := big.Slice(1, 3, 2, 5).(*mat.Dense)
	same(t, nil, view, mat.DenseCopyOf(view))
	differ(t, nil, view, mat.DenseCopyOf(view.T()))
	differ(t, nil, mat.NewDense(2, 3, nil), mat.NewDense(3, 2, nil))
	column := big.ColView(2).(*mat.VecDense)
	same(t, nil, column, mat.VecDenseCopyOf(column))
	same(t, nil, *column, *mat.VecDenseCopyOf(column))
	sym := mat.NewSymDense(3, []float64{1, 2, 3, -1, 4, 5, -1, -1, 6})
	symToo := mat.NewSymDense(3, []float64{1, 2, 3, 7, 4, 5, 7, 7, 6}) // the lower triangle does not count
	same(t, nil, sym, symToo)
	same(t, nil, sym.SliceSym(0, 2).(*mat.SymDense), mat.NewSymDense(2, []float64{1, 2, 2, 4}))
	tri := mat.NewTriDense(2, mat.Upper, []float64{1, 2, 9, 3})
	same(t, nil, tri, mat.NewTriDense(2, mat.Upper, []float64{1, 2, 0, 3}))
	differ(t, nil, tri, mat.NewDense(2, 2, []float64{1, 2, 0, 3}))
	same(t, nil, mat.NewBandDense(2, 2, 0, 0, []float64{1, 2}), mat.NewBandDense(2, 2, 0, 1, []float64{1, 0, 2, 0}))
	c := mat.NewCDense(2, 2, []complex128{1, 2i, 3, 4})
	same(t, nil, c.Slice(0, 2, 1, 2).(*mat.CDense), mat.NewCDense(2, 1, []complex128{2i, 4}))
	same(t, nil, mat.Matrix(view), mat.Matrix(mat.DenseCopyOf(view)))
	same(t, nil, &mat.Dense{}, new(mat.Dense))
	same(t, nil, mat.NewDiagDense(2, []float64{1, 2}), mat.NewDiagDense(2, []float64{1, 2}))
}

func TestDecodeMatrix(t *testing.T) {
	type in struct {
		A *mat.Dense
		B mat.Matrix
		C mat.CDense
	}
	key := keyOf(t, nil, in{mat.NewDense(1, 2, []float64{1, 2}), mat.NewVecDense(2, []float64{3, 4}), *mat.NewCDense(1, 1, []complex128{5i})})
	call, err := keymap.Decode(key.Canonical)
	want := keymap.Call{Args: []keymap.Arg{
		{Name: "A", Value: keymap.Matrix{Kind: "Dense", Rows: 1, Cols: 2, Data: []float64{1, 2}}},
		{Name: "B", Value: keymap.Matrix{Kind: "VecDense", Rows: 2, Cols: 1, Data: []float64{3, 4}}},
		{Name: "C", Value: keymap.Matrix{Kind: "CDense", Rows: 1, Cols: 1, Data: []complex128{5i}}},
	}}
	if d := cmp.Diff(want, call, cmp.Comparer(sameRounding)); err != nil || d != "" {
		t.Error(err, d)
	}
}
