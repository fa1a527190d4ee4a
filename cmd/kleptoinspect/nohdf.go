//go:build !cgo

package main

import "github.com/klepto-go/klepto/hdfarchive/inspect"

const missing = "this kleptoinspect was built without HDF5 (hdf:, hdfdir:); build it with CGO_ENABLED=1 and libhdf5 for those"

// recoverFile is nil: only HDF5 files have journals.
var recoverFile func(path string) (commits int, dropped int64, err error)

// inspectFile is nil: there is no HDF5 to read files with.
var inspectFile func(path string) (inspect.File, error)
