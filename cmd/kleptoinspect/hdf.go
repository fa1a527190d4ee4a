//go:build cgo

package main

import _ "github.com/klepto-go/klepto/hdfarchive" // hdf: and hdfdir:

const missing = ""
