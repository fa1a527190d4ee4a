// Package chainarchive puts archives behind one another: a fast local one, say,
// in front of one that a group shares.
//
// # Overview
//
//	local, err := archive.Open(ctx, "hdf:scratch.h5")
//	shared, err := archive.Open(ctx, "hdfdir:/group/results")
//	a, err := chainarchive.New(nil, local, shared)
//
// The chain is an archive like any other, and owns its links: Close closes them.
//
// # Semantics
//
// Reads ask the links in their order. An entry that is found further back is
// promoted: stored in the links in front of the one that had it, so that the next
// read is short. A link that fails, or holds a damaged entry, is passed over while
// another link can answer, and what it said goes to Options.OnError; a damaged
// entry is replaced by promotion.
//
// Writes go to all links, the last one first: when Put returns nil, all have the
// entry, and an entry that a front link has, every link behind it has too. With
// Options.LocalOnly they go to the first link alone, for links that are only read.
// PutIfAbsent asks the last link that is written to, the one that is shared.
// Delete deletes from all links that are written to. Leases are those of the last of
// them that has any.
//
// A listing is that of all links together; an entry that several have is that of
// the first.
//
// # Concurrency
//
// As for every archive: all methods may be called by many goroutines.
//
// # Numbers
//
// A read that the first link answers costs what that link costs. A promotion
// costs one Put in each link in front.
package chainarchive
