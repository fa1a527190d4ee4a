package cache_test

import (
	"testing"

	"github.com/klepto-go/klepto/cache"
)

func BenchmarkGet(b *testing.B) {
	for _, n := range []int{1000, 1_000_000} {
		ks := digests(n)
		at := permutation(n)
		for _, h := range []struct {
			name string
			hash func(digest) uint64
		}{{"digest", digestHash}, {"maphash", nil}} {
			c := mustNew(b, &cache.Options[digest, int]{MaxEntries: n, Hash: h.hash})
			for i, k := range ks {
				c.Set(k, i)
			}
			b.Run(h.name+"/"+size(n), func(b *testing.B) {
				b.ReportAllocs()
				for i, j := 0, 0; i < b.N; i++ {
					if j++; j == len(at) {
						j = 0
					}
					if _, ok := c.Get(ks[at[j]]); !ok {
						b.Fatal("miss")
					}
				}
			})
		}
	}
}

func BenchmarkSetEvict(b *testing.B) {
	ks := digests(1 << 16)
	c := mustNew(b, &cache.Options[digest, int]{MaxEntries: 1000, Hash: digestHash})
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		c.Set(ks[i&(1<<16-1)], i)
	}
}

func permutation(n int) []int32 {
	at := make([]int32, 1<<20)
	x := uint64(1)
	for i := range at {
		x = x*6364136223846793005 + 1442695040888963407
		at[i] = int32((x >> 33) % uint64(n))
	}
	return at
}

func size(n int) string {
	if n < 1_000_000 {
		return "1k"
	}
	return "1M"
}
