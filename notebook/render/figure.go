package render

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a drawing that Heatmap, PhaseMap, Montage, Lines or Panels made.
type Figure struct {
	opts Options // with defaults
	art  art
}

// art is what differs between the kinds of figure.
type art interface {
	// layout returns the frames of the figure for its width.
	layout(width vg.Length) *layout
	// text draws into a terminal.
	text(t *textFigure)
}

// lay returns the layout and the size of the figure.
func (f *Figure) lay() (l *layout, width, height vg.Length) {
	width = vg.Length(f.opts.Width) * vg.Inch
	l = f.art.layout(width)
	height = vg.Length(f.opts.Height) * vg.Inch
	if height == 0 {
		height = l.naturalHeight(width)
	}
	return l, width, height
}

// Image returns the figure as an image with Options.DPI dots per inch.
func (f *Figure) Image() image.Image { return f.raster().Image() }

func (f *Figure) raster() *vgimg.Canvas {
	l, w, h := f.lay()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(int(f.opts.DPI)), vgimg.UseBackgroundColor(color.White))
	l.draw(draw.New(c), c.DPI())
	return c
}

// WritePNG writes the figure as a PNG image.
func (f *Figure) WritePNG(w io.Writer) error {
	_, err := vgimg.PngCanvas{Canvas: f.raster()}.WriteTo(w)
	return wrap(err, "PNG")
}

// WriteSVG writes the figure as scalable vector graphics. Text stays text, in
// Liberation Sans, Arial or Helvetica, whichever the reader has.
func (f *Figure) WriteSVG(w io.Writer) error {
	l, width, height := f.lay()
	c := vgsvg.New(width, height)
	l.draw(draw.New(c), vectorDPI)
	_, err := c.WriteTo(w)
	return wrap(err, "SVG")
}

// WritePDF writes the figure as one page of PDF with its fonts embedded.
func (f *Figure) WritePDF(w io.Writer) error {
	l, width, height := f.lay()
	c := vgpdf.New(width, height)
	l.draw(draw.New(c), vectorDPI)
	_, err := c.WriteTo(w)
	return wrap(err, "PDF")
}

// vectorDPI is the resolution of the fields inside of vector graphics.
const vectorDPI = 300

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("render: writing %s: %w", what, err)
}

// Save writes the figure to a file, as PNG, SVG or PDF by the ending of its
// name, and returns ErrOption for any other. The file appears whole or not at
// all: an existing one is replaced only when the new one is complete.
func (f *Figure) Save(path string) error {
	var write func(io.Writer) error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png":
		write = f.WritePNG
	case ".svg":
		write = f.WriteSVG
	case ".pdf":
		write = f.WritePDF
	default:
		return fmt.Errorf("%w: a figure named %q; end its name in .png, .svg or .pdf", ErrOption, filepath.Base(path))
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".klepto-figure-*")
	if err != nil {
		return wrap(err, path)
	}
	defer os.Remove(tmp.Name()) // fails, as it should, once renamed
	b := bufio.NewWriter(tmp)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return wrap(err, path)
}
