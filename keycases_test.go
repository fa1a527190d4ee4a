package klepto_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/internal/vectors"
	"github.com/klepto-go/klepto/rounding"
)

// The files klepto_keys.json and memoize_key_cases.json of keymap/testdata were
// recorded from Python's memoizers by the project's reference vectors: pairs of
// calls of a function, and whether they are the same call (want_same, demanded).
// Here the functions are wrapped and called; the same call must not run twice.

// unknownNames are the cases that ignore what is no parameter's name: a wrong
// name that klepto lets pass, and names of what arrives in **kw.
var unknownNames = []string{"k060", "k070", "k071"}

func TestKleptoKeysWrapped(t *testing.T) {
	var file struct{ Cases []vectors.Case }
	vectors.Read(t, "keymap/testdata/klepto_keys.json", &file)
	if len(file.Cases) < 40 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			typ, names := c.Function()
			o := klepto.Options{Name: "f", Untyped: c.Untyped(), Names: names, Ignore: c.Ignored()}
			if c.Tol != nil {
				o.Rounding = rounding.Simple(*c.Tol)
				if c.Deep {
					o.Rounding = rounding.Deep(*c.Tol)
				}
			}
			runs := 0
			f := reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value {
				runs++
				return []reflect.Value{reflect.ValueOf(runs)}
			}).Interface()
			if slices.Contains(unknownNames, c.ID) {
				if _, _, err := klepto.Wrap(f, &o); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", o.Ignore[0])) {
					t.Errorf("ignoring %q: %v", o.Ignore, err)
				}
				o.Ignore = nil
			}
			wrapped, control := wrap(t, f, o)
			for _, call := range []vectors.Call{c.CallA, c.CallB} {
				in := c.Bind(t, call)
				if typ.IsVariadic() {
					reflect.ValueOf(wrapped).CallSlice(in)
				} else {
					reflect.ValueOf(wrapped).Call(in)
				}
			}
			if (runs == 1) != c.Same {
				t.Errorf("%s: ran %d times, the calls are the same: %v (%s)", c.Signature, runs, c.Same, c.Note)
			}
			if n := control.Stats().Errors; n != 0 {
				t.Errorf("%d errors", n)
			}
		})
	}
}

// runsOf wraps a function of the type F and returns how often it runs when call
// makes the calls of a case.
func runsOf[F any](t *testing.T, o klepto.Options, call func(F)) int {
	t.Helper()
	runs := 0
	typ := reflect.TypeFor[F]()
	f := reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value {
		runs++
		return []reflect.Value{reflect.Zero(typ.Out(0))}
	})
	wrapped, _ := wrap(t, f.Interface().(F), o)
	call(wrapped)
	return runs
}

func TestMemoizeKeyCasesWrapped(t *testing.T) {
	type (
		o     = klepto.Options
		one   = func(any) int
		float = func(float64) int
		field = func(*mat.Dense) int
	)
	middle := make([]float64, 2000)
	middle[1000] = 1
	rows := mat.NewDense(2, 3, []float64{0, 1, 2, 3, 4, 5})
	columns := mat.DenseCopyOf(mat.NewDense(3, 2, []float64{0, 3, 1, 4, 2, 5}).T())
	wide := mat.NewDense(2, 5, []float64{0, 1, 2, 9, 9, 3, 4, 5, 9, 9}).Slice(0, 2, 0, 3).(*mat.Dense)
	tenth := 0.1
	got := map[string]int{
		"boundary_1_23_vs_12_3": runsOf(t, o{}, func(f func(a, b int) int) { f(1, 23); f(12, 3) }),
		"minus1.0_minus2.0":     runsOf(t, o{}, func(f float) { f(-1); f(-2) }),
		"int_vs_float":          runsOf(t, o{Untyped: true}, func(f one) { f(1); f(1.0) }),
		"kw_vs_positional":      keywordRuns(t),
		"varargs_tuple_vs_flat": runsOf(t, o{}, func(f func(a, b int, args ...any) int) { f(1, 2, 3, 4); f(1, 2, []any{3, 4}) }),
		"str_number":            runsOf(t, o{}, func(f one) { f(1); f("1") }),
		"big_array_differs_in_middle": runsOf(t, o{}, func(f func([]float64) int) {
			f(make([]float64, 2000))
			f(middle)
		}),
		"array_C_vs_F_same_values": runsOf(t, o{}, func(f field) { f(rows); f(columns); f(wide) }),
		"array_dtype_f64_vs_f32":   runsOf(t, o{}, func(f one) { f([]float64{0, 1}); f([]float32{0, 1}) }),
		"float_0.1+0.2_vs_0.3":     runsOf(t, o{}, func(f float) { f(tenth + 0.2); f(0.3) }),
	}
	if n := runsOf(t, o{}, func(f one) { f(1); f(1.0) }); n != 2 {
		t.Errorf("int_vs_float, typed: %d runs", n)
	}
	if n := runsOf(t, o{Rounding: rounding.Simple(15)}, func(f float) { f(tenth + 0.2); f(0.3) }); n != 1 {
		t.Errorf("float_0.1+0.2_vs_0.3, rounded to 15 digits: %d runs", n)
	}
	var file struct {
		Cases []struct {
			ID, Why  string
			Demanded int
		}
	}
	vectors.Read(t, "keymap/testdata/memoize_key_cases.json", &file)
	for _, c := range file.Cases {
		if n, ok := got[c.ID]; !ok || n != c.Demanded {
			t.Errorf("%s: %d runs, want %d: %s", c.ID, n, c.Demanded, c.Why)
		}
	}
}

// keywordRuns calls f(1, 2) by position, and by name in two orders, with one
// archive behind: all three are one entry.
func keywordRuns(t *testing.T) int {
	type args struct{ A, B int }
	a := memory(t)
	runs := 0
	position, _ := wrap(t, func(a, b int) int { runs++; return a + b }, klepto.Options{Archive: a, Names: []string{"A", "B"}})
	named, _ := wrap(t, func(x args) int { runs++; return x.A + x.B }, klepto.Options{Archive: a})
	m := memoize(t, func(_ context.Context, x args) (int, error) { runs++; return x.A + x.B, nil }, klepto.Options{Archive: a})
	position(1, 2)
	named(args{A: 1, B: 2})
	if _, err := m.Call(t.Context(), args{B: 2, A: 1}); err != nil {
		t.Fatal(err)
	}
	return runs
}
