package cache

import "sync/atomic"

// sieve passes a hand over the main ring, old to new, and evicts the first slot
// not used since the hand last passed it. A hit only sets a mark, atomically,
// because many readers may hit at once.
type sieve struct {
	*order
	used []uint32 // by slot
	hand int32    // 0 means that the next pass starts at the oldest
}

func (p *sieve) insert(i int32, _ entry) {
	p.push(0, i)
	p.used = reach(p.used, i)
	p.used[i] = 0
}

func (p *sieve) update(i int32, _ entry) { p.hit(i) }

func (p *sieve) hit(i int32) {
	// Reading first keeps the mark of a hot entry in the caches of all processors.
	if m := &p.used[i]; atomic.LoadUint32(m) == 0 {
		atomic.StoreUint32(m, 1)
	}
}

func (p *sieve) victim() int32 {
	i := p.hand
	for {
		if i == 0 {
			if i = p.oldest(0); i == 0 {
				return 0
			}
		}
		if p.used[i] == 0 {
			p.hand = i
			return i
		}
		p.used[i] = 0
		i = p.next(0, i)
	}
}

func (p *sieve) remove(i int32) {
	if i == p.hand {
		p.hand = p.next(0, i)
	}
	p.unlink(i)
}

func (p *sieve) clear() { p.used, p.hand = nil, 0 }
