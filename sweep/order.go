package sweep

import (
	"context"
	"math/bits"
	"math/rand/v2"
)

// order says which points of a design a Run takes, one after the other: those of its
// part, from the first on or scattered. Scattered they are first, first+stride, and
// so on, round and round, where stride has no divisor in common with their number:
// each once, without a list of them.
type order struct {
	n           int // points to take
	part, parts int
	first       int
	stride      int
}

func newOrder(points int, o *Options) order {
	s := order{part: o.Part, parts: max(o.Parts, 1), stride: 1}
	if s.n = (points - s.part + s.parts - 1) / s.parts; s.n <= 0 {
		s.n = 0
		return s
	}
	if o.Scatter {
		s.first = rand.IntN(s.n)
		for s.stride = 1 + rand.IntN(s.n); divisor(s.stride, s.n) != 1; {
			s.stride = 1 + rand.IntN(s.n)
		}
	}
	return s
}

// divisor is the greatest that a and b have in common.
func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// at is the point that comes after i others.
func (s order) at(i int) int {
	hi, lo := bits.Mul(uint(i), uint(s.stride))
	_, k := bits.Div(hi, lo, uint(s.n))
	k = (k + uint(s.first)) % uint(s.n)
	return int(k)*s.parts + s.part
}

// feed hands out the points, until ctx ends.
func (s order) feed(ctx context.Context, points chan<- int) {
	defer close(points)
	for i := range s.n {
		// Of two ready cases select takes either: look at ctx first.
		if ctx.Err() == nil {
			select {
			case points <- s.at(i):
				continue
			case <-ctx.Done():
			}
		}
		return
	}
}
