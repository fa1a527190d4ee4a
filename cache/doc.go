// Package cache keeps the most useful results in memory, within an exact bound.
//
// # Overview
//
// A [Cache] is a map with a bound: on entries, on bytes, or both. Keys are of any
// comparable type, values of any type. A [Policy] picks what leaves a full cache;
// entries can also expire, a fixed time after they were set or after their last
// use. Callbacks tell what came and went and why, [Stats] how much it helped, and
// [Cache.Configure] changes most options while the cache is in use. A [Manager]
// holds caches by name.
//
// # Which policy
//
//	LRU      the default: what was used lately is used again
//	GDSF     results that differ in what they cost to compute, or in size
//	SIEVE    for the same loads; hits of many goroutines run side by side
//	S3FIFO   the same, and keys used only once seldom push out others
//	LFU      a few keys are hot for good
//	MRU      loops over more keys than fit
//	FIFO, LIFO, RR, INF, NO   simple, or for comparison
//
// # Semantics
//
// The bound holds inside Set, N keys fit in a cache of N, and the victim follows
// from the history of calls alone (for RR, from the seed too): nothing is sampled,
// buffered or decided later by another goroutine. Before a new key takes anybody's
// place, all expired entries leave, the one set first first.
//
// Get counts as a use; Has, Peek, TTL, Expired and the iterators do not, and show
// no entry whose time is over. Expiry is exact and includes the deadline itself; it needs no
// background goroutine, so an expired entry stays in memory until something
// touches it, a new key comes in or DeleteExpired is called.
//
// Values are handed out as they were put in: a cache does not copy them, so treat
// slices, maps and pointers that come out as read-only.
//
// A NaN is never equal to itself, so an entry under such a key cannot be found
// again; it leaves as a victim like any other.
//
// Where Python's klepto and cacheout behave differently, Options.Compat repeats
// what they do.
//
// # Concurrency
//
// All methods may be called by many goroutines at once, and each is atomic, except
// that SetMany, AddMany and Restore are a series of single operations, and that
// GetWhere, DeleteWhere, GetOrSet and Options.Default let others in while they call
// the user's function. All functions of the user (Weigh, Hash, Clock, Default,
// callbacks, matches, loop bodies) run outside the lock. Under FIFO, LIFO, RR, INF, SIEVE and S3FIFO a hit moves nothing,
// and hits run side by side without the lock; under LRU, MRU, LFU and GDSF a hit is
// a write by nature and takes it.
//
// # Numbers
//
// Entries live in one slab with 32-bit links and an open-addressing index that
// stores part of the hash. In a full cache under LRU an entry costs about 30 bytes
// above key and value and no pointer of its own, so a large cache of plain values
// costs the garbage collector nothing to scan; LFU and GDSF add about 40 bytes, a
// deadline about 45. Memory grows with the entries held, not with the bound, and
// Clear gives it back. Every operation on one entry takes constant time, but that
// victims of LFU and GDSF, and deadlines, cost a heap's log n. Nothing in the life
// of an entry allocates once the cache is full. BenchmarkGet has the times.
//
// On two idle cores hits under FIFO, RR, INF, SIEVE and S3FIFO make 1.85 to 2 times
// those of one, under LIFO 1.57 to 1.9 (benchmarks/cmd/targets); with a cache each,
// two goroutines made 1.8 to 1.96 times. LRU and MRU make 1.0 times, LFU 0.99, GDSF
// 0.72: every hit moves the entry in one list, or counts under one lock. What would
// make them scale, buffers of hits or a list a core, gives up that the victim follows
// from the calls alone.
package cache
