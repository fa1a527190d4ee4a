package sweep_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klepto-go/klepto/sweep"
)

func floatsOf(a sweep.Axis) []float64 {
	var v []float64
	for i := range a.Len() {
		v = append(v, a.At(i).(float64))
	}
	return v
}

func TestLinspace(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   []float64
	}{
		{0, 1, 5, []float64{0, 0.25, 0.5, 0.75, 1}},
		{1, 0, 3, []float64{1, 0.5, 0}},
		{3, 9, 1, []float64{3}},
		{2, 2, 3, []float64{2, 2, 2}},
		{-math.MaxFloat64, math.MaxFloat64, 3, []float64{-math.MaxFloat64, 0, math.MaxFloat64}},
	} {
		if got := floatsOf(sweep.Linspace("x", c.lo, c.hi, c.n)); !cmp.Equal(got, c.want) {
			t.Errorf("Linspace(%v, %v, %d) = %v, want %v", c.lo, c.hi, c.n, got, c.want)
		}
	}
	// Bounds that are decimals have decimals between them.
	for i, v := range floatsOf(sweep.Linspace("x", 0.02, 0.06, 41)) {
		if want := float64(20+i) / 1000; v != want {
			t.Errorf("value %d is %v, want %v", i, v, want)
		}
	}
	if v := floatsOf(sweep.Linspace("x", 5e-324, 1.5e-323, 3)); v[1] != 1e-323 {
		t.Errorf("between subnormals: %v", v)
	}
	// The last value is the bound itself, however the step is rounded.
	if v := floatsOf(sweep.Linspace("x", 0, 0.3, 7)); v[6] != 0.3 {
		t.Errorf("ends at %v", v[6])
	}
}

func TestLogspace(t *testing.T) {
	got := floatsOf(sweep.Logspace("x", 1e-3, 1e3, 7))
	for i, want := range []float64{1e-3, 1e-2, 1e-1, 1, 10, 100, 1e3} {
		if math.Abs(got[i]/want-1) > 1e-14 {
			t.Errorf("value %d is %v, want %v", i, got[i], want)
		}
	}
	if got[0] != 1e-3 || got[6] != 1e3 {
		t.Errorf("bounds are %v, %v", got[0], got[6])
	}
}

func TestGridOrder(t *testing.T) {
	g := sweep.Grid(sweep.Values("a", 1, 2), sweep.Values("b", "x", "y", "z"))
	var got [][]any
	for i := range g.Len() {
		got = append(got, g.Point(i))
	}
	want := [][]any{{1, "x"}, {1, "y"}, {1, "z"}, {2, "x"}, {2, "y"}, {2, "z"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a", "b"}, g.Names()); d != "" {
		t.Error(d)
	}
}

func TestInputs(t *testing.T) {
	type solver string
	type Base struct{ DX float32 }
	type in struct {
		Base
		Solver solver
		Steps  uint8 `klepto:"name=steps"`
		End    time.Duration
		Deep   bool
	}
	g := sweep.Grid(
		sweep.Values("DX", 0.5),
		sweep.Values("Solver", "cg"),
		sweep.Linspace("steps", 10, 20, 2), // whole floats may stand for ints
		sweep.Values("End", time.Second),
		sweep.Values("Deep", true),
	)
	seq, err := sweep.Inputs[in](g)
	if err != nil {
		t.Fatal(err)
	}
	want := in{Base{0.5}, "cg", 10, time.Second, true}
	for i, x := range seq {
		want.Steps = uint8(10 * (i + 1))
		if x != want {
			t.Errorf("point %d: %+v, want %+v", i, x, want)
		}
	}
	for _, bad := range []sweep.Axis{
		sweep.Values("steps", 256), sweep.Values("steps", -1), sweep.Values("steps", math.NaN()),
		sweep.Values("steps", -0.5), sweep.Values("Deep", 1), sweep.Values("steps", uint64(1)<<63),
	} {
		if _, err := sweep.Inputs[in](sweep.Grid(bad)); err == nil {
			t.Errorf("%s = %v was taken", bad.Name(), bad.At(0))
		}
	}
}

func TestInputsOfOneArgument(t *testing.T) {
	seq, err := sweep.Inputs[float64](sweep.Grid(sweep.Values("x", 1, 2, 3)))
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, x := range seq {
		sum += x
	}
	if sum != 6 {
		t.Errorf("sum = %v", sum)
	}
	days, err := sweep.Inputs[time.Time](sweep.Grid(sweep.Values("day", time.Unix(0, 0), time.Unix(86400, 0))))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range days {
		if d.Unix() != int64(i)*86400 {
			t.Errorf("day %d is %v", i, d)
		}
	}
}
