// Package memarchive keeps entries in memory (mem:) or nowhere (null:).
//
// # Overview
//
// New gives an archive that lives as long as the program refers to it: for
// tests, for sharing results between memos of one process, and as the fast
// archive in front of a slow one. Null gives one that accepts every entry and
// keeps none: it turns archiving off where the code wants an archive.
//
// Importing the package registers both schemes: archive.Open(ctx, "mem:") is
// New, archive.Open(ctx, "null:") is Null. They take no path and no parameters;
// each Open gives an archive of its own.
//
// # Semantics
//
// Entries are copied on the way in and on the way out: what was put or got may
// be changed freely. Nothing bounds the archive; package cache is the store with
// a bound. Sync and Close do nothing beyond what package archive does: a closed
// archive's entries are gone.
//
// # Concurrency
//
// Reads run at once, a write excludes them. Values are copied outside the lock.
//
// # Numbers
//
// Get and Put cost a map access, a copy of the value and its checksum. List
// sorts the entries of the function at the start of the loop.
package memarchive
