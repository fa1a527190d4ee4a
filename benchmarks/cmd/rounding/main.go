// Command rounding measures the rounding of slices. It is a program of its own
// because it is also built with GOEXPERIMENT=simd, which the rest need not be.
//
// Usage: rounding [-run regexp] [-rounds n] [-strict] [-bare]
package main

import (
	"math"
	"math/rand/v2"
	"os"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/rounding"
)

func main() {
	os.Exit(measure.Main([]measure.Topic{
		{Name: "rounding 1e6 float64 in place, " + build, Lines: inPlace},
		{Name: "rounding 1e6 float64 to a slice, " + build, Lines: into},
		{Name: "rounding 1e3 float64 in place, " + build, Lines: inCache},
	}))
}

func inPlace(name string, rounds int) []measure.Line {
	ours, theirs := floats(1_000_000), floats(1_000_000)
	return race(name, rounds, ours, ours, theirs, theirs)
}

func into(name string, rounds int) []measure.Line {
	src, dst := floats(1_000_000), make([]float64, 1_000_000)
	return race(name, rounds, dst, src, dst, src)
}

// inCache is what the arithmetic alone costs: a thousand floats stay in the
// processor's cache.
func inCache(name string, rounds int) []measure.Line {
	ours, theirs := floats(1000), floats(1000)
	return race(name, rounds, ours, ours, theirs, theirs)
}

func race(name string, rounds int, dst, src, theirDst, theirSrc []float64) []measure.Line {
	return measure.Race{
		Name: name,
		Ours: func(n int) {
			for range n {
				rounding.Slice(dst, src, 6)
			}
		},
		Rivals: []measure.Rival{{
			Name: "math.Round",
			Do: func(n int) {
				for range n {
					naive(theirDst, theirSrc, 1e6)
				}
			},
			Goal: measure.Goal{MaxRatio: maxRatio},
		}},
	}.Run(rounds)
}

// naive is wrong for some numbers and what everybody writes.
func naive(dst, src []float64, scale float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = math.Round(x*scale) / scale
	}
}

func floats(n int) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]float64, n)
	for i := range all {
		all[i] = random.NormFloat64() * 100
	}
	return all
}
