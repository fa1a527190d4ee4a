package main

import (
	"context"
	"math"
	"time"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

// million are topics about an archive of as many entries, which takes its time to
// make.
func (b *bench) million() []measure.Topic {
	const n = 1_000_000
	return []measure.Topic{
		{Name: "1e6 entries of 1 KiB", Lines: func(name string, rounds int) []measure.Line { return b.many(name, rounds, n, row, 8*rowLength+16, 330) }},
		{Name: "1e6 numbers", Lines: func(name string, rounds int) []measure.Line { return b.many(name, rounds, n, number, 8+16, 50) }},
	}
}

// many measures an archive of n entries with so many bytes of data each, the two
// arguments included, beside which as many more as overhead are allowed in the file.
func (b *bench) many(name string, rounds, n int, v func(int) value.Value, data int, overhead float64) []measure.Line {
	path := b.fill("many.h5", n, v)
	open := func() *reader {
		r := &reader{a: measure.Must(hdfarchive.Open(path, &hdfarchive.Options{Mode: hdfarchive.Read}))}
		measure.Must(r.a.Functions(context.Background()))
		return r
	}
	alone := func(what string, ours float64, unit measure.Unit, most float64) measure.Line {
		return measure.Line{Name: name + ", " + what, Ours: ours, Reference: math.NaN(), Unit: unit, Goal: measure.Goal{Max: most}}
	}
	fastest := func(f func()) float64 {
		best := math.Inf(1)
		for range min(rounds, 8) {
			start := time.Now()
			f()
			best = min(best, time.Since(start).Seconds())
		}
		return best
	}
	lines := []measure.Line{alone("bytes beside arguments and result", perEntry(path, n, data), measure.Bytes, overhead)}
	lines = append(lines, alone("open", fastest(func() { open().close() }), measure.Seconds, 20e-3))
	r := open()
	defer r.close()
	for i := range n {
		r.keys = append(r.keys, keyOf(i))
	}
	const gets = 1000
	lines = append(lines, alone("get", fastest(func() { r.get(gets) })/gets, measure.Seconds, 100e-6))
	return append(lines, alone("list", fastest(func() {
		listed := 0
		for _, err := range r.a.List(context.Background(), function) {
			measure.Must(0, err)
			listed++
		}
		if listed != n {
			panic(listed)
		}
	}), measure.Seconds, 1))
}
