package keymap_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func ExampleFreeze() {
	type args struct {
		Field keymap.Frozen[[]float64]
		Nu    float64
	}
	k, err := keymap.New[args](&keymap.Options{Function: "heat", Rounding: rounding.Deep(6)})
	if err != nil {
		fmt.Println(err)
		return
	}
	field := keymap.Freeze(make([]float64, 1_000_000))
	for _, nu := range []float64{0.1, 0.2} { // the field is read once
		d, err := k.Digest(&args{field, nu})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(d)
	}
	fmt.Println(len(field.Value()))
	// Output:
	// 76db8dbd3a242c74f0cefe26de4ea5e7
	// 33f4ef0537d13fce890b49cc55c00f38
	// 1000000
}

type frozenFloats = keymap.Frozen[[]float64]

func TestFrozenIsKeyedByContent(t *testing.T) {
	a, b := keymap.Freeze([]float64{1, 2.5}), keymap.Freeze([]float64{1, 2.5})
	same(t, nil, a, b)
	same(t, nil, keymap.Freeze([]float64{0, math.NaN()}), keymap.Freeze([]float64{math.Copysign(0, -1), -math.NaN()}))
	differ(t, nil, a, keymap.Freeze([]float64{1, 2.25}))
	differ(t, nil, a, frozenFloats{})
	differ(t, nil, keymap.Freeze([]float64(nil)), keymap.Freeze([]float64{}))
	same(t, nil, frozenFloats{}, frozenFloats{})
	type in struct {
		A frozenFloats
		B any
		C *keymap.Frozen[map[string]any]
		D []frozenFloats
	}
	c, d := keymap.Freeze(map[string]any{"a": 1.5, "b": 2}), keymap.Freeze(map[string]any{"b": 2, "a": 1.5})
	same(t, nil, in{a, b, &c, []frozenFloats{a}}, in{b, a, &d, []frozenFloats{b}})
	differ(t, nil, in{a, b, &c, nil}, in{a, []float64{1, 2.5}, &c, nil})
	m := keymap.Freeze(mat.NewDense(2, 2, []float64{1, 2, 3, 4}))
	same(t, nil, m, keymap.Freeze(mat.NewDense(2, 3, []float64{1, 2, 9, 3, 4, 9}).Slice(0, 2, 0, 2).(*mat.Dense)))
}

// TestFrozenUnderRoundings: one Frozen serves keymaps of several roundings.
func TestFrozenUnderRoundings(t *testing.T) {
	a, b := keymap.Freeze([]float64{0.126}), keymap.Freeze([]float64{0.129})
	for range 2 {
		differ(t, nil, a, b)
		same(t, &keymap.Options{Rounding: rounding.Deep(2)}, a, b)
		differ(t, &keymap.Options{Rounding: rounding.Deep(3)}, a, b)
		differ(t, &keymap.Options{Rounding: rounding.Simple(2)}, a, b)
		same(t, &keymap.Options{Rounding: rounding.Shallow(2)}, a, b)
		same(t, &keymap.Options{Tol: map[string]int{"x": 2}}, a, b)
	}
}

// TestFrozenFingerprint: it is that of keys that don't round, and of the exact value.
func TestFrozenFingerprint(t *testing.T) {
	a := keymap.Freeze([]float64{0.126})
	c, err := keymap.Decode(keyOf(t, nil, a).Canonical)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := a.Fingerprint()
	if want := c.Args[0].Value.(keymap.FrozenSum).String(); err != nil || sum != want {
		t.Errorf("%q, %v, not %q", sum, err, want)
	}
	keyOf(t, &keymap.Options{Rounding: rounding.Deep(1)}, a)
	for _, same := range []frozenFloats{a, keymap.Freeze([]float64{0.126})} {
		if got, err := same.Fingerprint(); err != nil || got != sum {
			t.Errorf("%q, %v, not %q", got, err, sum)
		}
	}
	if other, err := keymap.Freeze([]float64{0.129}).Fingerprint(); err != nil || other == sum {
		t.Error(other, err)
	}
	if none, err := (frozenFloats{}).Fingerprint(); err != nil || none != "" {
		t.Error(none, err)
	}
	for _, bad := range []interface{ Fingerprint() (string, error) }{keymap.Freeze(func() {}), keymap.Freeze[any](func() {})} {
		if _, err := bad.Fingerprint(); !errors.Is(err, keymap.ErrUnkeyable) {
			t.Error(err)
		}
	}
}

func TestFrozenDecodes(t *testing.T) {
	k := keyOf(t, &keymap.Options{Function: "f"}, keymap.Freeze([]byte("abc")))
	c, err := keymap.Decode(k.Canonical)
	if err != nil {
		t.Fatal(err)
	}
	// The SHA-256 of the length, 3 and one for nil, and the bytes: printf '\x04abc' | sha256sum
	if got, want := c.String(), "f(x=frozen(c8961b21b2ee347d6fae91d71653ab8f3a5b53eb9dea9ce2adc724ddb5096ec5))"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if c, err = keymap.Decode(keyOf(t, nil, frozenFloats{}).Canonical); err != nil || c.Args[0].Value != nil {
		t.Errorf("%v %v", c, err)
	}
}

func TestFrozenValue(t *testing.T) {
	if v := keymap.Freeze(7); v.Value() != 7 || v.Unfreeze() != any(7) {
		t.Error(v.Value())
	}
	if v := (keymap.Frozen[int]{}); v.Value() != 0 || v.Unfreeze() != nil {
		t.Error(v.Value())
	}
	if _, err := keymap.New[keymap.Frozen[func()]](nil); err == nil {
		t.Error("a function was frozen")
	}
	if _, err := keymap.New[map[frozenFloats]int](nil); !errors.Is(err, keymap.ErrUnkeyable) {
		t.Error(err)
	}
	bad := keymap.Freeze[any](func() {})
	if _, err := mustNew[keymap.Frozen[any]](t, nil).Key(&bad); err == nil {
		t.Error("a function in an interface was keyed")
	}
	if s, err := keymap.NewSignature([]keymap.Param{{Name: "x", Type: reflect.TypeFor[frozenFloats]()}}, nil); err != nil {
		t.Error(err)
	} else if k, err := s.Key([]reflect.Value{reflect.ValueOf(keymap.Freeze([]float64{1}))}); err != nil || k != keyOf(t, nil, keymap.Freeze([]float64{1})) {
		t.Error(k, err)
	}
}

func TestFrozenConcurrently(t *testing.T) {
	f := keymap.Freeze(make([]float64, 1000))
	want := keyOf(t, nil, keymap.Freeze(make([]float64, 1000)))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			o := &keymap.Options{Rounding: rounding.Deep(i % 3)}
			if i > 3 {
				o = nil
			}
			k, err := keymap.New[frozenFloats](o)
			if err != nil {
				t.Error(err)
				return
			}
			if key, err := k.Key(&f); err != nil || i > 3 && key != want {
				t.Error(key, err)
			}
		})
	}
	wg.Wait()
}

func TestFrozenAllocatesNothing(t *testing.T) {
	k := mustNew[frozenFloats](t, &keymap.Options{Rounding: rounding.Deep(6)})
	f := keymap.Freeze(make([]float64, 100_000))
	if n := testing.AllocsPerRun(100, func() { call(k, f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
