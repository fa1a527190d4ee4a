package cache_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/cache"
)

// Many goroutines under every policy: the bound is never exceeded, no value is
// torn or foreign, no count is lost.
func TestPoliciesUnderConcurrency(t *testing.T) {
	const workers, calls, bound = 8, 5000, 5
	for _, p := range allPolicies {
		for _, timed := range []bool{false, true} {
			t.Run(fmt.Sprint(p, timed), func(t *testing.T) {
				o := &cache.Options[int, [4]int]{Policy: p, MaxEntries: bound}
				if timed {
					o.TTL, o.IdleTTL = 200*time.Microsecond, 100*time.Microsecond
				}
				c := mustNew(t, o)
				var wg sync.WaitGroup
				for w := range workers {
					wg.Go(func() {
						r := rand.New(rand.NewPCG(uint64(w), 1))
						for range calls {
							k := r.IntN(12)
							if v, ok := c.Get(k); ok && v != [4]int{k, k, k, k} {
								t.Errorf("key %d has value %v", k, v)
							} else if !ok {
								c.SetWith(k, [4]int{k, k, k, k}, &cache.SetOptions{Cost: time.Second})
							}
							if n := c.Len(); n > bound && p != cache.INF {
								t.Errorf("%d entries", n)
							}
							switch r.IntN(50) {
							case 0:
								c.Delete(k)
							case 1:
								c.Has(k)
								c.Peek(k)
							case 2:
								c.Stats()
							case 3:
								for k, v := range c.All() {
									if v != [4]int{k, k, k, k} {
										t.Errorf("key %d has value %v", k, v)
									}
								}
							}
						}
					})
				}
				wg.Wait()
				s := c.Stats()
				if s.Accesses() != workers*calls || s.Saved != time.Duration(s.Hits)*time.Second {
					t.Fatalf("lost counts: %+v", s)
				}
			})
		}
	}
}

// Operations that change the cache as a whole, beside readers without locks.
func TestConfigureBesideReaders(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{Policy: cache.SIEVE, MaxEntries: 100})
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if v, ok := c.Get(i % 150); ok && v != i%150 {
					t.Error(i, v)
				} else if !ok {
					c.Set(i%150, i%150)
				}
			}
		})
	}
	for i := range 300 {
		if err := c.Configure(func(o *cache.Options[int, int]) {
			o.MaxEntries = 50 + i%50
			o.IdleTTL = time.Duration(i%3) * time.Millisecond
			o.NoStats = i%7 == 0
		}); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			c.Clear()
			c.ResetStats()
			c.PauseStats()
			c.ResumeStats()
		}
		if n := c.Len(); n > 50+i%50 {
			t.Fatal(n)
		}
	}
	close(done)
	wg.Wait()
}

// A stripe that has counted all the hits it can hold must lose none.
func TestHitsBeyondOneWord(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{Policy: cache.FIFO})
	c.Set(1, 1)
	want := c.FillStripes() + 8*1000
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				c.Get(1)
			}
		})
	}
	wg.Wait()
	for range 2 {
		if s := c.Stats(); s.Hits != want {
			t.Fatalf("%d hits, want %d", s.Hits, want)
		}
	}
}
