package rounding

import (
	"fmt"
	"math"
)

// Rounding says which floats of an argument are rounded, and how. It is a
// small comparable value; the zero Rounding is None. The depth that the rules
// speak of is counted as by Applies.
type Rounding struct {
	rule   rule
	digits int
}

type rule uint8

const (
	none rule = iota
	simple
	shallow
	deep
	significant
)

// ruleNames are the words of String and Parse, and part of every key.
var ruleNames = [...]string{"none", "simple", "shallow", "deep", "significant"}

// None leaves every float as it is.
func None() Rounding { return Rounding{} }

// Simple rounds an argument that is itself a float, at that many decimals.
// Floats inside containers keep their bits.
func Simple(digits int) Rounding { return Rounding{simple, digits} }

// Shallow rounds an argument that is itself a float, and the floats directly
// inside an argument that is a container, at that many decimals.
func Shallow(digits int) Rounding { return Rounding{shallow, digits} }

// Deep rounds every float of an argument at that many decimals.
func Deep(digits int) Rounding { return Rounding{deep, digits} }

// Significant rounds every float of an argument to that many significant
// decimal digits, at least 1: Significant(3) takes 0.00123456 to 0.00123 and
// 123456 to 123000. It is the rule for arguments that span orders of magnitude.
func Significant(digits int) Rounding { return Rounding{significant, digits} }

// Digits returns the number of digits the rule rounds to, false for None.
func (r Rounding) Digits() (digits int, ok bool) { return r.digits, r.rule != none }

// Applies tells whether r rounds a float at this depth: 0 is an argument that
// is itself a float, 1 a float directly inside an argument that is a
// container (an element of a slice, array or matrix, a field of a struct), 2
// and more a float further inside. Values of a map are two levels down, as
// klepto's shallow rounding leaves them alone. A pointer or an interface adds no
// depth, nor does the transpose of a matrix; a matrix is one container.
func (r Rounding) Applies(depth int) bool {
	switch r.rule {
	case simple:
		return depth == 0
	case shallow:
		return depth <= 1
	case deep, significant:
		return true
	}
	return false
}

// Float64 rounds one float by the rule's digits, at whatever depth it stands.
func (r Rounding) Float64(x float64) float64 {
	switch r.rule {
	case none:
		return x
	case significant:
		return RoundSignificant(x, r.digits)
	}
	return Round(x, r.digits)
}

// Float32 rounds one float32 as Float64 does: to the float32 nearest to the
// rounded decimal.
func (r Rounding) Float32(x float32) float32 {
	switch r.rule {
	case none:
		return x
	case significant:
		return RoundSignificant32(x, r.digits)
	}
	return Round32(x, r.digits)
}

// Complex128 rounds the real and the imaginary part as Float64 does.
func (r Rounding) Complex128(x complex128) complex128 {
	return complex(r.Float64(real(x)), r.Float64(imag(x)))
}

// Complex64 rounds the real and the imaginary part as Float32 does.
func (r Rounding) Complex64(x complex64) complex64 {
	return complex(r.Float32(real(x)), r.Float32(imag(x)))
}

// Validate reports a rule that cannot be followed: Significant with fewer than
// one digit, or digits that no 32-bit platform could hold.
func (r Rounding) Validate() error {
	if r.rule == significant && r.digits < 1 {
		return fmt.Errorf("%w: significant(%d): a number has at least 1 significant digit", ErrDigits, r.digits)
	}
	if r.digits < math.MinInt32 || r.digits > math.MaxInt32 {
		return fmt.Errorf("%w: %s: digits beyond ±2^31 do not mean anything; floats have at most 324 decimals", ErrDigits, r)
	}
	return nil
}
