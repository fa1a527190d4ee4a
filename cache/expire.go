package cache

import "time"

// TTL returns how long the entry of a key has yet to live, when nobody uses it. ok
// is false where the key is missing or its entry does not expire.
func (c *Cache[K, V]) TTL(k K) (left time.Duration, ok bool) {
	tag := spread(c.hash(k))
	now := c.now()
	c.lock()
	defer c.unlock()
	i := c.look(tag, k, now)
	if i == 0 || !c.deadlines.heap.holds(i) {
		return 0, false
	}
	end := c.deadlines.end(i)
	return time.Duration(end - now), end != never
}

// Expired reports whether a key has no live entry: none at all, or one whose time
// is over. It changes nothing.
func (c *Cache[K, V]) Expired(k K) bool {
	_, ok := c.Peek(k)
	return !ok
}

// ExpireTimes returns when each entry that expires will do so, when nobody uses
// it, by Options.Clock.
func (c *Cache[K, V]) ExpireTimes() map[K]time.Time {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	base := c.clock.Load().base
	out := map[K]time.Time{}
	for _, i := range c.deadlines.heap.slots {
		if end := c.deadlines.end(i); end != never && (end > now || c.compat == Cacheout) {
			out[c.nodes[i].key] = base.Add(time.Duration(end))
		}
	}
	return out
}
