package sweep

import (
	"errors"
	"fmt"
	"math/bits"
)

// Design is a set of points in a space of named parameters.
type Design interface {
	// Names returns the parameters' names, in the order of the values of a point.
	Names() []string
	// Len returns the number of points.
	Len() int
	// Point returns the values at point i, 0 ≤ i < Len().
	Point(i int) []any
	// Err returns what is wrong with the design, or nil.
	Err() error
}

// GridDesign is the full grid over its axes. Make one with Grid.
type GridDesign struct {
	axes []Axis
	n    int
	err  error
}

// Grid returns the design of all combinations of the axes' values. The last
// axis varies fastest.
func Grid(axes ...Axis) *GridDesign {
	g := &GridDesign{axes: axes, n: 1}
	seen := map[string]bool{}
	for _, a := range axes {
		switch {
		case a.err != nil:
			g.err = a.err
		case a.name == "":
			g.err = a.check().err // the zero Axis
		case seen[a.name]:
			g.err = fmt.Errorf("sweep: two axes are named %q", a.name)
		}
		if g.err != nil {
			return g
		}
		seen[a.name] = true
		hi, lo := bits.Mul(uint(g.n), uint(a.Len()))
		if hi != 0 || int(lo) < 0 {
			g.err = fmt.Errorf("sweep: the grid has more points than an int can count")
			return g
		}
		g.n = int(lo)
	}
	if len(axes) == 0 {
		g.err = fmt.Errorf("sweep: a grid needs at least one axis")
	}
	return g
}

// Names implements Design.
func (g *GridDesign) Names() []string {
	names := make([]string, len(g.axes))
	for i, a := range g.axes {
		names[i] = a.name
	}
	return names
}

// Len implements Design. It is 0 for a grid that is wrong.
func (g *GridDesign) Len() int {
	if g.Err() != nil {
		return 0
	}
	return g.n
}

// Point implements Design.
func (g *GridDesign) Point(i int) []any {
	p := make([]any, len(g.axes))
	for k := len(g.axes) - 1; k >= 0; k-- {
		n := g.axes[k].Len()
		p[k] = g.axes[k].At(i % n)
		i /= n
	}
	return p
}

// Err implements Design.
func (g *GridDesign) Err() error {
	if g == nil {
		return errors.New("sweep: the grid is nil: make one with Grid")
	}
	return g.err
}

// Axes returns the grid's axes.
func (g *GridDesign) Axes() []Axis { return g.axes }
