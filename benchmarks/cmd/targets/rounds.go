package main

import (
	"math"
	"math/rand/v2"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/rounding"
)

func rounds() []measure.Target {
	const size = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	src, dst := make([]float64, size), make([]float64, size)
	for i := range src {
		src[i] = random.NormFloat64() * 100
	}
	return []measure.Target{{
		Name:      "rounding, 1e6 float64 to 6 digits : math.Round",
		N:         1,
		Ours:      func(n int) { rounding.Slice(dst, src, 6) },
		Reference: func(n int) { naive(dst, src, 1e6) },
		MaxRatio:  1.3,
	}}
}

// naive is wrong for some numbers and what everybody writes.
func naive(dst, src []float64, scale float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = math.Round(x*scale) / scale
	}
}
