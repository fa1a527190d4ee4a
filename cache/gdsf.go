package cache

import "time"

// unknownCost stands in for the cost of entries that were set without one. Where
// no entry has a cost, its size does not matter.
const unknownCost = time.Millisecond

// gdsf is Greedy-Dual-Size-Frequency: a slot is worth floor + uses × cost ÷ weight,
// and the floor is the worth of the dearest slot evicted so far (Cherkasova,
// "Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching
// policy", HPL-98-69R1, 1998). The floor is read when a slot is used, so worth
// only rises until the slot leaves and the heap can be lazy.
type gdsf struct {
	*order
	heap  heap[float64]
	fame  []fame // by slot
	floor float64
	seq   uint64
}

type fame struct {
	uses  float64
	gain  float64 // cost ÷ weight, seconds per byte
	worth float64
}

func (p *gdsf) insert(i int32, e entry) {
	p.push(0, i)
	p.fame = reach(p.fame, i)
	p.fame[i] = fame{}
	p.rate(i, e)
}

func (p *gdsf) update(i int32, e entry) {
	p.renew(i)
	p.heap.remove(i)
	p.rate(i, e)
}

func (p *gdsf) rate(i int32, e entry) {
	cost := e.cost
	if cost <= 0 {
		cost = unknownCost
	}
	p.fame[i].gain = cost.Seconds() / float64(max(e.weight, 1))
	p.hit(i)
	p.seq++
	p.heap.push(i, p.fame[i].worth, p.seq)
}

func (p *gdsf) hit(i int32) {
	f := &p.fame[i]
	f.uses++
	f.worth = p.floor + f.uses*f.gain
}

func (p *gdsf) victim() int32 {
	for {
		i := p.heap.first()
		if i == 0 {
			return 0
		}
		worth := p.fame[i].worth
		if p.heap.ranks[i].priority == worth {
			p.floor = max(p.floor, worth)
			return i
		}
		p.heap.raise(worth)
	}
}

func (p *gdsf) remove(i int32) {
	p.unlink(i)
	p.heap.remove(i)
}

func (p *gdsf) clear() {
	p.heap.clear()
	p.fame, p.floor = nil, 0
}
