package cache

import "time"

// Options returns the options in force. Changing the copy changes nothing.
func (c *Cache[K, V]) Options() Options[K, V] {
	c.lock()
	defer c.gate.unlock()
	return c.o
}

// Configure changes options while the cache is in use: change is called, outside
// the lock, with a copy of those in force, and what it leaves there takes effect
// at once and as a whole. A smaller bound evicts at once; a new TTL is for entries
// set from now on, a new IdleTTL for all; a new Clock keeps the time that entries
// have left; NoStats sets the counts to zero. Policy, Seed, Compat, Hash and Weigh
// are fixed. When two calls of Configure meet, change may be called again. The
// error is [ErrOptions], and nothing has changed then.
func (c *Cache[K, V]) Configure(change func(*Options[K, V])) error {
	for {
		c.lock()
		before, version := c.o, c.version
		c.gate.unlock()
		after := before
		change(&after)
		if err := after.Validate(); err != nil {
			return err
		}
		if err := after.fixed(&before); err != nil {
			return err
		}
		var clock *clock
		if after.Clock != nil || before.Clock != nil {
			clock = newClock(after.Clock)
		}
		if c.apply(after, version, clock) {
			return nil
		}
	}
}

// apply puts options into force unless others were since version.
func (c *Cache[K, V]) apply(o Options[K, V], version uint64, newClock *clock) bool {
	elapsed := c.clock.Load().elapsed()
	timed := c.timed.Load() || o.TTL > 0 || o.IdleTTL > 0
	c.lock()
	defer c.unlock()
	if c.version != version {
		return false
	}
	c.version++
	now := int64(untimed)
	if timed {
		now = elapsed
	}
	if newClock != nil {
		newClock.base = newClock.base.Add(-time.Duration(elapsed))
		c.clock.Store(newClock)
	}
	if o.IdleTTL != c.o.IdleTTL {
		c.deadlines.rest(c.slotsInOrder(), o.IdleTTL, elapsed)
	}
	if o.NoStats {
		c.counts = counts{}
		c.harvest()
	}
	c.o = o
	c.settle()
	if o.Compat != Cacheout && c.over(0, 0) {
		c.sweep(now)
		c.makeRoom(0, 0)
	}
	return true
}

// Resize changes the bound on entries, evicting at once what no longer fits; 0
// means the default. The error is [ErrOptions].
func (c *Cache[K, V]) Resize(maxEntries int) error {
	return c.Configure(func(o *Options[K, V]) { o.MaxEntries = maxEntries })
}
