package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

const (
	large    = 8 << 20 // numbers in 64 MiB
	deflated = 2 << 20
	sliced   = 128 << 20
)

var gzip = &hdfarchive.Options{Compress: hdfarchive.CompressGzip, Level: 1}

func wave(n int) *value.Array {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(float64(i) * 1e-3)
	}
	return array(x, n)
}

// arrays are topics about large arrays.
func (b *bench) arrays() []measure.Topic {
	return []measure.Topic{
		// Either both wait for the disk, or neither does: what HDF5 itself leaves to the
		// system is lost in a power cut. The last line says what waiting costs.
		{Name: "put of 64 MiB, to the system", Lines: func(name string, rounds int) []measure.Line {
			return b.peers.againstSlow(rounds, name, "write64", b.writes("write.h5", wave(large), &hdfarchive.Options{Sync: hdfarchive.SyncOff}), measure.Goal{MaxRatio: 1 / 0.95})
		}},
		{Name: "put of 64 MiB, on the disk", Lines: func(name string, rounds int) []measure.Line {
			ours := b.writes("write.h5", wave(large), nil)
			return append(b.peers.againstSlow(rounds, name, "sync64", ours, measure.Goal{MaxRatio: 1 / 0.95}),
				b.peers.againstSlow(rounds, name+", to one that is not", "write64", ours, measure.Goal{})...)
		}},
		{Name: "get of 64 MiB", Lines: func(name string, rounds int) []measure.Line {
			r := b.reads("read.h5", wave(large), nil)
			return b.peers.againstSlow(rounds, name, "read64", r.get, measure.Goal{MaxRatio: 1 / 0.95})
		}},
		{Name: "64 MiB into a slice", Lines: func(name string, rounds int) []measure.Line {
			r := b.reads("into.h5", wave(large), nil)
			return b.peers.againstSlow(rounds, name, "into64", r.into, measure.Goal{MaxRatio: 1 / 0.95})
		}},
		{Name: "put of 16 MiB, gzip 1", Lines: func(name string, rounds int) []measure.Line {
			return b.peers.againstSlow(rounds, name, "gzip", b.writes("gzip.h5", wave(deflated), gzip), measure.Goal{MaxRatio: 0.5})
		}},
		{Name: "get of 16 MiB, gzip 1", Lines: func(name string, rounds int) []measure.Line {
			r := b.reads("gunzip.h5", wave(deflated), gzip)
			return b.peers.againstSlow(rounds, name, "gunzip", r.get, measure.Goal{MaxRatio: 0.5})
		}},
		{Name: "1 KiB of 1 GiB", Lines: func(name string, rounds int) []measure.Line {
			r := b.reads("slice.h5", array(make([]float64, sliced), sliced), nil)
			return b.peers.against(rounds, name, "slice", r.slice, measure.Goal{Max: 50e-6})
		}},
	}
}

// rest is for how long the disk goes on with what was removed after a sync has returned.
const rest = 20 * time.Millisecond

// writes returns a side that puts an entry into a new archive, until the disk has it, or
// with sync=off until the system has it. Like the peers' (create_anew in c/hdf5.c) the file
// is new and open, and the disk at rest, when the time begins. Files that were written over
// within the time made it depend on who had waited for what: to remove 64 MiB that are on
// the disk takes longer than to write them, what is not yet on it goes at once, and what
// one side left to the system the disk wrote during the next one's time.
func (b *bench) writes(name string, v value.Value, o *hdfarchive.Options) measure.Side {
	path := filepath.Join(b.dir, "our"+name)
	e := entryOf(0, v)
	return func(n int) (took time.Duration) {
		for range n {
			os.Remove(path)
			syscall.Sync()
			time.Sleep(rest)
			a := measure.Must(hdfarchive.Open(path, o))
			start := time.Now()
			measure.Must(0, a.Put(context.Background(), e))
			took += time.Since(start)
			start = time.Now()
			measure.Must(0, a.Close()) // waits for the disk in any mode
			if o == nil || o.Sync != hdfarchive.SyncOff {
				took += time.Since(start)
			}
		}
		return took
	}
}

// oneEntry is an archive with one entry, to be read.
type oneEntry struct {
	a   *archive.Archive
	dst []float64
	at  int
}

func (b *bench) reads(name string, v *value.Array, o *hdfarchive.Options) *oneEntry {
	b.writes(name, v, o)(1)
	return &oneEntry{a: measure.Must(hdfarchive.Open(filepath.Join(b.dir, "our"+name), &hdfarchive.Options{Mode: hdfarchive.Read}))}
}

func (r *oneEntry) get(n int) time.Duration {
	start := time.Now()
	for range n {
		measure.Must(r.a.Get(context.Background(), function, keyOf(0)))
	}
	return time.Since(start)
}

func (r *oneEntry) into(n int) time.Duration {
	if r.dst == nil {
		r.dst = make([]float64, large)
	}
	start := time.Now()
	for range n {
		measure.Must(archive.ReadInto(context.Background(), r.a, function, keyOf(0), "", r.dst))
	}
	return time.Since(start)
}

func (r *oneEntry) slice(n int) time.Duration {
	start := time.Now()
	for range n {
		r.at = (r.at + 48611*rowLength) % (sliced - rowLength) // all over the array
		measure.Must(r.a.Slice(context.Background(), function, keyOf(0), fmt.Sprintf("[%d:%d]", r.at, r.at+rowLength)))
	}
	return time.Since(start)
}
