// Package inspect describes what is in HDF5 files of any program. hdfarchive.Inspect
// opens one; programs built without cgo can name the types all the same.
//
// # Overview
//
// A File is a tree of groups and datasets. Stat describes one of them with its
// attributes, Children lists a group, Read reads a dataset or a block of one.
//
// # Semantics
//
// Links are described and not followed, data in other files and filters from plugins
// are refused, and nothing is allocated for a size that a file declares before it was
// held against what it stores and against a limit.
//
// # Concurrency
//
// The methods of a File may be called concurrently.
//
// # Numbers
//
// The limits of Read and of attributes are named where they hold.
package inspect
