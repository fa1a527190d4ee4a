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
	Stale    uint64 // answered with a result that was too old
	Errors   uint64 // kept from callers by Options.Safe, or because none was left
	Evicted  uint64 // left memory to make room
	Entries  int    // in memory now
	Bytes    int64  // the data of these, where it is measured: with an archive or a bound on bytes
	Unsaved  int    // not in the archive yet
	// Spent is the time in the function, over all calls that returned a result.
	Spent time.Duration
	// Saved is the compute time of the results that were answered without
	// computing them: what the calls would have cost without the memo.
	Saved time.Duration
}

// Stats returns the counts so far. They are taken one after the other while
// other goroutines go on counting.
func (m *Memo[In, Out]) Stats() Stats {
	n := &m.counts
	// What is taken off the cache's counts is read first: hits come before it.
	staleHits, saved := n.staleHits.Load(), n.saved.Load()
	c := m.cache.Stats()
	return Stats{
		Hits:     c.Hits - min(staleHits, c.Hits), // less only while ResetStats is at work
		Archived: n.archived.Load(),
		Shared:   n.shared.Load(),
		Computed: n.computed.Load(),
		Failed:   n.failed.Load(),
		Stale:    n.stale.Load(),
		Errors:   n.errors.Load(),
		Evicted:  c.Evictions,
		Entries:  c.Entries,
		Bytes:    c.Bytes,
		Unsaved:  m.backlog.len(),
		Spent:    time.Duration(n.spent.Load()),
		Saved:    c.Saved + time.Duration(saved),
	}
}

// counts holds what the cache does not count: it knows of gets that found
// something, and what that had cost.
type counts struct {
	archived, shared, computed, failed, stale, errors atomic.Uint64

	staleHits    atomic.Uint64 // gets that found something that was not used
	spent, saved atomic.Int64  // ns
}

// count adds what a caller got from elsewhere than memory.
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

// unusable takes back a hit that the cache counted: what it found was too old.
func (c *counts) unusable(elapsed time.Duration) {
	c.staleHits.Add(1)
	c.saved.Add(-int64(elapsed))
}

// ResetStats sets all counts to zero.
func (m *Memo[In, Out]) ResetStats() {
	m.cache.ResetStats()
	n := &m.counts
	for _, c := range []*atomic.Uint64{&n.archived, &n.shared, &n.computed, &n.failed, &n.stale, &n.errors, &n.staleHits} {
		c.Store(0)
	}
	n.spent.Store(0)
	n.saved.Store(0)
}
