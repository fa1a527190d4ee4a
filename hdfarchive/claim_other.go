//go:build !linux

package hdfarchive

import "errors"

// renameNew is there on Linux only.
func renameNew(from, to string) error { return errors.ErrUnsupported }
