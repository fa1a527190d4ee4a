package cache

// Stats is what a cache counted since it was made or its counts were last reset.
type Stats struct {
	Hits      uint64 // calls of Get that found the key
	Misses    uint64 // calls of Get that did not
	Evictions uint64 // entries that left because the cache was full
	Entries   int    // entries in the cache now
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
