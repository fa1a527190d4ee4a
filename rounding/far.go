package rounding

import (
	"math"
	"math/big"
	"strconv"
)

// CPython returns x itself above maxDigits and a zero below minDigits
// (Objects/floatobject.c: NDIGITS_MAX and NDIGITS_MIN). Neither changes a
// value: 5e-324 has no more than 323 leading decimal zeros, and half of 10^309
// exceeds the largest float64.
const (
	maxDigits = 323
	minDigits = -308
)

// roundFar is Round for digits outside 0…22. Only tiny values at more than 22
// digits and huge ones at fewer than -22 need arithmetic beyond float64.
func roundFar(x float64, digits int) float64 {
	switch {
	case x == 0 || math.IsNaN(x) || math.IsInf(x, 0) || digits > maxDigits:
		return x
	case digits < minDigits:
		return math.Copysign(0, x)
	case digits < 0 && digits >= -22:
		return whole(x, pow10[-digits])
	case digits > 0:
		if math.Abs(x)*1e22 >= 1<<53 {
			return x // as at 22 digits: step 1 of the proof in round.go
		}
		return byDecimal(x, digits, 64)
	}
	return byInteger(x, -digits, 64)
}

// byDecimal prints x at digits >= 0 decimals, which strconv does exactly and
// half to even, and parses the result as a float of that many bits.
func byDecimal(x float64, digits, bits int) float64 {
	var buf [400]byte
	b := strconv.AppendFloat(buf[:0], x, 'f', digits, 64)
	return parse(b, bits)
}

// byInteger rounds x to a multiple of 10^k, k > 22, over the integers, and
// then to a float of that many bits. A result beyond the type's range is ±Inf.
func byInteger(x float64, k, bits int) float64 {
	// A value below 10^k/2 by more than the error of Pow10 rounds to zero.
	if math.Abs(x) < 0.499*math.Pow10(k) {
		return math.Copysign(0, x)
	}
	// Here k > 22, so |x| > 2^53 is an integer.
	n, _ := big.NewFloat(math.Abs(x)).Int(nil)
	step := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil)
	q, rest := new(big.Int).QuoRem(n, step, new(big.Int))
	half := rest.Lsh(rest, 1).Cmp(step)
	if half > 0 || half == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	exact := new(big.Float).SetInt(q.Mul(q, step))
	if bits == 32 {
		r, _ := exact.Float32()
		return math.Copysign(float64(r), x)
	}
	r, _ := exact.Float64()
	return math.Copysign(r, x)
}

// parse reads what strconv wrote. Its only error is ErrRange, and then the
// result is ±Inf, as it should be.
func parse(b []byte, bits int) float64 {
	r, _ := strconv.ParseFloat(string(b), bits)
	return r
}
