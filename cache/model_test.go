package cache_test

import (
	"fmt"
	"slices"
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
