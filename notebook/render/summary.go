package render

import "math"

// Summary describes a set of numbers.
type Summary struct {
	N, NaN, Inf    int     // how many there are, how many of them are NaN and ±Inf
	Min, Max, Mean float64 // of the finite ones; NaN when there are none
}

// Finite returns how many of the numbers are finite.
func (s Summary) Finite() int { return s.N - s.NaN - s.Inf }

// Summarize counts and measures x. The mean is summed with Neumaier's
// compensation (ZAMM 54, 1974), so that it does not depend on luck with the
// order, and in halves, so that it does not overflow.
func Summarize(x []float64) Summary {
	s := Summary{N: len(x), Min: math.Inf(1), Max: math.Inf(-1)}
	var sum, lost float64
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
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - t) + v
		} else {
			lost += (v - t) + sum
		}
		sum = t
	}
	n := float64(s.Finite())
	switch {
	case n == 0:
		s.Min, s.Max, s.Mean = math.NaN(), math.NaN(), math.NaN()
	case math.IsInf(sum, 0) || math.IsNaN(lost):
		for _, v := range x {
			if v-v == 0 {
				s.Mean += v / n
			}
		}
	default:
		s.Mean = (sum + lost) / n
	}
	return s
}
