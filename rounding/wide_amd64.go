//go:build goexperiment.simd

package rounding

import (
	"math"
	"simd/archsimd"
)

// wide rounds a leading part of src to multiples of 1/s with vector instructions,
// and returns its length: the largest multiple of 16, or 0 without AVX2 and FMA.
// It goes through four quarters of src at once: memory sets the pace for slices
// that no cache holds, and in this way more of it is under way at a time.
func wide(dst, src []float64, s float64) int {
	if !archsimd.X86.AVX2() || !archsimd.X86.FMA() {
		return 0
	}
	q := len(src) / 16 * 4
	for i := 0; i < q; i += 4 {
		if i = sure(dst, src, q, i, s); i == q {
			break
		}
		for j := i; j < 4*q; j += q {
			fractions(dst[j:j+4], src[j:j+4], s)
		}
	}
	return 4 * q
}

// sure rounds the values i, i+1, … of four quarters of q, and returns how far it
// came: to the first four in one of them with a tie, or a value that is too large
// or NaN. It does what fraction does, operation by operation, so that the bits are
// the same.
func sure(dst, src []float64, q, i int, s float64) int {
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
	src1, src2, src3, src4 := src[:q], src[q:2*q], src[2*q:3*q], src[3*q:4*q]
	dst1, dst2, dst3, dst4 := dst[:q], dst[q:2*q], dst[2*q:3*q], dst[3*q:4*q]
	for ; i < q; i += 4 {
		a, okA := four(src1[i : i+4])
		b, okB := four(src2[i : i+4])
		c, okC := four(src3[i : i+4])
		d, okD := four(src4[i : i+4])
		if okA.And(okB).And(okC.And(okD)).ToBits() != 0b1111 {
			break
		}
		a.StoreSlice(dst1[i : i+4])
		b.StoreSlice(dst2[i : i+4])
		c.StoreSlice(dst3[i : i+4])
		d.StoreSlice(dst4[i : i+4])
	}
	archsimd.ClearAVXUpperBits() // the code around is SSE
	return i
}
