package rounding_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/rounding"
)

func values(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i) + 0.26
	}
	return v
}

// TestMatrices: every matrix of gonum comes back as its own type with its shape,
// rounded by Deep and Shallow, kept by Simple, and shares nothing.
func TestMatrices(t *testing.T) {
	big := mat.NewDense(9, 9, values(81))
	for name, m := range map[string]mat.Matrix{
		"Dense":        mat.NewDense(3, 4, values(12)),
		"VecDense":     mat.NewVecDense(5, values(5)),
		"SymDense":     mat.NewSymDense(3, values(9)),
		"TriDense":     mat.NewTriDense(3, mat.Lower, values(9)),
		"BandDense":    mat.NewBandDense(4, 5, 1, 2, values(16)),
		"SymBandDense": mat.NewSymBandDense(4, 1, values(8)),
		"TriBandDense": mat.NewTriBandDense(4, 1, mat.Upper, values(8)),
		"DiagDense":    mat.NewDiagDense(3, values(3)),
		"Tridiag":      mat.NewTridiag(3, values(2), values(3), values(2)),
		"view":         big.Slice(2, 5, 3, 7),
		"column":       big.ColView(4),
		"row":          big.RowView(4),
		"diagonal":     big.DiagView(),
		"sym view":     mat.NewSymDense(5, values(25)).SliceSym(1, 4),
		"tri view":     mat.NewTriDense(5, mat.Upper, values(25)).SliceTri(1, 4),
		"transposed":   mat.NewDense(3, 4, values(12)).T(),
		"band view":    stridedBand(),
	} {
		before := mat.DenseCopyOf(m)
		deep, err := rounding.Apply(rounding.Deep(1), m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		shallow, err1 := rounding.Apply(rounding.Shallow(1), m)
		simple, err2 := rounding.Apply(rounding.Simple(1), m)
		if err1 != nil || err2 != nil {
			t.Error(name, err1, err2)
			continue
		}
		if !mat.Equal(before, m) || !mat.Equal(before, simple) || !mat.Equal(deep, shallow) {
			t.Errorf("%s: the argument became %v, Simple %v, Shallow %v", name, m, simple, shallow)
		}
		if d := fmt.Sprintf("%T", deep); d != fmt.Sprintf("%T", m) {
			t.Errorf("%s: type %s", name, d)
		}
		r, c := m.Dims()
		for i := range r {
			for j := range c {
				if got, want := deep.At(i, j), rounding.Round(before.At(i, j), 1); got != want {
					t.Errorf("%s (%d, %d): %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
}

// stridedBand is a band matrix with a stride larger than its band.
func stridedBand() mat.Matrix {
	m := mat.NewBandDense(3, 3, 1, 0, nil)
	m.SetRawBand(blas64.Band{Rows: 3, Cols: 3, KL: 1, KU: 0, Stride: 5, Data: values(15)})
	return m
}

func TestMatrixFields(t *testing.T) {
	type field struct {
		U    mat.Dense
		V    *mat.VecDense
		C    *mat.CDense
		Nil  *mat.Dense
		List []mat.Dense
		Raw  blas64.Symmetric
		mat.SymDense
		K float64
	}
	x := field{
		U: *mat.NewDense(2, 2, values(4)), V: mat.NewVecDense(2, values(2)), C: mat.NewCDense(1, 2, []complex128{1.26, 2.34i}),
		List: []mat.Dense{{}, *mat.NewDense(1, 1, values(1))},
		Raw:  blas64.Symmetric{Uplo: blas.Upper, N: 1, Stride: 1, Data: values(1)}, K: 1.26,
		SymDense: *mat.NewSymDense(1, values(1)),
	}
	got, err := rounding.Apply(rounding.Deep(1), x)
	if err != nil {
		t.Fatal(err)
	}
	if got.U.At(0, 1) != 1.3 || got.V.AtVec(1) != 1.3 || got.C.At(0, 0) != 1.3 || got.C.At(0, 1) != 2.3i || got.Nil != nil ||
		!got.List[0].IsEmpty() || got.List[1].At(0, 0) != 0.3 || got.Raw.Data[0] != 0.3 || got.K != 1.3 || got.SymDense.At(0, 0) != 0.3 {
		t.Errorf("%+v", got)
	}
	if x.U.At(0, 1) != 1.26 || x.V.AtVec(1) != 1.26 || x.C.At(0, 0) != 1.26 || x.List[1].At(0, 0) != 0.26 || x.SymDense.At(0, 0) != 0.26 {
		t.Errorf("the argument became %+v", x)
	}
	got.U.Set(0, 0, 99)
	if x.U.At(0, 0) != 0.26 {
		t.Error("a matrix by value is shared")
	}
}

// TestEmptyMatrices: the zero value of each type is a value too.
func TestEmptyMatrices(t *testing.T) {
	for _, m := range []any{
		&mat.Dense{}, &mat.VecDense{}, &mat.SymDense{}, &mat.TriDense{}, &mat.BandDense{}, &mat.SymBandDense{}, &mat.TriBandDense{},
		&mat.DiagDense{}, &mat.Tridiag{}, &mat.CDense{}, mat.Dense{}, (*mat.Dense)(nil), [1]mat.SymDense{},
	} {
		if _, err := rounding.Apply(rounding.Deep(1), m); err != nil {
			t.Errorf("%T: %v", m, err)
		}
	}
	used := mat.NewDense(2, 2, values(4))
	used.Reset()
	if got, err := rounding.Apply(rounding.Deep(1), used); err != nil || !got.IsEmpty() {
		t.Error(got, err)
	}
}

// TestView: a small view of a huge matrix becomes a small matrix.
func TestView(t *testing.T) {
	huge := mat.NewDense(1000, 1000, nil)
	huge.Set(10, 10, math.Pi)
	view, err := rounding.Apply(rounding.Deep(2), huge.Slice(9, 12, 9, 12).(*mat.Dense))
	if err != nil || view.At(1, 1) != 3.14 || len(view.RawMatrix().Data) != 9 || view.RawMatrix().Stride != 3 {
		t.Error(view.RawMatrix(), err)
	}
	column, err := rounding.Apply(rounding.Deep(2), huge.ColView(10).(*mat.VecDense))
	if err != nil || column.AtVec(10) != 3.14 || len(column.RawVector().Data) != 1000 || column.RawVector().Inc != 1 {
		t.Error(len(column.RawVector().Data), err)
	}
}
