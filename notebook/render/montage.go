package render

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Montage returns a figure of one small field for each point of two swept
// parameters: tiles[j*nx+i] belongs to the i-th of the nx values of x and the
// j-th of y; a tile with the zero Field is a point without a result and stays
// empty. All tiles share one colour bar. x grows to the right, y upwards; row 0
// of a tile is its top. Tiles may differ in size, but share the shape of the
// first.
func Montage(x, y Axis, tiles []Field, o *Options) (*Figure, error) {
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
	if len(tiles) != nx*ny {
		return nil, fmt.Errorf("%w: %d tiles for %d × %d points", ErrShape, len(tiles), nx, ny)
	}
	d := o.withDefaults()
	x, y, tiles = ascending(x, y, tiles)
	m := &montage{opts: d, x: x, y: y, tiles: tiles}
	var data [][]float64
	for i, t := range tiles {
		if t.Rows == 0 && t.Cols == 0 && len(t.Data) == 0 {
			m.empty++
			continue
		}
		if err := t.Validate(); err != nil {
			return nil, fmt.Errorf("tile %d: %w", i, err)
		}
		if m.aspect == 0 {
			m.aspect = squareCells(float64(t.Cols), float64(t.Rows))
		}
		data = append(data, t.Data)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: all %d tiles are empty", ErrEmpty, len(tiles))
	}
	lo, hi, out := span(d.Log, data...)
	m.scale, m.out = colorScale(lo, hi, &d), out
	return &Figure{opts: d, art: m}, nil
}

type montage struct {
	opts   Options
	x, y   Axis
	tiles  []Field
	aspect float64 // height over width of a tile
	empty  int
	scale  scale
	out    census
}

func (m *montage) caption(how string) string {
	s := m.out.text(how)
	if m.empty > 0 {
		if s != "" {
			s += "; "
		}
		have := "have"
		if m.empty == 1 {
			have = "has"
		}
		s += fmt.Sprintf("%d of %d points %s no result", m.empty, len(m.tiles), have)
	}
	return s
}

func (m *montage) layout(width vg.Length) *layout {
	nx, ny := float64(len(m.x.Values)), float64(len(m.y.Values))
	p := newPlot(m.x.Label.text(""), m.y.Label.text(""))
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, nx, 0, ny
	aspect := squareCells(nx, ny*m.aspect)
	room := width * 0.72 // what is left for the data beside labels and colour bar
	p.X.Tick.Marker = plot.ConstantTicks(cellTicks(m.x.Values, fitting(m.x.Values, room, true)))
	p.Y.Tick.Marker = plot.ConstantTicks(cellTicks(m.y.Values, fitting(m.y.Values, room*vg.Length(aspect), false)))
	// The tiles are the ticks: a line at each would only be noise.
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Padding, p.Y.Padding = 3, 3
	p.Add(mosaic{m})
	return &layout{
		title: m.opts.Title, caption: m.caption(drawnGrey), plots: []*plot.Plot{p}, aspect: aspect,
		side: &colorbar{scale: m.scale, m: m.opts.Colormap, label: m.opts.Value},
	}
}

// fitting returns how many of the labels fit side by side into the room.
func fitting(values []float64, room vg.Length, across bool) int {
	need := tickStyle.Font.Size * 1.2
	if across {
		for _, s := range valueLabels(values) {
			need = max(need, tickStyle.Width(s)+6)
		}
	}
	return max(1, int(room/need))
}

// gap is the space between tiles, as a share of their width.
const gap = 0.05

// mosaic draws the tiles into the data area of a plot.
type mosaic struct{ m *montage }

func (p mosaic) Plot(c draw.Canvas, _ *plot.Plot) {
	m, dpi := p.m, p.m.opts.DPI
	w, h := pixels(c.Rectangle, dpi)
	drawPixels(c, dpi, c.Rectangle, m.paint(w, h, color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}))
}

// paint returns all tiles in one image of w × h pixels, equally large and
// equally far from each other as far as whole pixels allow.
func (m *montage) paint(w, h int, background color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	fill(img, img.Rect, background)
	nx, ny := len(m.x.Values), len(m.y.Values)
	space := 0
	if tw := w / nx; tw >= 8 {
		space = max(1, int(gap*float64(tw)+0.5))
	}
	for j := range ny {
		for i := range nx {
			at := image.Rect(i*(w+space)/nx, (ny-1-j)*(h+space)/ny, (i+1)*(w+space)/nx-space, (ny-j)*(h+space)/ny-space)
			at.Max.X, at.Max.Y = max(at.Max.X, at.Min.X+1), max(at.Max.Y, at.Min.Y+1)
			if t := m.tiles[j*nx+i]; len(t.Data) > 0 {
				paintInto(img, at, t, m.scale, m.opts.Colormap)
			} else {
				fill(img, at, color.RGBA{R: 0xee, G: 0xee, B: 0xee, A: 0xff})
			}
		}
	}
	return img
}

func fill(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetRGBA(x, y, c)
		}
	}
}
