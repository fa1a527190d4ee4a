//go:build !cgo

package main

import (
	"context"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
)

const missing = "this kleptoinspect was built without HDF5 (hdf:, hdfdir:); build it with CGO_ENABLED=1 and libhdf5 for those"

// recoverFile is nil: only HDF5 files have journals.
var recoverFile func(path string) (commits int, dropped int64, err error)

// inspectFile is nil: there is no HDF5 to read files with.
var inspectFile func(ctx context.Context, path string) (inspect.File, error)

func exitCode(code int) int { return code }
