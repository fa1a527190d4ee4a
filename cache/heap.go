package cache

import "cmp"

// heap orders slots by a priority, lowest first, ties by sequence. It is lazy:
// owners let priorities rise without telling it, so that a hit costs one store,
// and only repair the first slot until its recorded priority is the true one. A
// recorded priority must never be above the true one.
type heap[P cmp.Ordered] struct {
	slots []int32
	ranks []rank[P] // by slot
}

type rank[P cmp.Ordered] struct {
	priority P
	seq      uint64
	at       int32 // place in slots, plus 1; 0 means not in the heap
}

func (h *heap[P]) clear() { h.slots, h.ranks = nil, nil }

// push enters a slot that is not in the heap.
func (h *heap[P]) push(i int32, p P, seq uint64) {
	h.ranks = reach(h.ranks, i)
	h.slots = append(h.slots, i)
	h.ranks[i] = rank[P]{p, seq, int32(len(h.slots))}
	h.up(len(h.slots) - 1)
}

// first returns the slot with the lowest recorded priority, or 0.
func (h *heap[P]) first() int32 {
	if len(h.slots) == 0 {
		return 0
	}
	return h.slots[0]
}

// holds reports whether a slot is in the heap.
func (h *heap[P]) holds(i int32) bool { return int(i) < len(h.ranks) && h.ranks[i].at != 0 }

// raise records a priority of the first slot that is not below the one before.
func (h *heap[P]) raise(p P) {
	h.ranks[h.slots[0]].priority = p
	h.down(0)
}

// remove takes out a slot that is in the heap.
func (h *heap[P]) remove(i int32) {
	at := int(h.ranks[i].at) - 1
	last := len(h.slots) - 1
	h.ranks[i] = rank[P]{}
	moved := h.slots[last]
	h.slots = h.slots[:last]
	if at < last {
		h.set(at, moved)
		h.down(at)
		h.up(at)
	}
}

func (h *heap[P]) set(at int, i int32) {
	h.slots[at] = i
	h.ranks[i].at = int32(at) + 1
}

func (h *heap[P]) less(i, j int32) bool {
	a, b := &h.ranks[i], &h.ranks[j]
	return a.priority < b.priority || a.priority == b.priority && a.seq < b.seq
}

func (h *heap[P]) up(at int) {
	i := h.slots[at]
	for at > 0 {
		parent := (at - 1) / 2
		if !h.less(i, h.slots[parent]) {
			break
		}
		h.set(at, h.slots[parent])
		at = parent
	}
	h.set(at, i)
}

func (h *heap[P]) down(at int) {
	i := h.slots[at]
	for {
		child := 2*at + 1
		if child >= len(h.slots) {
			break
		}
		if child+1 < len(h.slots) && h.less(h.slots[child+1], h.slots[child]) {
			child++
		}
		if !h.less(h.slots[child], i) {
			break
		}
		h.set(at, h.slots[child])
		at = child
	}
	h.set(at, i)
}

// reach returns s, grown so that it can be indexed by slot i.
func reach[T any](s []T, i int32) []T {
	for int(i) >= len(s) {
		var zero T
		s = append(s, zero)
	}
	return s
}
