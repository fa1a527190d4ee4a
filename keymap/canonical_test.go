package keymap_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// keyOf makes a key under o and checks what must hold for every key: all ways
// to it agree, and it decodes.
func keyOf[In any](t testing.TB, o *keymap.Options, in In) keymap.Key {
	t.Helper()
	k := mustNew[In](t, o)
	key, err := k.Key(&in)
	if err != nil {
		t.Fatalf("%T: %v", in, err)
	}
	b, err := k.Append([]byte("before"), &in)
	if err != nil || string(b) != "before"+key.Canonical {
		t.Fatalf("%T: Append gives %x, %v, Key %x", in, b, err, key.Canonical)
	}
	d, err := k.Digest(&in)
	if err != nil || d != key.Digest {
		t.Fatalf("%T: Digest gives %v, %v, Key %v", in, d, err, key.Digest)
	}
	if _, err := keymap.Decode(key.Canonical); err != nil {
		t.Fatalf("%T: %x: %v", in, key.Canonical, err)
	}
	return key
}

func same[A, B any](t testing.TB, o *keymap.Options, a A, b B) {
	t.Helper()
	if x, y := keyOf(t, o, a), keyOf(t, o, b); x != y {
		t.Errorf("%T %v and %T %v differ:\n%x\n%x", a, a, b, b, x.Canonical, y.Canonical)
	}
}

func differ[A, B any](t testing.TB, o *keymap.Options, a A, b B) {
	t.Helper()
	x, y := keyOf(t, o, a), keyOf(t, o, b)
	if x.Canonical == y.Canonical || x.Digest == y.Digest || x.Name == y.Name {
		t.Errorf("%T %v and %T %v share %x", a, a, b, b, x.Canonical)
	}
}

type celsius float64
type kelvin float64

func TestSame(t *testing.T) {
	minus0 := math.Copysign(0, -1)
	same(t, nil, 0.0, minus0)
	same(t, nil, float32(0), float32(minus0))
	same(t, nil, []float64{1, 0}, []float64{1, minus0})
	same(t, nil, complex(0, 1), complex(minus0, 1))
	same(t, nil, math.NaN(), math.Float64frombits(0xfff0000000000123))
	same(t, nil, []float64{math.NaN()}, []float64{math.Float64frombits(0x7ff0000000000001)})
	same(t, nil, float32(math.NaN()), math.Float32frombits(0xffc00001))
	same(t, nil, 7, int64(7))
	same(t, nil, uint(7), uint64(7))
	same(t, nil, []int{1, 2}, []int64{1, 2})
	same(t, nil, celsius(3), kelvin(3))
	same(t, nil, celsius(3), 3.0)
	same(t, nil, any(7), any(int64(7)))
	same(t, nil, map[string]int{"a": 1, "b": 2, "c": 3}, map[string]int{"c": 3, "b": 2, "a": 1})
	x, y := 1.5, 1.5
	same(t, nil, &x, &y)
	now := time.Date(2026, 7, 1, 12, 0, 0, 5, time.UTC)
	same(t, nil, now, now.In(time.FixedZone("east", 3600)))
	same(t, nil, struct{ X, Y float64 }{1, 2}, struct {
		A float64 `klepto:"name=X,units=m"`
		B float64 `klepto:"name=Y"`
	}{1, 2})
	same(t, nil, struct{ A, B int }{1, 2}, struct {
		A int
		_ int
		B int
		C func()    `klepto:"-"`
		D chan bool `klepto:"ignore"`
		e int       `klepto:"-"`
	}{A: 1, B: 2})
	same(t, &keymap.Options{Rounding: rounding.Deep(3)}, map[string][]float64{"a": {0.12345}}, map[string][]float64{"a": {0.1234}})
}

