package cache

import (
	"hash/maphash"
	"iter"
	"sync"
)

// Cache is a bounded map in memory. The bound is exact, and which entry leaves a
// full cache follows from the calls made alone. Safe for use by many goroutines;
// must not be copied. Use [New].
type Cache[K comparable, V any] struct {
	mu     sync.Mutex
	hash   func(K) uint64
	max    int
	policy policy
	store[K, V]
	hits, misses, evictions uint64
}

// New returns an empty cache. A nil o means all defaults. The error is
// [ErrOptions] and names what is wrong.
func New[K comparable, V any](o *Options[K, V]) (*Cache[K, V], error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o == nil {
		o = &Options[K, V]{}
	}
	c := &Cache[K, V]{hash: o.Hash, max: o.MaxEntries}
	if c.max == 0 {
		c.max = DefaultMaxEntries
	}
	if c.hash == nil {
		seed := maphash.MakeSeed()
		c.hash = func(k K) uint64 { return maphash.Comparable(seed, k) }
	}
	c.store.clear()
	c.policy = lru{&c.order}
	return c, nil
}

// Get returns the value of a key and makes the entry the newest.
func (c *Cache[K, V]) Get(k K) (v V, ok bool) {
	tag := spread(c.hash(k))
	c.mu.Lock()
	i := c.find(tag, k)
	if i == 0 {
		c.misses++
		c.mu.Unlock()
		return v, false
	}
	c.hits++
	c.renew(i)
	v = c.nodes[i].value
	c.mu.Unlock()
	return v, true
}

// Peek returns the value of a key and changes nothing, neither order nor stats.
func (c *Cache[K, V]) Peek(k K) (v V, ok bool) {
	tag := spread(c.hash(k))
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(tag, k); i != 0 {
		return c.nodes[i].value, true
	}
	return v, false
}

// Has reports whether a key is in the cache and changes nothing.
func (c *Cache[K, V]) Has(k K) bool {
	_, ok := c.Peek(k)
	return ok
}

// Set puts a value under a key, replaces what was there and makes the entry the
// newest. When the cache is full, the victim leaves first: at no moment does the
// cache hold more than its bound.
func (c *Cache[K, V]) Set(k K, v V) {
	tag := spread(c.hash(k))
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(tag, k); i != 0 {
		c.nodes[i].value = v
		c.policy.update(i)
		return
	}
	c.shrink(c.max - 1)
	c.policy.insert(c.alloc(tag, k, v, c.max))
}

// shrink evicts until at most n entries are left and returns how many left.
func (c *Cache[K, V]) shrink(n int) (gone int) {
	for c.len() > n {
		c.drop(c.policy.victim())
		c.evictions++
		gone++
	}
	return gone
}

func (c *Cache[K, V]) drop(i int32) {
	c.policy.remove(i)
	c.release(i)
}

// Delete removes a key and reports whether it was there.
func (c *Cache[K, V]) Delete(k K) bool {
	tag := spread(c.hash(k))
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(tag, k)
	if i == 0 {
		return false
	}
	c.drop(i)
	return true
}

// Len returns the number of entries.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.len()
}

// Clear removes all entries and gives their memory back. Stats stay.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.store.clear()
}

// Resize changes the bound on entries, evicting at once what no longer fits; 0
// means [DefaultMaxEntries]. It returns the number of entries evicted.
func (c *Cache[K, V]) Resize(maxEntries int) (evicted int, err error) {
	if err := (&Options[K, V]{MaxEntries: maxEntries}).Validate(); err != nil {
		return 0, err
	}
	if maxEntries == 0 {
		maxEntries = DefaultMaxEntries
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.max = maxEntries
	return c.shrink(maxEntries), nil
}

// Stats returns the counts so far.
func (c *Cache[K, V]) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{Hits: c.hits, Misses: c.misses, Evictions: c.evictions, Entries: c.len()}
}

// All iterates over keys and values, oldest first. It walks a snapshot taken when
// the loop starts, so the body may use the cache; it changes neither order nor
// stats. To copy a cache into a map: maps.Collect(c.All()).
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

func (c *Cache[K, V]) snapshot() []node[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]node[K, V], 0, c.len())
	for head := range int32(heads) {
		for i := c.oldest(head); i != 0; i = c.next(head, i) {
			out = append(out, c.nodes[i])
		}
	}
	return out
}
