package cache

// Delete removes a key and reports whether it was there.
func (c *Cache[K, V]) Delete(k K) bool {
	tag := spread(c.hash(k))
	c.lock()
	defer c.unlock()
	i := c.find(tag, k)
	if i == 0 {
		return false
	}
	c.drop(i, Deleted)
	return true
}

// DeleteMany removes keys and returns how many were there.
func (c *Cache[K, V]) DeleteMany(keys ...K) (deleted int) {
	tags := c.tags(keys)
	c.lock()
	defer c.unlock()
	for n, k := range keys {
		if i := c.find(tags[n], k); i != 0 {
			c.drop(i, Deleted)
			deleted++
		}
	}
	return deleted
}

// DeleteWhere removes the keys for which match, called outside the lock, reports
// true, and returns how many left. See [Glob] and [Regexp] for string keys.
func (c *Cache[K, V]) DeleteWhere(match func(K) bool) (deleted int) {
	return c.DeleteMany(c.matching(match)...)
}

// PopItem removes and returns the entry that the policy would evict next, after
// all expired ones have left. ok is false when the cache is empty.
func (c *Cache[K, V]) PopItem() (k K, v V, ok bool) {
	now := c.now()
	c.lock()
	defer c.unlock()
	c.sweep(now)
	i := c.policy.victim()
	if i == 0 {
		return k, v, false
	}
	k, v = c.nodes[i].key, c.nodes[i].value
	c.drop(i, Popped)
	return k, v, true
}

// Evict removes all expired entries, and then victims of the policy while the
// cache is over a bound, and returns how many left. A cache is over no bound but
// under Compat Cacheout, which also makes room for one more entry.
func (c *Cache[K, V]) Evict() (gone int) {
	now := c.now()
	c.lock()
	defer c.unlock()
	gone = c.sweep(now)
	if c.compat == Cacheout {
		return gone + c.makeRoom(1, 0)
	}
	return gone + c.makeRoom(0, 0)
}

// DeleteExpired removes all expired entries, the one set first first, and returns
// how many left. Set does this before it evicts; a cache that is only read can
// call it to free memory.
func (c *Cache[K, V]) DeleteExpired() (gone int) {
	now := c.now()
	c.lock()
	defer c.unlock()
	return c.sweep(now)
}

// Clear removes all entries and gives their memory back. Stats stay.
func (c *Cache[K, V]) Clear() {
	c.lock()
	defer c.unlock()
	c.empty(Cleared)
}

// empty removes all entries, oldest first.
func (c *Cache[K, V]) empty(cause Cause) {
	if c.o.OnDelete != nil && (cause != Cleared || c.compat != Cacheout) {
		for _, i := range c.slotsInOrder() {
			c.didDelete(c.nodes[i].key, c.nodes[i].value, cause)
		}
	}
	if cause == Purged {
		c.counts.evictions += c.counts.unit * uint64(c.len())
	}
	c.store.clear()
	c.policy.clear()
	c.deadlines.clear()
	c.weights, c.costs, c.bytes = nil, nil, 0
}

// sweep removes all expired entries.
func (c *Cache[K, V]) sweep(now int64) int {
	if now == untimed {
		return 0
	}
	due := c.deadlines.due(now)
	for _, i := range due {
		c.drop(i, Expired)
	}
	return len(due)
}

// drop removes the entry in a slot and tells why.
func (c *Cache[K, V]) drop(i int32, cause Cause) {
	switch cause {
	case Full:
		c.counts.evictions += c.counts.unit
	case Expired:
		c.counts.expirations += c.counts.unit
	}
	c.didDelete(c.nodes[i].key, c.nodes[i].value, cause)
	c.discard(i)
}

// discard removes the entry in a slot.
func (c *Cache[K, V]) discard(i int32) {
	c.policy.remove(i)
	c.deadlines.remove(i)
	if c.weights != nil {
		c.bytes -= c.weights[i]
		c.weights[i] = 0
	}
	if c.costs != nil {
		c.costs[i] = 0
	}
	c.release(i)
}
