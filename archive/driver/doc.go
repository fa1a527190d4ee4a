// Package driver defines what a kind of archive implements, and the parts of
// an entry that every kind stores.
//
// # Overview
//
// A kind of archive (HDF5 files, memory, a database) implements Archive and
// registers its URL scheme with the package archive, whose portable type is
// what programs use. The conformance suite in archive/drivertest holds a driver
// to what is said here; a driver's own test hands it a Harness.
//
// # Semantics
//
// An entry is found by its function and by the canonical bytes of its key. The
// digest and the name of the key are ways to get there: a driver that looks an
// entry up by either compares the canonical bytes before it hands the entry
// out, so that a digest collision is a miss and never a wrong value. A Put of
// the colliding key may replace the other one.
//
// Function names and key names are arbitrary bytes: empty, "..", with slashes,
// NUL or invalid UTF-8, longer than a file name may be, equal but for their
// case. A driver escapes them and gives them back unchanged.
//
// A value comes back bit for bit. A damaged entry is an error (ErrCorrupt) and
// spoils no other entry.
//
// # Concurrency
//
// All methods of an Archive may be called concurrently. List holds no lock
// while it yields: the loop body may call any method of the same archive, Close
// included.
//
// # Numbers
//
// A portable Get costs what the driver's Get costs plus one pass of XXH3 over
// the value, 3 to 8 GB/s.
package driver
