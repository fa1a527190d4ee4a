package keymap_test

import (
	"testing"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// run is the argument list of the package's speed claims.
type run struct {
	A, B, C, D, E, F, G, H float64
	N, M                   int
	S                      string
}

var aRun = run{0.1, 20.25, 0.333333333, -1.5, 2.25, 1e-3, 1234.5678, 0.5, 42, 7, "simulation-x"}

func mustNew[In any](t testing.TB, o *keymap.Options) *keymap.Keymap[In] {
	t.Helper()
	k, err := keymap.New[In](o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// call is a memoizer's: the arguments come by value.
func call[In any](k *keymap.Keymap[In], in In) keymap.Digest {
	d, err := k.Digest(&in)
	if err != nil {
		panic(err)
	}
	return d
}

func TestDigestAllocatesNothing(t *testing.T) {
	k := mustNew[run](t, &keymap.Options{Function: "heat", Rounding: rounding.Deep(6)})
	if n := testing.AllocsPerRun(100, func() { call(k, aRun) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	type grid struct {
		U    []float64
		Name *string
		P    [2]struct{ X, Y float32 }
	}
	name := "wide"
	g := mustNew[grid](t, &keymap.Options{Rounding: rounding.Shallow(3)})
	in := grid{U: make([]float64, 10_000), Name: &name}
	if n := testing.AllocsPerRun(100, func() { call(g, in) }); n != 0 {
		t.Errorf("%v allocations with a large slice", n)
	}
}
