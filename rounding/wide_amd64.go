//go:build goexperiment.simd

package rounding

import (
	"math"
	"simd/archsimd"
)

// wide rounds a leading part of src to multiples of 1/s with vector instructions,
// and returns its length: the largest multiple of 16, or 0 without AVX2 and FMA.
// It goes through both halves of src at once: memory sets the pace for slices
// that no cache holds, and in this way more of it is under way at a time.
func wide(dst, src []float64, s float64) int {
	if !archsimd.X86.AVX2() || !archsimd.X86.FMA() {
		return 0
	}
	n := len(src) / 16 * 8
	in, in2, out, out2 := src[:n], src[n:2*n], dst[:n], dst[n:2*n]
	for i := 0; i < n; i += 8 {
		i += sure(out[i:], out2[i:], in[i:], in2[i:], s)
		if i < n {
			fractions(out[i:i+8], in[i:i+8], s)
			fractions(out2[i:i+8], in2[i:i+8], s)
		}
	}
	return 2 * n
}

// sure rounds two slices of n values, n a multiple of 8, up to the first eight of
// either with a value that is a tie, too large or NaN, and returns their index; n
// if there is none. It does what fraction does, operation by operation, so that
// the bits are the same.
func sure(dst, dst2, src, src2 []float64, s float64) (i int) {
	var (
		scale = archsimd.BroadcastFloat64x4(s)
		half  = archsimd.BroadcastFloat64x4(0.5)
		tiny  = archsimd.BroadcastFloat64x4(0x1p-54)
		sign  = archsimd.BroadcastInt64x4(math.MinInt64)
	)
	abs := func(x archsimd.Float64x4) archsimd.Float64x4 { return x.AsInt64x4().AndNot(sign).AsFloat64x4() }
	// four returns the rounded values, and in which lanes they are right: where
	// |d| < 1/2 and |y| < 2^53. If either fails, |y|·2^-54 + |d| >= 1/2, and so is
	// its rounded sum; for NaN the comparison is false. It is false too for |d|
	// just below 1/2, which does no harm.
	four := func(x []float64) (archsimd.Float64x4, archsimd.Mask64x4) {
		y := archsimd.LoadFloat64x4Slice(x).Mul(scale)
		r := y.RoundToEven()
		return r.Div(scale), abs(y).MulAdd(tiny, abs(y.Sub(r))).Less(half)
	}
	for ; i < len(src); i += 8 {
		a, okA := four(src[i : i+4])
		b, okB := four(src2[i : i+4])
		c, okC := four(src[i+4 : i+8])
		d, okD := four(src2[i+4 : i+8])
		if okA.And(okB).And(okC.And(okD)).ToBits() != 0b1111 {
			break
		}
		a.StoreSlice(dst[i : i+4])
		b.StoreSlice(dst2[i : i+4])
		c.StoreSlice(dst[i+4 : i+8])
		d.StoreSlice(dst2[i+4 : i+8])
	}
	archsimd.ClearAVXUpperBits() // the code around is SSE
	return i
}
