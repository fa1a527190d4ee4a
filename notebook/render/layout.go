package render

import (
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// layout arranges a title, one or more plots above each other with their data
// areas aligned, something at their right (a colour bar or a legend) and a
// caption.
type layout struct {
	title, caption string
	plots          []*plot.Plot
	// aspect is height over width of the data area of each plot; 0 leaves it free.
	aspect float64
	side   side
}

// side is what stands at the right of the data.
type side interface {
	width() vg.Length
	// draw draws left to right from x, between bottom and top.
	draw(c draw.Canvas, dpi float64, x, bottom, top vg.Length)
}

const (
	margin   = 8 * vg.Length(1) // points around everything
	sideGap  = 10 * vg.Length(1)
	lineSpan = 1.35 // distance of lines, in heights of the letters
	maxRatio = 1.3  // of height to the widest width of a figure that chooses its size
)

// lift moves text that stands beside a mark: the backends centre its box, which
// has room for descenders that numbers don't have.
const lift = 0.09 // of the size of the letters

var ink = color.RGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}

// style returns the text style of the figures: Liberation Sans, metrically
// Arial, which comes with gonum/plot.
func style(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: plot.DefaultTextHandler,
		XAlign:  draw.XCenter,
		YAlign:  draw.YTop,
	}
}

var (
	titleStyle   = style(11)
	labelStyle   = style(10)
	tickStyle    = style(9)
	captionStyle = captionOf(style(8))
)

func captionOf(s text.Style) text.Style {
	s.XAlign, s.YAlign = draw.XLeft, draw.YBottom
	s.Color = color.RGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff}
	return s
}

// newPlot returns an empty plot in the style of the package: a closed frame,
// ticks outside, no space between frame and data.
func newPlot(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.Label.TextStyle.Font = labelStyle.Font
		a.Label.TextStyle.Color = ink
		a.Label.Padding = 3
		a.Tick.Label.Font = tickStyle.Font
		a.Tick.Label.Color = ink
		a.Tick.Length = 3.5
		a.Tick.LineStyle = draw.LineStyle{Color: ink, Width: 0.6}
		a.LineStyle.Width = 0 // frame draws it
	}
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	return p
}

// frame closes the box around the data. It is the last plotter of a plot.
type frame struct{}

func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 0.6}, []vg.Point{
		c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}, c.Min, {X: c.Max.X, Y: c.Min.Y},
	})
}

// inner returns the part of the canvas that is left for the plots.
func (l *layout) inner(c draw.Canvas) draw.Canvas {
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if l.title != "" {
		c.Max.Y -= titleStyle.Font.Size * lineSpan * vg.Length(lines(l.title))
	}
	if l.caption != "" {
		c.Min.Y += captionStyle.Font.Size * lineSpan * vg.Length(lines(l.caption))
	}
	if l.side != nil {
		c.Max.X -= sideGap + l.side.width()
	}
	return c
}

// split divides the canvas among the plots, their data areas left-aligned.
func (l *layout) split(c draw.Canvas) []draw.Canvas {
	if len(l.plots) == 1 {
		return []draw.Canvas{c}
	}
	grid := make([][]*plot.Plot, len(l.plots))
	for i, p := range l.plots {
		grid[i] = []*plot.Plot{p}
	}
	rows := plot.Align(grid, draw.Tiles{Rows: len(l.plots), Cols: 1, PadY: 6}, c)
	out := make([]draw.Canvas, len(rows))
	for i := range rows {
		out[i] = rows[i][0]
	}
	return out
}

// naturalSize returns the size, of at most the width, at which the data areas
// have their aspect.
func (l *layout) naturalSize(width vg.Length) (w, h vg.Length) {
	if l.aspect == 0 {
		return width, width*0.32 + width*0.25*vg.Length(len(l.plots))
	}
	const try = 4000 // points: only differences matter, what is around the data is fixed
	c := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: width, Y: try}}}
	data := l.plots[0].DataCanvas(l.inner(c)).Size()
	aroundX, aroundY := width-data.X, try-data.Y
	if h = aroundY + data.X*vg.Length(l.aspect); h <= width*maxRatio {
		return width, h
	}
	h = width * maxRatio
	narrow := aroundX + (h-aroundY)/vg.Length(l.aspect)
	if l.title != "" {
		narrow = max(narrow, min(width, titleStyle.Width(l.title)+2*margin))
	}
	return narrow, h
}

