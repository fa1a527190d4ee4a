package render

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heatmap returns a figure of a 2-D field: one cell a value, square where the
// shape allows, row 0 at the top, with the indices along the sides, or
// Options.XValues and YValues, and a colour bar. Options.X and Y name columns and
// rows, Options.Value the colours. Unequal steps get equal cells, labelled one by
// one, and a line below that says so.
func Heatmap(f Field, o *Options) (*Figure, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	d := o.withDefaults()
	h := &heatmap{
		opts: d, field: f,
		x: sideAxis{label: d.X, ticks: indexTicks(f.Cols, false), n: f.Cols},
		y: sideAxis{label: d.Y, ticks: indexTicks(f.Rows, true), n: f.Rows},
	}
	if d.XValues != nil {
		a := Axis{d.X, d.XValues}
		if err := a.over("x", f.Cols); err != nil {
			return nil, err
		}
		h.place(a, "columns")
		h.x = newSideAxis(a)
	}
	if d.YValues != nil {
		a := Axis{d.Y, d.YValues}
		if err := a.over("y", f.Rows); err != nil {
			return nil, err
		}
		h.place(a, "rows")
		a.Values = slices.Clone(a.Values)
		slices.Reverse(a.Values) // sides are counted from the bottom
		h.y = newSideAxis(a)
	}
	return &Figure{opts: d, art: h.measure()}, nil
}

// place notes what the eye would take for equal steps.
func (h *heatmap) place(a Axis, cells string) {
	if len(a.Values) > 2 && !a.uniform() {
		h.uneven = append(h.uneven, cells)
	}
}

// PhaseMap returns a figure of a scalar over two swept parameters: z[j*nx+i]
// belongs to the i-th of the nx values of x and the j-th of y; NaN where there
// is no result. The axes grow to the right and upwards whatever the order of
// the values; unequal steps get equal cells, labelled one by one.
func PhaseMap(x, y Axis, z []float64, o *Options) (*Figure, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := x.validate("x"); err != nil {
		return nil, err
	}
	if err := y.validate("y"); err != nil {
		return nil, err
	}
	nx, ny := len(x.Values), len(y.Values)
	if len(z) != nx*ny {
		return nil, fmt.Errorf("%w: %d values for %d × %d points", ErrShape, len(z), nx, ny)
	}
	d := o.withDefaults()
	x, y, z = ascending(x, y, z)
	f := Field{Rows: ny, Cols: nx, Data: make([]float64, len(z))}
	for j := range ny { // row 0 of a field is the top one
		copy(f.Data[(ny-1-j)*nx:(ny-j)*nx], z[j*nx:(j+1)*nx])
	}
	h := &heatmap{opts: d, field: f, x: newSideAxis(x), y: newSideAxis(y)}
	h.measure().out.grid = true
	return &Figure{opts: d, art: h}, nil
}

// ascending returns axes and data with axes in descending order turned around.
func ascending[T any](x, y Axis, z []T) (Axis, Axis, []T) {
	turn := func(a Axis) (Axis, bool) {
		n := len(a.Values)
		if n < 2 || a.Values[0] <= a.Values[n-1] {
			return a, false
		}
		v := make([]float64, n)
		for i, w := range a.Values {
			v[n-1-i] = w
		}
		a.Values = v
		return a, true
	}
	x, flipX := turn(x)
	y, flipY := turn(y)
	if !flipX && !flipY {
		return x, y, z
	}
	nx, ny := len(x.Values), len(y.Values)
	out := make([]T, len(z))
	for j := range ny {
		for i := range nx {
			fi, fj := i, j
			if flipX {
				fi = nx - 1 - i
			}
			if flipY {
				fj = ny - 1 - j
			}
			out[j*nx+i] = z[fj*nx+fi]
		}
	}
	return x, y, out
}

// heatmap draws Heatmap and PhaseMap.
type heatmap struct {
	opts   Options
	field  Field
	x, y   sideAxis
	uneven []string // what has coordinates of unequal steps: columns, rows
	finite bool     // there is something to draw
	scale  scale
	out    census
}

func (h *heatmap) measure() *heatmap {
	lo, hi, out := span(h.opts.Log, h.field.Data)
	h.scale, h.out, h.finite = colorScale(lo, hi, &h.opts), out, lo <= hi
	return h
}

