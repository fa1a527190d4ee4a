package value

import (
	"math"
	"reflect"
	"slices"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/cblas128"
	"gonum.org/v1/gonum/mat"
)

// matrix is the plan of a gonum matrix M. What a stride skips is not part of
// the value: a view is stored as the matrix it shows.
type matrix[M any] struct {
	dims int // of its Array, 0 where the tree is a Struct
	to   func(*M) (Value, error)
	from func(Value, *M) error
}

// matrixNode returns the plan of a gonum type, or nil.
func matrixNode(t reflect.Type) node {
	switch t {
	case reflect.TypeFor[mat.Dense]():
		return &matrix[mat.Dense]{2, encodeDense, decodeDense}
	case reflect.TypeFor[mat.VecDense]():
		return &matrix[mat.VecDense]{1, encodeVec, decodeVec}
	case reflect.TypeFor[mat.CDense]():
		return &matrix[mat.CDense]{2, encodeCDense, decodeCDense}
	case reflect.TypeFor[mat.SymDense]():
		return &matrix[mat.SymDense]{2, encodeSym, decodeSym}
	case reflect.TypeFor[mat.TriDense]():
		return &matrix[mat.TriDense]{0, encodeTri, decodeTri}
	case reflect.TypeFor[mat.BandDense]():
		return &matrix[mat.BandDense]{0, encodeBand, decodeBand}
	case reflect.TypeFor[mat.SymBandDense]():
		return &matrix[mat.SymBandDense]{0, encodeSymBand, decodeSymBand}
	case reflect.TypeFor[mat.TriBandDense]():
		return &matrix[mat.TriBandDense]{0, encodeTriBand, decodeTriBand}
	case reflect.TypeFor[mat.DiagDense]():
		return &matrix[mat.DiagDense]{1, encodeDiag, decodeDiag}
	case reflect.TypeFor[mat.Tridiag]():
		return &matrix[mat.Tridiag]{0, encodeTridiag, decodeTridiag}
	}
	return nil
}

func (m *matrix[M]) nilable() bool { return false }
func (m *matrix[M]) flat() bool    { return false }
func (m *matrix[M]) rank() int     { return m.dims }

func (m *matrix[M]) encode(p unsafe.Pointer) (Value, error) { return m.to((*M)(p)) }
func (m *matrix[M]) decode(v Value, p unsafe.Pointer) error { return m.from(v, (*M)(p)) }

// deepen goes through the tree: the copy is compact, which is what is stored.
func (m *matrix[M]) deepen(p unsafe.Pointer) {
	v, err := m.to((*M)(p))
	if err == nil {
		var fresh M
		if err = m.from(Clone(v), &fresh); err == nil {
			*(*M)(p) = fresh
			return
		}
	}
	panic(err) // a matrix that gonum made always has a tree
}

// compact returns rows×cols elements without the gaps of a stride; data itself
// where there are none.
func compact[S any](data []S, rows, cols, stride int) []S {
	n := rows * cols
	if stride == cols || rows <= 1 || n == 0 {
		return data[:n:n]
	}
	c := make([]S, 0, n)
	for i := range rows {
		c = append(c, data[i*stride:i*stride+cols]...)
	}
	return c
}

// elements returns the data of an Array of the given type and rank.
func elements[S any](v Value, e Elem, dims int) ([]S, []int, error) {
	a, ok := v.(*Array)
	if !ok || a.Elem != e || len(a.Shape) != dims {
		return nil, nil, mismatch(v, "%s", describeShape(e.String(), slices.Repeat([]int{-1}, dims)))
	}
	return a.Data.([]S), a.Shape, nil
}

func encodeDense(m *mat.Dense) (Value, error) {
	r := m.RawMatrix()
	return &Array{Elem: Float64, Shape: []int{r.Rows, r.Cols}, Data: compact(r.Data, r.Rows, r.Cols, r.Stride)}, nil
}

func decodeDense(v Value, m *mat.Dense) error {
	data, shape, err := elements[float64](v, Float64, 2)
	if err == nil && slices.Max(shape) > 0 { // NewDense refuses 2×0, which Slice makes
		m.SetRawMatrix(blas64.General{Rows: shape[0], Cols: shape[1], Stride: max(shape[1], 1), Data: slices.Clip(data)})
	}
	return err
}

func encodeVec(m *mat.VecDense) (Value, error) {
	r := m.RawVector()
	return vector(compact(r.Data, r.N, 1, r.Inc)), nil
}

