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

// model is a cache written for clearness alone: slices, no index, every choice by
// looking at all entries. The real one must do exactly the same.
type model struct {
	policy cache.Policy
	max    int
	bytes  int64
	ttl    time.Duration
	idle   time.Duration
	now    time.Duration

	es     []*item // storage order; for S3FIFO: small, then main
	hand   *item
	ghosts []int
	floor  float64
	seq    int
	stats  cache.Stats
	events []string
}

type item struct {
	k, v   int
	seq    int
	weight int64
	cost   time.Duration
	end    time.Duration // 0: never
	used   time.Duration
	uses   int
	worth  float64
	main   bool
}

func (m *model) find(k int) *item {
	for _, e := range m.es {
		if e.k == k {
			return e
		}
	}
	return nil
}

func (m *model) expired(e *item) bool {
	return e.end != 0 && e.end <= m.now || m.idle != 0 && e.used+m.idle <= m.now
}

func (m *model) live(k int) *item {
	if e := m.find(k); e != nil {
		if !m.expired(e) {
			return e
		}
		m.drop(e, cache.Expired)
	}
	return nil
}

func (m *model) total() (n int64) {
	for _, e := range m.es {
		n += e.weight
	}
	return n
}

func (m *model) take(e *item) {
	at := slices.Index(m.es, e)
	if m.hand == e {
		m.hand = nil
		if at+1 < len(m.es) {
			m.hand = m.es[at+1]
		}
	}
	m.es = slices.Delete(m.es, at, at+1)
}

func (m *model) drop(e *item, cause cache.Cause) {
	m.take(e)
	switch cause {
	case cache.Full:
		m.stats.Evictions++
	case cache.Expired:
		m.stats.Expirations++
	}
	m.events = append(m.events, fmt.Sprint("delete ", e.k, e.v, cause))
}

// put enters an entry as new.
func (m *model) put(e *item) {
	m.seq++
	e.seq = m.seq
	e.uses = 0
	switch m.policy {
	case cache.LFU:
		e.uses = 1
	case cache.GDSF:
		m.count(e)
	case cache.S3FIFO:
		if at := slices.Index(m.ghosts, e.k); at >= 0 {
			m.ghosts = slices.Delete(m.ghosts, at, at+1)
			e.main = true
			break
		}
		e.main = false
		m.es = slices.Insert(m.es, len(m.small()), e)
		return
	}
	m.es = append(m.es, e)
}

func (m *model) small() []*item {
	if at := slices.IndexFunc(m.es, func(e *item) bool { return e.main }); at >= 0 {
		return m.es[:at]
	}
	return m.es
}

// count is what a use does.
func (m *model) count(e *item) {
	switch m.policy {
	case cache.LRU, cache.MRU:
		m.take(e)
		m.es = append(m.es, e)
	case cache.LFU:
		e.uses++
	case cache.SIEVE:
		e.uses = 1
	case cache.S3FIFO:
		e.uses = min(e.uses+1, 3)
	case cache.GDSF:
		cost := e.cost
		if cost == 0 {
			cost = time.Millisecond
		}
		e.uses++
		e.worth = m.floor + float64(e.uses)*(cost.Seconds()/float64(max(e.weight, 1)))
	}
}

func (m *model) victim() *item {
	if len(m.es) == 0 {
		return nil
	}
	lowest := func(less func(a, b *item) bool) *item {
		best := m.es[0]
		for _, e := range m.es[1:] {
			if less(e, best) {
				best = e
			}
		}
		return best
	}
	switch m.policy {
	case cache.MRU, cache.LIFO:
		return m.es[len(m.es)-1]
	case cache.LFU:
		return lowest(func(a, b *item) bool { return a.uses < b.uses || a.uses == b.uses && a.seq < b.seq })
	case cache.GDSF:
		e := lowest(func(a, b *item) bool { return a.worth < b.worth || a.worth == b.worth && a.seq < b.seq })
		m.floor = max(m.floor, e.worth)
		return e
	case cache.SIEVE:
		at := 0
		if m.hand != nil {
			at = slices.Index(m.es, m.hand)
		}
		for ; m.es[at].uses > 0; at = (at + 1) % len(m.es) {
			m.es[at].uses = 0
		}
		m.hand = m.es[at]
		return m.hand
	case cache.S3FIFO:
		return m.s3victim()
	}
	return m.es[0]
}

