package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/kofalt/go-memoize"
	"github.com/viccon/sturdyc"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/benchmarks/workload"
	"github.com/klepto-go/klepto/rounding"
)

func memos() []measure.Topic {
	return []measure.Topic{{Name: "memo hit, Deep(6)", Lines: hits}}
}

// hits times whole calls that find their result in memory. None of the rivals
// rounds or makes keys of floats by itself: that is done here as their users do it.
func hits(name string, rounds int) []measure.Line {
	ctx := context.Background()
	calls := workload.Simulations()
	loop := func(call func(s *workload.Simulation) float64) func(int) {
		return func(n int) {
			for i := range n {
				if s := &calls[i&(workload.Distinct-1)]; call(s) != s.A {
					measure.Must(0, fmt.Errorf("%s: a wrong result for call %d", name, i))
				}
			}
		}
	}
	memo := measure.Must(klepto.Memoize(func(_ context.Context, s workload.Simulation) (float64, error) { return s.A, nil },
		&klepto.Options{Name: "simulation", Rounding: rounding.Deep(6)}))
	text := &byHand[string, float64]{bound: 1024}
	direct := &byHand[workload.Simulation, float64]{bound: 1024}
	kofalt := memoize.NewMemoizer(time.Hour, time.Hour)
	sturdy := sturdyc.New[float64](1024, 16, time.Hour, 10, sturdyc.WithLog(slog.New(slog.NewTextHandler(io.Discard, nil))))
	return measure.Race{
		Name: name,
		Ours: loop(func(s *workload.Simulation) float64 { return measure.Must(memo.Call(ctx, *s)) }),
		Rivals: []measure.Rival{
			{
				Name: "by hand, struct as key",
				Goal: measure.Goal{Max: 100e-9, NoAllocs: true},
				Do:   loop(func(s *workload.Simulation) float64 { return remembered(direct, rounded(*s), s.A) }),
			},
			{
				Name: "by hand, Sprintf",
				Goal: measure.Goal{Max: 150e-9, NoAllocs: true},
				Do:   loop(func(s *workload.Simulation) float64 { return remembered(text, printed(*s), s.A) }),
			},
			{
				Name: "kofalt/go-memoize, Sprintf",
				Goal: measure.Goal{MaxRatio: 1},
				Do: loop(func(s *workload.Simulation) float64 {
					v, err, _ := memoize.Call(kofalt, printed(*s), func() (float64, error) { return s.A, nil })
					return measure.Must(v, err)
				}),
			},
			{
				Name: "viccon/sturdyc, PermutatedKey",
				Goal: measure.Goal{MaxRatio: 1},
				Do: loop(func(s *workload.Simulation) float64 {
					return measure.Must(sturdy.GetOrFetch(ctx, sturdy.PermutatedKey("simulation", rounded(*s)), func(context.Context) (float64, error) {
						return s.A, nil
					}))
				}),
			},
		},
	}.Run(rounds)
}

// remembered returns what is under a key, which is result if nothing is yet.
func remembered[K comparable](h *byHand[K, float64], k K, result float64) float64 {
	if v, ok := h.get(k); ok {
		return v
	}
	h.set(k, result)
	return result
}

// rounded rounds as everybody does.
func rounded(s workload.Simulation) workload.Simulation {
	for _, p := range []*float64{&s.A, &s.B, &s.C, &s.D, &s.E, &s.F, &s.G, &s.H} {
		*p = math.Round(*p*1e6) / 1e6
	}
	return s
}

func printed(s workload.Simulation) string { return fmt.Sprintf("%v", rounded(s)) }
