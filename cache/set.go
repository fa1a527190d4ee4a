package cache

import (
	"iter"
	"time"
)

// Set puts a value under a key in place of what was there. When the cache is full, expired entries leave first and then the
// policy's victims: at no moment does the cache hold more than its bound.
func (c *Cache[K, V]) Set(k K, v V) { c.SetWith(k, v, nil) }

// SetWith is Set with a time to live or a cost of this entry's own.
func (c *Cache[K, V]) SetWith(k K, v V, o *SetOptions) {
	e := c.weigh(k, v, o)
	c.expect(o)
	now := c.now()
	c.lock()
	defer c.unlock()
	c.put(k, v, e, c.ttl(o), now)
}

// Add is SetWith for a key that is not in the cache; it leaves one that is as it
// was, value and time to live, and reports false. Under LFU it counts as a use.
func (c *Cache[K, V]) Add(k K, v V, o *SetOptions) bool {
	e := c.weigh(k, v, o)
	c.expect(o)
	now := c.now()
	c.lock()
	defer c.unlock()
	if i := c.look(spread(e.hash), k, now); i != 0 {
		if c.o.Policy == LFU {
			c.counter.hit(i)
		}
		return false
	}
	c.put(k, v, e, c.ttl(o), now)
	return true
}

// SetMany sets all items in their order, as SetWith does one by one. From a map:
// c.SetMany(maps.All(m), nil).
func (c *Cache[K, V]) SetMany(items iter.Seq2[K, V], o *SetOptions) {
	for k, v := range items {
		c.SetWith(k, v, o)
	}
}

// AddMany adds all items in their order, as Add does one by one, and returns how
// many were new.
func (c *Cache[K, V]) AddMany(items iter.Seq2[K, V], o *SetOptions) (added int) {
	for k, v := range items {
		if c.Add(k, v, o) {
			added++
		}
	}
	return added
}

// weigh collects what policies may know of an entry. It calls the user's hash and
// weight functions and so must be called before the lock is taken.
func (c *Cache[K, V]) weigh(k K, v V, o *SetOptions) entry {
	e := entry{hash: c.hash(k)}
	if c.weight != nil {
		e.weight = max(c.weight(k, v), 0)
	}
	if o != nil {
		e.cost = max(o.Cost, 0)
	}
	return e
}

// expect starts the clock for an entry that is going to expire.
func (c *Cache[K, V]) expect(o *SetOptions) {
	if o != nil && o.TTL > 0 && !c.timed.Load() {
		c.timed.Store(true)
	}
}

func (c *Cache[K, V]) ttl(o *SetOptions) time.Duration {
	if o == nil || o.TTL == 0 {
		return c.o.TTL
	}
	return o.TTL
}

// put is Set under the lock.
func (c *Cache[K, V]) put(k K, v V, e entry, ttl time.Duration, now int64) {
	if c.o.Policy == NO {
		return
	}
	tag := spread(e.hash)
	if i := c.find(tag, k); i != 0 {
		c.replace(i, v, e, ttl, now)
		return
	}
	c.sweep(now)
	if c.limits.bytes > 0 && e.weight > c.limits.bytes {
		c.didDelete(k, v, TooBig)
		return
	}
	late := c.o.Purge || c.compat == Klepto && (c.o.Policy == LFU || c.o.Policy == RR)
	if !late {
		c.makeRoom(1, e.weight)
	}
	i := c.alloc(tag, k, v, min(c.limits.entries+1, MaxEntriesLimit))
	c.policy.insert(i, e)
	c.describe(i, e)
	c.deadlines.set(i, now, ttl)
	var none V
	c.didSet(k, v, none, false)
	if late && c.over(0, 0) {
		c.overflow()
	}
}

// replace puts a value into a slot that has one.
func (c *Cache[K, V]) replace(i int32, v V, e entry, ttl time.Duration, now int64) {
	n := &c.nodes[i]
	old := n.value
	if c.compat != Cacheout {
		c.didDelete(n.key, old, Replaced)
	}
	if c.limits.bytes > 0 && e.weight > c.limits.bytes {
		c.didDelete(n.key, v, TooBig)
		c.discard(i)
		return
	}
	n.value = v
	if grow := e.weight - c.weightOf(i); grow > 0 && c.limits.bytes > 0 && c.bytes+grow > c.limits.bytes {
		// The entry must not be the victim that makes room for itself: the policy gets
		// it back, as new, when there is room.
		c.policy.remove(i)
		c.makeRoom(0, grow)
		c.policy.insert(i, e)
	} else {
		c.policy.update(i, e)
	}
	c.describe(i, e)
	c.deadlines.set(i, now, ttl)
	c.didSet(n.key, v, old, true)
}

// describe notes the weight and cost of the entry in a slot. Readers index both
// arrays by any slot in use, so an array that there is covers all slots.
func (c *Cache[K, V]) describe(i int32, e entry) {
	all := int32(len(c.nodes) - 1)
	if c.weights != nil || e.weight > 0 {
		c.weights = reach(c.weights, all)
		c.bytes += e.weight - c.weights[i]
		c.weights[i] = e.weight
	}
	if c.costs != nil || e.cost > 0 {
		c.costs = reach(c.costs, all)
		c.counts.spent += time.Duration(c.counts.unit) * e.cost
		c.costs[i] = e.cost
	}
}

func (c *Cache[K, V]) weightOf(i int32) int64 {
	if c.weights == nil {
		return 0
	}
	return c.weights[i]
}

// over reports whether the cache would be over a bound with so much more.
func (c *Cache[K, V]) over(entries int, weight int64) bool {
	return c.len()+entries > c.limits.entries || c.limits.bytes > 0 && c.bytes+weight > c.limits.bytes
}

// makeRoom evicts until so much more fits, and returns how many entries left.
func (c *Cache[K, V]) makeRoom(entries int, weight int64) (gone int) {
	for c.over(entries, weight) && c.evict(Full) {
		gone++
	}
	return gone
}

// evict removes the policy's victim, if there is one.
func (c *Cache[K, V]) evict(cause Cause) bool {
	i := c.policy.victim()
	if i == 0 {
		return false
	}
	c.drop(i, cause)
	return true
}

// overflow brings a cache that took in a new entry before it made room for it
// back into its bounds.
func (c *Cache[K, V]) overflow() {
	if c.o.Purge {
		c.empty(Purged)
		return
	}
	least := 1
	if c.o.Policy == LFU {
		least = max(2, c.limits.entries/10)
	}
	for n := 0; (n < least || c.over(0, 0)) && c.evict(Full); n++ {
	}
}
