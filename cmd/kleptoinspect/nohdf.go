//go:build !cgo

package main

import (
	"fmt"

	"github.com/klepto-go/klepto/archive"
)

const missing = "this kleptoinspect was built without HDF5 (hdf:, hdfdir:); build it with CGO_ENABLED=1 and libhdf5 for those"

func recoverFile(path string) (commits int, dropped int64, err error) {
	return 0, 0, fmt.Errorf("%w: %s cannot be recovered here", archive.ErrFormat, path)
}
