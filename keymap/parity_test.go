package keymap_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// The tests here are named for what the Python libraries get wrong.

// TestKeySurvivesTheProcess: klepto's default key is a hash with a seed that
// every process draws anew.
func TestKeySurvivesTheProcess(t *testing.T) {
	key := keyOf(t, &keymap.Options{Function: "heat", Version: "v1", Rounding: rounding.Deep(3)}, struct{ Nu float64 }{0.1})
	if want := "6cbe5c80c585d8007d5adfc374d5e30a"; key.Name != want {
		t.Errorf("%s, want %s", key.Name, want)
	}
}

// TestMinusOneIsNotMinusTwo: Python's hash(-1) is hash(-2).
func TestMinusOneIsNotMinusTwo(t *testing.T) {
	differ(t, nil, -1, -2)
	differ(t, nil, -1.0, -2.0)
	differ(t, nil, int64(0), int64(1<<61-1))
	differ(t, nil, math.Inf(1), 314159.0)
}

// TestArraysAreKeyedInFull: numpy prints long arrays with an ellipsis and floats
// with 8 digits, and klepto keys by the print.
func TestArraysAreKeyedInFull(t *testing.T) {
	a := make([]float64, 5000)
	b := slices.Clone(a)
	b[2500] = -1
	differ(t, nil, a, b)
	differ(t, nil, []float64{1.000000001, 2}, []float64{1.000000002, 2})
}

// TestFunctionsDoNotCollide: two functions in one klepto archive overwrite each
// other's entries.
func TestFunctionsDoNotCollide(t *testing.T) {
	keys := map[keymap.Digest]bool{}
	for _, o := range []keymap.Options{{Function: "f"}, {Function: "g"}, {Function: "f", Version: "v2"}} {
		keys[keyOf(t, &o, 1.0).Digest] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d keys for 3 functions", len(keys))
	}
}

// TestArgumentsAreNotConsumed: klepto's rounding consumes iterators and rounds
// lists in place.
func TestArgumentsAreNotConsumed(t *testing.T) {
	type in struct {
		U []float64
		M map[string]float64
		P *float64
	}
	x := 1.26
	a := in{[]float64{1.26, 2.675}, map[string]float64{"a": 1.26}, &x}
	keyOf(t, &keymap.Options{Rounding: rounding.Deep(1)}, a)
	if !slices.Equal(a.U, []float64{1.26, 2.675}) || a.M["a"] != 1.26 || x != 1.26 {
		t.Errorf("keying changed the arguments: %v %v", a, x)
	}
}

// TestFloat32Rounds: klepto rounds Python's floats only, not numpy's.
func TestFloat32Rounds(t *testing.T) {
	o := &keymap.Options{Rounding: rounding.Simple(1)}
	same(t, o, float32(1.26), float32(1.31))
	same(t, o, 1.26+0i, 1.31+0i)
}

// TestConcurrentKeys: one Keymap serves many goroutines, types in interfaces
// that it meets for the first time included.
func TestConcurrentKeys(t *testing.T) {
	k := mustNew[any](t, &keymap.Options{Rounding: rounding.Deep(2)})
	ins := []any{1, 2.5, "x", []any{1.0, "y"}, map[string]any{"a": aRun}, aRun, make([]float64, 10_000)}
	want := make([]keymap.Digest, len(ins))
	for i, in := range ins {
		want[i] = keyOf(t, &keymap.Options{Rounding: rounding.Deep(2)}, in).Digest
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				for i := range ins {
					if d, err := k.Digest(&ins[i]); err != nil || d != want[i] {
						t.Errorf("%v: %v, %v, want %v", ins[i], d, err, want[i])
						return
					}
				}
			}
		})
	}
	wg.Wait()
}
