package rounding_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleArgs() {
	type heat struct {
		Nu   float64 `klepto:"name=nu"`
		Grid []float64
		N    int
	}
	args, err := rounding.Args[heat](&rounding.Options{
		Rounding: rounding.Simple(2),
		Tol:      map[string]int{"Grid": 1},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(args(heat{0.12345, []float64{0.12345}, 4}))

	_, err = rounding.Args[heat](&rounding.Options{Tol: map[string]int{"Nu": 1}})
	fmt.Println(err)
	// Output:
	// {0.12 [0.1] 4} <nil>
	// rounding: a tolerance for "Nu": no such argument: the arguments are nu, Grid, N
}

func TestArgs(t *testing.T) {
	type point struct {
		A float64   `klepto:"tol=3"`
		B []float64 `klepto:"name=b,tol=3"`
		C []float64
		D []float64 `klepto:"-"`
		n int
	}
	x := point{1.23456, []float64{1.23456}, []float64{1.23456}, []float64{1.23456}, 7}
	for _, c := range []struct {
		o          *rounding.Options
		a, b, c, d float64
	}{
		{nil, 1.235, 1.235, 1.23456, 1.23456},
		{&rounding.Options{Rounding: rounding.Simple(1)}, 1.235, 1.235, 1.23456, 1.23456},
		{&rounding.Options{Rounding: rounding.Shallow(1)}, 1.235, 1.235, 1.2, 1.23456},
		{&rounding.Options{Tol: map[string]int{"A": 0, "b": 2, "C": 4}}, 1, 1.23, 1.2346, 1.23456},
	} {
		args, err := rounding.Args[point](c.o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := args(x)
		if err != nil || got.A != c.a || got.B[0] != c.b || got.C[0] != c.c || got.D[0] != c.d || got.n != 7 {
			t.Errorf("%v: %v, %v", c.o, got, err)
		}
		if x.B[0] != 1.23456 || x.C[0] != 1.23456 {
			t.Fatal("the argument changed")
		}
	}
}

// TestArgsAlone: what is not a struct of fields is one argument, x.
func TestArgsAlone(t *testing.T) {
	o := &rounding.Options{Rounding: rounding.Simple(1), Tol: map[string]int{"x": 2}}
	f, err := rounding.Args[float64](o)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f(2.675); got != 2.67 || err != nil {
		t.Error(got, err)
	}
	m, err := rounding.Args[mat.Dense](o)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m(*mat.NewDense(1, 1, []float64{2.675})); got.At(0, 0) != 2.67 || err != nil {
		t.Error(got, err)
	}
	if _, err := rounding.Args[time.Time](o); err != nil {
		t.Error(err)
	}
	p, err := rounding.Args[*inner](&rounding.Options{Rounding: rounding.Shallow(1)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p(&inner{2.675, []float64{2.675}}); got.F != 2.7 || got.G[0] != 2.675 || err != nil {
		t.Error(got, err)
	}
}

func TestArgsErrors(t *testing.T) {
	type twice struct {
		A float64
		B float64 `klepto:"name=A"`
	}
	type hidden struct {
		A     float64
		cells []inner
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"digits": {second(rounding.Args[float64](&rounding.Options{Rounding: rounding.Significant(-1)})), "at least 1 significant"},
		"name":   {second(rounding.Args[float64](&rounding.Options{Tol: map[string]int{"y": 2}})), "the arguments are x"},
		"twice":  {second(rounding.Args[twice](nil)), `rounding_test.twice.B: a second argument with the name "A"`},
		"hidden": {second(rounding.Args[hidden](nil)), "rounding_test.hidden.cells: floats in an unexported field"},
		"tag": {second(rounding.Args[struct {
			A float64 `klepto:"tolerance=3"`
		}](nil)), "unknown option"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "rounding: ") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if _, err := rounding.Apply(rounding.Deep(1), hidden{A: 1, cells: []inner{}}); !errors.Is(err, rounding.ErrHidden) {
		t.Error(err)
	}
	f, err := rounding.Args[struct{ X any }](nil)
	if err != nil {
		t.Fatal(err)
	}
	loop := []any{nil}
	loop[0] = loop
	if _, err := f(struct{ X any }{loop}); !errors.Is(err, rounding.ErrCycle) || !strings.Contains(err.Error(), ".X") {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }
