package cache_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/cache"
)

// filled returns a full cache and its keys, and draws that visit them at random.
func filled(b *testing.B, o cache.Options[digest, int]) (*cache.Cache[digest, int], []digest, []int32) {
	ks := digests(o.MaxEntries)
	c := mustNew(b, &o)
	for i, k := range ks {
		c.Set(k, i)
	}
	r := rand.New(rand.NewPCG(3, 7))
	at := make([]int32, 1<<20)
	for i := range at {
		at[i] = int32(r.IntN(len(ks)))
	}
	return c, ks, at
}

func BenchmarkGet(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		for _, p := range allPolicies {
			if p == cache.NO {
				continue
			}
			b.Run(fmt.Sprintf("%v/%d", p, n), func(b *testing.B) {
				c, ks, at := filled(b, cache.Options[digest, int]{Policy: p, MaxEntries: n, Hash: digestHash})
				b.ReportAllocs()
				b.ResetTimer()
				for i := range b.N {
					if _, ok := c.Get(ks[at[i&(len(at)-1)]]); !ok {
						b.Fatal("miss")
					}
				}
			})
		}
	}
}

// With -cpu 1,2 it shows which policies let hits run side by side.
func BenchmarkGetParallel(b *testing.B) {
	for _, p := range allPolicies {
		if p == cache.NO {
			continue
		}
		b.Run(p.String(), func(b *testing.B) {
			c, ks, at := filled(b, cache.Options[digest, int]{Policy: p, MaxEntries: 1000, Hash: digestHash})
			var start atomic.Int64
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := int(start.Add(7919)); pb.Next(); i++ {
					if _, ok := c.Get(ks[at[i&(len(at)-1)]]); !ok {
						b.Error("miss")
						return
					}
				}
			})
		})
	}
}

// Every Set is a new key in a full cache: index, slab and policy, in and out.
func BenchmarkSetEvict(b *testing.B) {
	for _, p := range allPolicies {
		if p == cache.NO || p == cache.INF {
			continue
		}
		b.Run(p.String(), func(b *testing.B) {
			ks := digests(1 << 16)
			c := mustNew(b, &cache.Options[digest, int]{Policy: p, MaxEntries: 1000, Hash: digestHash})
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				c.Set(ks[i&(len(ks)-1)], i)
			}
		})
	}
}
