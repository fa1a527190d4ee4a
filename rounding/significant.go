package rounding

import (
	"math"
	"strconv"
)

// RoundSignificant returns the float64 nearest to x rounded, half to even, to
// n significant decimal digits: what Python's float('%.*e' % (n-1, x)) gives.
// NaN, ±Inf and zeros come back as they are, and so does every x for n >= 17,
// the number of digits that tell any two float64 values apart. n below 1 counts
// as 1.
func RoundSignificant(x float64, n int) float64 {
	if n >= 17 || x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	n = max(n, 1)
	if e, ok := magnitude(math.Abs(x)); ok {
		return Round(x, n-1-e)
	}
	return byScientific(x, n, 64)
}

// RoundSignificant32 is RoundSignificant for float32, with one rounding to
// float32; 9 digits tell any two float32 values apart.
func RoundSignificant32(x float32, n int) float32 {
	w := float64(x)
	if n >= 9 || w == 0 || math.IsNaN(w) || math.IsInf(w, 0) {
		return x
	}
	n = max(n, 1)
	if e, ok := magnitude(math.Abs(w)); ok {
		return Round32(x, n-1-e)
	}
	return float32(byScientific(w, n, 32))
}

// magnitude returns e with 10^e <= x < 10^(e+1), false when x is outside
// 1e-6…1e22 and thus beyond the reach of Round's fast path.
//
// Powers of ten below one are not exact float64 values. The only x that can be
// put on the wrong side is the float64 nearest to 10^-k itself, k <= 6, and it
// comes back unchanged at either number of digits (the test tries them all).
func magnitude(x float64) (e int, ok bool) {
	if x < 1e-6 || x >= 1e22 {
		return 0, false
	}
	// 1233/4096 = 0.30102… is so close below log10(2) that, for exponents from -20
	// to 73, the estimate is the magnitude of x's power of two; x is less than twice that.
	e = int(math.Float64bits(x)>>52-1023) * 1233 >> 12
	if x >= scale10(e+1) {
		return e + 1, true
	}
	return e, true
}

// scale10 is the float64 nearest to 10^e for -7 <= e <= 22.
func scale10(e int) float64 {
	if e < 0 {
		return 1 / pow10[-e]
	}
	return pow10[e]
}

func byScientific(x float64, n, bits int) float64 {
	var buf [32]byte
	b := strconv.AppendFloat(buf[:0], x, 'e', n-1, 64)
	return parse(b, bits)
}
