package main

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/cache"
)

// pairs compares the hits that two goroutines make in a second. Those policies
// promise most whose hits move nothing.
func pairs() []measure.Topic {
	var topics []measure.Topic
	for _, p := range []cache.Policy{cache.INF, cache.FIFO, cache.LIFO, cache.RR, cache.SIEVE, cache.S3FIFO} {
		topics = append(topics, onPair(p, measure.Goal{MinRatio: 1.7}, measure.Goal{MinRatio: 1}))
	}
	for _, p := range []cache.Policy{cache.LRU, cache.MRU, cache.LFU, cache.GDSF} {
		topics = append(topics, onPair(p, measure.Goal{}, measure.Goal{}))
	}
	return topics
}

// onPair compares two goroutines with one, and with two on otter.
func onPair(p cache.Policy, one, otter measure.Goal) measure.Topic {
	return measure.Topic{Name: "hits a second on 2 cores, " + p.String(), Lines: func(name string, rounds int) []measure.Line {
		const entries = 1000
		keys := digests(entries)
		ours, theirs := newOurs(p, keys), newOtter(keys)
		defer theirs.stop()
		best := measure.Fastest(rounds, 4*measure.Round, ours.all(entries).get, two(ours, entries), two(theirs, entries))
		single, double, peer := 1/best[0], 2/best[1], 2/best[2]
		if runtime.GOMAXPROCS(0) < 2 {
			double, peer = math.NaN(), math.NaN() // nothing to see on one core
		}
		return []measure.Line{
			{Name: name + " : on 1", Ours: double, Reference: single, Unit: measure.PerSecond, Goal: one},
			{Name: name + " : otter/v2 on 2", Ours: double, Reference: peer, Unit: measure.PerSecond, Goal: otter},
		}
	}}
}

// two returns a function that gets n keys on each of two goroutines, which start
// together.
func two(c contender, entries int) func(n int) {
	circles := [2]*circle{c.all(entries), c.all(entries)}
	circles[1].at = entries / 2
	return func(n int) {
		var ready atomic.Int32
		var done sync.WaitGroup
		for _, circle := range circles {
			done.Go(func() {
				for ready.Add(1); ready.Load() < 2; {
				}
				circle.get(n)
			})
		}
		done.Wait()
	}
}
