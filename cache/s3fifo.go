package cache

import "sync/atomic"

// s3fifo keeps new slots in a small queue (main ring) and those used there at
// least twice in the main queue (second ring). Keys that left the small queue
// are remembered by their hash; they go straight to the main queue when they
// come back. Numbers are those of the paper: small is a tenth of the bound, the
// memory nine tenths of the entries, uses are counted up to 3.
type s3fifo struct {
	*order
	limits *limits
	slots  []s3slot // by slot
	n      int      // slots in the small queue
	weight int64    // their weight
	total  int      // slots in both
	ghosts store[uint64, struct{}]
}

type s3slot struct {
	hash   uint64
	weight int64
	uses   uint32
	main   bool
}

const (
	s3small = 0 // the ring of the small queue
	s3main  = 1 // the ring of the main queue
	s3most  = 3 // uses are counted up to here
)

func newS3FIFO(o *order, lim *limits) *s3fifo {
	p := &s3fifo{order: o, limits: lim}
	p.ghosts.clear()
	return p
}

func (p *s3fifo) insert(i int32, e entry) {
	p.slots = reach(p.slots, i)
	p.slots[i] = s3slot{hash: e.hash, weight: e.weight}
	p.total++
	if g := p.ghosts.find(spread(e.hash), e.hash); g != 0 {
		p.ghosts.unlink(g)
		p.ghosts.release(g)
		p.slots[i].main = true
		p.push(s3main, i)
		return
	}
	p.n++
	p.weight += e.weight
	p.push(s3small, i)
}

func (p *s3fifo) update(i int32, e entry) {
	s := &p.slots[i]
	if !s.main {
		p.weight += e.weight - s.weight
	}
	s.weight = e.weight
	p.hit(i)
}

func (p *s3fifo) hit(i int32) {
	for m := &p.slots[i].uses; ; {
		n := atomic.LoadUint32(m)
		if n >= s3most || atomic.CompareAndSwapUint32(m, n, n+1) {
			return
		}
	}
}

func (p *s3fifo) victim() int32 {
	for small := p.smallIsFull() || p.n == p.total; small && p.n > 0; {
		i := p.oldest(s3small)
		s := &p.slots[i]
		if s.uses < 2 {
			p.remember(s.hash)
			return i
		}
		p.leaveSmall(i)
		s.uses, s.main = 0, true
		p.push(s3main, i)
	}
	for {
		i := p.oldest(s3main)
		if i == 0 || p.slots[i].uses == 0 {
			return i
		}
		p.slots[i].uses--
		p.unlink(i)
		p.push(s3main, i)
	}
}

// smallIsFull reports whether the small queue holds its tenth of either bound.
func (p *s3fifo) smallIsFull() bool {
	return p.n >= (p.limits.entries+9)/10 || p.limits.bytes > 0 && p.weight >= (p.limits.bytes+9)/10
}

func (p *s3fifo) leaveSmall(i int32) {
	p.unlink(i)
	p.n--
	p.weight -= p.slots[i].weight
}

// remember notes the hash of a key that leaves the small queue. Two keys of one
// hash are one ghost: that can only promote a key early.
func (p *s3fifo) remember(hash uint64) {
	most := min(p.limits.entries, p.total)*9/10 + 1
	for p.ghosts.len() >= most {
		g := p.ghosts.oldest(0)
		p.ghosts.unlink(g)
		p.ghosts.release(g)
	}
	tag := spread(hash)
	if p.ghosts.find(tag, hash) == 0 {
		p.ghosts.push(0, p.ghosts.alloc(tag, hash, struct{}{}, most))
	}
}

func (p *s3fifo) remove(i int32) {
	p.total--
	if p.slots[i].main {
		p.unlink(i)
	} else {
		p.leaveSmall(i)
	}
}

func (p *s3fifo) clear() {
	p.ghosts.clear()
	p.slots, p.n, p.weight, p.total = nil, 0, 0, 0
}
