package trace

import (
	"cmp"
	"math"
	"slices"
)

// simplexes minimizes Rosenbrock's function (The Computer Journal 3, 1960) from many
// starts, as one does who does not trust a single one.
func simplexes(r *recorder) {
	rosenbrock := func(x []float64) float64 {
		r.call("rosenbrock", 2, x...)
		sum := 0.0
		for i := range len(x) - 1 {
			sum += 100*square(x[i+1]-x[i]*x[i]) + square(1-x[i])
		}
		return sum
	}
	for range 150 {
		nelderMead(rosenbrock, vector(4, func() float64 { return r.Float64()*4 - 2 }), 500)
	}
}

func square(x float64) float64 { return x * x }

type vertex struct {
	x []float64
	f float64
}

// nelderMead is the simplex method (Nelder and Mead, The Computer Journal 7, 1965)
// with their coefficients, until the simplex is flat or f was called often enough.
func nelderMead(f func([]float64) float64, start []float64, calls int) {
	n := len(start)
	at := func(x []float64) vertex {
		calls--
		return vertex{x, f(x)}
	}
	simplex := []vertex{at(start)}
	for i := range n {
		x := slices.Clone(start)
		x[i] += 0.5
		simplex = append(simplex, at(x))
	}
	for calls > 0 {
		slices.SortStableFunc(simplex, func(a, b vertex) int { return cmp.Compare(a.f, b.f) })
		best, worst := simplex[0], simplex[n]
		if worst.f-best.f < 1e-9 {
			return
		}
		center := make([]float64, n)
		for _, v := range simplex[:n] {
			for k := range center {
				center[k] += v.x[k] / float64(n)
			}
		}
		reflected := at(between(center, worst.x, -1))
		switch {
		case reflected.f < best.f:
			simplex[n] = reflected
			if expanded := at(between(center, worst.x, -2)); expanded.f < reflected.f {
				simplex[n] = expanded
			}
		case reflected.f < simplex[n-1].f:
			simplex[n] = reflected
		default:
			if contracted := at(between(center, worst.x, 0.5)); contracted.f < worst.f {
				simplex[n] = contracted
				continue
			}
			for i := range simplex[1:] {
				simplex[i+1] = at(between(best.x, simplex[i+1].x, 0.5))
			}
		}
	}
}

// between returns a + t·(b-a).
func between(a, b []float64, t float64) []float64 {
	x := make([]float64, len(a))
	for k := range x {
		x[k] = a[k] + t*(b[k]-a[k])
	}
	return x
}

// descents follows gradients made of forward differences. The function calls two
// models of half the arguments, which a step in one argument does not change.
func descents(r *recorder) {
	const dims, step = 6, 1e-3
	bowl := func(x []float64) float64 {
		r.call("bowl", 3, x...)
		r.call("left", 1, x[:dims/2]...)
		r.call("right", 1, x[dims/2:]...)
		sum := 0.0
		for i, v := range x {
			sum += float64(i+1) * v * v
		}
		return sum
	}
	for range 60 {
		x := vector(dims, r.NormFloat64)
		for range 40 {
			here := bowl(x)
			gradient := make([]float64, dims)
			for i := range x {
				x[i] += step
				gradient[i] = (bowl(x) - here) / step
				x[i] -= step
			}
			for i := range x {
				x[i] -= 0.08 * gradient[i] / math.Sqrt(float64(i+1))
			}
		}
	}
}
