package cache_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/klepto-go/klepto/cache"
)

var allPolicies = []cache.Policy{
	cache.LRU, cache.MRU, cache.LFU, cache.FIFO, cache.LIFO, cache.RR,
	cache.INF, cache.NO, cache.SIEVE, cache.S3FIFO, cache.GDSF,
}

// run plays random operations on a cache and its model and compares every result,
// every event, the order, the bounds and the stats.
func run(t *testing.T, o cache.Options[int, int], keys, steps int, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, uint64(o.Policy)))
	epoch := time.Unix(1e9, 0)
	m := &model{policy: o.Policy, max: o.MaxEntries, bytes: o.MaxBytes, ttl: o.TTL, idle: o.IdleTTL}
	var events []string
	timed := o.TTL > 0 || o.IdleTTL > 0
	o.Clock = func() time.Time { return epoch.Add(m.now) }
	o.OnGet = func(k, v int, ok bool) { events = append(events, fmt.Sprint("get ", k, v, ok)) }
	o.OnSet = func(k, v, old int, ok bool) { events = append(events, fmt.Sprint("set ", k, v, old, ok)) }
	o.OnDelete = func(k, v int, c cache.Cause) { events = append(events, fmt.Sprint("delete ", k, v, c)) }
	weight := int64(0)
	if o.Weigh != nil {
		o.Weigh = func(k, v int) int64 { return weight }
	}
	c := mustNew(t, &o)
	for step := range steps {
		k, v := r.IntN(keys), step
		what := ""
		check := func(got, want any) {
			if got != want {
				t.Fatalf("%v seed %d step %d: %s: got %v, want %v", o.Policy, seed, step, what, got, want)
			}
		}
		so := cache.SetOptions{}
		switch r.IntN(4) {
		case 0:
			so.Cost = time.Duration(r.IntN(1000)) * time.Millisecond
		case 1:
			if timed {
				so.TTL = time.Duration(r.IntN(20) - 1)
			}
		}
		if o.Weigh != nil {
			weight = int64(r.IntN(int(o.MaxBytes)/4 + 2))
			if r.IntN(50) == 0 {
				weight = o.MaxBytes + 1
			}
		}
		op := r.IntN(100)
		switch {
		case op < 40:
			what = fmt.Sprint("set ", k, weight, so)
			c.SetWith(k, v, &so)
			m.forced(victimsOf(events), func() { m.set(k, v, weight, so) })
		case op < 75:
			what = fmt.Sprint("get ", k)
			got, ok := c.Get(k)
			want, wantOK := m.get(k)
			check(got, want)
			check(ok, wantOK)
		case op < 80:
			what = fmt.Sprint("delete ", k)
			e := m.find(k)
			if e != nil {
				m.drop(e, cache.Deleted)
			}
			check(c.Delete(k), e != nil)
		case op < 85:
			what = fmt.Sprint("has ", k)
			check(c.Has(k), m.live(k) != nil)
		case op < 88:
			what = fmt.Sprint("add ", k)
			added := c.Add(k, v, &so)
			e := m.live(k)
			check(added, e == nil)
			switch {
			case e != nil && o.Policy == cache.LFU:
				m.count(e)
			case e == nil:
				m.forced(victimsOf(events), func() { m.set(k, v, weight, so) })
			}
		case op < 90:
			what = "pop"
			gotK, gotV, ok := c.PopItem()
			m.sweep()
			var e *item
			m.forced([]int{gotK}, func() { e = m.victim() })
			check(ok, e != nil)
			if e != nil {
				check([2]int{gotK, gotV}, [2]int{e.k, e.v})
				m.drop(e, cache.Popped)
			}
		case op < 91:
			what = "delete expired"
			check(c.DeleteExpired(), m.sweep())
		case op < 92 && r.IntN(10) == 0:
			what = "clear"
			c.Clear()
			for _, e := range m.es {
				m.events = append(m.events, fmt.Sprint("delete ", e.k, e.v, cache.Cleared))
			}
			m.es, m.hand, m.ghosts, m.floor = nil, nil, nil, 0
		case op < 93 && o.MaxEntries > 1 && o.Policy != cache.RR:
			m.max = 1 + r.IntN(o.MaxEntries)
			what = fmt.Sprint("resize ", m.max)
			if err := c.Resize(m.max); err != nil {
				t.Fatal(err)
			}
			if m.policy != cache.INF && m.policy != cache.NO && len(m.es) > m.max {
				m.sweep()
				m.room(0, 0)
			}
		default:
			m.now += time.Duration(r.IntN(4))
		}
		if !slices.Equal(events, m.events) {
			t.Fatalf("%v seed %d step %d: %s:\ngot  %q\nwant %q", o.Policy, seed, step, what, events, m.events)
		}
		events, m.events = events[:0], m.events[:0]
		what += ": state"
		if o.MaxEntries > 0 && o.Policy != cache.INF && c.Len() > m.max {
			t.Fatalf("%v step %d: %d entries, bound %d", o.Policy, step, c.Len(), m.max)
		}
		if step%17 == 0 || len(m.es) < 10 {
			var want []int
			for _, e := range m.es {
				if !m.expired(e) {
					want = append(want, e.k)
				}
			}
			got := slices.Collect(c.Keys())
			if o.Policy == cache.RR {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%v seed %d step %d: %s: keys %v, want %v", o.Policy, seed, step, what, got, want)
			}
			s := m.stats
			s.Entries, s.Bytes = len(want), m.total()
			check(c.Stats(), s)
		}
	}
}

