package render

import (
	"math"

	"gonum.org/v1/plot"
)

// scale maps the values between lo and hi to 0…1. It implements plot.Normalizer.
type scale struct {
	lo, hi float64 // lo < hi, finite; positive when log
	log    bool
}

// newScale returns the scale of data that spans lo…hi, or of the limits where
// they are given. Data without any extent gets some around it.
func newScale(lo, hi float64, o *Options) scale {
	if o.Limits != [2]float64{} {
		lo, hi = o.Limits[0], o.Limits[1]
	}
	if !(lo <= hi) { // nothing finite
		lo, hi = 0, 1
		if o.Log {
			lo = 0.1
		}
	}
	if lo == hi {
		switch {
		case o.Log:
			lo, hi = max(lo/2, math.SmallestNonzeroFloat64), min(hi*2, math.MaxFloat64)
		case lo == 0:
			lo, hi = -0.5, 0.5
		default:
			d := math.Abs(lo) / 2
			lo, hi = max(lo-d, -math.MaxFloat64), min(hi+d, math.MaxFloat64)
		}
	}
	if lo == hi { // the smallest subnormal: half of it is nothing
		hi = math.Nextafter(hi, math.Inf(1))
	}
	return scale{lo: lo, hi: hi, log: o.Log}
}

// colorScale is newScale for colours: those of BlueRed are symmetric around zero
// unless limits say otherwise, so that white is zero.
func colorScale(lo, hi float64, o *Options) scale {
	if o.Colormap == BlueRed && !o.Log && lo < hi {
		hi = max(math.Abs(lo), math.Abs(hi))
		lo = -hi
	}
	return newScale(lo, hi, o)
}

// at maps v to 0…1 and beyond, or to NaN when v has no place on the scale.
func (s scale) at(v float64) float64 {
	if v-v != 0 {
		return math.NaN()
	}
	if s.log {
		if v <= 0 {
			return math.NaN()
		}
		return (math.Log(v) - math.Log(s.lo)) / (math.Log(s.hi) - math.Log(s.lo))
	}
	// Halves, because hi-lo may be more than the largest float64; but not for
	// subnormals, whose halves are not exact.
	if d := s.hi - s.lo; !math.IsInf(d, 0) {
		if x := v - s.lo; !math.IsInf(x, 0) {
			return x / d
		}
	}
	return (v/2 - s.lo/2) / (s.hi/2 - s.lo/2)
}

// Normalize implements plot.Normalizer.
func (s scale) Normalize(_, _, v float64) float64 { return s.at(v) }

// ticks returns about n marks and the power of ten, e.g. "1e−3", that their
// labels are given in; "" for none.
func (s scale) ticks(n int) ([]plot.Tick, string) {
	if s.log {
		return logTicks(s.lo, s.hi, n), ""
	}
	return linearTicks(s.lo, s.hi, n, 0)
}

// span returns the extent of the values that have a place on a scale, and how
// many have none: not finite, or not positive on a logarithmic one.
func span(log bool, data ...[]float64) (lo, hi float64, out census) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, d := range data {
		for _, v := range d {
			switch {
			case v != v:
				out.nan++
			case math.IsInf(v, 0):
				out.inf++
			case log && v <= 0:
				out.notPositive++
			default:
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	return lo, hi, out
}
