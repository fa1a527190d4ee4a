// Package damage changes files as disks, copies and people do, for tests of what reads
// them.
//
// # Semantics
//
// The damage is drawn from a source of random numbers, so that a seed repeats it.
//
// # Concurrency
//
// Functions may be called concurrently, with a source each.
package damage