func TestDiffer(t *testing.T) {
	zero := 0.0
	differ(t, nil, 1, 1.0)
	differ(t, nil, int32(1), int64(1))
	differ(t, nil, 1, uint(1))
	differ(t, nil, 1, true)
	differ(t, nil, "1", 1)
	differ(t, nil, 1.0, float32(1))
	differ(t, nil, -1.0, -2.0)
	differ(t, nil, math.Inf(1), math.Inf(-1))
	differ(t, nil, []float64{1}, []float32{1})
	differ(t, nil, []float64{1}, [1]float64{1})
	differ(t, nil, []float64{1, 2}, [][]float64{{1, 2}})
	differ(t, nil, [][]int{{1}, {2, 3}}, [][]int{{1, 2}, {3}})
	differ(t, nil, []float64(nil), []float64{})
	differ(t, nil, map[string]int(nil), map[string]int{})
	differ(t, nil, (*float64)(nil), &zero)
	differ(t, nil, &zero, zero)
	differ(t, nil, any(nil), any(0))
	differ(t, nil, any(celsius(3)), any(kelvin(3)))
	differ(t, nil, any([]celsius{3}), any([]kelvin{3}))
	differ(t, nil, any(celsius(3)), any(3.0))
	differ(t, nil, [2]string{"a", "bc"}, [2]string{"ab", "c"})
	differ(t, nil, struct{ A, B int }{1, 2}, struct{ B, A int }{1, 2})
	differ(t, nil, struct{ A int }{1}, struct{ B int }{1})
	differ(t, nil, struct{ P struct{ X int } }{}, struct{ P struct{ Y int } }{})
	differ(t, nil, time.Unix(0, 0), time.Unix(0, 1))
	differ(t, nil, time.Time{}, time.Unix(0, 0))
	differ(t, nil, time.Second, int64(time.Second))
	differ(t, nil, map[string]string{"a": "b"}, map[string]string{"b": "a"})
	differ(t, nil, []byte("1"), "1")
}

func TestIdentityOfTheFunction(t *testing.T) {
	names := map[keymap.Digest]string{}
	for _, o := range []keymap.Options{
		{}, {Function: "f"}, {Version: "f"}, {Function: "f", Version: "1"}, {Function: "f1"}, {Function: "f", Version: "2"},
		{Rounding: rounding.Deep(3)}, {Rounding: rounding.Simple(3)}, {Rounding: rounding.Shallow(3)}, {Rounding: rounding.Significant(3)},
		{Rounding: rounding.Deep(4)}, {Tol: map[string]int{"x": 3}}, {Tol: map[string]int{"x": 4}},
	} {
		k := keyOf(t, &o, 1.0)
		if other, ok := names[k.Digest]; ok {
			t.Errorf("%+v and %s share a key", o, other)
		}
		names[k.Digest] = fmt.Sprintf("%+v", o)
	}
}

func TestRounding(t *testing.T) {
	deep, shallow, simple := &keymap.Options{Rounding: rounding.Deep(1)}, &keymap.Options{Rounding: rounding.Shallow(1)}, &keymap.Options{Rounding: rounding.Simple(1)}
	type inner struct{ X float64 }
	same(t, simple, 1.26, 1.31)
	same(t, simple, struct{ X, Y float64 }{1.26, 2}, struct{ X, Y float64 }{1.31, 2})
	same(t, simple, any(1.26), any(1.31))
	differ(t, simple, []float64{1.26}, []float64{1.31})
	same(t, shallow, []float64{1.26}, []float64{1.31})
	same(t, shallow, inner{1.26}, inner{1.31})
	same(t, shallow, struct{ P inner }{inner{1.26}}, struct{ P inner }{inner{1.31}})
	differ(t, shallow, [][]float64{{1.26}}, [][]float64{{1.31}})
	differ(t, shallow, struct{ P []inner }{[]inner{{1.26}}}, struct{ P []inner }{[]inner{{1.31}}})
	same(t, deep, struct{ P []inner }{[]inner{{1.26}}}, struct{ P []inner }{[]inner{{1.31}}})
	same(t, deep, [][]float32{{1.26}}, [][]float32{{1.31}})
	same(t, deep, 1.26+2.04i, 1.31+1.96i)
	same(t, deep, any([]any{1.26, []complex64{1.26}}), any([]any{1.31, []complex64{1.31}}))
	same(t, deep, mat.NewDense(1, 2, []float64{1.26, 3}), mat.NewDense(1, 2, []float64{1.31, 3}))
	same(t, shallow, mat.NewDense(1, 2, []float64{1.26, 3}), mat.NewDense(1, 2, []float64{1.31, 3}))
	differ(t, deep, map[float64]int{1.26: 1}, map[float64]int{1.31: 1})
	same(t, &keymap.Options{Rounding: rounding.Significant(2)}, []float64{12345, 0.00123}, []float64{12001, 0.0012})
	// Halves, huge values and special ones take another way than the rest.
	for _, x := range []float64{0.5, 1.5, 2.675, -0.25, 1e17, 1 << 52, 1<<51 + 0.5, math.Inf(-1), math.NaN(), 5e-324, -0.04} {
		for digits := range 25 {
			o := &keymap.Options{Function: "f", Rounding: rounding.Deep(digits)}
			c, err := keymap.Decode(keyOf(t, o, x).Canonical)
			want := rounding.Round(x, digits) + 0
			if got := c.Args[0].Value.(float64); err != nil || math.Float64bits(got) != math.Float64bits(want) && want == want {
				t.Errorf("%v at %d digits is keyed as %v, want %v", x, digits, got, want)
			}
			many := make([]float64, 100)
			many[57] = x
			c, err = keymap.Decode(keyOf(t, o, many).Canonical)
			if got := c.Args[0].Value.([]float64)[57]; err != nil || math.Float64bits(got) != math.Float64bits(want) && want == want {
				t.Errorf("%v at %d digits in a slice is keyed as %v, want %v", x, digits, got, want)
			}
		}
	}
}

