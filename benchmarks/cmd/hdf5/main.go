// Command hdf5 measures HDF5 archives beside a C program on libhdf5 alone
// (c/hdf5.c) and beside h5py (python/hdf5.py), which do the same work without a
// journal, a checksum or an index. It compiles the C program, and so is run in the
// folder of the module; h5py's lines are left out where there is no h5py.
//
// The million entries take minutes to store: -run '^[^1]' leaves them out.
//
// Usage: hdf5 [-run regexp] [-rounds n] [-strict] [-bare]
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

func main() { os.Exit(run()) }

func run() int {
	dir, err := os.MkdirTemp("", "klepto-hdf5-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	p, err := startPeers(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer p.stop()
	b := &bench{dir: dir, peers: p}
	return measure.Main(slices.Concat(b.entries(), b.arrays(), b.million()))
}

// bench is what all topics share.
type bench struct {
	dir   string
	peers peers
}
