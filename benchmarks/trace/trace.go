package trace

import (
	"math/rand/v2"

	"github.com/klepto-go/klepto/rounding"
)

// Trace is a sequence of calls.
type Trace struct {
	Name     string
	About    string  // one line
	Calls    []int32 // their keys, from 0 up to Distinct, in the order of the calls
	Distinct int
}

// All returns the ten traces.
func All() []Trace {
	var all []Trace
	for i, kind := range []struct {
		name, about string
		run         func(*recorder)
	}{
		{"grid rescan", "a 50×50×8 grid, 6 times in one order", rescan},
		{"refinement", "nested grids from 17² to 257² points, twice", refine},
		{"zigzag", "a line of 20,000 points, to and fro 6 times", zigzag},
		{"latin hypercube", "40 designs of 500 points in 3 dimensions, an inner model, checks of centre and corners", hypercubes},
		{"nested loops", "g(a), h(a,b), k(b,c) and f(a,b,c) inside three loops", nested},
		{"Nelder-Mead", "150 starts on Rosenbrock's function in 4 dimensions", simplexes},
		{"finite differences", "60 gradient descents in 6 dimensions with two inner models", descents},
		{"Metropolis", "8 chains on a banana-shaped density", metropolis},
		{"HMC", "6 Hamiltonian chains on the same density", hamiltonian},
		{"notebook", "work on favourites (Zipf) with 10 scans of one-off calls", notebook},
	} {
		r := &recorder{Rand: rand.New(rand.NewPCG(11, uint64(i))), keys: map[call]int32{}}
		kind.run(r)
		all = append(all, Trace{kind.name, kind.about, r.calls, len(r.keys)})
	}
	return all
}

// call is the identity of a call.
type call struct {
	function string
	args     [maxArgs]float64
}

const maxArgs = 6

// recorder writes calls down. Its random numbers are the trace's own.
type recorder struct {
	*rand.Rand
	keys  map[call]int32
	calls []int32
}

// call notes a call with arguments rounded at digits.
func (r *recorder) call(function string, digits int, args ...float64) {
	c := call{function: function}
	for i, x := range args {
		c.args[i] = rounding.Round(x, digits)
	}
	k, ok := r.keys[c]
	if !ok {
		k = int32(len(r.keys))
		r.keys[c] = k
	}
	r.calls = append(r.calls, k)
}

// vector returns n draws of a distribution.
func vector(n int, draw func() float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = draw()
	}
	return x
}
