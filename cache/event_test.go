package cache_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/cache"
)

func TestEventsInOrderWithCauses(t *testing.T) {
	var got []string
	c := mustNew(t, &cache.Options[string, int]{
		MaxEntries: 2, MaxBytes: 100, Weigh: func(_ string, v int) int64 { return int64(v) },
		OnGet: func(k string, v int, ok bool) { got = append(got, fmt.Sprintf("get %s=%d %t", k, v, ok)) },
		OnSet: func(k string, v, old int, ok bool) {
			got = append(got, fmt.Sprintf("set %s=%d old %d %t", k, v, old, ok))
		},
		OnDelete: func(k string, v int, c cache.Cause) { got = append(got, fmt.Sprintf("delete %s=%d %v", k, v, c)) },
	})
	c.Set("a", 1)
	c.Set("a", 2)
	c.Set("b", 3)
	c.Set("c", 4)
	c.Get("b")
	c.Get("z")
	c.Set("big", 101)
	c.Set("b", 102)
	c.Delete("c")
	c.Set("d", 5)
	c.PopItem()
	c.Set("e", 60)
	c.Set("f", 41)
	c.Clear()
	want := []string{
		"set a=1 old 0 false",
		"delete a=1 REPLACED", "set a=2 old 1 true",
		"set b=3 old 0 false",
		"delete a=2 FULL", "set c=4 old 0 false",
		"get b=3 true", "get z=0 false",
		"delete big=101 SIZE",
		"delete b=3 REPLACED", "delete b=102 SIZE",
		"delete c=4 DELETE",
		"set d=5 old 0 false", "delete d=5 POPITEM",
		"set e=60 old 0 false",
		"delete e=60 FULL", "set f=41 old 0 false",
		"delete f=41 CLEARED",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}

func TestPurgeEmptiesOnOverflow(t *testing.T) {
	var gone []int
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 2, Purge: true, OnDelete: func(k, _ int, c cache.Cause) {
		if c != cache.Purged {
			t.Error(c)
		}
		gone = append(gone, k)
	}})
	for k := range 4 {
		c.Set(k, k)
	}
	if !slices.Equal(gone, []int{0, 1, 2}) || !slices.Equal(slices.Collect(c.Keys()), []int{3}) {
		t.Fatal(gone, slices.Collect(c.Keys()))
	}
	if n := c.Stats().Evictions; n != 3 {
		t.Fatal(n)
	}
}

// A callback may use the cache; its own events come after the one it handles.
func TestCallbackUsesTheCache(t *testing.T) {
	var c *cache.Cache[int, int]
	var got []string
	c = mustNew(t, &cache.Options[int, int]{MaxEntries: 2,
		OnSet: func(k, v, _ int, _ bool) {
			got = append(got, fmt.Sprint("set ", k))
			if k < 10 {
				c.Set(k+10, v)
				c.Get(k)
			}
		},
		OnDelete: func(k, _ int, _ cache.Cause) { got = append(got, fmt.Sprint("delete ", k, c.Has(k))) },
	})
	c.Set(1, 1)
	c.Set(2, 2)
	want := []string{"set 1", "set 11", "delete 11 false", "set 2", "delete 1 false", "set 12"}
	if !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}

// What a callback that panics left undone is told at the next operation.
func TestCallbackPanics(t *testing.T) {
	var got []int
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 10, OnDelete: func(k, _ int, _ cache.Cause) {
		got = append(got, k)
		if k == 1 {
			panic("one")
		}
	}})
	for k := range 3 {
		c.Set(k, k)
	}
	func() {
		defer func() {
			if r := recover(); r != "one" {
				t.Fatal(r)
			}
		}()
		c.Clear()
	}()
	if c.Len() != 0 {
		t.Fatal(c.Len())
	}
	c.Set(7, 7)
	if !slices.Equal(got, []int{0, 1, 2}) {
		t.Fatal(got)
	}
}

// Every value that went in comes out once, callbacks never overlap, and what they
// see of one key is in order.
func TestEventsUnderConcurrency(t *testing.T) {
	for _, p := range allPolicies {
		t.Run(p.String(), func(t *testing.T) {
			var inside atomic.Int32
			alive := map[int]int{} // written by callbacks only: the race detector checks them
			enter := func() func() {
				if inside.Add(1) != 1 {
					t.Error("callbacks overlap")
				}
				return func() { inside.Add(-1) }
			}
			c := mustNew(t, &cache.Options[int, int]{Policy: p, MaxEntries: 8,
				OnSet: func(k, v, _ int, _ bool) { defer enter()(); alive[k] = v },
				OnDelete: func(k, v int, cause cache.Cause) {
					defer enter()()
					if old, ok := alive[k]; !ok || old != v {
						t.Errorf("%v left as %d, was %d %t, cause %v", k, v, old, ok, cause)
					}
					delete(alive, k)
				},
			})
			var wg sync.WaitGroup
			for w := range 4 {
				wg.Go(func() {
					for i := range 2000 {
						k := (i*7 + w) % 20
						switch i % 5 {
						case 0, 1:
							c.Set(k, i*4+w)
						case 2:
							c.Get(k)
						case 3:
							c.GetOrSet(k, func(int) int { return i*4 + w })
						case 4:
							c.Delete(k)
						}
					}
				})
			}
			wg.Wait()
			c.Clear()
			if len(alive) != 0 {
				t.Fatal("never left:", alive)
			}
		})
	}
}
