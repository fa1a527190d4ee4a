package sweep

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// Axis is a named sequence of values of one parameter. A wrong argument of its
// constructor is an error when the design is used.
type Axis struct {
	name   string
	values []any
	err    error
}

// maxValues bounds an axis by the memory that its values take, a gigabyte.
const maxValues = 1 << 26

// Values returns an axis of the given values, of any type that the parameter
// can hold.
func Values[T any](name string, values ...T) Axis {
	a := Axis{name: name, values: make([]any, len(values))}
	for i, v := range values {
		a.values[i] = v
	}
	return a.check()
}

// Linspace returns an axis of n evenly spaced values from lo to hi, both
// included and exact. With n = 1 it holds lo alone.
//
// The bounds are taken as the decimal numbers that they are written as, and each
// value is the float64 that is nearest to the exact one: from 0.02 to 0.06 in 41
// values there is 0.051 where lo + i·(hi−lo)/(n−1), the form of numpy.linspace,
// may differ in its last bits.
func Linspace(name string, lo, hi float64, n int) Axis {
	if n < 2 || math.IsNaN(lo+hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return spaced(name, lo, hi, n, nil)
	}
	last := big.NewInt(int64(n - 1))
	first := decimal(lo)
	step := new(big.Rat).Sub(decimal(hi), first)
	step.Quo(step, new(big.Rat).SetInt(last))
	var x, i big.Rat
	return spaced(name, lo, hi, n, func(k int) float64 {
		v, _ := x.Add(first, x.Mul(step, i.SetInt64(int64(k)))).Float64() // as near as it gets
		return v
	})
}

// decimal is x as the shortest decimal number that stands for it.
func decimal(x float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'e', -1, 64)) // it is one
	return r
}

// Logspace returns an axis of n values from lo to hi, both included and exact,
// that are evenly spaced in their logarithm. lo and hi are the values
// themselves, not exponents, and must be positive. With n = 1 it holds lo alone.
func Logspace(name string, lo, hi float64, n int) Axis {
	if lo <= 0 || hi <= 0 {
		return Axis{name: name, err: fmt.Errorf("sweep: axis %q: Logspace from %v to %v: bounds must be positive (they are the values, not their exponents)", name, lo, hi)}
	}
	return spaced(name, lo, hi, n, func(i int) float64 {
		l, h := math.Log(lo), math.Log(hi)
		return math.Exp(l + float64(i)*(h-l)/float64(n-1))
	})
}

func spaced(name string, lo, hi float64, n int, at func(int) float64) Axis {
	a := Axis{name: name}
	switch {
	case n < 1:
		a.err = fmt.Errorf("sweep: axis %q: %d values: it needs at least 1", name, n)
		return a
	case n > maxValues:
		a.err = fmt.Errorf("sweep: axis %q: %d values: more than %d are no sweep that ends", name, n, maxValues)
		return a
	case math.IsNaN(lo+hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0):
		a.err = fmt.Errorf("sweep: axis %q: from %v to %v: bounds must be finite", name, lo, hi)
		return a
	}
	a.values = make([]any, n)
	for i := range n {
		switch i {
		case 0:
			a.values[i] = lo
		case n - 1:
			a.values[i] = hi
		default:
			a.values[i] = at(i)
		}
	}
	return a.check()
}

func (a Axis) check() Axis {
	switch {
	case a.name == "":
		a.err = fmt.Errorf("sweep: an axis has no name: give it that of an argument")
	case len(a.values) == 0:
		a.err = fmt.Errorf("sweep: axis %q has no values", a.name)
	}
	return a
}

// Name returns the parameter's name.
func (a Axis) Name() string { return a.name }

// Len returns the number of values.
func (a Axis) Len() int { return len(a.values) }

// At returns value i.
func (a Axis) At(i int) any { return a.values[i] }
