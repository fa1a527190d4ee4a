package cache

// node is the part of a slab slot that depends on the types of the cache.
type node[K comparable, V any] struct {
	key   K
	value V
}

// store is a slab of entries with integer links and its own index. It knows
// neither bounds nor policies. Slots that are not in use are zeroed, so that the
// garbage collector can free what their values pointed to, and form a list
// through links[i].next.
type store[K comparable, V any] struct {
	order
	index
	nodes []node[K, V]
	free  int32
}

// clear removes all entries and gives the memory back.
func (s *store[K, V]) clear() {
	s.order.links = nil
	s.order.clear()
	s.index.clear()
	s.nodes = make([]node[K, V], heads)
	s.free = 0
}

// len returns the number of entries.
func (s *store[K, V]) len() int { return s.index.n }

// find returns the slot of a key, or 0.
func (s *store[K, V]) find(tag uint32, k K) int32 {
	slots := s.slots
	for at := tag & s.mask; ; at = (at + 1) & s.mask {
		e := slots[at]
		if e.tag == tag && e.ref != 0 && s.nodes[e.ref].key == k {
			return e.ref
		}
		if e.ref == 0 {
			return 0
		}
	}
}

// alloc enters a key that is not in the store and returns its slot, which is in
// no ring yet. limit is the most entries there will be: the slab grows by half
// as it fills, never beyond it.
func (s *store[K, V]) alloc(tag uint32, k K, v V, limit int) int32 {
	i := s.free
	if i != 0 {
		s.free = s.links[i].next
	} else {
		if len(s.nodes) == cap(s.nodes) {
			size := min(len(s.nodes)*3/2+8, limit+heads)
			s.nodes = append(make([]node[K, V], 0, size), s.nodes...)
			s.links = append(make([]link, 0, size), s.links...)
		}
		i = int32(len(s.nodes))
		s.nodes = append(s.nodes, node[K, V]{})
		s.links = append(s.links, link{})
	}
	s.nodes[i] = node[K, V]{k, v}
	s.links[i].tag = tag
	s.index.add(tag, i)
	return i
}

// release removes the entry in slot i, which is in no ring any more.
func (s *store[K, V]) release(i int32) {
	s.index.remove(s.links[i].tag, i)
	s.nodes[i] = node[K, V]{}
	s.links[i] = link{next: s.free}
	s.free = i
}
