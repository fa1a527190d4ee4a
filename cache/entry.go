package cache

import (
	"iter"
	"time"
)

// Entry is one entry with all that is needed to put it into another cache.
type Entry[K comparable, V any] struct {
	Key     K
	Value   V
	Expires time.Time     // end of the time to live by Options.Clock; zero means never
	Cost    time.Duration // what the value cost to make; zero means unknown
	Bytes   int64         // weight by Options.Weigh
}

// Entries iterates over the entries as All does, for example to write them to an
// archive.
func (c *Cache[K, V]) Entries() iter.Seq[Entry[K, V]] {
	return func(yield func(Entry[K, V]) bool) {
		for _, e := range c.entries() {
			if !yield(e) {
				return
			}
		}
	}
}

func (c *Cache[K, V]) entries() []Entry[K, V] {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	base := c.clock.Load().base
	out := make([]Entry[K, V], 0, c.len())
	for _, i := range c.slotsInOrder() {
		if c.compat != Cacheout && c.deadlines.expired(i, now) {
			continue
		}
		e := Entry[K, V]{Key: c.nodes[i].key, Value: c.nodes[i].value, Bytes: c.weightOf(i)}
		if c.deadlines.heap.holds(i) && c.deadlines.slots[i].fixed != never {
			e.Expires = base.Add(time.Duration(c.deadlines.slots[i].fixed))
		}
		if c.costs != nil {
			e.Cost = c.costs[i]
		}
		out = append(out, e)
	}
	return out
}

// Restore sets entries, in their order and as Set would, with the time to live and
// the cost they have; those whose time is over are left out. Keys, values, order
// and deadlines come back; how often an entry was used does not.
func (c *Cache[K, V]) Restore(entries iter.Seq[Entry[K, V]]) {
	for e := range entries {
		o := SetOptions{TTL: NoTTL, Cost: e.Cost}
		if !e.Expires.IsZero() {
			clock := c.clock.Load()
			if o.TTL = e.Expires.Sub(clock.base) - time.Duration(clock.elapsed()); o.TTL <= 0 {
				continue
			}
		}
		c.SetWith(e.Key, e.Value, &o)
	}
}