// caption says what the eye can't see: cells that are no numbers, steps that are not
// equal, and that the field is larger than the figure.
func (h *heatmap) caption(w, rows int, how string) string {
	var notes []string
	if h.field.Cols > w || h.field.Rows > rows {
		how = "left out"
		notes = append(notes, fmt.Sprintf("area means of %d × %d values", h.field.Rows, h.field.Cols))
	}
	if out := h.out.text(how); out != "" {
		notes = append(notes, out)
	}
	if len(h.uneven) > 0 {
		notes = append(notes, "uneven steps drawn as equal "+strings.Join(h.uneven, " and "))
	}
	return strings.Join(notes, ", ")
}

func (h *heatmap) layout(width vg.Length) *layout {
	xTicks, xLabel := h.x.marks(int(width / 70))
	yTicks, yLabel := h.y.marks(9)
	p := newPlot(xLabel, yLabel)
	p.X.Min, p.X.Max = 0, float64(h.field.Cols)
	p.Y.Min, p.Y.Max = 0, float64(h.field.Rows)
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(xTicks), plot.ConstantTicks(yTicks)
	l := &layout{
		title:  h.opts.Title,
		plots:  []*plot.Plot{p},
		aspect: squareCells(float64(h.field.Cols), float64(h.field.Rows)),
	}
	if h.finite { // a bar of colours that no cell has would be made up
		l.side = &colorbar{scale: h.scale, m: h.opts.Colormap, label: h.opts.Value}
	}
	pixelWidth := int(width.Dots(h.opts.DPI))
	l.caption = h.caption(pixelWidth, int(float64(pixelWidth)*maxRatio), drawnGrey)
	p.Add(cells{h, h.opts.DPI}, frame{})
	return l
}

// cells draws the field into the data area of a plot.
type cells struct {
	h   *heatmap
	dpi float64
}

func (p cells) Plot(c draw.Canvas, _ *plot.Plot) {
	w, h := pixels(c.Rectangle, p.dpi)
	drawPixels(c, p.dpi, c.Rectangle, paint(p.h.field, w, h, p.h.scale, p.h.opts.Colormap))
}

// sideAxis labels the n cells along one side of a field, counted from the left
// or from the bottom; cell i covers i…i+1.
type sideAxis struct {
	label Label
	n     int
	ticks func(n int) ([]plot.Tick, string) // about n of them
}

// marks returns about n marks, and the label that goes with their numbers.
func (a sideAxis) marks(n int) ([]plot.Tick, string) {
	t, power := a.ticks(n)
	return t, a.label.text(power)
}

// indexTicks labels n cells with their indices; upward when index 0 is at the
// far end, as for the rows of a matrix.
func indexTicks(n int, fromEnd bool) func(int) ([]plot.Tick, string) {
	return func(want int) ([]plot.Tick, string) {
		if n == 1 {
			return []plot.Tick{{Value: 0.5, Label: "0"}}, ""
		}
		ticks, power := linearTicks(0, float64(n-1), want, 1)
		for i := range ticks {
			if fromEnd {
				ticks[i].Value = float64(n-1) - ticks[i].Value
			}
			ticks[i].Value += 0.5
		}
		return ticks, power
	}
}

// newSideAxis labels the cells of a parameter axis: by round numbers where the
// values are equally spaced and more than labels, else by the values themselves.
func newSideAxis(a Axis) sideAxis {
	n := len(a.Values)
	s := sideAxis{label: a.Label, n: n}
	s.ticks = func(want int) ([]plot.Tick, string) {
		if a.uniform() && n > want {
			first, last := a.Values[0], a.Values[n-1]
			step := (last - first) / float64(n-1)
			from, to := first-step/2, last+step/2
			ticks, power := linearTicks(min(from, to), max(from, to), want, 0)
			for i, t := range ticks {
				ticks[i].Value = math.Max(0, math.Min((t.Value-first)/step+0.5, float64(n)))
			}
			return ticks, power
		}
		return cellTicks(a.Values, want), ""
	}
	return s
}

// cellTicks labels at most n of the cells with their values, at their centres.
func cellTicks(values []float64, n int) []plot.Tick {
	stride := (len(values) + max(n, 1) - 1) / max(n, 1)
	var shown []float64
	for i := 0; i < len(values); i += stride {
		shown = append(shown, values[i])
	}
	ticks := make([]plot.Tick, len(shown))
	for i, label := range valueLabels(shown) {
		ticks[i] = plot.Tick{Value: float64(i*stride) + 0.5, Label: label}
	}
	return ticks
}
