package cache

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"
)

// deadlines knows when entries expire. Only entries that can expire are in its
// heap. With an idle time, a use moves the deadline without touching the heap,
// which holds a moment not after the true one until it is asked.
type deadlines struct {
	heap  heap[int64]
	slots []deadline // by slot
	idle  time.Duration
	seq   uint64
}

type deadline struct {
	fixed int64 // end of the time to live
	used  int64 // last use; written by shared readers, atomically
}

func (d *deadlines) clear() {
	d.heap.clear()
	d.slots = nil
}

// set gives a slot, new or replaced, its deadline.
func (d *deadlines) set(i int32, now int64, ttl time.Duration) {
	d.remove(i)
	if ttl <= 0 && d.idle <= 0 {
		return
	}
	fixed := int64(never)
	if ttl > 0 {
		fixed = later(now, ttl)
	}
	d.slots = reach(d.slots, i)
	d.slots[i] = deadline{fixed: fixed, used: now}
	d.seq++
	d.heap.push(i, d.end(i), d.seq)
}

func (d *deadlines) remove(i int32) {
	if d.heap.holds(i) {
		d.heap.remove(i)
	}
}

// end is the moment at which a slot in the heap expires.
func (d *deadlines) end(i int32) int64 {
	s := &d.slots[i]
	if d.idle <= 0 {
		return s.fixed
	}
	return min(s.fixed, later(atomic.LoadInt64(&s.used), d.idle))
}

// expired reports whether a slot's time is over; the deadline itself is too late.
func (d *deadlines) expired(i int32, now int64) bool {
	return d.heap.holds(i) && d.end(i) <= now
}

// touch notes a use. Shared readers call it side by side.
func (d *deadlines) touch(i int32, now int64) {
	if d.idle > 0 && d.heap.holds(i) {
		atomic.StoreInt64(&d.slots[i].used, now)
	}
}

// due takes the expired slots out of the heap and returns them in the order in
// which they were set. A call that finds none costs one comparison.
func (d *deadlines) due(now int64) []int32 {
	var out []rank[int64]
	for {
		i := d.heap.first()
		if i == 0 || d.heap.ranks[i].priority > now {
			break
		}
		if end := d.end(i); end > now {
			d.heap.raise(end)
			continue
		}
		out = append(out, rank[int64]{seq: d.heap.ranks[i].seq, at: i})
		d.heap.remove(i)
	}
	if out == nil {
		return nil
	}
	slices.SortFunc(out, func(a, b rank[int64]) int { return cmp.Compare(a.seq, b.seq) })
	slots := make([]int32, len(out))
	for k, r := range out {
		slots[k] = r.at
	}
	return slots
}

// count returns how many slots are expired, and changes nothing. It looks only at
// the part of the heap that can be.
func (d *deadlines) count(now int64) int {
	return d.countFrom(0, now)
}

func (d *deadlines) countFrom(at int, now int64) int {
	if at >= len(d.heap.slots) || d.heap.ranks[d.heap.slots[at]].priority > now {
		return 0
	}
	n := d.countFrom(2*at+1, now) + d.countFrom(2*at+2, now)
	if d.end(d.heap.slots[at]) <= now {
		n++
	}
	return n
}

// rest changes the idle time of all given slots; those that had none start to
// count now.
func (d *deadlines) rest(slots []int32, idle time.Duration, now int64) {
	d.idle = idle
	for _, i := range slots {
		s := deadline{fixed: never, used: now}
		seq := d.seq + 1
		if d.heap.holds(i) {
			s, seq = d.slots[i], d.heap.ranks[i].seq
			d.heap.remove(i)
		} else {
			d.seq++
		}
		if idle <= 0 && s.fixed == never {
			continue
		}
		d.slots = reach(d.slots, i)
		d.slots[i] = s
		d.heap.push(i, d.end(i), seq)
	}
}
