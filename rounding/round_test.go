package rounding_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleRound() {
	fmt.Println(rounding.Round(2.675, 2), rounding.Round(2.5, 0), rounding.Round(12345.678, -2))
	// Output: 2.67 2 12300
}

// same tells whether a and b have the same bits, or are both NaN.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func same32(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// bits parses an IEEE-754 number written as hex digits.
func bits(t testing.TB, s string) float64 {
	t.Helper()
	u, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return math.Float64frombits(u)
}

// TestPython: testdata/python_round_scalars.json was recorded from CPython's
// round(x, n), 753 cases around ties, powers of ten and the ends of the range.
func TestPython(t *testing.T) {
	text, err := os.ReadFile("testdata/python_round_scalars.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Scalars [][]any }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Scalars) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Scalars {
		x, digits, want := bits(t, c[0].(string)), int(c[1].(float64)), bits(t, c[2].(string))
		if got := rounding.Round(x, digits); !same(got, want) {
			t.Errorf("Round(%v, %d) = %v, Python says %v", x, digits, got, want)
		}
	}
}

// exact is Round over the rationals for any digits, to the precision of a
// float of that many bits: what the package is checked against.
func exact(x float64, digits, bits int) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(digits, -digits))), nil))
	if digits < 0 {
		scale.Inv(scale)
	}
	v := new(big.Rat).SetFloat64(math.Abs(x))
	v.Mul(v, scale)
	q, rest := new(big.Int).QuoRem(v.Num(), v.Denom(), new(big.Int))
	if c := rest.Lsh(rest, 1).Cmp(v.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	v.SetInt(q)
	v.Quo(v, scale)
	if bits == 32 {
		f, _ := v.Float32()
		return math.Copysign(float64(f), x)
	}
	f, _ := v.Float64()
	return math.Copysign(f, x)
}

// hard draws floats of the kinds that break rounding at that many digits.
func hard(r *rand.Rand, digits int) float64 {
	nudge := func(x float64) float64 {
		return math.Float64frombits(math.Float64bits(x) + r.Uint64N(7) - 3)
	}
	s := math.Pow(10, float64(digits))
	switch r.IntN(9) {
	case 0: // any bits
		return math.Float64frombits(r.Uint64())
	case 1: // halfway, a few ulp off
		return nudge((float64(r.Int64N(1<<53)>>r.IntN(53)) + 0.5) / s)
	case 2: // true ties
		return float64(2*r.Int64N(1<<30)+1) * math.Exp2(-float64(1+max(digits, 0)%50))
	case 3: // where decimals get finer than floats: 2^51…2^54, 2^22…2^25
		return nudge(math.Exp2(51+3*r.Float64()) / s)
	case 4:
		return nudge(math.Exp2(22+3*r.Float64()) / s)
	case 5: // powers of two
		return nudge(math.Ldexp(1, r.IntN(200)-100))
	case 6: // powers of ten
		return nudge(math.Pow(10, float64(r.IntN(60)-30)))
	case 7: // log-uniform
		return math.Copysign(math.Exp2(r.Float64()*160-80), r.Float64()-0.5)
	}
	x, err := strconv.ParseFloat(strconv.FormatFloat(r.NormFloat64()*100, 'f', r.IntN(10), 64), 64)
	if err != nil {
		panic(err)
	}
	return x
}

func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	for i := range n {
		digits := r.IntN(46) - 23
		if i%16 == 0 {
			digits = r.IntN(731) - 330
		}
		x := hard(r, digits)
		if got, want := rounding.Round(x, digits), exact(x, digits, 64); !same(got, want) {
			t.Fatalf("Round(%x = %v, %d) = %v, want %v", x, x, digits, got, want)
		}
		f := float32(x)
		if got, want := rounding.Round32(f, digits), float32(exact(float64(f), digits, 32)); !same32(got, want) {
			t.Fatalf("Round32(%x = %v, %d) = %v, want %v", f, f, digits, got, want)
		}
	}
}

