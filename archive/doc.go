// Package archive keeps memoized results: one dictionary of entries, whatever
// stores them.
//
// # Overview
//
// An Archive is opened by URL, once the package that implements its kind is
// imported:
//
//	import _ "github.com/klepto-go/klepto/memarchive" // mem: and null:
//
//	a, err := archive.Open(ctx, "mem:")
//
// or by the constructor of such a package. Get, Put, PutIfAbsent, Delete, Has
// and Stat work on one entry; GetMany, PutMany and All on many; List and
// Functions read the index and open no value; Verify checks every entry, and
// Copy brings entries from one archive into another.
//
// # Semantics
//
// An entry is found by function and key. The key's canonical bytes decide:
// another key with the same digest is not found.
//
// A value comes back bit for bit, and shares no memory with what was put or
// with what another Get returned: the caller may change what it got.
//
// When Put returns nil the entry survives the death of the process; Sync makes
// it survive a power cut where the kind can. A kind that commits in groups says
// so in its own documentation.
//
// # Streams
//
// Create stores a value larger than memory: its arrays come in slabs of whole rows, by
// Append, and Commit makes them an entry like any other, or nothing is stored. HDF5
// archives write each slab as it comes; mem: gathers them; other kinds take whole values
// and say so. The sum is computed on the way where slabs come in the order of the value
// and their number was declared; else Commit reads the rest once more.
//
// Slice and ReadInto read such a value in parts, and so do Verify, Copy and Merge where it
// has more than 64 MiB and lies in HDF5. Get holds all of it in memory, and so does a copy
// into a kind of archive without streams.
//
// # Leases
//
// Kinds that several processes write to give one of them at a time the right to
// compute an entry: look for the entry, Acquire its lease, look again, compute,
// Commit and Release. Package klepto does so by itself. A lease of a process that
// died is taken over.
//
// # Checksums
//
// Put computes Entry.Sum, and every Get verifies it; a value that does not
// match is ErrCorrupt, never a result. The sum is
//
//	XXH3-64 (seed 0) of Key.Canonical followed by value.WriteCanonical(Value)
//
// that is, one hash over the plain concatenation of the two byte strings. The
// canonical bytes of a value hold the element types, names, shapes and the
// elements in little-endian order, as package value documents; units and other
// descriptions are left out. Any program that can write these bytes can check
// an archive: with Python's xxhash, xxhash.xxh3_64_intdigest(canonical + value).
//
// # URLs
//
// A URL is
//
//	scheme ":" path [ "?" name "=" value { "&" name "=" value } ]
//
// The path is taken as it stands, with no escapes: "hdf:run 7/100%.h5" means the
// file "100%.h5" in the folder "run 7". The last "?" begins the parameters, so a
// path that has one is followed by another: "hdf:what?.h5?". Values (not paths)
// may hold %-escapes. "hdf:///data/x.h5" is "hdf:/data/x.h5". A parameter that
// the scheme does not know, or that is given twice, is an error.
//
// # Errors
//
// Every method returns errors as *Error, with operation, archive, function and
// key; errors.Is finds the sentinels of this package and of the driver's own
// causes (fs.ErrPermission, context.Canceled) in it.
//
// # Concurrency
//
// An Archive may be used by any number of goroutines. Loops over List, All and
// GetMany hold no lock while their body runs: it may use the same archive.
// Close waits for the operations under way.
//
// # Numbers
//
// Beside the driver's own work a Get or Put costs one pass of XXH3 over the
// value (3 to 8 GB/s, BenchmarkSum). A Put of 4 MiB or more into an HDF5 archive
// makes it on another processor while the value is written. All and GetMany have
// up to 4 entries in hand, so that reading and checking overlap with the loop body;
// All stops reading ahead at 64 MiB.
package archive
