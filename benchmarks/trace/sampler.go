package trace

import "math"

// metropolis walks at random through the density of banana (Metropolis et al., The
// Journal of Chemical Physics 21, 1953).
func metropolis(r *recorder) {
	for range 8 {
		x, y := r.NormFloat64(), r.NormFloat64()
		here := banana(r, x, y)
		for range 15_000 {
			toX, toY := x+0.7*r.NormFloat64(), y+0.7*r.NormFloat64()
			if there := banana(r, toX, toY); math.Log(r.Float64()) < there-here {
				x, y, here = toX, toY, there
			}
		}
	}
}

// banana is the logarithm of a density along a parabola.
func banana(r *recorder, x, y float64) float64 {
	r.call("log density", 1, x, y)
	return -(x*x/8 + square(y-x*x/4)/2)
}

// hamiltonian follows trajectories by leapfrog steps, in either direction and of
// random length (Neal, Handbook of Markov Chain Monte Carlo, 2011, chapter 5).
func hamiltonian(r *recorder) {
	gradient := func(x, y float64) (gx, gy float64) {
		r.call("gradient", 1, x, y)
		d := y - x*x/4
		return x/4 - d*x/2, d
	}
	for range 6 {
		x, y := 0.0, 0.0
		for range 1500 {
			px, py := r.NormFloat64(), r.NormFloat64()
			steps, step := 1+r.IntN(15), 0.2
			if r.IntN(2) == 0 {
				step = -step
			}
			for range steps {
				gx, gy := gradient(x, y)
				px, py = px-step/2*gx, py-step/2*gy
				x, y = x+step*px, y+step*py
				gx, gy = gradient(x, y)
				px, py = px-step/2*gx, py-step/2*gy
			}
		}
	}
}
