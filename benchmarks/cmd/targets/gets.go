package main

import (
	"fmt"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/cache"
)

func gets() []measure.Topic {
	return []measure.Topic{
		{Name: "LRU get of 1e3, 16-byte keys", Lines: func(name string, rounds int) []measure.Line {
			return race(name, rounds, 1000, 0.6)
		}},
		{Name: "LRU get of 1e6, 16-byte keys", Lines: func(name string, rounds int) []measure.Line {
			return race(name, rounds, 1_000_000, 0.7)
		}},
	}
}

// race times gets of a full cache of so many entries, all of them hits where the
// cache is exact. maxRatio is promised beside golang-lru.
func race(name string, rounds, entries int, maxRatio float64) []measure.Line {
	keys := digests(entries)
	r := measure.Race{Name: name, Ours: newOurs(cache.LRU, keys).all(entries).get}
	for _, peer := range contenders {
		c := peer.make(keys)
		defer c.stop()
		rival := measure.Rival{Name: peer.name + c.found(entries), Do: c.all(entries).get}
		if peer.name == hashicorp {
			rival.Goal = measure.Goal{MaxRatio: maxRatio, NoAllocs: true}
		}
		r.Rivals = append(r.Rivals, rival)
	}
	return r.Run(rounds)
}

// found tells how many of the keys are there where some are missing: not every
// cache of n entries holds n entries.
func (c contender) found(entries int) string {
	if n := c.hits(0, entries); n < entries {
		return fmt.Sprintf(" (%.1f %% found)", 100*float64(n)/float64(entries))
	}
	return ""
}

func (c contender) stop() {
	if c.close != nil {
		c.close()
	}
}

// circle gets all keys of a cache round and round.
type circle struct {
	contender
	entries, at int
}

func (c contender) all(entries int) *circle { return &circle{c, entries, 0} }

// get gets the next n keys.
func (c *circle) get(n int) {
	for n > 0 {
		to := min(c.at+n, c.entries)
		c.hits(c.at, to)
		n -= to - c.at
		c.at = to % c.entries
	}
}
