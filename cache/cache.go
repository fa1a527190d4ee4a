package cache

import (
	"hash/maphash"
	"reflect"
	"sync/atomic"
	"time"
)

// Cache is a bounded map in memory. The bound is exact, and which entry leaves a
// full cache follows from the calls made alone. Safe for use by many goroutines;
// must not be copied. Use [New].
type Cache[K comparable, V any] struct {
	gate
	store[K, V]
	policy  policy
	counter counter // policy, where it counts hits
	renews  bool    // a hit makes the entry the newest
	plain   bool    // a Get needs neither clock nor callback nor default
	counts  counts
	weights []int64         // by slot; nil until an entry weighs something
	costs   []time.Duration // by slot; nil until an entry has a cost
	bytes   int64
	hash    func(K) uint64
	weight  func(K, V) int64
	compat  Compat

	deadlines deadlines
	timed     atomic.Bool // some entry may expire
	clock     atomic.Pointer[clock]

	o       Options[K, V]
	version uint64 // of o
	limits  limits
	paused  bool
	events  events[K, V]
}

// New returns an empty cache. A nil o means all defaults. The error is
// [ErrOptions] and names what is wrong.
func New[K comparable, V any](o *Options[K, V]) (*Cache[K, V], error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	c := &Cache[K, V]{}
	if o != nil {
		c.o = *o
	}
	c.hash, c.weight, c.compat = hasher(c.o.Hash), c.o.Weigh, c.o.Compat
	c.store.clear()
	var shared bool
	c.policy, c.renews, shared = newPolicy(c.o.Policy, &c.order, &c.limits, c.o.Seed)
	c.counter, _ = c.policy.(counter)
	if shared {
		c.gate.share()
	}
	c.clock.Store(newClock(c.o.Clock))
	c.settle()
	return c, nil
}

// hasher returns the hash of a cache. Comparing interfaces that hold values of an
// incomparable type panics; the hash must find that out, before the lock is taken.
func hasher[K comparable](hash func(K) uint64) func(K) uint64 {
	if hash == nil {
		seed := maphash.MakeSeed()
		return func(k K) uint64 { return maphash.Comparable(seed, k) }
	}
	if hasInterface(reflect.TypeFor[K]()) {
		return func(k K) uint64 {
			if same := k; same != k { // panics where it would panic under the lock
				return 0 // a NaN: found by nobody, wherever it is
			}
			return hash(k)
		}
	}
	return hash
}

