package cache

import "time"

// Stats is what a cache counted since it was made or its counts were last reset.
type Stats struct {
	Hits        uint64        // gets that found the key
	Misses      uint64        // gets that did not
	Evictions   uint64        // entries that left because the cache was full
	Expirations uint64        // entries that left because their time was over
	Entries     int           // entries in the cache now
	Bytes       int64         // their weight
	Spent       time.Duration // cost of all values set
	Saved       time.Duration // cost of all values got: what hits made unnecessary
}

// Accesses is the number of times the cache was asked for a value.
func (s Stats) Accesses() uint64 { return s.Hits + s.Misses }

// HitRate is the part of accesses that were hits, 0 before the first access.
func (s Stats) HitRate() float64 { return s.rate(s.Hits) }

// MissRate is the part of accesses that were misses, 0 before the first access.
func (s Stats) MissRate() float64 { return s.rate(s.Misses) }

// EvictionRate is evictions per access, 0 before the first access.
func (s Stats) EvictionRate() float64 { return s.rate(s.Evictions) }

func (s Stats) rate(n uint64) float64 {
	if s.Accesses() == 0 {
		return 0
	}
	return float64(n) / float64(s.Accesses())
}

// counts is what a cache counts under its exclusive lock; the stripes of the gate
// hold what shared readers count.
type counts struct {
	hits, misses, evictions, expirations uint64
	spent, saved                         time.Duration
	unit                                 uint64 // what an event adds: 1, or 0 when counting is off
}

func (n *counts) on(count bool) {
	n.unit = 0
	if count {
		n.unit = 1
	}
}

// Stats returns the counts so far.
func (c *Cache[K, V]) Stats() Stats {
	now := c.now()
	c.lock()
	defer c.gate.unlock()
	hits, saved := c.harvest()
	n := &c.counts
	n.hits += hits
	n.saved += time.Duration(saved)
	return Stats{n.hits, n.misses, n.evictions, n.expirations, c.size(now), c.bytes, n.spent, n.saved}
}

// ResetStats sets all counts to zero.
func (c *Cache[K, V]) ResetStats() {
	c.lock()
	defer c.gate.unlock()
	c.harvest()
	c.counts = counts{unit: c.counts.unit}
}

// PauseStats stops counting and keeps the counts, until ResumeStats.
func (c *Cache[K, V]) PauseStats() { c.pause(true) }

// ResumeStats counts again, unless Options.NoStats is set.
func (c *Cache[K, V]) ResumeStats() { c.pause(false) }

func (c *Cache[K, V]) pause(on bool) {
	c.lock()
	defer c.gate.unlock()
	c.paused = on
	c.settle()
}
