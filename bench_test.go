package klepto_test

import (
	"context"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
)

// simulation has the arguments that the speed of a hit is stated for.
type simulation struct {
	A, B, C, D, E, F, G, H float64
	N, M                   int
	S                      string
}

func simulations(n int) []simulation {
	all := make([]simulation, n)
	for i := range all {
		x := 1 / (float64(i) + 0.7)
		all[i] = simulation{x, 2 * x, -x, 3 + x, x * x, 1 - x, 1e3 * x, x / 7, i % 100, i, "simulation-x"}
	}
	return all
}

func energy(_ context.Context, s simulation) (float64, error) { return s.A + s.H + float64(s.M), nil }

// BenchmarkHit is a hit in memory: rounding, key, digest, exact LRU.
func BenchmarkHit(b *testing.B) {
	m := memoize(b, energy, klepto.Options{Rounding: rounding.Deep(6)})
	ctx := b.Context()
	all := simulations(256)
	for _, s := range all {
		if _, err := m.Call(ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := m.Call(ctx, all[i&255]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func TestHitAllocatesNothing(t *testing.T) {
	m := memoize(t, energy, klepto.Options{Rounding: rounding.Deep(6)})
	ctx := t.Context()
	s := simulations(1)[0]
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := m.Call(ctx, s); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a hit allocates %v times", n)
	}
}
