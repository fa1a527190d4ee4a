// Package foreign reads HDF5 files of any program for the inspector.
//
// # Overview
//
// Open opens a file; its methods are those of inspect.File.
//
// # Semantics
//
// HDF5 finds objects and hands out bytes as they lie in the file; what they mean is
// worked out here: types, heaps, filters. So a damaged file meets bounds that are
// checked, and HDF5's conversions, heaps and filters, which are not made for it, are
// left alone.
//
// # Concurrency
//
// The methods of a File may be called concurrently.
//
// # Numbers
//
// A Read takes at most 256 MiB of memory for what it returns, and as much for the bytes
// it is made of; a chunk has at most 64 MiB.
package foreign