func (m *model) s3victim() *item {
	small := m.small()
	var weight int64
	for _, e := range small {
		weight += e.weight
	}
	entries := m.max
	if entries == 0 {
		entries = cache.MaxEntriesLimit
	}
	if 10*len(small) >= entries || m.bytes > 0 && 10*weight >= m.bytes || len(small) == len(m.es) {
		for _, e := range slices.Clone(small) {
			if e.uses < 2 {
				most := min(entries, len(m.es))*9/10 + 1
				for len(m.ghosts) >= most {
					m.ghosts = m.ghosts[1:]
				}
				if !slices.Contains(m.ghosts, e.k) {
					m.ghosts = append(m.ghosts, e.k)
				}
				return e
			}
			m.take(e)
			e.uses, e.main = 0, true
			m.es = append(m.es, e)
		}
	}
	for {
		e := m.es[len(m.small())]
		if e.uses == 0 {
			return e
		}
		e.uses--
		m.take(e)
		m.es = append(m.es, e)
	}
}

func (m *model) sweep() int {
	due := slices.DeleteFunc(slices.Clone(m.es), func(e *item) bool { return !m.expired(e) })
	slices.SortFunc(due, func(a, b *item) int { return a.seq - b.seq })
	for _, e := range due {
		m.drop(e, cache.Expired)
	}
	return len(due)
}

func (m *model) room(entries int, weight int64) {
	for m.policy != cache.INF && len(m.es) > 0 &&
		(m.max > 0 && len(m.es)+entries > m.max || m.bytes > 0 && m.total()+weight > m.bytes) {
		m.drop(m.victim(), cache.Full)
	}
}

func (m *model) get(k int) (int, bool) {
	e := m.live(k)
	if e == nil {
		m.stats.Misses++
		m.events = append(m.events, fmt.Sprint("get ", k, 0, false))
		return 0, false
	}
	m.stats.Hits++
	m.stats.Saved += e.cost
	m.count(e)
	e.used = m.now
	m.events = append(m.events, fmt.Sprint("get ", k, e.v, true))
	return e.v, true
}

func (m *model) set(k, v int, weight int64, o cache.SetOptions) {
	if m.policy == cache.NO {
		return
	}
	ttl := o.TTL
	if ttl == 0 {
		ttl = m.ttl
	}
	var end time.Duration
	if ttl > 0 {
		end = m.now + ttl
	}
	tooBig := m.policy != cache.INF && m.bytes > 0 && weight > m.bytes
	e := m.find(k)
	if e == nil {
		m.sweep()
		if tooBig {
			m.events = append(m.events, fmt.Sprint("delete ", k, v, cache.TooBig))
			return
		}
		m.room(1, weight)
		m.put(&item{k: k, v: v, weight: weight, cost: o.Cost, end: end, used: m.now})
		m.stats.Spent += o.Cost
		m.events = append(m.events, fmt.Sprint("set ", k, v, 0, false))
		return
	}
	old := e.v
	m.events = append(m.events, fmt.Sprint("delete ", k, old, cache.Replaced))
	if tooBig {
		m.events = append(m.events, fmt.Sprint("delete ", k, v, cache.TooBig))
		m.take(e)
		return
	}
	e.v, e.cost, e.end, e.used = v, o.Cost, end, m.now
	m.stats.Spent += o.Cost
	if grow := weight - e.weight; m.policy != cache.INF && m.bytes > 0 && grow > 0 && m.total()+grow > m.bytes {
		m.take(e)
		m.room(0, weight)
		e.weight = weight
		m.put(e)
	} else {
		e.weight = weight
		if m.policy == cache.SIEVE || m.policy == cache.S3FIFO {
			m.count(e)
			m.seq++ // expired entries leave in the order in which they were set
			e.seq = m.seq
		} else {
			uses := e.uses
			m.take(e)
			if m.policy == cache.GDSF {
				m.seq++
				e.seq, e.uses = m.seq, uses
				m.count(e)
				m.es = append(m.es, e)
			} else {
				m.put(e)
			}
		}
	}
	m.events = append(m.events, fmt.Sprint("set ", k, v, old, true))
}

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
