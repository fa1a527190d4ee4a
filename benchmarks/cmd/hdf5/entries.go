package main

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

const (
	rowLength = 128  // numbers in 1 KiB
	group     = 100  // entries of a commit
	stored    = 5000 // entries that are read at random
	perFile   = 100_000
)

// entries are topics about small entries.
func (b *bench) entries() []measure.Topic {
	return []measure.Topic{
		{Name: "100 puts of 1 KiB, one commit", Lines: func(name string, rounds int) []measure.Line {
			w := &writer{path: filepath.Join(b.dir, "ours.h5"), value: row}
			defer w.close()
			return b.peers.against(rounds, name, "put 100", w.put, measure.Goal{MaxRatio: 1 / 0.9})
		}},
		{Name: "100 puts of a number, one commit", Lines: func(name string, rounds int) []measure.Line {
			w := &writer{path: filepath.Join(b.dir, "packed.h5"), value: number}
			defer w.close()
			return b.peers.against(rounds, name+", a dataset each", "put 100", w.put, measure.Goal{MaxRatio: 1. / 8})
		}},
		{Name: "get of 1 KiB at random", Lines: func(name string, rounds int) []measure.Line {
			r := b.reader("get.h5", row)
			defer r.close()
			return append(b.peers.against(rounds, name, "get", r.get, measure.Goal{MaxRatio: 1.3}),
				b.peers.against(rounds, name+", to the data only", "getdata", r.get, measure.Goal{})...)
		}},
		{Name: "get of a number at random", Lines: func(name string, rounds int) []measure.Line {
			r := b.reader("getnumber.h5", number)
			defer r.close()
			return b.peers.against(rounds, name, "get", r.get, measure.Goal{})
		}},
	}
}

func array(data []float64, shape ...int) *value.Array {
	return &value.Array{Elem: value.Float64, Shape: shape, Data: data}
}

func row(n int) value.Value {
	x := make([]float64, rowLength)
	for i := range x {
		x[i] = float64(n) + 0.1*float64(i)
	}
	return array(x, rowLength)
}

func number(n int) value.Value { return array([]float64{float64(n)}) }

const function = "bench.heat"

// entryOf is entry n of a function of two arguments.
func entryOf(n int, v value.Value) *archive.Entry {
	return &archive.Entry{
		Key: keyOf(n),
		Call: archive.Call{Function: function, Version: "1", Rounding: "deep(6)", Args: []value.Field{
			{Name: "nu", Value: array([]float64{0.01 * float64(n)})}, {Name: "steps", Value: array([]float64{1000})}}},
		Value:  v,
		GoType: "[]float64",
		Provenance: archive.Provenance{Created: time.Unix(1_700_000_000, int64(n)), Elapsed: time.Millisecond,
			Host: "host", Go: "go1.26", Build: "bench"},
	}
}

func keyOf(n int) keymap.Key {
	canonical := binary.LittleEndian.AppendUint64([]byte(function+"\x00 two arguments of floats"), uint64(n))
	k := keymap.Key{Canonical: string(canonical), Digest: keymap.Digest(xxh3.Hash128(canonical))}
	k.Name = k.Digest.String()
	return k
}

// writer puts entries that are new into a file, and begins another once it is full.
type writer struct {
	path  string
	value func(n int) value.Value
	a     *archive.Archive
	n     int
}

// put puts n groups.
func (w *writer) put(n int) time.Duration {
	var took time.Duration
	batch := make([]*archive.Entry, group)
	for range n {
		for i := range batch {
			batch[i] = entryOf(w.n+i, w.value(w.n+i))
		}
		start := time.Now()
		if w.n%perFile == 0 {
			w.close()
			os.Remove(w.path)
			w.a = measure.Must(hdfarchive.Open(w.path, nil))
		}
		measure.Must(w.a.PutMany(context.Background(), batch))
		took += time.Since(start)
		w.n += group
	}
	return took
}

func (w *writer) close() {
	if w.a != nil {
		measure.Must(0, w.a.Close())
		w.a = nil
	}
}

// fill makes an archive of n entries.
func (b *bench) fill(name string, n int, v func(int) value.Value) string {
	path := filepath.Join(b.dir, "our"+name)
	os.Remove(path)
	a := measure.Must(hdfarchive.Open(path, nil))
	for at := 0; at < n; at += 1000 {
		batch := make([]*archive.Entry, min(1000, n-at))
		for i := range batch {
			batch[i] = entryOf(at+i, v(at+i))
		}
		measure.Must(a.PutMany(context.Background(), batch))
	}
	measure.Must(0, a.Close())
	return path
}

// reader gets entries at random.
type reader struct {
	a    *archive.Archive
	keys []keymap.Key
	at   int
}

func (b *bench) reader(name string, v func(int) value.Value) *reader {
	r := &reader{a: measure.Must(hdfarchive.Open(b.fill(name, stored, v), &hdfarchive.Options{Mode: hdfarchive.Read}))}
	for i := range stored {
		r.keys = append(r.keys, keyOf(i))
	}
	return r
}

func (r *reader) get(n int) time.Duration {
	start := time.Now()
	for range n {
		r.at = (r.at + 7919) % len(r.keys) // a prime: all of them, in no order of the file
		measure.Must(r.a.Get(context.Background(), function, r.keys[r.at]))
	}
	return time.Since(start)
}

func (r *reader) close() { measure.Must(0, r.a.Close()) }

// perEntry is how many bytes of the file an entry takes beside its data.
func perEntry(path string, n, data int) float64 {
	st := measure.Must(os.Stat(path))
	return float64(st.Size())/float64(n) - float64(data)
}
