package klepto_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// TestMatrices: a matrix of gonum, by value or by pointer, is one argument, in the
// key and in what is recorded, and a result that comes back as itself, from memory
// and from the archive.
func TestMatrices(t *testing.T) {
	matrices(t, mat.NewDense(2, 2, []float64{1, 2, 3, 4.26}))
	matrices(t, mat.NewVecDense(2, []float64{1, 2.26}))
	matrices(t, mat.NewCDense(1, 2, []complex128{1, 2.26i}))
	matrices(t, mat.NewSymDense(2, []float64{1, 2, 2, 3.26}))
	matrices(t, mat.NewTriDense(2, mat.Upper, []float64{1, 2, 0, 3.26}))
	matrices(t, mat.NewTriDense(2, mat.Lower, []float64{1, 0, 2, 3.26}))
	matrices(t, mat.NewBandDense(3, 3, 1, 0, []float64{0, 1, 2, 3, 4, 5.26}))
	matrices(t, mat.NewSymBandDense(2, 1, []float64{1, 2, 3.26, 0}))
	matrices(t, mat.NewTriBandDense(2, 1, mat.Upper, []float64{1, 2, 3.26, 0}))
	matrices(t, mat.NewDiagDense(2, []float64{1, 2.26}))
	matrices(t, mat.NewTridiag(2, []float64{1}, []float64{2, 3}, []float64{4.26}))
	matrices(t, &mat.TriDense{})
}

func matrices[M any](t *testing.T, m *M) {
	t.Run(fmt.Sprintf("%T", *m), func(t *testing.T) { oneArgument(t, *m) })
	t.Run(fmt.Sprintf("%T", m), func(t *testing.T) { oneArgument(t, m) })
}

// oneArgument memoizes the function that returns what it is given, and wraps it.
func oneArgument[T any](t *testing.T, x T) {
	o := klepto.Options{Archive: memory(t), Rounding: rounding.Deep(1)}
	runs := 0
	check := func(y T, err error) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(y, x) {
			t.Errorf("the result is %v, %v, want %v", y, err, x)
		}
	}
	f := func(_ context.Context, x T) (T, error) { runs++; return x, nil }
	for range 2 { // computed, and from the archive
		m := memoize(t, f, o)
		check(m.Call(t.Context(), x))
		check(m.Call(t.Context(), x))
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	wrapped, _ := wrap(t, func(x T) (T, error) { runs++; return x, nil }, o)
	check(wrapped(x))
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
	for e, err := range o.Archive.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		key, err := keymap.Decode(e.Key.Canonical)
		if err != nil {
			t.Fatal(err)
		}
		if len(key.Args) != 1 || key.Args[0].Name != "x" || len(e.Call.Args) != 1 || e.Call.Args[0].Name != "x" {
			t.Errorf("keyed as %v, recorded as %v", key.Args, e.Call.Args)
		}
	}
}

// TestPointerIsOneArgument: a pointer to a struct is one argument in the key, and
// so it is recorded.
func TestPointerIsOneArgument(t *testing.T) {
	oneArgument(t, &params{X: 1, N: 2})
}