// forced makes the victims of the RR model those that the real cache drew: it moves
// them, if they are there, to where the model takes its victims from.
func (m *model) forced(victims []int, f func()) {
	if m.policy == cache.RR {
		for n := len(victims) - 1; n >= 0; n-- {
			if e := m.find(victims[n]); e != nil {
				m.es = slices.Insert(slices.DeleteFunc(m.es, func(o *item) bool { return o == e }), 0, e)
			}
		}
	}
	f()
}

func victimsOf(events []string) (out []int) {
	for _, e := range events {
		var k, v int
		var cause string
		if n, _ := fmt.Sscanf(e, "delete %d %d %s", &k, &v, &cause); n == 3 && cause == "FULL" {
			out = append(out, k)
		}
	}
	return out
}

// With 9,000, each policy sees 200,000 operations.
var modelSteps = flag.Int("steps", 9_000, "random operations per cache in the model test")

func TestPoliciesAgainstModel(t *testing.T) {
	steps := *modelSteps
	if testing.Short() || raceDetector {
		steps = min(steps, 500)
	}
	weigh := func(int, int) int64 { return 0 }
	for _, p := range allPolicies {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, 2, 3, 10, 64} {
				run(t, cache.Options[int, int]{Policy: p, MaxEntries: n}, 3*n, steps, 1)
				run(t, cache.Options[int, int]{Policy: p, MaxEntries: n, TTL: 30, IdleTTL: 12}, 2*n, steps, 2)
				run(t, cache.Options[int, int]{Policy: p, MaxEntries: n, IdleTTL: 9}, 2*n, steps/2, 3)
				run(t, cache.Options[int, int]{Policy: p, MaxEntries: n, MaxBytes: 100, Weigh: weigh, TTL: 40}, 2*n, steps, 4)
				run(t, cache.Options[int, int]{Policy: p, MaxBytes: int64(8 * n), Weigh: weigh}, 2*n, steps, 5)
			}
		})
	}
}

// FuzzPolicies lets the fuzzer choose the policy, the bounds and the sequence.
func FuzzPolicies(f *testing.F) {
	f.Add(uint8(cache.S3FIFO), uint8(10), uint8(20), uint8(0), uint8(3), uint64(1))
	f.Fuzz(func(t *testing.T, policy, entries, bytes, ttl, idle uint8, seed uint64) {
		o := cache.Options[int, int]{
			Policy: allPolicies[int(policy)%len(allPolicies)], MaxEntries: int(entries % 65),
			MaxBytes: int64(bytes), TTL: time.Duration(ttl), IdleTTL: time.Duration(idle),
		}
		if bytes > 0 {
			o.Weigh = func(int, int) int64 { return 0 }
		}
		if entries%65 == 0 && bytes == 0 {
			o.MaxEntries = 1
		}
		run(t, o, 2+2*o.MaxEntries, 300, seed)
	})
}
