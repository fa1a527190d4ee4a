package render

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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

// drawPixels draws the image into the rectangle. The canvas interpolates
// between pixels, which blurs the borders of cells unless image and canvas
// coincide: so the image is first repeated to the very pixels of the canvas, and
// the rectangle moved to the nearest ones.
func drawPixels(c draw.Canvas, dpi float64, r vg.Rectangle, img *image.RGBA) {
	snap := func(l vg.Length) vg.Length { return vg.Length(math.Round(l.Dots(dpi))/dpi) * vg.Inch }
	r.Min.X, r.Min.Y, r.Max.X, r.Max.Y = snap(r.Min.X), snap(r.Min.Y), snap(r.Max.X), snap(r.Max.Y)
	w, h := pixels(r, dpi)
	if iw, ih := img.Rect.Dx(), img.Rect.Dy(); iw != w || ih != h {
		full := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				full.SetRGBA(x, y, img.RGBAAt(x*iw/w, y*ih/h))
			}
		}
		img = full
	}
	c.DrawImage(r, img)
}
