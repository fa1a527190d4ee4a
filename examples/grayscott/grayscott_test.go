package main

import (
	"context"
	"math"
	"testing"
)

// Without V nothing happens: U stays where it is.
func TestTheEmptySeaIsSteady(t *testing.T) {
	u := []float64{1, 1, 1}
	v := []float64{0, 0, 0}
	u2, v2 := make([]float64, 3), make([]float64, 3)
	advance(u2, v2, u, u, u, v, v, v, 0.04, 0.1)
	for x := range u {
		if u2[x] != 1 || v2[x] != 0 {
			t.Errorf("point %d moved to %v, %v", x, u2[x], v2[x])
		}
	}
}

// Against the equations written down point by point.
func TestAdvance(t *testing.T) {
	const n, f, k = 8, 0.03, 0.06
	u, v := newGrid(n), newGrid(n)
	sow(u, v)
	u2, v2 := newGrid(n), newGrid(n)
	for y := range n {
		up, down := (y+n-1)%n, (y+1)%n
		advance(u2.row(y), v2.row(y), u.row(up), u.row(y), u.row(down), v.row(up), v.row(y), v.row(down), f, f+k)
	}
	laplacian := func(g grid, y, x int) float64 {
		return *g.at(y+1, x) + *g.at(y+n-1, x) + *g.at(y, x+1) + *g.at(y, x+n-1) - 4**g.at(y, x)
	}
	for y := range n {
		for x := range n {
			a, b := *u.at(y, x), *v.at(y, x)
			wantU := a + diffU*laplacian(u, y, x) - a*b*b + f*(1-a)
			wantV := b + diffV*laplacian(v, y, x) + a*b*b - (f+k)*b
			if math.Abs(*u2.at(y, x)-wantU) > 1e-14 || math.Abs(*v2.at(y, x)-wantV) > 1e-14 {
				t.Fatalf("at %d, %d: %v, %v; want %v, %v", y, x, *u2.at(y, x), *v2.at(y, x), wantU, wantV)
			}
		}
	}
}

func TestPatternsGrow(t *testing.T) {
	r, err := integrate(t.Context(), Params{F: 0.037, K: 0.06}, 64, 2000)
	if err != nil {
		t.Fatal(err)
	}
	if r.Energy < 0.05 || r.Mean < 0.05 || r.Mean > 0.4 {
		t.Errorf("mean %v, energy %v: no pattern", r.Mean, r.Energy)
	}
	if dead, err := integrate(t.Context(), Params{F: 0.014, K: 0.0665}, 64, 2000); err != nil || dead.Energy > 1e-3 {
		t.Errorf("energy %v (%v) where V dies out", dead.Energy, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := GrayScott(ctx, Params{}); err != context.Canceled {
		t.Errorf("err = %v", err)
	}
}
