//go:build !cgo

package main

const missing = "this kleptoinspect was built without HDF5 (hdf:, hdfdir:); build it with CGO_ENABLED=1 and libhdf5 for those"

// recoverFile is nil: only HDF5 files have journals.
var recoverFile func(path string) (commits int, dropped int64, err error)
