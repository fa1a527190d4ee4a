package cache

// policy decides which entry leaves a full cache. It sees slots of the slab, not
// keys or values, and keeps every slot that is in use in one of the two rings of
// order, oldest first. All calls come under the lock of the cache.
type policy interface {
	// insert takes in a new slot.
	insert(i int32)
	// update notes that the value of a slot was replaced.
	update(i int32)
	// victim names the slot to evict next, 0 when there is none. The slot stays
	// until remove.
	victim() int32
	// remove lets go of a slot.
	remove(i int32)
}

// lru evicts the entry that was used longest ago. The cache itself renews a slot
// on a hit, so that the hottest path makes no interface call.
type lru struct{ *order }

func (p lru) insert(i int32) { p.push(0, i) }
func (p lru) update(i int32) { p.renew(i) }
func (p lru) victim() int32  { return p.oldest(0) }
func (p lru) remove(i int32) { p.unlink(i) }
