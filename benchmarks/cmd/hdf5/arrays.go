package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

const large = 8 << 20 // numbers in 64 MiB

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
		{Name: "put of 64 MiB", Lines: func(name string, rounds int) []measure.Line {
			return b.peers.againstSlow(rounds, name, "write64", b.writes("write.h5", wave(large), nil), measure.Goal{MaxRatio: 1 / 0.95})
		}},
		{Name: "get of 64 MiB", Lines: func(name string, rounds int) []measure.Line {
			return b.peers.againstSlow(rounds, name, "read64", b.reads("read.h5", wave(large)), measure.Goal{MaxRatio: 1 / 0.95})
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
			os.Remove(path)
			start := time.Now()
			a := measure.Must(hdfarchive.Open(path, o))
			measure.Must(0, a.Put(context.Background(), e))
			measure.Must(0, a.Close())
			took += time.Since(start)
		}
		return took
	}
}

// reads returns a side that gets the one entry of an archive.
func (b *bench) reads(name string, v value.Value) measure.Side {
	path := filepath.Join(b.dir, "our"+name)
	b.writes(name, v, nil)(1)
	a := measure.Must(hdfarchive.Open(path, &hdfarchive.Options{Mode: hdfarchive.Read}))
	return func(n int) time.Duration {
		start := time.Now()
		for range n {
			measure.Must(a.Get(context.Background(), function, keyOf(0)))
		}
		return time.Since(start)
	}
}

