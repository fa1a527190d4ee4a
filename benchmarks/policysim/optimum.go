package policysim

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"time"
)

// MostHits returns the most hits that any cache of so many entries has on the calls:
// Belady's rule (IBM Systems Journal 5, 1966) gives up the result whose next call is
// farthest away, which may be the one just computed.
func MostHits(calls []int32, entries int) (hits int) {
	next := nextCalls(calls)
	var kept farthest
	due := make(map[int32]int) // the next call of each kept key
	for i, k := range calls {
		if _, ok := due[k]; ok {
			hits++
		}
		due[k] = next[i]
		heap.Push(&kept, moment{k, next[i]})
		for len(due) > entries {
			// A moment that is not the next call of its key any more is a leftover.
			if m := heap.Pop(&kept).(moment); due[m.key] == m.at {
				delete(due, m.key)
			}
		}
	}
	return hits
}

// never is the next call of a key that is not called again.
const never = math.MaxInt

// nextCalls returns, for each call, when its key is called next.
func nextCalls(calls []int32) []int {
	next := make([]int, len(calls))
	last := make(map[int32]int)
	for i := len(calls) - 1; i >= 0; i-- {
		next[i] = never
		if j, ok := last[calls[i]]; ok {
			next[i] = j
		}
		last[calls[i]] = i
	}
	return next
}

type moment struct {
	key int32
	at  int
}

// farthest is a heap with the latest moment on top.
type farthest []moment

func (h farthest) Len() int           { return len(h) }
func (h farthest) Less(i, j int) bool { return h[i].at > h[j].at }
func (h farthest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *farthest) Push(x any)        { *h = append(*h, x.(moment)) }
func (h *farthest) Pop() any {
	last := len(*h) - 1
	m := (*h)[last]
	*h = (*h)[:last]
	return m
}

// MostSaved returns a bound on the computing time that any cache of so many bytes
// saves on the calls; sizes and costs are by key. A hit takes the size of its result
// for all steps since the call before. The cache offers its room at each step
// between two calls: that product, spent on the dearest hits per byte and step, and
// on a part of the last one, is the bound.
func MostSaved(calls []int32, size []int64, cost []time.Duration, room int64) time.Duration {
	type hit struct{ cost, volume float64 }
	var all []hit
	for i, j := range nextCalls(calls) {
		if k := calls[i]; j != never && size[k] <= room {
			all = append(all, hit{float64(cost[k]), float64(size[k]) * float64(j-i)})
		}
	}
	slices.SortFunc(all, func(a, b hit) int { return cmp.Compare(b.cost*a.volume, a.cost*b.volume) })
	left := float64(room) * float64(len(calls)-1)
	saved := 0.0
	for _, h := range all {
		if h.volume > left {
			saved += h.cost * left / h.volume
			break
		}
		saved += h.cost
		left -= h.volume
	}
	return time.Duration(saved)
}