func TestTolerance(t *testing.T) {
	type params struct {
		X float64 `klepto:"name=x,tol=1"`
		Y []float64
	}
	o := &keymap.Options{Tol: map[string]int{"Y": 0}}
	same(t, o, params{1.26, []float64{2.4}}, params{1.31, []float64{1.6}})
	differ(t, nil, params{1.26, []float64{2.4}}, params{1.31, []float64{1.6}})
	differ(t, o, params{1.26, nil}, params{1.36, nil})
	type outer struct {
		P struct {
			A float64
			B float64 `klepto:"tol=0"`
		} `klepto:"tol=2"`
	}
	var a, b outer
	a.P.A, a.P.B = 1.001, 1.2
	b.P.A, b.P.B = 1.002, 1.4
	same(t, nil, a, b)
	b.P.A = 1.02
	differ(t, nil, a, b)
	call, err := keymap.Decode(keyOf(t, &keymap.Options{Rounding: rounding.Deep(6)}, params{1.26, nil}).Canonical)
	if err != nil || call.Args[0].Rounding != rounding.Deep(1) || call.Rounding != rounding.Deep(6) || call.Args[1].Rounding != rounding.None() {
		t.Errorf("%+v, %v", call, err)
	}
}

func TestDefaults(t *testing.T) {
	type v1 struct{ Nu float64 }
	type v2 struct {
		Nu    float64
		Order int           `klepto:"default=2"`
		Eps   float64       `klepto:"default=1e-3,tol=4"`
		Name  string        `klepto:"default='a,b'"`
		Mask  []bool        `klepto:"default=nil"`
		Wait  time.Duration `klepto:"default=1.5s"`
		Since time.Time     `klepto:"default=2020-01-01T00:00:00Z"`
		Z     complex128    `klepto:"default=1+2i"`
		On    bool          `klepto:"default=true"`
		Extra any           `klepto:"default="`
	}
	at := time.Date(2020, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))
	full := v2{0.1, 2, 1.00001e-3, "a,b", nil, 1500 * time.Millisecond, at, 1 + 2i, true, nil}
	same(t, nil, v1{0.1}, full)
	seen := map[string]bool{keyOf(t, nil, full).Canonical: true}
	for i, change := range []func(*v2){
		func(v *v2) { v.Order = 3 }, func(v *v2) { v.Eps = 2e-3 }, func(v *v2) { v.Name = "a" }, func(v *v2) { v.Mask = []bool{} },
		func(v *v2) { v.Wait++ }, func(v *v2) { v.Since = v.Since.Add(1) }, func(v *v2) { v.Z++ }, func(v *v2) { v.On = false },
		func(v *v2) { v.Extra = 0 }, func(v *v2) { v.Nu = 0.2 },
	} {
		v := full
		change(&v)
		k := keyOf(t, nil, v).Canonical
		if seen[k] {
			t.Errorf("change %d made no other key", i)
		}
		seen[k] = true
	}
	same(t, nil, struct {
		A int `klepto:"default=1"`
		B int
	}{2, 3}, struct{ A, B int }{2, 3})
}

func TestUntyped(t *testing.T) {
	o := &keymap.Options{Untyped: true}
	same(t, o, 1, 1.0)
	same(t, o, 1, true)
	same(t, o, int8(1), complex64(1))
	same(t, o, uint64(math.MaxUint64-2047), float64(1<<64-2048))
	same(t, o, math.Copysign(0, -1), uint8(0))
	same(t, o, any(1), any(1.0))
	same(t, o, any(float32(0.5)), any(0.5))
	differ(t, o, 1, 1.5)
	differ(t, o, 1, "1")
	differ(t, o, uint64(1<<63), int64(-1<<63))
	differ(t, o, 1e300, 1e301)
	differ(t, o, math.NaN(), math.Inf(1))
	differ(t, o, 1i, 1)
	differ(t, o, []float64{1}, []int{1})
	differ(t, nil, any(1), any(1.0))
}
