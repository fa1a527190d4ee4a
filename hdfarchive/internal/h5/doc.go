// Package h5 is what Klepto needs of the HDF5 library, and the only package that
// uses cgo. It knows files, groups, datasets and attributes, nothing of archives.
//
// # Overview
//
// One C call does one operation: the C files beside this one make a dataset with
// its type, space, data and attributes, or describe an object with all of its
// attributes, without a step back into Go. Types and attributes travel as bytes
// (wire.go); the data of arrays go to HDF5 and come from it without a copy.
//
// # Semantics
//
// What HDF5 says of an error becomes the text of an *Error and never appears on
// standard error. Objects are opened through hard links only; data in other files
// and filters from plugins are refused. Nothing is allocated for a size that a
// file declares before it was held against what the file stores. C keeps no
// pointer that it was given.
//
// How bytes reach the disk is the business of a Backing: Direct leaves it to HDF5.
//
// # Concurrency
//
// All methods may be called concurrently. One lock for the process stands in front
// of the library, as HDF5 asks for; a caller that needs several operations to
// happen at once brings its own.
//
// # Numbers
//
// On HDF5 1.10.8: 30 to 40 µs for a dataset of 1 KiB, 54 µs with 100,000 neighbours,
// 314 bytes of overhead up to 8 KiB, listing 10,000 names 10 ms. A call from Go to C
// costs 40 ns.
package h5
