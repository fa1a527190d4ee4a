// Package cache keeps the most useful results in memory, within an exact bound.
//
// # Overview
//
// A [Cache] is a map with a bound. Keys are of any comparable type, values of any
// type. What leaves a full cache follows from the history of calls alone: nothing is
// sampled, buffered or decided later by another goroutine.
//
// # Semantics
//
// The bound holds inside Set, and N keys fit in a cache of N. Set makes an entry
// the newest, also when it replaces a value. Get counts as a use; Peek, Has, All
// and Keys change nothing. Values are handed out as they were put in: a cache does
// not copy them, so treat slices, maps and pointers that come out as read-only.
//
// # Concurrency
//
// All methods may be called by many goroutines at once.
//
// # Numbers
//
// Entries live in one slab with 32-bit links and an open-addressing index that
// stores part of the hash. Above key and value an entry costs 25 to 40 bytes and
// no pointer of its own, so a large cache of plain values costs the garbage
// collector nothing to scan. Memory grows with the entries held, not with the bound.
package cache
