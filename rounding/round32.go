package rounding

import "math"

// Round32 returns the float32 nearest to the decimal number that x becomes when
// it is rounded, half to even, at the given number of digits. The decimal is
// that of x's exact binary value and is rounded to float32 once, so
// Round32(float32(x), d) may differ from float32(Round(x, d)).
func Round32(x float32, digits int) float32 {
	switch {
	case digits >= 0 && digits < len(pow10):
		return fraction32(x, pow10[digits])
	case digits < 0 && digits > -len(pow10):
		return whole32(x, pow10[-digits])
	}
	return roundFar32(x, digits)
}

// The proof in round.go holds here with 2^24 for 2^53 in step 1 (float32 has 24
// bits of significand; x·s is still computed in float64) and steps 3 and 4
// for all smaller y. What is left is that the exact r/s or r·s, |r| <= 2^24, is
// rounded to float64 and then to float32. The second rounding could go wrong only
// if the first gave a value halfway between two float32 values and was not
// exact. It never does: TestRound32Twice tries every r and every s. Results are
// never subnormal float32: |r/s| is 0 or at least 1e-22.

func fraction32(x float32, s float64) float32 {
	w := float64(x)
	y := float64(w * s)
	if !(math.Abs(y) < 1<<24) {
		return x
	}
	r := math.RoundToEven(y)
	if d := y - r; d == 0.5 || d == -0.5 {
		r = productTie(w, s, y, r)
	}
	return float32(r / s)
}

func whole32(x float32, s float64) float32 {
	w := float64(x)
	y := float64(w / s)
	if !(math.Abs(y) < 1<<24) {
		return x
	}
	r := math.RoundToEven(y)
	if d := y - r; d == 0.5 || d == -0.5 {
		r = breakTie(y, r, math.FMA(-y, s, w))
	}
	return float32(r * s)
}

func roundFar32(x float32, digits int) float32 {
	w := float64(x)
	switch {
	case w == 0 || math.IsNaN(w) || math.IsInf(w, 0) || digits > maxDigits:
		return x
	case digits < minDigits:
		return float32(math.Copysign(0, w))
	case digits < 0:
		return float32(byInteger(w, -digits, 32))
	case math.Abs(w)*1e22 >= 1<<24:
		return x // as at 22 digits
	}
	return float32(byDecimal(w, digits, 32))
}

// RoundComplex128 rounds the real and the imaginary part of x as Round does.
func RoundComplex128(x complex128, digits int) complex128 {
	return complex(Round(real(x), digits), Round(imag(x), digits))
}

// RoundComplex64 rounds the real and the imaginary part of x as Round32 does.
func RoundComplex64(x complex64, digits int) complex64 {
	return complex(Round32(real(x), digits), Round32(imag(x), digits))
}
