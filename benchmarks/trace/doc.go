// Package trace makes the sequences of calls that numerical programs make.
//
// # Overview
//
// All returns ten traces: four ways to scan a grid, a design of experiments, two
// optimizers, two samplers and a notebook session. Real algorithms run on real
// functions; what they would have called is written down.
//
// # Semantics
//
// A call is a key, a number from 0: calls have the same number when the function is
// the same and all arguments are equal after rounding. Random numbers come from
// fixed seeds, one a trace, so a trace is the same on every run. On processors whose
// compilers fuse multiplications and additions, a few steps of the optimizers and
// samplers may differ.
//
// # Concurrency
//
// Everything here may be used from many goroutines.
//
// # Numbers
//
// A trace has 120,000 to 200,000 calls or so; all ten take about a second to make.
package trace
