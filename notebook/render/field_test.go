package render_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klepto-go/klepto/notebook/render"
)

var nan, inf = math.NaN(), math.Inf(1)

func TestFieldValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		f    render.Field
		want error
	}{
		{"good", render.Field{Rows: 2, Cols: 1, Data: []float64{1, 2}}, nil},
		{"empty", render.Field{Rows: 0, Cols: 3}, render.ErrEmpty},
		{"zero", render.Field{}, render.ErrEmpty},
		{"too short", render.Field{Rows: 2, Cols: 2, Data: []float64{1}}, render.ErrShape},
		{"negative", render.Field{Rows: -1, Cols: -1, Data: []float64{1}}, render.ErrShape},
		{"overflow", render.Field{Rows: math.MaxInt/2 + 1, Cols: 4, Data: nil}, render.ErrShape},
	} {
		if err := c.f.Validate(); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// Reduce against the definition: the integral of the field over each new cell.
func TestReduceIsAreaMean(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		f := render.Field{Rows: 1 + rng.IntN(20), Cols: 1 + rng.IntN(20)}
		f.Data = make([]float64, f.Rows*f.Cols)
		for i := range f.Data {
			if f.Data[i] = rng.NormFloat64(); rng.IntN(8) == 0 {
				f.Data[i] = []float64{nan, inf, -inf}[rng.IntN(3)]
			}
		}
		rows, cols := 1+rng.IntN(f.Rows), 1+rng.IntN(f.Cols)
		got := f.Reduce(rows, cols)
		if got.Rows != rows || got.Cols != cols {
			t.Fatalf("shape %d × %d, want %d × %d", got.Rows, got.Cols, rows, cols)
		}
		for r := range rows {
			for c := range cols {
				want := areaMean(f, rows, cols, r, c)
				if rows == f.Rows && cols == f.Cols {
					want = f.At(r, c)
				}
				if g := got.At(r, c); math.Abs(g-want) > 1e-12*(1+math.Abs(want)) && !(g != g && want != want) {
					t.Fatalf("%d × %d to %d × %d: cell %d, %d is %v, want %v", f.Rows, f.Cols, rows, cols, r, c, g, want)
				}
			}
		}
	}
}

func areaMean(f render.Field, rows, cols, r, c int) float64 {
	overlap := func(i, n, bin, bins int) float64 {
		lo := max(float64(i)*float64(bins), float64(bin)*float64(n))
		hi := min(float64(i+1)*float64(bins), float64(bin+1)*float64(n))
		return max(0, hi-lo)
	}
	var sum, weight float64
	for y := range f.Rows {
		for x := range f.Cols {
			v := f.At(y, x)
			w := overlap(y, f.Rows, r, rows) * overlap(x, f.Cols, c, cols)
			if w > 0 && v-v == 0 {
				sum, weight = sum+w*v, weight+w
			}
		}
	}
	if weight == 0 {
		return nan
	}
	return sum / weight
}

func TestReduceDoesNotOverflow(t *testing.T) {
	f := render.Field{Rows: 2, Cols: 2, Data: []float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}}
	if got := f.Reduce(1, 1).Data[0]; got != math.MaxFloat64 {
		t.Errorf("mean of four largest numbers is %v", got)
	}
}

func TestSummarize(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []float64
		want render.Summary
	}{
		{"none", nil, render.Summary{Min: nan, Max: nan, Mean: nan}},
		{"all kinds", []float64{1, nan, 3, inf, -inf}, render.Summary{N: 5, NaN: 1, Inf: 2, Min: 1, Max: 3, Mean: 2}},
		{"only NaN", []float64{nan}, render.Summary{N: 1, NaN: 1, Min: nan, Max: nan, Mean: nan}},
		{"cancellation", []float64{1, 1e100, 1, -1e100}, render.Summary{N: 4, Min: -1e100, Max: 1e100, Mean: 0.5}},
		{"overflow", []float64{math.MaxFloat64, math.MaxFloat64}, render.Summary{N: 2, Min: math.MaxFloat64, Max: math.MaxFloat64, Mean: math.MaxFloat64}},
		{"overflow, rounded up", slices.Repeat([]float64{math.MaxFloat64}, 3), render.Summary{N: 3, Min: math.MaxFloat64, Max: math.MaxFloat64, Mean: math.MaxFloat64}},
		{"overflow and back", []float64{nan, 0x1.8p1023, 0x1.8p1023, -0x1.8p1023, 0x1p1000}, render.Summary{N: 5, NaN: 1, Min: -0x1.8p1023, Max: 0x1.8p1023, Mean: 0x1.8p1021 + 0x1p998}},
	} {
		same := func(a, b float64) bool { return a == b || (a != a && b != b) }
		check := func(how string, got render.Summary) {
			if got.N != c.want.N || got.NaN != c.want.NaN || got.Inf != c.want.Inf ||
				!same(got.Min, c.want.Min) || !same(got.Max, c.want.Max) || !same(got.Mean, c.want.Mean) {
				t.Errorf("%s, %s: %+v, want %+v", c.name, how, got, c.want)
			}
		}
		check("at once", render.Summarize(c.x))
		var one render.Tally
		for i := range c.x {
			one.Add(c.x[i : i+1])
		}
		check("one by one", one.Summary())
	}
}
