package klepto

import (
	"sync/atomic"
	"time"
)

// Stats counts what a memo did since it was made.
type Stats struct {
	Hits     uint64 // answered from memory
	Archived uint64 // answered from the archive
	Shared   uint64 // answered by a computation that another caller had started
	Computed uint64 // the function was called and returned a result
	Failed   uint64 // the function was called and returned an error
	Errors   uint64 // kept from callers by Options.Safe, or because none was left
	Evicted  uint64 // left memory to make room
	Entries  int    // in memory now
	Unsaved  int    // in memory because the archive could not store them
	// Spent is the time in the function, over all calls that returned a result.
	Spent time.Duration
	// Saved is the compute time of the results that were answered without
	// computing them: what the calls would have cost without the memo.
	Saved time.Duration
}

// Stats returns the counts so far. They are taken one after the other while
// other goroutines go on counting.
func (m *Memo[In, Out]) Stats() Stats {
	c := m.cache.Stats()
	return Stats{
		Hits:     c.Hits,
		Archived: m.counts.archived.Load(),
		Shared:   m.counts.shared.Load(),
		Computed: m.counts.computed.Load(),
		Failed:   m.counts.failed.Load(),
		Errors:   m.counts.errors.Load(),
		Evicted:  c.Evictions,
		Entries:  m.cache.Len(),
		Unsaved:  m.unsaved.len(),
		Spent:    time.Duration(m.counts.spent.Load()),
		Saved:    time.Duration(m.counts.saved.Load()),
	}
}

// counts holds what the cache does not count itself.
type counts struct {
	archived, shared, computed, failed, errors atomic.Uint64
	spent, saved                               atomic.Int64 // ns
}

// count adds what a caller got that neither its own computation nor the cache
// has counted.
func (c *counts) count(i Info) {
	switch i.Source {
	case Shared:
		c.shared.Add(1)
		c.saved.Add(int64(i.Elapsed))
	case Archived:
		c.archived.Add(1)
		c.saved.Add(int64(i.Elapsed))
	}
}
