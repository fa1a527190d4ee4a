package cache

// lfu evicts the slot with the fewest uses, the one set first among equals.
// Setting a value starts its count anew.
type lfu struct {
	*order
	heap heap[uint64]
	uses []uint64 // by slot
	seq  uint64
}

func (p *lfu) insert(i int32, _ entry) {
	p.push(0, i)
	p.start(i)
}

func (p *lfu) update(i int32, _ entry) {
	p.renew(i)
	p.heap.remove(i)
	p.start(i)
}

func (p *lfu) start(i int32) {
	p.uses = reach(p.uses, i)
	p.uses[i] = 1
	p.seq++
	p.heap.push(i, 1, p.seq)
}

func (p *lfu) hit(i int32) { p.uses[i]++ }

func (p *lfu) victim() int32 {
	for {
		i := p.heap.first()
		if i == 0 || p.heap.ranks[i].priority == p.uses[i] {
			return i
		}
		p.heap.raise(p.uses[i])
	}
}

func (p *lfu) remove(i int32) {
	p.unlink(i)
	p.heap.remove(i)
}

func (p *lfu) clear() {
	p.heap.clear()
	p.uses = nil
}
