package value

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// The matrices with few diagonals are stored as LAPACK's row-major band storage
// has them, with zeros where it has no element: a full matrix could be a million
// times larger.

// band returns rows of the given width, of which row i has the elements that
// span says; the others are zero.
func band(data []float64, rows, width, stride int, span func(i int) (from, to int)) *Array {
	d := make([]float64, rows*width)
	for i := range rows {
		from, to := span(i)
		copy(d[i*width+from:i*width+to], data[i*stride+from:i*stride+to])
	}
	return &Array{Elem: Float64, Shape: []int{rows, width}, Data: d}
}

// dimensions reads the sizes that are the fields first, first+1, … of s.
func dimensions(s *Struct, first int, names ...string) ([]int, error) {
	dims := make([]int, len(names))
	for i, name := range names {
		d, ok := scalarOf[int64](s.field(first+i, name), Int64)
		if !ok || d < 0 || d > math.MaxInt32 {
			return nil, under("."+name, mismatch(s, "a dimension"))
		}
		dims[i] = int(d)
	}
	return dims, nil
}

func size(n int) *Array { return scalar(Int64, []int64{int64(n)}) }

func encodeBand(m *mat.BandDense) (Value, error) {
	r := m.RawBand()
	width := r.KL + r.KU + 1
	if r.Rows == 0 {
		width = 0
	}
	return &Struct{Fields: []Field{
		{"rows", size(r.Rows)},
		{"cols", size(r.Cols)},
		{"kl", size(r.KL)},
		{"ku", size(r.KU)},
		{"band", band(r.Data, min(r.Rows, r.Cols+r.KL), width, r.Stride, func(i int) (from, to int) {
			return max(0, r.KL-i), min(width, r.Cols+r.KL-i)
		})},
	}}, nil
}

func decodeBand(v Value, m *mat.BandDense) error {
	s, ok := v.(*Struct)
	if !ok || len(s.Fields) != 5 {
		return mismatch(v, "rows cols kl ku band[n w]")
	}
	dims, err := dimensions(s, 0, "rows", "cols", "kl", "ku")
	if err != nil {
		return err
	}
	data, shape, err := elements[float64](s.field(4, "band"), Float64, 2)
	if err != nil {
		return under(".band", err)
	}
	rows, cols, kl, ku := dims[0], dims[1], dims[2], dims[3]
	if len(data) == 0 && rows == 0 && cols == 0 {
		return nil
	}
	if rows == 0 || cols == 0 || shape[0] != min(rows, cols+kl) || shape[1] != kl+ku+1 {
		return under(".band", mismatch(v, "a %d×%d band matrix with %d and %d diagonals", rows, cols, kl, ku))
	}
	m.SetRawBand(blas64.Band{Rows: rows, Cols: cols, KL: kl, KU: ku, Stride: shape[1], Data: slices.Clip(data)})
	return nil
}

// half returns the sizes and the storage of k diagonals above the main one of an
// n×n matrix, or below it.
func half(data []float64, n, k, stride int, upper bool) []Field {
	return []Field{
		{"n", size(n)},
		{"k", size(k)},
		{"band", band(data, n, k+1, stride, func(i int) (from, to int) {
			if upper {
				return 0, min(k+1, n-i)
			}
			return max(0, k-i), k + 1
		})},
	}
}

// halfOf reads what half returns, the fields first, first+1, … of s.
func halfOf(s *Struct, first int) (data []float64, n, k int, err error) {
	dims, err := dimensions(s, first, "n", "k")
	if err != nil {
		return nil, 0, 0, err
	}
	n, k = dims[0], dims[1]
	data, shape, err := elements[float64](s.field(first+2, "band"), Float64, 2)
	if err == nil && (shape[0] != n || shape[1]-1 != k) {
		err = mismatch(s, "a %d×%d band matrix with %d diagonals beside the main one", n, n, k)
	}
	return slices.Clip(data), n, k, under(".band", err)
}

func encodeSymBand(m *mat.SymBandDense) (Value, error) {
	r := m.RawSymBand()
	return &Struct{Fields: half(r.Data, r.N, r.K, r.Stride, true)}, nil
}

func decodeSymBand(v Value, m *mat.SymBandDense) error {
	s, ok := v.(*Struct)
	if !ok || len(s.Fields) != 3 {
		return mismatch(v, "n k band[n k+1]")
	}
	data, n, k, err := halfOf(s, 0)
	if err == nil && n > 0 {
		m.SetRawSymBand(blas64.SymmetricBand{Uplo: blas.Upper, N: n, K: k, Stride: k + 1, Data: data})
	}
	return err
}

func encodeTriBand(m *mat.TriBandDense) (Value, error) {
	r := m.RawTriBand()
	upper := r.Uplo == blas.Upper
	return &Struct{Fields: append([]Field{{"kind", kindOf(upper)}}, half(r.Data, r.N, r.K, r.Stride, upper)...)}, nil
}

func decodeTriBand(v Value, m *mat.TriBandDense) error {
	s, ok := v.(*Struct)
	if !ok || len(s.Fields) != 4 {
		return mismatch(v, "kind n k band[n k+1]")
	}
	upper, err := isUpper(s)
	if err != nil {
		return err
	}
	uplo := blas.Lower
	if upper {
		uplo = blas.Upper
	}
	data, n, k, err := halfOf(s, 1)
	if err == nil && n > 0 {
		m.SetRawTriBand(blas64.TriangularBand{Uplo: uplo, Diag: blas.NonUnit, N: n, K: k, Stride: k + 1, Data: data})
	}
	return err
}

// encodeDiag stores the diagonal.
func encodeDiag(m *mat.DiagDense) (Value, error) {
	r := m.RawBand()
	return vector(compact(r.Data, r.Rows, 1, r.Stride)), nil
}

func decodeDiag(v Value, m *mat.DiagDense) error {
	data, shape, err := elements[float64](v, Float64, 1)
	if err == nil && len(data) > 0 {
		*m = *mat.NewDiagDense(shape[0], slices.Clip(data))
	}
	return err
}

func vector(data []float64) *Array {
	return &Array{Elem: Float64, Shape: []int{len(data)}, Data: data}
}

func encodeTridiag(m *mat.Tridiag) (Value, error) {
	r := m.RawTridiagonal()
	return &Struct{Fields: []Field{{"dl", vector(r.DL)}, {"d", vector(r.D)}, {"du", vector(r.DU)}}}, nil
}

func decodeTridiag(v Value, m *mat.Tridiag) error {
	s, ok := v.(*Struct)
	if !ok || len(s.Fields) != 3 {
		return mismatch(v, "dl[n-1] d[n] du[n-1]")
	}
	var diagonals [3][]float64
	for i, name := range []string{"dl", "d", "du"} {
		data, _, err := elements[float64](s.field(i, name), Float64, 1)
		if err != nil {
			return under("."+name, err)
		}
		diagonals[i] = slices.Clip(data)
	}
	dl, d, du := diagonals[0], diagonals[1], diagonals[2]
	n := len(d)
	if len(dl) != max(n-1, 0) || len(du) != max(n-1, 0) {
		return mismatch(v, "%d elements beside a diagonal of %d", max(n-1, 0), n)
	}
	if n > 0 {
		*m = *mat.NewTridiag(n, dl, d, du)
	}
	return nil
}
