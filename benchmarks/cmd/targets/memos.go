package main

import (
	"container/list"
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/rounding"
)

func memos() []measure.Target {
	ctx := context.Background()
	memo := must(klepto.Memoize(func(_ context.Context, s simulation) (float64, error) { return s.A, nil },
		&klepto.Options{Name: "simulation", Rounding: rounding.Deep(6)}))
	hand := byHand{entries: map[string]*list.Element{}, order: list.New()}
	for _, s := range simulations {
		must(memo.Call(ctx, s))
		hand.call(s)
	}
	return []measure.Target{{
		Name: "memo hit, 8 floats 2 ints 1 string, Deep(6) : by hand",
		N:    20_000,
		Ours: func(n int) {
			for i := range n {
				must(memo.Call(ctx, simulations[i&255]))
			}
		},
		Reference: func(n int) {
			for i := range n {
				hand.call(simulations[i&255])
			}
		},
		MaxTime:  150 * time.Nanosecond,
		NoAllocs: true,
	}}
}

// byHand is what people write: rounding by math.Round, a printed key, a map, a
// mutex and a list.
type byHand struct {
	mu      sync.Mutex
	entries map[string]*list.Element
	order   *list.List
}

func (h *byHand) call(s simulation) float64 {
	for _, p := range []*float64{&s.A, &s.B, &s.C, &s.D, &s.E, &s.F, &s.G, &s.H} {
		*p = math.Round(*p*1e6) / 1e6
	}
	key := fmt.Sprintf("%v", s)
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.entries[key]
	if !ok {
		e = h.order.PushFront(s.A)
		h.entries[key] = e
	}
	h.order.MoveToFront(e)
	return e.Value.(float64)
}
