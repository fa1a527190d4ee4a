package rounding

import "math"

// Slice sets dst[i] to src[i] rounded at digits for all of src, as Round,
// Round32, RoundComplex64 or RoundComplex128 does, several times faster than a call for each.
// dst may be src itself; otherwise the two must not overlap. Slice panics if dst
// is shorter than src; elements of dst beyond len(src) keep their values.
func Slice[T float64 | float32 | complex128 | complex64](dst, src []T, digits int) {
	if len(dst) < len(src) {
		panic("rounding: Slice: dst is shorter than src")
	}
	switch src := any(src).(type) {
	case []float64:
		slice64(any(dst).([]float64), src, digits)
	case []float32:
		slice32(any(dst).([]float32), src, digits)
	case []complex128:
		dst := any(dst).([]complex128)
		for i, x := range src {
			dst[i] = RoundComplex128(x, digits)
		}
	case []complex64:
		dst := any(dst).([]complex64)
		for i, x := range src {
			dst[i] = RoundComplex64(x, digits)
		}
	}
}

// Float64s sets dst[i] to r.Float64(src[i]) for all of src, on the terms of
// Slice.
func (r Rounding) Float64s(dst, src []float64) {
	if len(dst) < len(src) {
		panic("rounding: Float64s: dst is shorter than src")
	}
	switch r.rule {
	case none:
		copy(dst, src)
	case significant:
		for i, x := range src {
			dst[i] = RoundSignificant(x, r.digits)
		}
	default:
		slice64(dst, src, r.digits)
	}
}

// Float32s sets dst[i] to r.Float32(src[i]) for all of src, on the terms of
// Slice.
func (r Rounding) Float32s(dst, src []float32) {
	if len(dst) < len(src) {
		panic("rounding: Float32s: dst is shorter than src")
	}
	switch r.rule {
	case none:
		copy(dst, src)
	case significant:
		for i, x := range src {
			dst[i] = RoundSignificant32(x, r.digits)
		}
	default:
		slice32(dst, src, r.digits)
	}
}

func slice64(dst, src []float64, digits int) {
	dst = dst[:len(src)]
	switch {
	case digits >= 0 && digits < len(pow10):
		s := pow10[digits]
		n := wide(dst, src, s)
		fractions(dst[n:], src[n:], s)
	case digits < 0 && digits > -len(pow10):
		s := pow10[-digits]
		for i, x := range src {
			dst[i] = whole(x, s)
		}
	default:
		for i, x := range src {
			dst[i] = roundFar(x, digits)
		}
	}
}

// fractions is fraction for each element; its body is repeated here because
// the compiler does not inline it.
func fractions(dst, src []float64, s float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		y := float64(x * s)
		if !(math.Abs(y) < 1<<53) {
			dst[i] = x
			continue
		}
		r := math.RoundToEven(y)
		if d := y - r; d == 0.5 || d == -0.5 {
			r = productTie(x, s, y, r)
		}
		dst[i] = r / s
	}
}

func slice32(dst, src []float32, digits int) {
	dst = dst[:len(src)]
	if digits < 0 || digits >= len(pow10) {
		for i, x := range src {
			dst[i] = Round32(x, digits)
		}
		return
	}
	s := pow10[digits]
	for i, x := range src {
		dst[i] = fraction32(x, s)
	}
}
