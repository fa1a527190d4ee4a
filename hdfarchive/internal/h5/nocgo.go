//go:build !cgo

package h5

// Without cgo nothing here can work. Go turns cgo off by itself where it finds no C
// compiler, and where it compiles for another system: the compiler's message says what
// to do about it.
const _ int = "package hdfarchive (hdf:, hdfdir:) needs cgo and HDF5: install gcc, pkg-config and libhdf5-dev, and build with CGO_ENABLED=1"
