package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

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
		ours, apart, theirs := newOurs(p, keys), newOurs(p, keys), newOtter(keys)
		defer theirs.stop()
		start := func(c contender) func(n int) { return c.all(entries).get }
		// Rounds in which another program takes one of the cores are lost: more of them.
		// No pauses: after one, both goroutines may wake up on the same core.
		best := measure.Fastest(4*rounds, 0,
			measure.Timed(start(ours)), together(start(ours), start(ours)), together(start(theirs), start(theirs)),
			together(start(ours), start(apart)))
		single, double, peer := 1/best[0], 2/best[1], 2/best[2]
		// Two goroutines with a cache each share nothing: what they fall short of twice is
		// the machine's, whose two cores may be two threads of one.
		on1 := fmt.Sprintf("on 1 (a cache each: %.2fx)", 2*best[0]/best[3])
		return []measure.Line{
			{Name: name + " : " + on1, Ours: double, Reference: single, Unit: measure.PerSecond, Goal: one},
			{Name: name + " : otter/v2 on 2", Ours: double, Reference: peer, Unit: measure.PerSecond, Goal: otter},
		}
	}}
}

// together returns a side that does two things n times each, on a goroutine each.
// Time counts from when both run: how fast goroutines start is not the cache's.
func together(do ...func(n int)) measure.Side {
	return func(n int) time.Duration {
		var running atomic.Int32
		var start time.Time
		var done sync.WaitGroup
		for _, do := range do {
			done.Go(func() {
				if running.Add(1) == 2 {
					start = time.Now()
					running.Add(1)
				}
				for running.Load() < 3 {
				}
				do(n)
			})
		}
		done.Wait()
		return time.Since(start)
	}
}