func hasInterface(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return hasInterface(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasInterface(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// settle brings what follows from the options up to date.
func (c *Cache[K, V]) settle() {
	c.limits = c.o.limits()
	c.deadlines.idle = c.o.IdleTTL
	if c.o.TTL > 0 || c.o.IdleTTL > 0 {
		c.timed.Store(true)
	}
	c.plain = c.o.OnGet == nil && c.o.Default == nil
	c.counts.on(!c.o.NoStats && !c.paused)
}

// now is the time for expiry. It calls the user's clock and so must be called
// before the lock is taken.
func (c *Cache[K, V]) now() int64 {
	if !c.timed.Load() {
		return untimed
	}
	return c.clock.Load().elapsed()
}

// Get returns the value of a key and counts as a use of it. Where the key is
// missing, the value is that of Options.Default, or zero, and ok is false.
func (c *Cache[K, V]) Get(k K) (v V, ok bool) {
	tag := spread(c.hash(k))
	if c.timed.Load() {
		return c.fetch(tag, k, nil)
	}
	if c.stripes != nil {
		if v, ok = c.getShared(tag, k, untimed); ok {
			return v, true
		}
		return c.fetch(tag, k, nil)
	}
	c.mu.Lock()
	if !c.plain {
		c.mu.Unlock()
		return c.fetch(tag, k, nil)
	}
	i := c.find(tag, k)
	if i != 0 {
		if c.renews { // the commonest hit, spared the call of use
			c.counts.hits += c.counts.unit
			c.renew(i)
			if len(c.costs) > 0 {
				c.counts.saved += time.Duration(c.counts.unit) * c.costs[i]
			}
		} else {
			c.use(i)
		}
		v = c.nodes[i].value
	} else {
		c.counts.misses += c.counts.unit
	}
	c.mu.Unlock()
	return v, i != 0
}

// getShared is Get side by side with other readers. It is ok only for a hit that
// needs no more than that; all else is for the exclusive lock.
func (c *Cache[K, V]) getShared(tag uint32, k K, now int64) (v V, ok bool) {
	s := c.enter()
	if s == nil {
		return v, false
	}
	i := c.find(tag, k)
	if i == 0 || !c.plain || now != untimed && c.deadlines.expired(i, now) {
		s.leave(0)
		return v, false
	}
	if c.counter != nil {
		c.counter.hit(i)
	}
	if now != untimed {
		c.deadlines.touch(i, now)
	}
	if len(c.costs) > 0 {
		s.saved.Add(int64(c.counts.unit) * int64(c.costs[i]))
	}
	v = c.nodes[i].value
	s.leave(c.counts.unit)
	return v, true
}

// use does what a hit does, but for idle time.
func (c *Cache[K, V]) use(i int32) {
	c.counts.hits += c.counts.unit
	switch {
	case c.renews:
		c.renew(i)
	case c.counter != nil:
		c.counter.hit(i)
	}
	if len(c.costs) > 0 {
		c.counts.saved += time.Duration(c.counts.unit) * c.costs[i]
	}
}

// read is Get under the exclusive lock, without callbacks and defaults.
func (c *Cache[K, V]) read(tag uint32, k K, now int64) (v V, ok bool) {
	i := c.live(tag, k, now)
	if i == 0 {
		c.counts.misses += c.counts.unit
		return v, false
	}
	c.use(i)
	c.deadlines.touch(i, now)
	return c.nodes[i].value, true
}

// fetch is Get in full. Where the key is missing it calls otherwise, or
// Options.Default when that is nil, outside the lock.
func (c *Cache[K, V]) fetch(tag uint32, k K, otherwise func(K) (V, bool)) (v V, ok bool) {
	now := c.now()
	if c.stripes != nil {
		if v, ok = c.getShared(tag, k, now); ok {
			return v, true
		}
	}
	c.lock()
	v, ok = c.read(tag, k, now)
	if otherwise == nil {
		otherwise = c.o.Default
	}
	if ok || otherwise == nil {
		c.didGet(k, v, ok)
		c.unlock()
		return v, ok
	}
	c.unlock()
	v, keep := otherwise(k)
	var e entry
	if keep {
		e = c.weigh(k, v, nil)
		now = c.now()
	}
	c.lock()
	if keep {
		if i := c.live(tag, k, now); i != 0 {
			v = c.nodes[i].value
		} else {
			c.put(k, v, e, c.o.TTL, now)
		}
	}
	c.didGet(k, v, false)
	c.unlock()
	return v, false
}

// GetOr returns the value of a key as Get does, or v where the key is missing. It
// stores nothing and does not call Options.Default.
func (c *Cache[K, V]) GetOr(k K, v V) V {
	v, _ = c.fetch(spread(c.hash(k)), k, func(K) (V, bool) { return v, false })
	return v
}

// GetOrSet returns the value of a key, or makes and stores it where the key is
// missing; existed tells which. Values are made outside the lock: goroutines that
// miss one key together make it each, and all return the one stored first.
func (c *Cache[K, V]) GetOrSet(k K, make func(K) V) (v V, existed bool) {
	return c.fetch(spread(c.hash(k)), k, func(k K) (V, bool) { return make(k), true })
}

// live returns the slot of a key, or 0; an expired entry leaves. Under the lock.
func (c *Cache[K, V]) live(tag uint32, k K, now int64) int32 {
	i := c.find(tag, k)
	if i != 0 && c.deadlines.expired(i, now) {
		c.drop(i, Expired)
		return 0
	}
	return i
}

// Peek returns the value of a key and changes nothing: neither order nor stats,
// and no callback is called.
func (c *Cache[K, V]) Peek(k K) (v V, ok bool) {
	tag := spread(c.hash(k))
	now := c.now()
	var s *stripe
	if c.stripes != nil {
		s = c.enter()
	}
	if s != nil {
		defer s.leave(0)
	} else {
		c.lock()
		defer c.gate.unlock()
	}
	if i := c.find(tag, k); i != 0 && !c.deadlines.expired(i, now) {
		return c.nodes[i].value, true
	}
	return v, false
}

// Has reports whether a key is in the cache. It counts neither as a use nor in
// stats, but an entry found expired leaves.
func (c *Cache[K, V]) Has(k K) bool {
	if c.stripes != nil && !c.timed.Load() && c.compat != Cacheout {
		_, ok := c.Peek(k)
		return ok
	}
	tag := spread(c.hash(k))
	now := c.now()
	c.lock()
	defer c.unlock()
	return c.look(tag, k, now) != 0
}

// look is live for the queries that Python's cacheout counts as accesses.
func (c *Cache[K, V]) look(tag uint32, k K, now int64) int32 {
	i := c.live(tag, k, now)
	if c.compat == Cacheout {
		if i != 0 {
			c.counts.hits += c.counts.unit
			c.didGet(k, c.nodes[i].value, true)
		} else {
			var zero V
			c.counts.misses += c.counts.unit
			c.didGet(k, zero, false)
		}
	}
	return i
}
