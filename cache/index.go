package cache

// slot is one place of the index: the tag of a key and the slab slot that holds
// the key; ref 0 means that the place is empty.
type slot struct {
	tag uint32
	ref int32
}

// index finds slab slots by tag: open addressing, linear probing, deletion by
// backward shift, so there are no tombstones and no rebuilds. It never sees a
// key; the caller compares the candidates.
type index struct {
	slots []slot
	mask  uint32
	n     int
}

// minSlots is the size of the smallest index, one page of 64 byte lines.
const minSlots = 16

// spread turns a hash into a tag. The multiplication by 2^64/φ (Fibonacci
// hashing; Knuth, TAOCP vol. 3, 6.4) lets a caller's weak hash, such as the
// identity of a counter, still fill the index evenly.
func spread(hash uint64) uint32 { return uint32(hash * 0x9e3779b97f4a7c15 >> 32) }

// clear empties the index and gives its memory back.
func (x *index) clear() {
	x.slots, x.mask, x.n = make([]slot, minSlots), minSlots-1, 0
}

// add enters a slab slot that is not in the index. Above 5/8 full the index
// doubles: a hit then probes 1.8 places on average and an entry costs between
// 13 and 26 bytes of index.
func (x *index) add(tag uint32, ref int32) {
	if (x.n+1)*8 > len(x.slots)*5 {
		x.grow()
	}
	x.n++
	x.place(tag, ref)
}

func (x *index) place(tag uint32, ref int32) {
	at := tag & x.mask
	for x.slots[at].ref != 0 {
		at = (at + 1) & x.mask
	}
	x.slots[at] = slot{tag, ref}
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	x.mask = uint32(len(x.slots) - 1)
	for _, s := range old {
		if s.ref != 0 {
			x.place(s.tag, s.ref)
		}
	}
}

// remove takes out a slab slot that is in the index.
func (x *index) remove(tag uint32, ref int32) {
	hole := tag & x.mask
	for x.slots[hole].ref != ref {
		hole = (hole + 1) & x.mask
	}
	x.n--
	for at := hole; ; {
		at = (at + 1) & x.mask
		s := x.slots[at]
		if s.ref == 0 {
			break
		}
		// The entry may move back into the hole unless its home lies behind it.
		if home := s.tag & x.mask; (at-home)&x.mask >= (at-hole)&x.mask {
			x.slots[hole] = s
			hole = at
		}
	}
	x.slots[hole] = slot{}
}
