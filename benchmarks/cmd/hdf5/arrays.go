package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
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
			return b.peers.againstSlow(rounds, name, "write64", b.handsOver("write.h5", wave(large)), measure.Goal{MaxRatio: 1 / 0.95})
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

// writes returns a side that makes an archive of one entry.
func (b *bench) writes(name string, v value.Value, o *hdfarchive.Options) measure.Side {
	path := filepath.Join(b.dir, "our"+name)
	e := entryOf(0, v)
	return func(n int) time.Duration {
		var took time.Duration
		for range n {
			start := time.Now()
			os.Remove(path) // as the peers, who write over theirs
			a := measure.Must(hdfarchive.Open(path, o))
			measure.Must(0, a.Put(context.Background(), e))
			measure.Must(0, a.Close())
			took += time.Since(start)
		}
		return took
	}
}

// handsOver returns a side that puts an entry into a new archive with sync=off: Put
// returns when the system has it all. The close, which waits for the disk in any
// mode, is not in the time.
func (b *bench) handsOver(name string, v value.Value) measure.Side {
	path := filepath.Join(b.dir, "our"+name)
	e := entryOf(0, v)
	return func(n int) (took time.Duration) {
		for range n {
			start := time.Now()
			os.Remove(path)
			removed := time.Since(start)
			a := measure.Must(hdfarchive.Open(path, &hdfarchive.Options{Sync: hdfarchive.SyncOff}))
			start = time.Now()
			measure.Must(0, a.Put(context.Background(), e))
			took += removed + time.Since(start)
			measure.Must(0, a.Close())
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
