package cache

import "math/rand/v2"

// random evicts any slot with equal chance. The slots in use stand in an array
// without holes, so a draw is one step.
type random struct {
	*order
	slots []int32
	at    []int32 // by slot: its place in slots
	rng   *rand.Rand
}

func newRandom(o *order, seed uint64) *random {
	return &random{order: o, rng: rand.New(rand.NewPCG(seed, 0))}
}

func (p *random) insert(i int32, _ entry) {
	p.push(0, i)
	p.at = reach(p.at, i)
	p.at[i] = int32(len(p.slots))
	p.slots = append(p.slots, i)
}

func (p *random) update(i int32, _ entry) { p.renew(i) }

func (p *random) victim() int32 {
	if len(p.slots) == 0 {
		return 0
	}
	return p.slots[p.rng.IntN(len(p.slots))]
}

func (p *random) remove(i int32) {
	p.unlink(i)
	last := len(p.slots) - 1
	moved := p.slots[last]
	p.slots[p.at[i]] = moved
	p.at[moved] = p.at[i]
	p.slots = p.slots[:last]
}

func (p *random) clear() { p.slots, p.at = nil, nil }
