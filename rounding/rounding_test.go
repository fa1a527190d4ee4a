package rounding_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleParse() {
	r, err := rounding.Parse("deep(6)")
	fmt.Println(r, err, r == rounding.Deep(6), r.Float64(math.Pi))
	_, err = rounding.Parse("deep")
	fmt.Println(err)
	// Output:
	// deep(6) <nil> true 3.141593
	// rounding: unknown rule "deep": want deep(digits), e.g. deep(6)
}

func ExampleSignificant() {
	r := rounding.Significant(3)
	fmt.Println(r.Float64(0.00123456), r.Float64(123456), r.Float64(6.62607015e-34))
	// Output: 0.00123 123000 6.63e-34
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		r       rounding.Rounding
		text    string
		applies [4]bool
		pi      float64
	}{
		{rounding.Rounding{}, "none", [4]bool{}, math.Pi},
		{rounding.None(), "none", [4]bool{}, math.Pi},
		{rounding.Simple(2), "simple(2)", [4]bool{true}, 3.14},
		{rounding.Shallow(-1), "shallow(-1)", [4]bool{true, true}, 0},
		{rounding.Deep(0), "deep(0)", [4]bool{true, true, true, true}, 3},
		{rounding.Significant(4), "significant(4)", [4]bool{true, true, true, true}, 3.142},
	} {
		if got := c.r.String(); got != c.text {
			t.Errorf("String() = %q, want %q", got, c.text)
		}
		if p, err := rounding.Parse(c.text); err != nil || p != c.r {
			t.Errorf("Parse(%q) = %v, %v", c.text, p, err)
		}
		if d, ok := c.r.Digits(); ok != (c.r != rounding.None()) || !strings.Contains(c.text, strconv.Itoa(d)) && ok {
			t.Errorf("%v has digits %d, %v", c.r, d, ok)
		}
		for depth, want := range c.applies {
			if c.r.Applies(depth) != want {
				t.Errorf("%v applies at depth %d: %v", c.r, depth, !want)
			}
		}
		if got := c.r.Float64(math.Pi); got != c.pi {
			t.Errorf("%v of pi = %v, want %v", c.r, got, c.pi)
		}
		if got := c.r.Float32(math.Pi); got != float32(c.pi) {
			t.Errorf("%v of float32 pi = %v, want %v", c.r, got, float32(c.pi))
		}
		if got := c.r.Complex128(complex(math.Pi, 0)); got != complex(c.pi, 0) {
			t.Errorf("%v of complex pi = %v", c.r, got)
		}
		if got := c.r.Complex64(complex(math.Pi, 0)); got != complex(float32(c.pi), 0) {
			t.Errorf("%v of complex64 pi = %v", c.r, got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, s := range []string{
		"deep", "deep()", "deep(x)", "deep(6", "deep(6))", "deep( 6)", "deep(+6)", "deep(06)", "Deep(6)", "none(1)",
		"significant(1.5)", "round(3)", " none", "deep(99999999999999999999)",
	} {
		if r, err := rounding.Parse(s); !errors.Is(err, rounding.ErrSyntax) {
			t.Errorf("Parse(%q) = %v, %v", s, r, err)
		}
	}
	if err := rounding.Deep(math.MaxInt).Validate(); math.MaxInt > math.MaxInt32 && !errors.Is(err, rounding.ErrDigits) {
		t.Error(err)
	}
	for _, n := range []int{0, -3} {
		r := rounding.Significant(n)
		if err := r.Validate(); !errors.Is(err, rounding.ErrDigits) {
			t.Errorf("%v is valid: %v", r, err)
		}
		if _, err := rounding.Parse(r.String()); !errors.Is(err, rounding.ErrDigits) {
			t.Errorf("Parse(%q): %v", r, err)
		}
	}
}

func TestText(t *testing.T) {
	in := map[string]rounding.Rounding{"a": rounding.Deep(6), "b": {}}
	text, err := json.Marshal(in)
	if err != nil || string(text) != `{"a":"deep(6)","b":"none"}` {
		t.Fatalf("%s, %v", text, err)
	}
	var out map[string]rounding.Rounding
	if err := json.Unmarshal(text, &out); err != nil || out["a"] != in["a"] || out["b"] != in["b"] {
		t.Fatal(out, err)
	}
	if err := json.Unmarshal([]byte(`{"a":"deep"}`), &out); !errors.Is(err, rounding.ErrSyntax) {
		t.Fatal(err)
	}
}

// TestSignificant compares with what Python's float('%.*e' % (n-1, x)) does.
func TestSignificant(t *testing.T) {
	check := func(x float64, n int) {
		t.Helper()
		want, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', n-1, 64), 64)
		if err != nil && !math.IsInf(want, 0) {
			t.Fatal(err)
		}
		if got := rounding.RoundSignificant(x, n); !same(got, want) {
			t.Fatalf("RoundSignificant(%x = %v, %d) = %v, want %v", x, x, n, got, want)
		}
		w := float32(x)
		want32, err := strconv.ParseFloat(strconv.FormatFloat(float64(w), 'e', n-1, 64), 32)
		if err != nil && !math.IsInf(want32, 0) {
			t.Fatal(err)
		}
		if got := rounding.RoundSignificant32(w, n); !same32(got, float32(want32)) {
			t.Fatalf("RoundSignificant32(%x = %v, %d) = %v, want %v", w, w, n, got, want32)
		}
	}
	for e := -30; e <= 30; e++ { // every power of ten and its neighbours
		p, err := strconv.ParseFloat(fmt.Sprintf("1e%d", e), 64)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 20; n++ {
			for _, x := range []float64{math.Nextafter(p, 0), p, math.Nextafter(p, 2*p), -p} {
				check(x, n)
			}
		}
	}
	for e := -25; e <= 80; e++ { // every power of two that the fast path sees, and beyond
		for _, n := range []int{1, 2, 7, 16} {
			p := math.Ldexp(1, e)
			check(p, n)
			check(math.Nextafter(p, 0), n)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 100_000 {
		check(hard(r, r.IntN(30)-15), 1+r.IntN(18))
	}
	check(math.MaxFloat64, 1)
	check(5e-324, 3)
	if got := rounding.RoundSignificant(1.26, 0); got != 1 {
		t.Errorf("fewer than one digit: %v", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"none", "deep(6)", "simple(-3)", "significant(4)", "shallow(", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := rounding.Parse(s)
		if err != nil {
			return
		}
		if r.String() != s && s != "" {
			t.Fatalf("Parse(%q) = %v", s, r)
		}
	})
}
