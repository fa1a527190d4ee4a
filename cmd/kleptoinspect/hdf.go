//go:build cgo

package main

import (
	"github.com/klepto-go/klepto/hdfarchive" // and with it hdf: and hdfdir:
)

const missing = ""

func recoverFile(path string) (commits int, dropped int64, err error) {
	r, err := hdfarchive.Recover(path)
	return r.Commits, r.Dropped, err
}
