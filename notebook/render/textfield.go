package render

import (
	"image"
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot"
)

// textField lays out a block of cells with labels at its left and below, its
// title and colour bar: what the text of heatmaps and montages has in common.
type textField struct {
	title, caption string
	x, y           string
	xTicks, yTicks []plot.Tick // in 0…1 from left and from the bottom
	aspect         float64     // height over width, in square cells
	scale          scale
	m              *Colormap
	label          Label
	paint          func(w, h int) *image.RGBA
	level          func(w, h int) func(x, y int) float64
}

func (f *textField) text(t *textFigure) {
	left := 0
	for _, tick := range f.yTicks {
		left = max(left, utf8.RuneCountInString(tick.Label))
	}
	left = min(left, t.Width/3)
	// Around the block: title, y label, x ticks, x label, colour bar, caption.
	around := 2
	for _, s := range []string{f.title, f.y, f.x, f.caption} {
		if s != "" {
			around++
		}
	}
	cols, rows := t.Width-left-2, max(1, t.Height-around)
	if w := int(math.Round(2 * float64(rows) / f.aspect)); w < cols {
		cols = max(1, w)
	} else {
		rows = max(1, int(math.Round(float64(cols)*f.aspect/2)))
	}
	b := &block{cols: cols, rows: rows}
	if t.Colors == Mono {
		b.level = f.level(cols, rows)
	} else {
		b.img = f.paint(cols, 2*rows)
	}
	if f.title != "" {
		t.center(f.title, left+2, cols)
	}
	if s := f.y; s != "" {
		t.line(strings.Repeat(" ", max(0, left-utf8.RuneCountInString(s))) + s)
	}
	marks := make(map[int]string)
	for _, tick := range f.yTicks {
		marks[min(rows-1, int((1-tick.Value)*float64(rows)))] = tick.Label
	}
	for y := range rows {
		mark, edge := marks[y], "│"
		if mark != "" {
			edge = "┤"
		}
		mark = plain(mark)
		if n := utf8.RuneCountInString(mark); n > left {
			mark = string([]rune(mark)[:left])
		}
		t.w.WriteString(strings.Repeat(" ", left-utf8.RuneCountInString(mark)) + mark + edge)
		b.write(t, y)
		t.w.WriteString("\n")
	}
	t.line(strings.Repeat(" ", left+1) + tickLine(f.xTicks, cols, t.Width-left-1))
	if s := f.x; s != "" {
		t.center(s, left+1, cols)
	}
	f.bar(t, left)
	if f.caption != "" {
		t.line(strings.Repeat(" ", left+1) + f.caption)
	}
}

// missing says how values that are not finite are drawn.
func (t *textFigure) missing() string {
	if t.Colors == Mono {
		return `drawn "?"`
	}
	return drawnGrey
}

// tickLine writes the labels centred under their cells, leaving out those that
// would touch another.
func tickLine(ticks []plot.Tick, cols, room int) string {
	line := []rune(strings.Repeat(" ", room))
	free := 0
	for _, tick := range ticks {
		label := []rune(plain(tick.Label))
		at := int(tick.Value*float64(cols)) - len(label)/2
		at = max(0, min(at, room-len(label)))
		if at < free || len(label) == 0 || len(label) > room {
			continue
		}
		copy(line[at:], label)
		free = at + len(label) + 1
	}
	return string(line)
}

// bar writes the colour bar: its two ends as numbers around the colours.
func (f *textField) bar(t *textFigure, left int) {
	lo, hi := plain(short(f.scale.lo, 4)), plain(short(f.scale.hi, 4))
	name := f.label.text("")
	if name != "" {
		name = "  " + name
	}
	indent := strings.Repeat(" ", left+1)
	width := min(24, t.Width-left-1-len(lo)-len(hi)-4-utf8.RuneCountInString(name))
	if width < 4 {
		t.line(indent + lo + " to " + hi + name)
		return
	}
	b := &block{cols: width, rows: 1, img: image.NewRGBA(image.Rect(0, 0, width, 2))}
	at := func(x int) float64 { return float64(x) / float64(width-1) }
	b.level = func(x, _ int) float64 { return at(x) }
	for x := range width {
		b.img.SetRGBA(x, 0, f.m.At(at(x)))
		b.img.SetRGBA(x, 1, f.m.At(at(x)))
	}
	from, to := " ", " "
	if t.Colors == Mono { // the ramp begins with a blank
		from, to = " [", "] "
	}
	t.w.WriteString(indent + lo + from)
	b.write(t, 0)
	t.w.WriteString(to + hi + plain(name) + "\n")
}

// levels returns the levels of the field in a grid of w × h cells.
func levels(f Field, s scale, w, h int) func(x, y int) float64 {
	small := f.Reduce(h, w)
	return func(x, y int) float64 { return s.at(small.At(y*small.Rows/h, x*small.Cols/w)) }
}

func relative(ticks []plot.Tick, n int) []plot.Tick {
	out := make([]plot.Tick, len(ticks))
	for i, t := range ticks {
		out[i] = plot.Tick{Value: t.Value / float64(n), Label: t.Label}
	}
	return out
}

func (h *heatmap) text(t *textFigure) {
	xTicks, xLabel := h.x.marks(max(2, t.Width/12))
	yTicks, yLabel := h.y.marks(max(2, t.Height/4))
	f := &textField{
		title: h.opts.Title, caption: h.caption(t.Width, 2*t.Height, t.missing()),
		x: xLabel, y: yLabel,
		xTicks: relative(xTicks, h.x.n), yTicks: relative(yTicks, h.y.n),
		aspect: squareCells(float64(h.field.Cols), float64(h.field.Rows)),
		scale:  h.scale, m: h.opts.Colormap, label: h.opts.Value,
		paint: func(w, hh int) *image.RGBA { return paint(h.field, w, hh, h.scale, h.opts.Colormap) },
		level: func(w, hh int) func(x, y int) float64 { return levels(h.field, h.scale, w, hh) },
	}
	f.text(t)
}

func (m *montage) text(t *textFigure) {
	nx, ny := len(m.x.Values), len(m.y.Values)
	f := &textField{
		title: m.opts.Title, caption: m.caption(t.missing()),
		x: m.x.text(""), y: m.y.text(""),
		xTicks: relative(cellTicks(m.x.Values, max(2, t.Width/10)), nx),
		yTicks: relative(cellTicks(m.y.Values, max(2, t.Height/3)), ny),
		aspect: squareCells(float64(nx), float64(ny)*m.aspect),
		scale:  m.scale, m: m.opts.Colormap, label: m.opts.Value,
		paint: func(w, h int) *image.RGBA { return m.paint(w, h, color.RGBA{A: 0xff}) },
		level: m.levels,
	}
	f.text(t)
}

// levels returns the levels of all tiles in a grid of w × h cells; a tile
// without a field is blank.
func (m *montage) levels(w, h int) func(x, y int) float64 {
	nx, ny := len(m.x.Values), len(m.y.Values)
	tw, th := max(1, w/nx), max(1, h/ny)
	tiles := make([]func(x, y int) float64, len(m.tiles))
	for i, t := range m.tiles {
		if len(t.Data) > 0 {
			tiles[i] = levels(t, m.scale, tw, th)
		}
	}
	return func(x, y int) float64 {
		i, j := x*nx/w, y*ny/h
		tile := tiles[(ny-1-j)*nx+i]
		if tile == nil {
			return 0
		}
		return tile(min(tw-1, x-i*w/nx), min(th-1, y-j*h/ny))
	}
}
