package render

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
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
	l.title = wrapTitle(l.title, width-2*margin)
	if f.opts.Height != 0 {
		return l, width, vg.Length(f.opts.Height) * vg.Inch
	}
	width, height = l.naturalSize(width)
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

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	var p *fs.PathError
	if errors.As(err, &p) { // it names the temporary file
		err = p.Err
	}
	return fmt.Errorf("render: writing %s: %w", what, err)
}

// Save writes the figure to a file whose name ends in .png, and returns ErrOption
// for another name. The file appears whole or not at all: an existing one is
// replaced only when the new one is complete.
func (f *Figure) Save(path string) error {
	if strings.ToLower(filepath.Ext(path)) != ".png" {
		return fmt.Errorf("%w: a figure named %q; end its name in .png", ErrOption, filepath.Base(path))
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".klepto-figure-*")
	if err != nil {
		return wrap(err, path)
	}
	defer os.Remove(tmp.Name()) // fails, as it should, once renamed
	if err = f.WritePNG(tmp); err == nil {
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
