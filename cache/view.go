package cache

import "iter"

// Len returns the number of entries, without those that have expired.
func (c *Cache[K, V]) Len() int {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	return c.size(now)
}

func (c *Cache[K, V]) size(now int64) int {
	if now == untimed || c.compat == Cacheout {
		return c.len()
	}
	return c.len() - c.deadlines.count(now)
}

// Bytes returns the weight of all entries, those that have expired but not left
// included, as they do occupy it.
func (c *Cache[K, V]) Bytes() int64 {
	c.lock()
	defer c.gate.unlock()
	return c.bytes
}

// Full reports whether the next new key needs an eviction because of the bound on
// entries. INF is never full; NO is always.
func (c *Cache[K, V]) Full() bool {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	return c.o.Policy == NO || c.size(now) >= c.limits.entries
}

// All iterates over keys and values in the order of the policy, oldest first: by
// last use for LRU and MRU; by first Set for SIEVE; the small queue, then the main
// one for S3FIFO; by last Set for all others. It walks a snapshot taken when the loop starts, so the body
// may use the cache; it counts as no use and leaves expired entries out. To copy a
// cache into a map: maps.Collect(c.All()).
func (c *Cache[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, n := range c.snapshot() {
			if !yield(n.key, n.value) {
				return
			}
		}
	}
}

// Keys iterates over the keys as All does.
func (c *Cache[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range c.All() {
			if !yield(k) {
				return
			}
		}
	}
}

// Values iterates over the values as All does.
func (c *Cache[K, V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range c.All() {
			if !yield(v) {
				return
			}
		}
	}
}

func (c *Cache[K, V]) snapshot() []node[K, V] {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	out := make([]node[K, V], 0, c.len())
	for _, i := range c.slotsInOrder() {
		if c.compat == Cacheout || !c.deadlines.expired(i, now) {
			out = append(out, c.nodes[i])
		}
	}
	return out
}

// slotsInOrder returns the slots in use, oldest first.
func (c *Cache[K, V]) slotsInOrder() []int32 {
	out := make([]int32, 0, c.len())
	for head := range int32(heads) {
		for i := c.oldest(head); i != 0; i = c.next(head, i) {
			out = append(out, i)
		}
	}
	return out
}