func (l *layout) draw(c draw.Canvas, dpi float64) {
	areas := l.split(l.inner(c))
	if l.aspect > 0 {
		areas[0] = l.fit(areas[0])
	}
	var data vg.Rectangle
	for i, p := range l.plots {
		p.Draw(areas[i])
		d := p.DataCanvas(areas[i]).Rectangle
		if i == 0 {
			data = d
		}
		data.Min.Y = min(data.Min.Y, d.Min.Y)
	}
	if l.side != nil {
		l.side.draw(c, dpi, data.Max.X+sideGap, data.Min.Y, data.Max.Y)
	}
	if l.title != "" {
		s := titleStyle
		s.YAlign = draw.YBottom
		left, right := l.titleRoom(c)
		x := min(max((data.Min.X+data.Max.X)/2, left), right)
		c.FillText(s, vg.Point{X: x, Y: data.Max.Y + titleStyle.Font.Size*0.45}, l.title)
	}
	if l.caption != "" {
		c.FillText(captionStyle, vg.Point{X: c.Min.X + margin, Y: c.Min.Y + margin*0.7}, l.caption)
	}
}

// maxTitle is how many lines a title may take; the rest of it is left out.
const maxTitle = 3

// wrapTitle breaks a title into lines of at most the width, between words where it can.
func wrapTitle(title string, width vg.Length) string {
	var out []string
	for line := range strings.SplitSeq(title, "\n") {
		for rest := line; rest != "" || line == ""; {
			if len(out) == maxTitle {
				last := []rune(out[maxTitle-1])
				for len(last) > 0 && titleStyle.Width(string(last)+" …") > width {
					last = last[:len(last)-1]
				}
				out[maxTitle-1] = string(last) + " …"
				return strings.Join(out, "\n")
			}
			head := lineOf(rest, width)
			out = append(out, strings.TrimRight(head, " "))
			if rest = rest[len(head):]; rest == "" {
				break
			}
		}
	}
	return strings.Join(out, "\n")
}

// lineOf returns as much of the beginning of a text as fits into the width: whole words,
// else letters, one at least.
func lineOf(text string, width vg.Length) string {
	if titleStyle.Width(text) <= width {
		return text
	}
	end, words := 0, 0
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		if end > 0 && titleStyle.Width(text[:end+n]) > width {
			break
		}
		if end += n; r == ' ' {
			words = end
		}
	}
	if words > 0 {
		return text[:words]
	}
	return text[:end]
}

// titleRoom returns the range of centres at which the title is not clipped: it
// stands above the data unless it is wider than the room there.
func (l *layout) titleRoom(c draw.Canvas) (left, right vg.Length) {
	half := titleStyle.Width(l.title) / 2
	left, right = c.Min.X+margin+half, c.Max.X-margin-half
	if left > right {
		return c.Center().X, c.Center().X
	}
	return left, right
}

// fit shrinks the area of the plot, centred, until its data has the aspect.
func (l *layout) fit(c draw.Canvas) draw.Canvas {
	size := l.plots[0].DataCanvas(c).Size()
	if want := size.X * vg.Length(l.aspect); want < size.Y {
		d := (size.Y - want) / 2
		return draw.Crop(c, 0, 0, d, -d)
	}
	d := (size.X - size.Y/vg.Length(l.aspect)) / 2
	return draw.Crop(c, d, -d, 0, 0)
}

// squareCells returns the aspect of w × h square cells, bounded so that a very
// long or flat array is still a figure.
func squareCells(w, h float64) float64 { return math.Max(0.2, math.Min(h/w, 2.5)) }

func lines(s string) int {
	n := 1
	for _, r := range s {
		if r == '\n' {
			n++
		}
	}
	return n
}
