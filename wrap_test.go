package klepto_test

import (
	"context"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/value"
)

// wrap fails the test where Wrap does.
func wrap[F any](t testing.TB, f F, o klepto.Options) (F, *klepto.Control) {
	t.Helper()
	if o.Name == "" {
		o.Name = "f"
	}
	wrapped, c, err := klepto.Wrap(f, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return wrapped, c
}

type grid struct {
	N  int
	DX float64 `klepto:"name=dx,units=m"`
}

type (
	celsius float64
	model   func(celsius, ...int) celsius
)

func (g *grid) cells(scale float64) float64 { return float64(g.N) * scale }

// TestWrapSignatures calls functions of many types twice; the second call must
// not reach the function, and give the same.
func TestWrapSignatures(t *testing.T) {
	ctx := t.Context()
	one := 1
	for name, c := range map[string]struct {
		f    any
		args []any
		want []any // other than the error
	}{
		"plain":           {func(x float64) float64 { return 2 * x }, []any{1.5}, []any{3.0}},
		"no arguments":    {func() int { return 7 }, nil, []any{7}},
		"error":           {func(x float64) (float64, error) { return 2 * x, nil }, []any{1.5}, []any{3.0}},
		"context":         {func(_ context.Context, x int) int { return -x }, []any{ctx, 1}, []any{-1}},
		"context only":    {func(context.Context) (int, error) { return 1, nil }, []any{ctx}, []any{1}},
		"context, error":  {func(_ context.Context, x, y int) (int, error) { return x * y, nil }, []any{ctx, 2, 3}, []any{6}},
		"results":         {func(x float64) (float64, int, string) { return x, 1, "a" }, []any{1.5}, []any{1.5, 1, "a"}},
		"results, error":  {func(x float64) ([]float64, int, error) { return []float64{x}, 1, nil }, []any{1.5}, []any{[]float64{1.5}, 1}},
		"variadic":        {func(x ...int) int { return len(x) }, []any{1, 2, 3}, []any{3}},
		"variadic, empty": {func(x ...int) bool { return len(x) == 0 }, nil, []any{true}},
		"variadic, more":  {func(_ context.Context, s string, x ...float64) (int, error) { return len(x), nil }, []any{ctx, "a", 1.0, 2.0}, []any{2}},
		"struct":          {func(g grid) float64 { return g.DX * float64(g.N) }, []any{grid{2, 0.5}}, []any{1.0}},
		"structs":         {func(g, h grid) int { return g.N + h.N }, []any{grid{2, 0.5}, grid{3, 0}}, []any{5}},
		"method":          {(&grid{N: 3}).cells, []any{2.0}, []any{6.0}},
		"named type":      {model(func(x celsius, n ...int) celsius { return x + celsius(len(n)) }), []any{celsius(1), 1, 2}, []any{celsius(3)}},
		"interface":       {func(x any) string { return reflect.TypeOf(x).String() }, []any{grid{}}, []any{"klepto_test.grid"}},
		"nil interface":   {func(x any) bool { return x == nil }, []any{nil}, []any{true}},
		"nil pointer":     {func(x *int) bool { return x == nil }, []any{(*int)(nil)}, []any{true}},
		"pointer":         {func(x *int) *int { y := *x + 1; return &y }, []any{&one}, []any{2}},
		"map":             {func(m map[string]any) int { return len(m) }, []any{map[string]any{"a": 1}}, []any{1}},
		"matrix":          {func(m *mat.Dense) float64 { return mat.Sum(m) }, []any{mat.NewDense(1, 2, []float64{1, 2})}, []any{3.0}},
		"nil slice":       {func(x []float64) []float64 { return x }, []any{[]float64(nil)}, []any{[]float64(nil)}},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			f := reflect.ValueOf(c.f)
			counting := reflect.MakeFunc(f.Type(), func(in []reflect.Value) []reflect.Value {
				runs++
				if f.Type().IsVariadic() {
					return f.CallSlice(in)
				}
				return f.Call(in)
			})
			wrapped, control := wrap(t, counting.Interface(), klepto.Options{Archive: memory(t)})
			if reflect.TypeOf(wrapped) != f.Type() {
				t.Fatalf("Wrap gives a %T", wrapped)
			}
			var in []reflect.Value
			for i, a := range c.args {
				if a == nil {
					in = append(in, reflect.Zero(f.Type().In(i)))
					continue
				}
				in = append(in, reflect.ValueOf(a))
			}
			check := func(got []any) {
				t.Helper()
				for i := range got {
					if p, ok := got[i].(*int); ok {
						got[i] = *p
					}
				}
				if !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			}
			call := func() {
				t.Helper()
				var got []any
				out := reflect.ValueOf(wrapped).Call(in)
				for i, r := range out {
					if r.Type() == reflect.TypeFor[error]() && i == len(out)-1 {
						if !r.IsNil() {
							t.Fatal(r)
						}
						continue
					}
					got = append(got, r.Interface())
				}
				check(got)
			}
			call()
			call()
			if runs != 1 {
				t.Errorf("the function ran %d times", runs)
			}
			// The archive has it too, and the Control finds it.
			if err := control.Clear(ctx); err != nil {
				t.Fatal(err)
			}
			got, ok, err := control.Lookup(c.args...)
			if err != nil || !ok {
				t.Fatalf("Lookup: %v, %v", ok, err)
			}
			check(got)
			call()
			if runs != 1 {
				t.Errorf("the function ran %d times", runs)
			}
			if s := control.Stats(); s.Archived != 1 || s.Computed != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// TestWrapIsMemoize: a wrapped function and a memoized one share entries.
func TestWrapIsMemoize(t *testing.T) {
	type args struct {
		Nu float64 `klepto:"name=nu"`
		N  int     `klepto:"name=n"`
	}
	a := memory(t)
	o := klepto.Options{Name: "solve", Archive: a, Rounding: rounding.Deep(2)}
	m := memoize(t, func(_ context.Context, p args) ([]float64, error) { return []float64{p.Nu, float64(p.N)}, nil }, o)
	o.Names = []string{"nu", "n"}
	f, c := wrap(t, func(float64, int) []float64 { t.Error("the function ran"); return nil }, o)
	typed, tc, err := klepto.Wrap2(func(context.Context, float64, int) ([]float64, error) { t.Error("the function ran"); return nil, nil }, &o)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Call(t.Context(), args{0.123, 4})
	if err != nil {
		t.Fatal(err)
	}
	if got := f(0.12, 4); !reflect.DeepEqual(got, want) {
		t.Errorf("Wrap: %v", got)
	}
	if got, err := typed(t.Context(), 0.12, 4); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Wrap2: %v, %v", got, err)
	}
	info, ok, err := c.Info(0.12, 4)
	if err != nil || !ok || info.Source != klepto.Memory || math.Abs(info.Distance-0.003) > 1e-15 {
		t.Errorf("Info: %+v, %v, %v", info, ok, err)
	}
	k1, err1 := c.Key(0.12, 4)
	k2, err2 := tc.Key(0.12, 4)
	k3, err3 := m.Key(args{0.12, 4})
	if k1 != k2 || k2 != k3 || errors.Join(err1, err2, err3) != nil {
		t.Errorf("keys %q %q %q", k1.Canonical, k2.Canonical, k3.Canonical)
	}
	// So do functions of a struct.
	p := memoize(t, func(_ context.Context, g grid) (float64, error) { return g.DX, nil }, klepto.Options{Name: "g", Archive: a})
	plain := func(grid) float64 { t.Error("the function ran"); return 0 }
	g, _ := wrap(t, plain, klepto.Options{Name: "g", Archive: a})
	h, _, err := klepto.WrapPlain1(plain, &klepto.Options{Name: "g", Archive: a})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Call(t.Context(), grid{1, 2}); err != nil {
		t.Fatal(err)
	}
	if g(grid{1, 2}) != 2 || h(grid{1, 2}) != 2 {
		t.Error("a struct")
	}
}

func TestWrapArchivedForm(t *testing.T) {
	a := memory(t)
	f, _ := wrap(t, func(_ context.Context, nu float64, data any, log io.Writer, rest ...int) (float64, []int, error) {
		return nu, rest, nil
	}, klepto.Options{Archive: a, Names: []string{"nu", "data", "log", "rest"}, Results: []string{"energy", "it's,left"}, Ignore: []string{"log"}})
	if _, _, err := f(t.Context(), 1.5, []float64{1, 2}, io.Discard, 7); err != nil {
		t.Fatal(err)
	}
	for e, err := range a.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.GoType != "(float64, []int)" {
			t.Errorf("GoType %s", e.GoType)
		}
		if got := fieldNames(e.Value); !reflect.DeepEqual(got, []string{"energy", "it's,left"}) {
			t.Errorf("results %q", got)
		}
		var names []string
		for _, f := range e.Call.Args {
			names = append(names, f.Name)
		}
		// What an archive cannot store, as io.Discard, is not in the record.
		if len(names) < 3 || names[0] != "nu" || names[1] != "data" || names[len(names)-1] != "rest" {
			t.Errorf("arguments %q", names)
		}
	}
}

func fieldNames(v value.Value) (names []string) {
	for _, f := range v.(*value.Struct).Fields {
		names = append(names, f.Name)
	}
	return names
}

func TestWrapIgnore(t *testing.T) {
	for _, c := range []struct {
		ignore []string
		a, b   []any
		same   bool
	}{
		{nil, []any{1, 2}, []any{1, 3}, false},
		{[]string{"x1"}, []any{1, 2}, []any{1, 3}, true},
		{[]string{"1"}, []any{1, 2}, []any{1, 3}, true},
		{[]string{"1"}, []any{1, 2}, []any{2, 2}, false},
		{[]string{"0", "x1"}, []any{1, 2}, []any{3, 4}, true},
		{[]string{"*"}, []any{1, 2}, []any{1, 2, 3}, true},
		{[]string{"2"}, []any{1, 2, 5}, []any{1, 2, 3}, true},
		{[]string{"*"}, []any{1, 2}, []any{1, 3}, false},
	} {
		_, control := wrap(t, func(x, y int, rest ...int) int { return 0 }, klepto.Options{Ignore: c.ignore})
		a, err := control.Key(c.a...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := control.Key(c.b...)
		if err != nil {
			t.Fatal(err)
		}
		if (a == b) != c.same {
			t.Errorf("ignoring %q: %v and %v: same is %v", c.ignore, c.a, c.b, a == b)
		}
	}
}

func TestWrapPanics(t *testing.T) {
	f, _ := wrap(t, func(x int) int { panic("so") }, klepto.Options{})
	defer func() {
		p, ok := recover().(*klepto.PanicError)
		if !ok || p.Value != "so" || !strings.Contains(string(p.Stack), "TestWrapPanics") {
			t.Errorf("panic %v", p)
		}
	}()
	f(1)
}

// TestWrapRecursive: a function that asks for smaller results through its own
// memo computes each once, and one that asks for its own result is told.
func TestWrapRecursive(t *testing.T) {
	var fib func(context.Context, int) (int, error)
	runs := 0
	fib, _ = wrap(t, func(ctx context.Context, n int) (int, error) {
		runs++
		if n < 2 {
			return n, nil
		}
		a, err := fib(ctx, n-1)
		if err != nil {
			return 0, err
		}
		b, err := fib(ctx, n-2)
		return a + b, err
	}, klepto.Options{})
	if got, err := fib(t.Context(), 30); got != 832040 || err != nil || runs != 31 {
		t.Errorf("%d, %v, %d runs", got, err, runs)
	}
	var loop func(context.Context, int) (int, error)
	loop, _ = wrap(t, func(ctx context.Context, n int) (int, error) { return loop(ctx, n) }, klepto.Options{Name: "loop"})
	if _, err := loop(t.Context(), 1); !errors.Is(err, klepto.ErrRecursive) {
		t.Errorf("a loop: %v", err)
	}
}

// TestWrapResultsAreOwn: what a caller does to a result changes no other's.
func TestWrapResultsAreOwn(t *testing.T) {
	f, c := wrap(t, func(n int) ([]float64, map[string]int) { return make([]float64, n), map[string]int{} }, klepto.Options{})
	for range 3 {
		x, m := f(2)
		if x[0] != 0 || len(m) != 0 {
			t.Fatalf("%v, %v", x, m)
		}
		x[0], m["a"] = 1, 1
		out, _, err := c.Lookup(2)
		if err != nil || out[0].([]float64)[0] != 0 {
			t.Fatalf("Lookup: %v, %v", out, err)
		}
		out[0].([]float64)[1] = 1
	}
}

func TestWrapKeep(t *testing.T) {
	runs := 0
	f, _ := wrap(t, func(x int) (int, bool) { runs++; return x, x > 0 }, klepto.Options{Name: "pair", Keep: func(result any) bool { return result.([]any)[1].(bool) }})
	g, _ := wrap(t, func(x int) int { runs++; return x }, klepto.Options{Name: "single", Keep: func(result any) bool { return result.(int) > 0 }})
	for range 2 {
		f(1)
		f(-1)
		g(1)
		g(-1)
	}
	if runs != 6 {
		t.Errorf("%d runs", runs)
	}
}

func TestWrapConcurrently(t *testing.T) {
	var runs atomic.Int64
	f, c := wrap(t, func(ctx context.Context, x float64, n ...int) ([]float64, int, error) {
		runs.Add(1)
		return []float64{x}, len(n), nil
	}, klepto.Options{Archive: memory(t)})
	g, _, err := klepto.WrapPlain2(func(x float64, n int) []float64 { runs.Add(1); return make([]float64, n) }, &klepto.Options{Name: "g"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				x, n, err := f(t.Context(), float64(i%10), 1, 2)
				if err != nil || n != 2 || x[0] != float64(i%10) {
					t.Errorf("f(%d) = %v, %d, %v", i, x, n, err)
				}
				x[0] = -1
				y := g(float64(i%10), 3)
				if y[0] != 0 {
					t.Errorf("g(%d) = %v", i, y)
				}
				y[0] = -1
				if _, _, err := c.Lookup(i%10, 1, 2); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if runs.Load() != 20 {
		t.Errorf("%d runs", runs.Load())
	}
}
