package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/benchmarks/workload"
	"github.com/klepto-go/klepto/cache"
	_ "github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/rounding"
)

// workloads are those of python/peers.py, which says what they are. Ours rounds the
// floats of small calls to six decimals, and "disk" is one HDF5 file.
var workloads = []struct {
	name, about string
	measure     func() (float64, error)
}{
	{"memory", "hit in memory", inMemory},
	{"memory array", "hit in memory, argument of 1e6 floats", inMemoryArray},
	{"disk", "hit on disk, a float", func() (float64, error) { return fromDisk(number) }},
	{"disk array", "hit on disk, 131072 floats", func() (float64, error) { return fromDisk(array) }},
	{"store", "new on disk, a float", func() (float64, error) { return toDisk(number) }},
	{"store array", "new on disk, 131072 floats", func() (float64, error) { return toDisk(array) }},
}

// rounds is enough for calls that take as long as a disk does.
const rounds = 100

func number(_ context.Context, s workload.Simulation) (float64, error) { return s.A, nil }

func array(_ context.Context, s workload.Simulation) ([]float64, error) {
	grid := make([]float64, 131_072)
	for i := range grid {
		grid[i] = float64(i + s.M)
	}
	return grid, nil
}

func inMemory() (float64, error) {
	return hits(number, &klepto.Options{Name: "simulate", Rounding: rounding.Deep(6)}, workload.Simulations())
}

func inMemoryArray() (float64, error) {
	other := workload.Grid(1_000_000)
	other[len(other)/2]++
	return hits(func(_ context.Context, grid []float64) (float64, error) { return grid[len(grid)/2], nil },
		&klepto.Options{Name: "simulate"}, [][]float64{workload.Grid(1_000_000), other})
}

// hits times calls whose results are there.
func hits[In, Out any](f func(context.Context, In) (Out, error), o *klepto.Options, calls []In) (float64, error) {
	ctx := context.Background()
	memo, err := klepto.Memoize(f, o)
	if err != nil {
		return 0, err
	}
	for _, c := range calls {
		if _, err := memo.Call(ctx, c); err != nil {
			return 0, err
		}
	}
	computed := memo.Stats().Computed
	var failed error
	at := 0
	best := measure.Fastest(rounds, measure.Spread, measure.Timed(func(n int) {
		for range n {
			if at++; at == len(calls) {
				at = 0
			}
			if _, err := memo.Call(ctx, calls[at]); err != nil {
				failed = err
			}
		}
	}))
	if n := memo.Stats().Computed - computed; n != 0 && failed == nil {
		failed = fmt.Errorf("%d hits computed again", n)
	}
	return best[0], errors.Join(failed, memo.Close())
}

// fromDisk times hits that are read from an archive, as memory keeps nothing.
func fromDisk[Out any](f func(context.Context, workload.Simulation) (Out, error)) (seconds float64, err error) {
	err = inArchive(func(a *archive.Archive) (err error) {
		seconds, err = hits(f, archived(a), workload.Simulations()[:16])
		return err
	})
	return seconds, err
}

// toDisk times calls that are made for the first time. They return when their result
// is on disk.
func toDisk[Out any](f func(context.Context, workload.Simulation) (Out, error)) (seconds float64, err error) {
	ctx := context.Background()
	err = inArchive(func(a *archive.Archive) error {
		memo, err := klepto.Memoize(f, archived(a))
		if err != nil {
			return err
		}
		var failed error
		call := workload.Simulations()[0]
		best := measure.Fastest(rounds, measure.Spread, measure.Timed(func(n int) {
			for range n {
				call.M++
				if _, err := memo.Call(ctx, call); err != nil {
					failed = err
				}
			}
		}))
		seconds = best[0]
		return errors.Join(failed, memo.Close())
	})
	return seconds, err
}

func archived(a *archive.Archive) *klepto.Options {
	return &klepto.Options{Name: "simulate", Rounding: rounding.Deep(6), Policy: cache.NO, Archive: a}
}

// inArchive opens an archive in a new folder, and removes both in the end.
func inArchive(use func(*archive.Archive) error) (err error) {
	folder, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	a, err := archive.Open(context.Background(), "hdf:"+filepath.Join(folder, "results.h5"))
	if err != nil {
		return err
	}
	return errors.Join(use(a), a.Close())
}