// TestRound32Twice completes the proof in round32.go: no quotient or product of
// an integer r <= 2^24 and a power of ten s, rounded to float64, is halfway
// between two float32 values without being exact. Quotients up to 1e10 are not
// tried, as both operands have 24 bits and float64 more than twice as many, nor
// products up to 1e12, which are exact.
func TestRound32Twice(t *testing.T) {
	if testing.Short() {
		t.Skip("tries 4e8 numbers")
	}
	halfway := func(q float64) bool { return math.Float64bits(q)&(1<<29-1) == 1<<28 }
	for k := 11; k <= 22; k++ {
		s, err := strconv.ParseFloat(fmt.Sprintf("1e%d", k), 64)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1<<24 + 1 {
			r := float64(i)
			if q := r / s; halfway(q) && math.FMA(-q, s, r) != 0 {
				t.Errorf("%v / %v", r, s)
			}
			if q := r * s; k > 12 && halfway(q) && math.FMA(r, s, -q) != 0 {
				t.Errorf("%v * %v", r, s)
			}
		}
	}
}

func TestEnds(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		x      float64
		digits int
		want   float64
	}{
		{nan, 3, nan}, {inf, 3, inf}, {-inf, -3, -inf}, {inf, -400, inf},
		{math.MaxFloat64, -308, inf}, {-math.MaxFloat64, -308, -inf}, // Python: OverflowError
		{math.MaxFloat64, -309, 0}, {-1, math.MinInt, math.Copysign(0, -1)},
		{5e-324, 323, 0}, {5e-324, 324, 5e-324}, {1.5, math.MaxInt, 1.5},
		{math.Copysign(0, -1), 2, math.Copysign(0, -1)}, {-0.04, 1, math.Copysign(0, -1)},
		{5e22, -23, 0}, {5.000000000000001e22, -23, 1e23},
	} {
		if got := rounding.Round(c.x, c.digits); !same(got, c.want) {
			t.Errorf("Round(%v, %d) = %v, want %v", c.x, c.digits, got, c.want)
		}
	}
	if got := rounding.Round32(math.MaxFloat32, -38); got != 3e38 {
		t.Errorf("Round32(MaxFloat32, -38) = %v", got)
	}
}

func TestComplex(t *testing.T) {
	if got := rounding.RoundComplex128(complex(2.675, -1.005), 2); got != complex(2.67, -1) {
		t.Error(got)
	}
	if got := rounding.RoundComplex64(complex(1.26, -2.25), 1); got != complex(1.3, -2.2) {
		t.Error(got)
	}
}

func FuzzRound(f *testing.F) {
	for _, x := range []float64{2.675, 0.5, 1e22, 5e-324, math.MaxFloat64, 4503599627370495.5, 1.005} {
		for _, digits := range []int{2, 0, -1, 22, 23, -22, -23, 308, -308} {
			f.Add(math.Float64bits(x), digits)
		}
	}
	f.Fuzz(func(t *testing.T, u uint64, digits int) {
		digits %= 401 // beyond both ends of what matters
		x := math.Float64frombits(u)
		got := rounding.Round(x, digits)
		want := exact(x, digits, 64)
		if !same(got, want) {
			t.Fatalf("Round(%x, %d) = %v, want %v", x, digits, got, want)
		}
		if digits >= 0 && !math.IsNaN(x) && !math.IsInf(x, 0) {
			text, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
			if err != nil || !same(got, text) {
				t.Fatalf("Round(%x, %d) = %v, strconv says %v, %v", x, digits, got, text, err)
			}
		}
		if again := rounding.Round(got, digits); !same(again, got) {
			t.Fatalf("Round(%x, %d) is not idempotent: %v, %v", x, digits, got, again)
		}
		w := float32(x)
		if got, want := rounding.Round32(w, digits), float32(exact(float64(w), digits, 32)); !same32(got, want) {
			t.Fatalf("Round32(%x, %d) = %v, want %v", w, digits, got, want)
		}
	})
}
