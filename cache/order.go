package cache

// heads is the number of slots at the start of the slab that hold no entry:
// slot 0 is the head of the main list (and the "none" of every reference) and
// slot 1 the head of the second list, which policies with two queues use.
const heads = 2

// link is what a slot of the slab carries besides key and value: its two
// neighbours in a ring and the tag of its key. Links have an array of their own
// because relinking touches three of them and no key: at 12 bytes each, the
// links of 100,000 entries stay in a second-level cache.
type link struct {
	prev, next int32
	tag        uint32
}

// order holds every entry in one of two rings, oldest first. Policies work on
// the slot numbers alone and never see a key or a value.
type order struct {
	links []link
}

// clear empties both rings and forgets all slots.
func (o *order) clear() {
	o.links = append(o.links[:0], link{}, link{prev: 1, next: 1})
}

// oldest returns the first slot of the ring, or 0 when the ring is empty.
func (o *order) oldest(head int32) int32 { return o.next(head, head) }

// newest returns the last slot of the ring, or 0 when the ring is empty.
func (o *order) newest(head int32) int32 { return o.prev(head, head) }

// next returns the slot after i, or 0 at the end of the ring.
func (o *order) next(head, i int32) int32 {
	if n := o.links[i].next; n != head {
		return n
	}
	return 0
}

// prev returns the slot before i, or 0 at the start of the ring.
func (o *order) prev(head, i int32) int32 {
	if p := o.links[i].prev; p != head {
		return p
	}
	return 0
}

// push makes i the newest slot of the ring.
func (o *order) push(head, i int32) {
	l := o.links
	last := l[head].prev
	l[i].prev, l[i].next = last, head
	l[last].next = i
	l[head].prev = i
}

// unlink takes i out of the ring it is in.
func (o *order) unlink(i int32) {
	l := o.links
	p, n := l[i].prev, l[i].next
	l[p].next = n
	l[n].prev = p
}

// renew makes i the newest slot of the main ring, in which it already is. It is
// the whole cost of a hit in LRU order.
func (o *order) renew(i int32) {
	l := o.links
	last := l[0].prev
	if last == i {
		return
	}
	e := &l[i]
	p, n := e.prev, e.next
	e.prev, e.next = last, 0
	l[p].next = n
	l[n].prev = p
	l[last].next = i
	l[0].prev = i
}
