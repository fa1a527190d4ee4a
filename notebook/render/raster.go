package render

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// paint returns the field as an image of w × h pixels: area means where the
// field is finer than the pixels, flat cells where it is coarser.
func paint(f Field, w, h int, s scale, m *Colormap) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	paintInto(img, img.Rect, f, s, m)
	return img
}

func paintInto(img *image.RGBA, at image.Rectangle, f Field, s scale, m *Colormap) {
	w, h := at.Dx(), at.Dy()
	small := f.Reduce(h, w)
	colors := make([]color.RGBA, len(small.Data))
	for i, v := range small.Data {
		colors[i] = m.At(s.at(v))
	}
	for y := range h {
		row := colors[y*small.Rows/h*small.Cols:]
		for x := range w {
			img.SetRGBA(at.Min.X+x, at.Min.Y+y, row[x*small.Cols/w])
		}
	}
}

// pixels returns the size of the rectangle in whole pixels.
func pixels(r vg.Rectangle, dpi float64) (w, h int) {
	return max(1, int(math.Round(r.Size().X.Dots(dpi)))), max(1, int(math.Round(r.Size().Y.Dots(dpi))))
}

// drawPixels draws the image into the rectangle, moved to whole pixels of the
// canvas: pixel by pixel, because the DrawImage of the canvas interpolates, which
// blurs the borders of cells and takes ten times as long.
func drawPixels(c draw.Canvas, dpi float64, r vg.Rectangle, img *image.RGBA) {
	under := c.Canvas
	for inner, ok := under.(draw.Canvas); ok; inner, ok = under.(draw.Canvas) { // plots crop by wrapping
		under = inner.Canvas
	}
	dst := under.(*vgimg.Canvas) // the one backend that Figure has
	w, h := pixels(r, dpi)
	x := int(math.Round(r.Min.X.Dots(dpi)))
	y := dst.Image().Bounds().Dy() - int(math.Round(r.Min.Y.Dots(dpi))) - h
	if iw, ih := img.Rect.Dx(), img.Rect.Dy(); iw != w || ih != h {
		full := image.NewRGBA(image.Rect(0, 0, w, h))
		for py := range h {
			for px := range w {
				full.SetRGBA(px, py, img.RGBAAt(px*iw/w, py*ih/h))
			}
		}
		img = full
	}
	stddraw.Draw(dst.Image(), image.Rect(x, y, x+w, y+h), img, image.Point{}, stddraw.Src)
}
