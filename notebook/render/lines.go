package render

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is a curve: Y over X, or over 0, 1, 2… when X is nil. Its label names it
// in the legend of Lines, and the ordinate of its frame in Panels.
type Series struct {
	Label
	X, Y []float64
}

func (s Series) x(i int) float64 {
	if s.X == nil {
		return float64(i)
	}
	return s.X[i]
}

// Lines returns a figure of curves in one frame, with a legend when there are
// several or the one has a name. Points that are not finite interrupt a curve;
// points without neighbours, and all of short curves, are drawn as dots.
func Lines(series []Series, o *Options) (*Figure, error) {
	return newLines([][]Series{series}, o)
}

// Panels returns a figure of curves in one frame each, above each other over a
// common abscissa. Each ordinate has the label of its series; Options.Value is
// for a single panel.
func Panels(series []Series, o *Options) (*Figure, error) {
	panels := make([][]Series, len(series))
	for i, s := range series {
		panels[i] = []Series{s}
	}
	return newLines(panels, o)
}

func newLines(panels [][]Series, o *Options) (*Figure, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	a := &linesArt{opts: o.withDefaults(), indexed: true}
	var xs [][]float64
	lo, hi := 0.0, 0.0
	for _, panel := range panels {
		var ys [][]float64
		for _, s := range panel {
			if s.X != nil && len(s.X) != len(s.Y) {
				return nil, fmt.Errorf("%w: series %q has %d x and %d y", ErrShape, s.Name, len(s.X), len(s.Y))
			}
			if s.X != nil {
				xs, a.indexed = append(xs, s.X), false
			}
			hi = max(hi, float64(len(s.Y)-1))
			ys = append(ys, s.Y)
			a.points = max(a.points, len(s.Y))
		}
		ylo, yhi, out := span(a.opts.Log, ys...)
		a.out.nan, a.out.inf, a.out.notPositive = a.out.nan+out.nan, a.out.inf+out.inf, a.out.notPositive+out.notPositive
		a.panels = append(a.panels, panelArt{panel, newScale(ylo, yhi, &a.opts)})
	}
	if a.points == 0 {
		return nil, fmt.Errorf("%w: the series have no points", ErrEmpty)
	}
	if !a.indexed {
		var out census
		lo, hi, out = span(a.opts.LogX, xs...)
		a.out.nan, a.out.inf, a.out.notPositive = a.out.nan+out.nan, a.out.inf+out.inf, a.out.notPositive+out.notPositive
	}
	a.x = newScale(lo, hi, &Options{Log: a.opts.LogX && !a.indexed})
	return &Figure{opts: a.opts, art: a}, nil
}

type panelArt struct {
	series []Series
	y      scale
}

type linesArt struct {
	opts    Options
	panels  []panelArt
	x       scale
	indexed bool // all series are over their indices
	points  int  // of the longest series
	out     census
}

func (a *linesArt) xTicks(n int) ([]plot.Tick, string) {
	if a.indexed {
		if a.points == 1 {
			return []plot.Tick{{Value: 0, Label: "0"}}, ""
		}
		return linearTicks(a.x.lo, a.x.hi, n, 1)
	}
	return a.x.ticks(n)
}

// yLabel names the ordinate of a panel: after its series where each has its own.
func (a *linesArt) yLabel(p panelArt) Label {
	if len(a.panels) > 1 {
		return p.series[0].Label
	}
	return a.opts.Value
}

func (a *linesArt) layout(width vg.Length) *layout {
	l := &layout{title: a.opts.Title, caption: a.out.text("left out")}
	xt, xPower := a.xTicks(int(width / 62))
	for i, panel := range a.panels {
		yt, yPower := panel.y.ticks(max(3, 7-len(a.panels)))
		p := newPlot("", a.yLabel(panel).text(yPower))
		p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(xt), plot.ConstantTicks(yt)
		if i == len(a.panels)-1 {
			p.X.Label.Text = a.opts.X.text(xPower)
		} else {
			p.X.Tick.Marker = plot.ConstantTicks(unlabelled(xt))
		}
		// A little air between curves and frame, whatever the scale.
		p.X.Min, p.X.Max, p.X.Scale = a.x.lo, a.x.hi, roomy{a.x, 0.02}
		p.Y.Min, p.Y.Max, p.Y.Scale = panel.y.lo, panel.y.hi, roomy{panel.y, 0.05}
		p.Add(curves{panel}, frame{})
		l.plots = append(l.plots, p)
	}
	if names := a.legend(); names != nil {
		l.side = names
	}
	return l
}

// legend returns the names of the series of a figure with one frame, or nil.
func (a *linesArt) legend() legend {
	if len(a.panels) > 1 {
		return nil
	}
	var names legend
	named := false
	for _, s := range a.panels[0].series {
		names = append(names, s.Name)
		named = named || s.Name != ""
	}
	if !named {
		return nil
	}
	return names
}

