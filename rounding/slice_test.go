package rounding_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleSlice() {
	grid := []float64{0.1 + 0.2, 2.675, -0.004}
	rounding.Slice(grid, grid, 2)
	fmt.Println(grid)
	// Output: [0.3 2.67 -0]
}

// TestSlice holds for the plain build and for GOEXPERIMENT=simd alike: same
// bits as a call for each element, whatever the length and the neighbours.
func TestSlice(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		digits, rare := r.IntN(52)-26, 4<<r.IntN(6)
		src := make([]float64, r.IntN(80))
		for i := range src {
			if src[i] = r.NormFloat64(); r.IntN(rare) == 0 {
				src[i] = hard(r, digits)
			}
		}
		keep := slices.Clone(src)
		dst := make([]float64, len(src)+1)
		dst[len(src)] = 42
		rounding.Slice(dst, src, digits)
		bulk := make([]float64, len(src))
		rounding.Deep(digits).Float64s(bulk, src)
		narrow, narrow32 := make([]float32, len(src)), make([]float32, len(src))
		wide, wide64 := make([]complex128, len(src)), make([]complex64, len(src))
		for i, x := range src {
			narrow[i] = float32(x)
			wide[i], wide64[i] = complex(x, -x), complex(float32(x), -1)
		}
		rounding.Slice(narrow32, narrow, digits)
		rounding.Slice(wide, wide, digits)
		rounding.Slice(wide64, wide64, digits)
		for i, x := range keep {
			want, want32 := rounding.Round(x, digits), rounding.Round32(narrow[i], digits)
			if !same(src[i], x) || !same(dst[i], want) || !same(bulk[i], want) || !same32(narrow32[i], want32) {
				t.Fatalf("%x at %d digits: source %x, Slice %x, Float64s %x, want %x; float32 %x, want %x",
					x, digits, src[i], dst[i], bulk[i], want, narrow32[i], want32)
			}
			if !same(real(wide[i]), want) || !same(imag(wide[i]), rounding.Round(-x, digits)) || !same32(real(wide64[i]), want32) {
				t.Fatalf("%x at %d digits: complex %v, %v", x, digits, wide[i], wide64[i])
			}
		}
		if dst[len(src)] != 42 {
			t.Fatal("Slice wrote behind the end")
		}
		rounding.Slice(src, src, digits)
		for i := range src {
			if !same(src[i], dst[i]) {
				t.Fatalf("in place: %x, want %x", src[i], dst[i])
			}
		}
	}
}

// TestSliceDigits: no number of digits is too large or too small for a slice.
func TestSliceDigits(t *testing.T) {
	for _, digits := range []int{math.MinInt, -400, -308, -23, -22, 22, 23, 323, 400, math.MaxInt} {
		src, dst := []float64{1.5, -2.5e300, 5e-324}, make([]float64, 3)
		rounding.Slice(dst, src, digits)
		for i, x := range src {
			if want := rounding.Round(x, digits); !same(dst[i], want) {
				t.Errorf("Slice of %v at %d digits: %v, want %v", x, digits, dst[i], want)
			}
		}
	}
}

func TestBulkRules(t *testing.T) {
	src := []float64{math.Pi, -0.00123456, 123456, math.NaN(), math.Inf(-1)}
	src32 := make([]float32, len(src))
	for i, x := range src {
		src32[i] = float32(x)
	}
	for _, r := range []rounding.Rounding{rounding.None(), rounding.Simple(2), rounding.Deep(-2), rounding.Significant(2)} {
		dst, dst32 := make([]float64, len(src)), make([]float32, len(src))
		r.Float64s(dst, src)
		r.Float32s(dst32, src32)
		for i := range src {
			if !same(dst[i], r.Float64(src[i])) || !same32(dst32[i], r.Float32(src32[i])) {
				t.Errorf("%v of %v: %v, %v", r, src[i], dst[i], dst32[i])
			}
		}
	}
}

func TestSlicePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"Slice":    func() { rounding.Slice(make([]float64, 1), make([]float64, 2), 1) },
		"Float64s": func() { rounding.Deep(1).Float64s(nil, make([]float64, 2)) },
		"Float32s": func() { rounding.Deep(1).Float32s(nil, make([]float32, 2)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s with a short dst does not panic", name)
				}
			}()
			f()
		}()
	}
}
