//go:build goexperiment.simd

package rounding

import "simd/archsimd"

// fractionsWide rounds the longest part of src whose length is a multiple of
// four, four lanes at a time, and returns its length; 0 without AVX2. It does
// what fraction does, operation by operation, so the bits are the same: a group
// with a lane that is a tie, or too large, or NaN goes to fraction itself.
func fractionsWide(dst, src []float64, s float64) int {
	if !archsimd.X86.AVX2() {
		return 0
	}
	var (
		scale = archsimd.BroadcastFloat64x4(s)
		half  = archsimd.BroadcastFloat64x4(0.5)
		limit = archsimd.BroadcastFloat64x4(1 << 53)
		zero  = archsimd.BroadcastFloat64x4(0)
		n     = len(src) &^ 3
	)
	dst = dst[:len(src)]
	for i := 0; i < n; i += 4 {
		y := archsimd.LoadFloat64x4Slice(src[i : i+4]).Mul(scale)
		r := y.RoundToEven()
		d := y.Sub(r)
		// |d| < 1/2 and |y| < 2^53; both are false for NaN, which Max and
		// Less hand on when it stands second.
		ok := zero.Sub(d).Max(d).Less(half).And(zero.Sub(y).Max(y).Less(limit))
		if ok.ToBits() == 0b1111 {
			r.Div(scale).StoreSlice(dst[i : i+4])
			continue
		}
		for j := i; j < i+4; j++ {
			dst[j] = fraction(src[j], s)
		}
	}
	archsimd.ClearAVXUpperBits() // the code around is SSE
	return n
}

// wholesWide is fractionsWide for whole.
func wholesWide(dst, src []float64, s float64) int {
	if !archsimd.X86.AVX2() {
		return 0
	}
	var (
		scale = archsimd.BroadcastFloat64x4(s)
		half  = archsimd.BroadcastFloat64x4(0.5)
		limit = archsimd.BroadcastFloat64x4(1 << 53)
		zero  = archsimd.BroadcastFloat64x4(0)
		n     = len(src) &^ 3
	)
	dst = dst[:len(src)]
	for i := 0; i < n; i += 4 {
		y := archsimd.LoadFloat64x4Slice(src[i : i+4]).Div(scale)
		r := y.RoundToEven()
		d := y.Sub(r)
		ok := zero.Sub(d).Max(d).Less(half).And(zero.Sub(y).Max(y).Less(limit))
		if ok.ToBits() == 0b1111 {
			r.Mul(scale).StoreSlice(dst[i : i+4])
			continue
		}
		for j := i; j < i+4; j++ {
			dst[j] = whole(src[j], s)
		}
	}
	archsimd.ClearAVXUpperBits()
	return n
}
