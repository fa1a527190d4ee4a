package policysim_test

import (
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/benchmarks/policysim"
	"github.com/klepto-go/klepto/benchmarks/trace"
)

var results = sync.OnceValues(func() ([]policysim.Result, error) { return policysim.RunAll(trace.All()) })

func mustResults(t *testing.T) []policysim.Result {
	t.Helper()
	all, err := results()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What GDSF is for: it saves almost twice the seconds that LRU does.
func TestGDSFSavesMost(t *testing.T) {
	saved := map[string]float64{}
	for _, o := range policysim.Mean(mustResults(t)) {
		saved[o.Policy] = o.Saved
	}
	if ratio := saved["GDSF"] / saved["LRU"]; ratio < 1.9 {
		t.Errorf("GDSF saves %.1f %% and LRU %.1f %% of the seconds: %.2f times as much, want 1.9", 100*saved["GDSF"], 100*saved["LRU"], ratio)
	}
	for name, s := range saved {
		if name != "GDSF" && name != "optimum" && s >= saved["GDSF"] {
			t.Errorf("%s saves %.3f, GDSF %.3f", name, s, saved["GDSF"])
		}
	}
}

// No policy beats the optimum, nor the optimum a cache with room for all.
func TestOptimum(t *testing.T) {
	for _, r := range mustResults(t) {
		for _, o := range r.Policies {
			if o.Hits > r.Optimum.Hits || o.Saved > r.Optimum.Saved {
				t.Errorf("%s: %+v beats %+v", r.Trace, o, r.Optimum)
			}
		}
		if r.Optimum.Hits > r.Ceiling.Hits || r.Optimum.Saved > r.Ceiling.Saved {
			t.Errorf("%s: %+v beats %+v", r.Trace, r.Optimum, r.Ceiling)
		}
		if want := float64(r.Calls-r.Distinct) / float64(r.Calls); r.Ceiling.Hits != want {
			t.Errorf("%s: a part of %v hits with room for all, want %v", r.Trace, r.Ceiling.Hits, want)
		}
	}
}

func TestDeterministic(t *testing.T) {
	all := trace.All()
	for _, i := range []int{3, 9} {
		again, err := policysim.Run(all[i])
		if err != nil {
			t.Fatal(err)
		}
		if want := mustResults(t)[i]; !reflect.DeepEqual(again, want) {
			t.Errorf("%s: %+v, then %+v", all[i].Name, want, again)
		}
	}
}

// Both optima against a search through everything that a cache could keep.
func TestOptimumBySearch(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		calls := make([]int32, 12)
		for i := range calls {
			calls[i] = random.Int32N(5)
		}
		one := []int64{1, 1, 1, 1, 1}
		second := []time.Duration{1, 1, 1, 1, 1}
		room := 1 + random.IntN(3)
		if got, want := policysim.MostHits(calls, room), int(search(calls, one, second, int64(room))); got != want {
			t.Fatalf("%v with room for %d: %d hits, want %d", calls, room, got, want)
		}
		size, cost := make([]int64, 5), make([]time.Duration, 5)
		for k := range size {
			size[k], cost[k] = 1+random.Int64N(5), time.Duration(1000*(1+random.IntN(50)))
		}
		if got, least := policysim.MostSaved(calls, size, cost, int64(2*room)), search(calls, size, cost, int64(2*room)); got < least-1 { // 1 ns for floats
			t.Fatalf("%v with sizes %v, costs %v, room %d: bound %d, but %d can be saved", calls, size, cost, 2*room, got, least)
		}
	}
}

// search tries to keep and to drop each result after each call.
func search(calls []int32, size []int64, cost []time.Duration, room int64) time.Duration {
	states := map[[5]bool]time.Duration{{}: 0} // what is kept, and the most saved so far
	for _, k := range calls {
		next := map[[5]bool]time.Duration{}
		for kept, saved := range states {
			if kept[k] {
				saved += cost[k]
			}
			kept[k] = true
			for drop := range 1 << len(kept) {
				left, used := kept, int64(0)
				for i := range left {
					left[i] = left[i] && drop>>i&1 == 0
					if left[i] {
						used += size[i]
					}
				}
				if best, ok := next[left]; used <= room && (!ok || best < saved) {
					next[left] = saved
				}
			}
		}
		states = next
	}
	var most time.Duration
	for _, saved := range states {
		most = max(most, saved)
	}
	return most
}
