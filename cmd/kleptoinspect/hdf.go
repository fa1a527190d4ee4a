//go:build cgo

package main

import (
	"github.com/klepto-go/klepto/hdfarchive" // and with it hdf: and hdfdir:
	"github.com/klepto-go/klepto/hdfarchive/inspect"
)

const missing = ""

func recoverFile(path string) (commits int, dropped int64, err error) {
	r, err := hdfarchive.Recover(path)
	return r.Commits, r.Dropped, err
}

func inspectFile(path string) (inspect.File, error) { return hdfarchive.Inspect(path) }
