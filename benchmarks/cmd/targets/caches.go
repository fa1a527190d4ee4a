package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/cache"
)

type digest = [16]byte

func caches() []measure.Target {
	return []measure.Target{get(1_000, 0.6), get(1_000_000, 0.7)}
}

// get compares gets in a full cache of n entries, in random order.
func get(n int, maxRatio float64) measure.Target {
	random := rand.New(rand.NewPCG(3, 4))
	keys := make([]digest, n)
	ours := must(cache.New(&cache.Options[digest, int]{
		MaxEntries: n,
		Hash:       func(d digest) uint64 { return binary.LittleEndian.Uint64(d[:]) },
	}))
	peer := must(lru.New[digest, int](n))
	for i := range keys {
		binary.LittleEndian.PutUint64(keys[i][:], random.Uint64())
		binary.LittleEndian.PutUint64(keys[i][8:], random.Uint64())
		ours.Set(keys[i], i)
		peer.Add(keys[i], i)
	}
	order := random.Perm(n)
	loop := func(get func(digest) (int, bool)) func(int) {
		return func(times int) {
			for i := range times {
				if _, ok := get(keys[order[i%n]]); !ok {
					must(0, fmt.Errorf("key %d is gone", i))
				}
			}
		}
	}
	return measure.Target{
		Name:      fmt.Sprintf("cache, LRU get of %d entries : golang-lru/v2", n),
		N:         200_000,
		Ours:      loop(ours.Get),
		Reference: loop(peer.Get),
		MaxRatio:  maxRatio,
	}
}
