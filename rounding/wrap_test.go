package rounding_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleWrap() {
	add := func(x, y float64) float64 { return x + y }
	rounded, err := rounding.Wrap(add, &rounding.Options{Rounding: rounding.Simple(1)})
	if err != nil {
		panic(err)
	}
	fmt.Println(add(2.54, 5.47), rounded(2.54, 5.47))

	sum := func(label string, xs ...float64) (s float64) {
		for _, x := range xs {
			s += x
		}
		return s
	}
	coarse, err := rounding.Wrap(sum, &rounding.Options{Tol: map[string]int{"1": 0}})
	if err != nil {
		panic(err)
	}
	fmt.Println(coarse("2.6", 2.6, 3.5))
	// Output:
	// 8.01 8
	// 7
}

type namedFunc func(ctx context.Context, x float64, ys []float64) ([]float64, error)

func TestWrap(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, 1.26)
	var f namedFunc = func(got context.Context, x float64, ys []float64) ([]float64, error) {
		if got != ctx {
			t.Error("another context")
		}
		if ys == nil {
			return nil, errors.New("own error")
		}
		ys[0] += x // f may do with its arguments what it likes
		return ys, nil
	}
	g, err := rounding.Wrap(f, &rounding.Options{Rounding: rounding.Simple(1), Tol: map[string]int{"1": 2}})
	if err != nil {
		t.Fatal(err)
	}
	ys := []float64{2.675, 1}
	got, err := g(ctx, 1.26, ys)
	if err != nil || got[0] != rounding.Round(1.26, 1)+2.67 || ys[0] != 2.675 {
		t.Error(got, err, ys)
	}
	if _, err := g(ctx, 1.26, nil); err == nil || err.Error() != "own error" {
		t.Error(err)
	}
}

// TestWrapFields: the fields of an only struct are the arguments, as for Args.
func TestWrapFields(t *testing.T) {
	type in struct {
		A float64
		B []float64
		C float64 `klepto:"tol=3"`
	}
	f, err := rounding.Wrap(func(_ context.Context, x in) in { return x }, &rounding.Options{Rounding: rounding.Simple(1), Tol: map[string]int{"B": 0}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f(t.Context(), in{1.26, []float64{1.26}, 1.23456}); got.A != 1.3 || got.B[0] != 1 || got.C != 1.235 {
		t.Error(got)
	}
	two, err := rounding.Wrap(func(a, b in) in { return b }, &rounding.Options{Rounding: rounding.Simple(1)})
	if err != nil {
		t.Fatal(err)
	}
	if got := two(in{}, in{A: 1.26}); got.A != 1.26 {
		t.Errorf("Simple rounded the field of one of two arguments: %v", got)
	}
}

// TestWrapConsumesNothing: klepto rounds an iterator by consuming it.
func TestWrapConsumesNothing(t *testing.T) {
	seq := func(yield func(float64) bool) { _ = yield(1.26) && yield(2.34) }
	ch := make(chan float64, 1)
	ch <- 1.26
	f, err := rounding.Wrap(func(s func(func(float64) bool), c chan float64) (sum float64) {
		for x := range s {
			sum += x
		}
		return sum + float64(len(c))
	}, &rounding.Options{Rounding: rounding.Deep(1)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := f(seq, ch); got != 1.26+2.34+1 {
			t.Error(got)
		}
	}
}

func TestWrapErrors(t *testing.T) {
	type hidden struct{ a float64 }
	var absent func()
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"nil":      {second(rounding.Wrap(absent, nil)), rounding.ErrFunc},
		"no func":  {second(rounding.Wrap(3, nil)), rounding.ErrFunc},
		"any nil":  {second(rounding.Wrap[any](nil, nil)), rounding.ErrFunc},
		"digits":   {second(rounding.Wrap(func() {}, &rounding.Options{Rounding: rounding.Significant(0)})), rounding.ErrDigits},
		"position": {second(rounding.Wrap(func(x, y float64) {}, &rounding.Options{Tol: map[string]int{"2": 1}})), rounding.ErrName},
		"hidden":   {second(rounding.Wrap(func(x int, y ...hidden) float64 { return y[x].a }, nil)), rounding.ErrHidden},
	} {
		if !errors.Is(c.err, c.want) || !strings.HasPrefix(c.err.Error(), "rounding: ") {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	loop := []any{nil}
	loop[0] = loop
	f, err := rounding.Wrap(func(x any) (int, error) { return 1, nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f(loop); n != 0 || !errors.Is(err, rounding.ErrCycle) {
		t.Error(n, err)
	}
	g, err := rounding.Wrap(func(x ...any) int { return 1 }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		var e *rounding.Error
		if err, ok := recover().(error); !ok || !errors.As(err, &e) || !strings.Contains(e.Path, "parameter 1") {
			t.Error(err)
		}
	}()
	g(1, loop)
}
