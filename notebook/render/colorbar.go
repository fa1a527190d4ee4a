package render

import (
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colorbar is the key of a field: the colours from bottom to top with their
// values at the right.
type colorbar struct {
	scale scale
	m     *Colormap
	label Label
}

const (
	barWidth   = 11 * vg.Length(1)
	barTick    = 3.5 * vg.Length(1)
	barSpacing = 3 * vg.Length(1)
)

// ticks returns the marks and the text of the label.
func (b *colorbar) ticks() ([]plot.Tick, string) {
	ticks, power := b.scale.ticks(6)
	return ticks, b.label.text(power)
}

func (b *colorbar) width() vg.Length {
	ticks, label := b.ticks()
	w := barWidth + barTick + barSpacing
	var widest vg.Length
	for _, t := range ticks {
		widest = max(widest, tickStyle.Width(t.Label))
	}
	w += widest
	if label != "" {
		w += barSpacing + labelStyle.Font.Size*lineSpan
	}
	return w
}

func (b *colorbar) draw(c draw.Canvas, dpi float64, x, bottom, top vg.Length) {
	bar := vg.Rectangle{Min: vg.Point{X: x, Y: bottom}, Max: vg.Point{X: x + barWidth, Y: top}}
	rows := max(2, int(math.Round((top - bottom).Dots(dpi))))
	img := image.NewRGBA(image.Rect(0, 0, 1, rows))
	for r := range rows {
		img.SetRGBA(0, r, b.m.At(1-(float64(r)+0.5)/float64(rows)))
	}
	drawPixels(c, dpi, bar, img)
	line := draw.LineStyle{Color: ink, Width: 0.6}
	c.StrokeLines(line, []vg.Point{bar.Min, {X: bar.Max.X, Y: bar.Min.Y}, bar.Max, {X: bar.Min.X, Y: bar.Max.Y}, bar.Min, {X: bar.Max.X, Y: bar.Min.Y}})

	ticks, label := b.ticks()
	s := tickStyle
	s.XAlign, s.YAlign = draw.XLeft, draw.YCenter
	var widest vg.Length
	for _, t := range ticks {
		y := bottom + (top-bottom)*vg.Length(max(0, min(b.scale.at(t.Value), 1)))
		c.StrokeLines(line, []vg.Point{{X: bar.Max.X, Y: y}, {X: bar.Max.X + barTick, Y: y}})
		c.FillText(s, vg.Point{X: bar.Max.X + barTick + barSpacing, Y: y + lift*s.Font.Size}, t.Label)
		widest = max(widest, tickStyle.Width(t.Label))
	}
	if label == "" {
		return
	}
	s = labelStyle
	s.Rotation = math.Pi / 2
	s.YAlign = draw.YTop
	c.FillText(s, vg.Point{X: bar.Max.X + barTick + barSpacing + widest + barSpacing, Y: (bottom + top) / 2}, label)
}
