package render

import "math"

// Summary describes a set of numbers.
type Summary struct {
	N, NaN, Inf    int     // how many there are, how many of them are NaN and ±Inf
	Min, Max, Mean float64 // of the finite ones; NaN when there are none
}

// Finite returns how many of the numbers are finite.
func (s Summary) Finite() int { return s.N - s.NaN - s.Inf }

// Summarize counts and measures x, as a Tally does.
func Summarize(x []float64) Summary {
	var t Tally
	t.Add(x)
	return t.Summary()
}

// Tally counts and measures numbers that come in parts, so that there may be more of
// them than memory holds. The zero value has none. The mean is summed with Neumaier's
// compensation (ZAMM 54, 1974), so that it does not depend on luck with the order, nor
// on the parts, and does not overflow.
type Tally struct {
	counts    Summary // without Mean; Min and Max once there is a finite number
	sum, lost float64 // of the finite numbers, and what rounding took from it
	scaled    bool    // by tallyScale, as the sum would have overflown
}

// tallyScale makes room for more numbers than there can be. A power of two is exact.
const tallyScale = 0x1p-100

// Add counts and measures x too.
func (t *Tally) Add(x []float64) {
	s, sum, lost, scale := t.counts, t.sum, t.lost, 1.0
	if s.Finite() == 0 {
		s.Min, s.Max = math.Inf(1), math.Inf(-1)
	}
	if t.scaled {
		scale = tallyScale
	}
	s.N += len(x)
	for _, v := range x {
		switch {
		case v != v:
			s.NaN++
			continue
		case math.IsInf(v, 0):
			s.Inf++
			continue
		}
		s.Min, s.Max = min(s.Min, v), max(s.Max, v)
		v *= scale
		next := sum + v
		if math.IsInf(next, 0) {
			scale, t.scaled = tallyScale, true
			sum, lost, v = sum*scale, lost*scale, v*scale
			next = sum + v
		}
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - next) + v
		} else {
			lost += (v - next) + sum
		}
		sum = next
	}
	t.counts, t.sum, t.lost = s, sum, lost
}

// Summary returns what is known of all numbers that were added.
func (t *Tally) Summary() Summary {
	s := t.counts
	n := float64(s.Finite())
	if n == 0 {
		s.Min, s.Max, s.Mean = math.NaN(), math.NaN(), math.NaN()
		return s
	}
	s.Mean = (t.sum + t.lost) / n
	if t.scaled {
		s.Mean /= tallyScale
	}
	s.Mean = min(max(s.Mean, s.Min), s.Max) // which rounding may have left
	return s
}
