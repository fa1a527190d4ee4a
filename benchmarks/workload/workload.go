// Package workload has the calls that speed is stated for, in Go and, in
// python/peers.py, in Python.
package workload

// Simulation has the arguments of a small call: 8 floats, 2 ints and a string.
type Simulation struct {
	A, B, C, D, E, F, G, H float64
	N, M                   int
	S                      string
}

// Distinct is the number of different calls in Simulations, a power of two so that
// i & (Distinct-1) picks one.
const Distinct = 256

// Simulations returns as many different calls. Their floats have more than six
// decimals, so that rounding has work to do.
func Simulations() []Simulation {
	all := make([]Simulation, Distinct)
	for i := range all {
		x := 1 / (float64(i) + 0.7)
		all[i] = Simulation{x, 2 * x, -x, 3 + x, x * x, 1 - x, 1e3 * x, x / 7, i % 100, i, "simulation-x"}
	}
	return all
}

// Grid returns n floats with more than six decimals: a large argument, or a result.
func Grid(n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = 100 / (float64(i) + 0.7)
	}
	return all
}
