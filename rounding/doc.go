// Package rounding rounds floats to decimal digits, exactly, and tells which
// floats of an argument are rounded.
//
// # Overview
//
// Memoizing a numerical function needs arguments that are "the same" to have
// one key although they differ in the last bits: 0.1+0.2 and 0.3 are one point
// of a sweep. A Rounding maps floats to a decimal grid before the key is made.
// None keeps all bits; Simple, Shallow and Deep round to digits after the
// decimal point, at increasing depth; Significant rounds to significant digits.
//
// Round is the operation itself, for one float64; Round32, RoundComplex64 and
// RoundComplex128 for the other types, Slice for many at once. Apply returns a rounded
// deep copy of a whole argument, and Args and Wrap put that in front of a
// function.
//
// # Semantics
//
// Rounding is that of Python's round: the exact binary value of the float,
// rounded half to even at the decimal digit, then to the nearest float. So
// Round(2.675, 2) is 2.67, as 2.675 is stored as 2.67499999999999982236431605997495353221893310546875.
// The usual math.Round(x*100)/100 gets such values wrong, and neighbouring
// points of a sweep then share a key.
//
// NaN and infinities stay, and the sign of zero too (a key takes -0 for 0).
// Integers, booleans and strings are never rounded, map keys neither. A float32
// is rounded to the float32 nearest to the decimal. Copies keep the type, shape
// and nil-ness of what they are copied from.
//
// # Concurrency
//
// Everything here may be used from many goroutines. Nothing keeps or changes
// what it is given.
//
// # Numbers
//
// Round needs no arithmetic beyond one multiplication, one rounding and one
// division for digits from -22 to 22; the proof stands in round.go. Slice costs
// what the loop of math.Round(x*s)/s costs. Built with GOEXPERIMENT=simd on amd64
// with AVX2 it costs a quarter of that for digits from 0 to 22, with the same
// bits; for 1e6 values and more, where memory sets the pace, a third in place and
// some 0.4 into another slice. BenchmarkSlice prints these ratios. Values halfway
// between two decimals are dear: a slice of nothing else costs twice the loop.
package rounding
