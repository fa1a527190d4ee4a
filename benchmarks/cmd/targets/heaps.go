package main

import (
	"unsafe"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/cache"
)

func heaps() []measure.Topic {
	return []measure.Topic{
		{Name: "overhead of an entry, 1e6 entries", Lines: func(name string, _ int) []measure.Line { return overhead(name, 1_000_000, len(contenders)) }},
		// The index has just doubled: it is as empty as it gets in a full cache.
		{Name: "overhead of an entry, 655361 entries", Lines: func(name string, _ int) []measure.Line { return overhead(name, 655_361, 1) }},
	}
}

// overhead compares the heap that full caches take for an entry, beyond the bytes
// of key and value, with that of the first few peers.
func overhead(name string, entries, peers int) []measure.Line {
	keys := digests(entries)
	cost := func(make func(keys []digest) contender) float64 {
		var c contender
		bytes := measure.Heap(func() any {
			c = make(keys)
			return c
		})
		c.stop()
		return bytes/float64(entries) - float64(unsafe.Sizeof(digest{})+unsafe.Sizeof(int(0)))
	}
	ours := cost(func(keys []digest) contender { return newOurs(cache.LRU, keys) })
	var lines []measure.Line
	for _, peer := range contenders[:peers] {
		l := measure.Line{Name: name + " : " + peer.name, Ours: ours, Reference: cost(peer.make), Unit: measure.Bytes}
		if peer.name == hashicorp {
			l.Goal = measure.Goal{Max: 48}
		}
		lines = append(lines, l)
	}
	return lines
}
