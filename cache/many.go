package cache

// GetMany returns the values of those keys that are in the cache. Each counts as
// one Get, without Options.Default.
func (c *Cache[K, V]) GetMany(keys ...K) map[K]V {
	tags := c.tags(keys)
	now := c.now()
	out := make(map[K]V, len(keys))
	c.lock()
	defer c.unlock()
	for n, k := range keys {
		v, ok := c.read(tags[n], k, now)
		c.didGet(k, v, ok)
		if ok {
			out[k] = v
		}
	}
	return out
}

// GetWhere returns the entries for whose keys match, called outside the lock,
// reports true. Each counts as one Get. See [Glob] and [Regexp] for string keys.
func (c *Cache[K, V]) GetWhere(match func(K) bool) map[K]V {
	return c.GetMany(c.matching(match)...)
}

// tags hashes keys, which must be done before the lock is taken.
func (c *Cache[K, V]) tags(keys []K) []uint32 {
	tags := make([]uint32, len(keys))
	for n, k := range keys {
		tags[n] = spread(c.hash(k))
	}
	return tags
}

// matching returns the keys that match, oldest first, those of entries that have
// expired but not left included: getting or deleting them makes them leave.
func (c *Cache[K, V]) matching(match func(K) bool) []K {
	c.lock()
	slots := c.slotsInOrder()
	keys := make([]K, len(slots))
	for n, i := range slots {
		keys[n] = c.nodes[i].key
	}
	c.gate.unlock()
	n := 0
	for _, k := range keys {
		if match(k) {
			keys[n] = k
			n++
		}
	}
	return keys[:n]
}