func decodeVec(v Value, m *mat.VecDense) error {
	data, shape, err := elements[float64](v, Float64, 1)
	if err == nil && len(data) > 0 {
		*m = *mat.NewVecDense(shape[0], slices.Clip(data))
	}
	return err
}

func encodeCDense(m *mat.CDense) (Value, error) {
	r := m.RawCMatrix()
	return &Array{Elem: Complex128, Shape: []int{r.Rows, r.Cols}, Data: compact(r.Data, r.Rows, r.Cols, r.Stride)}, nil
}

func decodeCDense(v Value, m *mat.CDense) error {
	data, shape, err := elements[complex128](v, Complex128, 2)
	if err == nil && slices.Max(shape) > 0 {
		m.SetRawCMatrix(cblas128.General{Rows: shape[0], Cols: shape[1], Stride: max(shape[1], 1), Data: slices.Clip(data)})
	}
	return err
}

// encodeSym stores both triangles, so that any reader sees the matrix.
func encodeSym(m *mat.SymDense) (Value, error) {
	r := m.RawSymmetric()
	d := make([]float64, r.N*r.N)
	for i := range r.N {
		for j := i; j < r.N; j++ {
			x := r.Data[i*r.Stride+j] // gonum keeps the upper triangle
			d[i*r.N+j], d[j*r.N+i] = x, x
		}
	}
	return &Array{Elem: Float64, Shape: []int{r.N, r.N}, Data: d}, nil
}

func decodeSym(v Value, m *mat.SymDense) error {
	data, shape, err := elements[float64](v, Float64, 2)
	if err != nil {
		return err
	}
	n := shape[0]
	if shape[1] != n {
		return mismatch(v, "a symmetric matrix")
	}
	for i := range n {
		for j := range i {
			if math.Float64bits(data[i*n+j]) != math.Float64bits(data[j*n+i]) {
				return mismatch(v, "a symmetric matrix, but elements (%d,%d) and (%d,%d) differ", i, j, j, i)
			}
		}
	}
	if n > 0 {
		*m = *mat.NewSymDense(n, slices.Clip(data))
	}
	return nil
}

// encodeTri stores a Struct, because the kind is not part of the Go type.
func encodeTri(m *mat.TriDense) (Value, error) {
	r := m.RawTriangular()
	d := make([]float64, r.N*r.N)
	upper := r.Uplo == blas.Upper // which Triangle cannot tell of an empty matrix
	for i := range r.N {
		from, to := 0, i+1
		if upper {
			from, to = i, r.N
		}
		copy(d[i*r.N+from:i*r.N+to], r.Data[i*r.Stride+from:i*r.Stride+to])
	}
	return &Struct{Fields: []Field{
		{"kind", kindOf(upper)},
		{"matrix", &Array{Elem: Float64, Shape: []int{r.N, r.N}, Data: d}},
	}}, nil
}

func decodeTri(v Value, m *mat.TriDense) error {
	s, ok := v.(*Struct)
	if !ok || len(s.Fields) != 2 {
		return mismatch(v, "kind matrix[n n]")
	}
	upper, err := isUpper(s)
	if err != nil {
		return err
	}
	data, shape, err := elements[float64](s.field(1, "matrix"), Float64, 2)
	if err != nil {
		return under(".matrix", err)
	}
	if shape[0] != shape[1] {
		return under(".matrix", mismatch(v, "a square matrix"))
	}
	if shape[0] > 0 {
		*m = *mat.NewTriDense(shape[0], mat.TriKind(upper), slices.Clip(data))
	}
	return nil
}

func kindOf(upper bool) *Array {
	kind := "lower"
	if upper {
		kind = "upper"
	}
	return scalar(String, []string{kind})
}

// isUpper reads the kind of a triangular matrix, the first field of s.
func isUpper(s *Struct) (bool, error) {
	kind, ok := scalarOf[string](s.field(0, "kind"), String)
	if !ok || kind != "upper" && kind != "lower" {
		return false, under(".kind", mismatch(s, `"upper" or "lower"`))
	}
	return kind == "upper", nil
}

func scalar(e Elem, data any) *Array { return &Array{Elem: e, Data: data} }

func scalarOf[S any](v Value, e Elem) (s S, ok bool) {
	a, ok := v.(*Array)
	if !ok || a.Elem != e || len(a.Shape) != 0 {
		return s, false
	}
	return a.Data.([]S)[0], true
}