func unlabelled(ticks []plot.Tick) []plot.Tick {
	out := make([]plot.Tick, len(ticks))
	for i, t := range ticks {
		out[i] = plot.Tick{Value: t.Value}
	}
	return out
}

// roomy keeps a share of the axis free at both ends.
type roomy struct {
	scale
	air float64
}

func (r roomy) Normalize(_, _, v float64) float64 { return r.air + (1-2*r.air)*r.at(v) }

// curves draws the series of a panel into the data area of its plot.
type curves struct{ panelArt }

var gridStyle = draw.LineStyle{Color: missing, Width: 0.25}

func (p curves) Plot(c draw.Canvas, plt *plot.Plot) {
	tx, ty := plt.Transforms(&c)
	for _, t := range plt.Y.Tick.Marker.Ticks(0, 1) {
		c.StrokeLine2(gridStyle, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
	}
	for _, t := range plt.X.Tick.Marker.Ticks(0, 1) {
		c.StrokeLine2(gridStyle, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
	}
	for i, s := range p.series {
		line := draw.LineStyle{Color: lineColor(i), Width: 1.2}
		dot := draw.GlyphStyle{Color: lineColor(i), Radius: 1.8, Shape: draw.CircleGlyph{}}
		for _, run := range p.runs(s, c, tx, ty) {
			if len(run) > 1 {
				c.StrokeLines(line, c.ClipLinesXY(run)...)
			}
			if len(run) == 1 || len(s.Y) <= 40 {
				for _, pt := range run {
					if c.Contains(pt) {
						c.DrawGlyph(dot, pt)
					}
				}
			}
		}
	}
}

// runs returns the uninterrupted pieces of a curve. Where many points fall into
// one quarter of a point of width, only the first, smallest, largest and last
// are kept: the picture is the same.
func (p curves) runs(s Series, c draw.Canvas, tx, ty func(float64) vg.Length) [][]vg.Point {
	var runs [][]vg.Point
	var run []vg.Point
	var col column
	column := func(x vg.Length) int { return int(math.Floor(float64(x-c.Min.X) * 4)) }
	for i, v := range s.Y {
		x := s.x(i)
		if at := float64(tx(x)); math.IsNaN(p.y.at(v)) || x-x != 0 || at != at {
			run = col.flush(run)
			if len(run) > 0 {
				runs, run = append(runs, run), nil
			}
			continue
		}
		pt := vg.Point{X: tx(x), Y: ty(v)}
		if k := column(pt.X); col.n > 0 && k != col.k {
			run = col.flush(run)
			col.k = k
		} else if col.n == 0 {
			col.k = k
		}
		col.add(pt)
	}
	if run = col.flush(run); len(run) > 0 {
		runs = append(runs, run)
	}
	return runs
}

// column gathers the points that are drawn in the same place.
type column struct {
	k, n            int
	first, lo, hi   vg.Point
	last            vg.Point
	loFirst, spread bool
}

func (c *column) add(p vg.Point) {
	if c.n == 0 {
		c.first, c.lo, c.hi = p, p, p
	}
	if p.Y < c.lo.Y {
		c.lo, c.loFirst, c.spread = p, false, true
	}
	if p.Y > c.hi.Y {
		c.hi, c.loFirst, c.spread = p, true, true
	}
	c.last = p
	c.n++
}

// flush appends the points of the column to the run and empties it.
func (c *column) flush(run []vg.Point) []vg.Point {
	switch {
	case c.n == 0:
		return run
	case c.n == 1:
		run = append(run, c.first)
	case !c.spread:
		run = append(run, c.first, c.last)
	case c.loFirst:
		run = append(run, c.first, c.lo, c.hi, c.last)
	default:
		run = append(run, c.first, c.hi, c.lo, c.last)
	}
	*c = column{}
	return run
}

// legend lists the names of the curves beside them.
type legend []string

const legendLine = 18 * vg.Length(1)

func (l legend) width() vg.Length {
	var w vg.Length
	for _, s := range l {
		w = max(w, tickStyle.Width(s))
	}
	return legendLine + 5 + w
}

func (l legend) draw(c draw.Canvas, _ float64, x, _, top vg.Length) {
	s := tickStyle
	s.XAlign, s.YAlign = draw.XLeft, draw.YCenter
	for i, name := range l {
		y := top - tickStyle.Font.Size*1.5*(vg.Length(i)+0.5)
		c.StrokeLine2(draw.LineStyle{Color: lineColor(i), Width: 1.5}, x, y, x+legendLine, y)
		c.FillText(s, vg.Point{X: x + legendLine + 5, Y: y + lift*s.Font.Size}, name)
	}
}
