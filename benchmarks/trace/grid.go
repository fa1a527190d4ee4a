package trace

func rescan(r *recorder) {
	for range 6 {
		for a := range 50 {
			for b := range 50 {
				for c := range 8 {
					r.call("f", 0, float64(a), float64(b), float64(c))
				}
			}
		}
	}
}

// refine halves the spacing of a grid four times: each grid holds the points of the
// one before.
func refine(r *recorder) {
	for range 2 {
		for n := 16; n <= 256; n *= 2 {
			for i := range n + 1 {
				for j := range n + 1 {
					r.call("f", 6, float64(i)/float64(n), float64(j)/float64(n))
				}
			}
		}
	}
}

func zigzag(r *recorder) {
	const n = 20_000
	for pass := range 6 {
		for i := range n {
			if pass%2 == 1 {
				i = n - 1 - i
			}
			r.call("f", 0, float64(i))
		}
	}
}

func nested(r *recorder) {
	for a := range 12 {
		for b := range 60 {
			for c := range 60 {
				a, b, c := float64(a), float64(b), float64(c)
				r.call("g", 0, a)
				r.call("h", 0, a, b)
				r.call("k", 0, b, c)
				r.call("f", 0, a, b, c)
			}
		}
	}
}

// hypercubes draws Latin hypercube designs: in each dimension, each of n intervals
// holds one point (McKay, Beckman and Conover, Technometrics 21, 1979).
func hypercubes(r *recorder) {
	const n, dims = 500, 3
	for range 40 {
		var order [dims][]int
		for d := range order {
			order[d] = r.Perm(n)
		}
		for i := range n {
			var x [dims]float64
			for d := range x {
				x[d] = (float64(order[d][i]) + r.Float64()) / n
			}
			r.call("model", 1, x[:]...)
			r.call("inner", 2, x[:2]...)
			if i%50 == 0 {
				r.call("check", 1, 0.5, 0.5, 0.5)
				for corner := range 8 {
					r.call("check", 1, float64(corner&1), float64(corner>>1&1), float64(corner>>2))
				}
			}
		}
	}
}
