package rounding

import "math"

// Round returns the float64 nearest to the decimal number that x becomes when
// it is rounded, half to even, at the given number of digits after the decimal
// point; negative digits round to tens, hundreds and so on. It equals CPython's
// round(x, digits) bit for bit, for every x and every digits, with one
// difference: where Python raises OverflowError the result is ±Inf.
//
// NaN and ±Inf come back as they are, and the sign of a zero is kept:
// Round(-0.04, 1) is -0.
func Round(x float64, digits int) float64 {
	if uint(digits) < uint(len(pow10)) {
		return fraction(x, pow10[digits])
	}
	return roundFar(x, digits)
}

// Why scaling is exact here.
//
// Let s = 10^k, 0 <= k <= 22: a float64 without error, as 5^22 < 2^53. Write X
// for the real number x·s (or x/s below), y for X rounded to float64, and r for
// y rounded to an integer. The goal is R, the integer nearest to X, ties to
// even: R/s is the rounded decimal, and since R and s are exact float64 values,
// one IEEE division gives the float64 nearest to it.
//
//  1. |y| >= 2^53: x is the answer. Let x = m·u with u its unit in the last
//     place, so |m| <= 2^53-1. |y| >= 2^53 needs |X| >= 2^53 - 1/2, hence
//     u·s = |X|/|m| > 1: doubles near x are further apart than decimals, the
//     rounded decimal is within (1/2)/s < u/2 of x, and x is the nearest
//     double. If |m| = 2^52 the neighbour towards zero is only u/2 away; but
//     then x is a power of two, so |X| >= 2^53 itself (for x·s because y is
//     exact; for x/s because |X| < 2^53 would need the integer 5^k < 2^53 to
//     exceed a power of two by a relative 2^-53, less than 1), u·s >= 2, and
//     the decimal is within u/4 of x, where a tie goes to x, which is even.
//     Overflow of x·s to ±Inf, ±Inf and NaN all come here as well.
//  2. 2^52 <= |y| < 2^53: float64 values are the integers here, so rounding X to
//     y already was rounding to an integer, half to even: r = y = R.
//  3. |y| < 2^52: every integer plus one half is a float64, and rounding to
//     float64 is monotone, so X and y lie on the same side of each of them,
//     unless y itself is one. If y is not halfway, r = R.
//  4. y is halfway between two integers: the sign of X-y decides, and X-y is
//     exact. For the product it is FMA(x, s, -y), as the error of a product is a
//     float64 (no underflow: |y| >= 1/2). For the quotient the remainder x-y·s of
//     a correctly rounded division is a float64, which FMA(-y, s, x) computes.
//     If it is zero, X is a true tie and r, the even neighbour, is R.
//
// y-r is exact in all cases: r = 0, or y and r are within a factor of two. The
// explicit float64 conversions forbid the compiler to fuse y into y-r, which
// it may otherwise do on arm64, ppc64, riscv64 and s390x.

// fraction rounds x to a multiple of 1/s, s = 10^k.
func fraction(x, s float64) float64 {
	y := float64(x * s)
	if !(math.Abs(y) < 1<<53) {
		return x // step 1; the negated comparison catches NaN
	}
	r := math.RoundToEven(y)
	if d := y - r; d == 0.5 || d == -0.5 {
		r = productTie(x, s, y, r)
	}
	return r / s
}

// whole rounds x to a multiple of s = 10^k.
func whole(x, s float64) float64 {
	y := float64(x / s)
	if !(math.Abs(y) < 1<<53) {
		return x
	}
	r := math.RoundToEven(y)
	if d := y - r; d == 0.5 || d == -0.5 {
		r = breakTie(y, r, math.FMA(-y, s, x))
	}
	return r * s
}

// productTie is kept out of line: it is rare, and fraction must inline.
//
//go:noinline
func productTie(x, s, y, r float64) float64 {
	return breakTie(y, r, math.FMA(x, s, -y))
}

// breakTie corrects r, the even integer next to the halfway value y, by the
// sign of e = X-y: step 4 of the proof.
func breakTie(y, r, e float64) float64 {
	switch {
	case y > r && e > 0:
		return r + 1
	case y < r && e < 0:
		return r - 1
	}
	return r
}

// pow10 holds 10^k for 0 <= k <= 22, all exact.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}
