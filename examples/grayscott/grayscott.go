package main

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Params are the arguments of one simulation.
type Params struct {
	F float64 `klepto:"units=1/s,long_name=feed rate"`
	K float64 `klepto:"name=k,units=1/s,long_name=kill rate"`
}

// Result is the state at the end of one simulation.
type Result struct {
	U *mat.Dense `klepto:"name=u,long_name=concentration of U,axes=y;x"`
	V *mat.Dense `klepto:"name=v,long_name=concentration of V,axes=y;x"`
	// Mean of V over the grid.
	Mean float64 `klepto:"name=mean,long_name=mean of V"`
	// Energy is the root of the mean of (V − Mean)² + |∇V|²: zero where nothing
	// grew and where V is uniform, large where there are patterns.
	Energy float64 `klepto:"name=energy,long_name=pattern energy of V"`
}

// The diffusion coefficients and the time step of Pearson's classic study,
// Complex Patterns in a Simple System, Science 261 (1993) 189-192, in units of
// the grid spacing: 2e-5 and 1e-5 over (2.5/256)², rounded.
const (
	diffU = 0.2097
	diffV = 0.1049
	dt    = 1.0
)

const (
	points = 128  // of the grid, in each direction
	steps  = 2500 // in time: enough for most patterns to fill the grid
)

// GrayScott integrates
//
//	∂u/∂t = Du ∇²u − u v² + F (1 − u)
//	∂v/∂t = Dv ∇²v + u v² − (F + k) v
//
// on a periodic grid by explicit Euler steps, from spots of V in a sea of U.
func GrayScott(ctx context.Context, p Params) (Result, error) {
	return integrate(ctx, p, points, steps)
}

func integrate(ctx context.Context, p Params, n, steps int) (Result, error) {
	u, v := newGrid(n), newGrid(n)
	sow(u, v)
	u2, v2 := newGrid(n), newGrid(n)
	for step := range steps {
		if step%100 == 0 && ctx.Err() != nil {
			return Result{}, context.Cause(ctx)
		}
		for y := range n {
			up, down := (y+n-1)%n, (y+1)%n
			advance(u2.row(y), v2.row(y), u.row(up), u.row(y), u.row(down), v.row(up), v.row(y), v.row(down), p.F, p.F+p.K)
		}
		u, u2 = u2, u
		v, v2 = v2, v
	}
	mean, energy := v.measure()
	return Result{U: mat.NewDense(n, n, u.data), V: mat.NewDense(n, n, v.data), Mean: mean, Energy: energy}, nil
}

// advance takes one row a step further. Its neighbours above and below are given; the
// columns wrap around.
func advance(u2, v2, uUp, u, uDown, vUp, v, vDown []float64, f, fk float64) {
	n := len(u)
	// Equal lengths, said once, save the bounds checks in the loop.
	u2, v2, v = u2[:n], v2[:n], v[:n]
	uUp, uDown, vUp, vDown = uUp[:n], uDown[:n], vUp[:n], vDown[:n]
	uLeft, vLeft := u[n-1], v[n-1]
	a, b := u[0], v[0]
	for x := range n {
		uRight, vRight := u[0], v[0]
		if x+1 < n {
			uRight, vRight = u[x+1], v[x+1]
		}
		abb := a * b * b
		u2[x] = a + dt*(diffU*(uUp[x]+uDown[x]+uLeft+uRight-4*a)-abb+f*(1-a))
		v2[x] = b + dt*(diffV*(vUp[x]+vDown[x]+vLeft+vRight-4*b)+abb-fk*b)
		uLeft, vLeft, a, b = a, b, uRight, vRight
	}
}

// grid is a periodic n×n field in C order.
type grid struct {
	n    int
	data []float64
}

func newGrid(n int) grid { return grid{n, make([]float64, n*n)} }

func (g grid) row(y int) []float64 { return g.data[y*g.n : (y+1)*g.n] }

// at returns a point, wrapped around the edges.
func (g grid) at(y, x int) *float64 { return &g.data[y%g.n*g.n+x%g.n] }

// sow sets the initial state: U everywhere, and spots of V at random places, the
// same in every run.
func sow(u, v grid) {
	random := rand.New(rand.NewPCG(1952, 1993)) // Turing, Pearson
	for i := range u.data {
		u.data[i] = 1
	}
	size := max(u.n/16, 1)
	for range 24 {
		y0, x0 := random.IntN(u.n), random.IntN(u.n)
		for y := range size {
			for x := range size {
				*u.at(y0+y, x0+x) = 0.5 + 0.02*random.Float64()
				*v.at(y0+y, x0+x) = 0.25 + 0.02*random.Float64()
			}
		}
	}
}

// measure returns the mean and the pattern energy of a field.
func (g grid) measure() (mean, energy float64) {
	mean = floats.Sum(g.data) / float64(len(g.data))
	for y := range g.n {
		for x := range g.n {
			b := *g.at(y, x)
			dy, dx := *g.at(y+1, x)-b, *g.at(y, x+1)-b
			energy += (b-mean)*(b-mean) + dy*dy + dx*dx
		}
	}
	return mean, math.Sqrt(energy / float64(len(g.data)))
}
