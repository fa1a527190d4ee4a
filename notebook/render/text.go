package render

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"strings"
	"unicode/utf8"
)

// Colors is how many colours a terminal shows.
type Colors int

// The kinds of terminal. Mono is also the right one for a file or a pipe.
const (
	Mono      Colors = iota // none: fields are drawn in a ramp of characters
	Color256                // the 256 colours of xterm
	TrueColor               // 24 bits
)

// TextOptions say what terminal a figure is drawn for. Nil and zero fields mean
// 80 × 24 cells without colour.
type TextOptions struct {
	Width, Height int // in cells; at least 20 × 6
	Colors        Colors
}

// Validate returns ErrOption with the value that cannot be used, or nil.
func (o *TextOptions) Validate() error {
	switch {
	case o == nil:
		return nil
	case (o.Width != 0 && o.Width < 20) || (o.Height != 0 && o.Height < 6) || o.Width > 10000 || o.Height > 10000:
		return fmt.Errorf("%w: a terminal of %d × %d cells; give at least 20 × 6", ErrOption, o.Width, o.Height)
	case o.Colors < Mono || o.Colors > TrueColor:
		return fmt.Errorf("%w: Colors %d; give Mono, Color256 or TrueColor", ErrOption, o.Colors)
	}
	return nil
}

// WriteText draws the figure in UTF-8 characters: fields as half blocks in
// colour (two values a cell) or a ramp of ASCII characters without, curves in
// braille (2 × 4 dots a cell). No line is longer than the width, and there are
// at most as many lines as the height.
func (f *Figure) WriteText(w io.Writer, o *TextOptions) error {
	if err := o.Validate(); err != nil {
		return err
	}
	t := &textFigure{TextOptions: TextOptions{Width: 80, Height: 24}}
	if o != nil {
		t.Colors = o.Colors
		if o.Width != 0 {
			t.Width = o.Width
		}
		if o.Height != 0 {
			t.Height = o.Height
		}
	}
	b := bufio.NewWriter(w)
	t.w = b
	f.art.text(t)
	return wrap(b.Flush(), "text")
}

// textFigure writes the lines of a figure.
type textFigure struct {
	TextOptions
	w *bufio.Writer // keeps the first error for Flush
}

// line writes one line, cut to the width; s has no colours.
func (t *textFigure) line(s string) {
	s = plain(strings.TrimRight(s, " "))
	if utf8.RuneCountInString(s) > t.Width {
		s = string([]rune(s)[:t.Width-1]) + "…"
	}
	fmt.Fprintln(t.w, s)
}

// center writes a line in the middle of width cells that start at indent.
func (t *textFigure) center(s string, indent, width int) {
	t.line(strings.Repeat(" ", indent+max(0, (width-utf8.RuneCountInString(s))/2)) + s)
}

// ramp is from empty to full; "?" stands for what is not finite.
const ramp = " .:-=+*#%@"

// block is a rectangle of colours, or of characters, that fills cells of the
// terminal.
type block struct {
	cols, rows int // in cells
	img        *image.RGBA
	level      func(x, y int) float64 // 0…1 or NaN of a cell, for Mono
}

// write writes row y of the block.
func (b *block) write(t *textFigure, y int) {
	if t.Colors == Mono {
		row := make([]byte, b.cols)
		for x := range row {
			row[x] = '?'
			if v := b.level(x, y); v == v {
				row[x] = ramp[int(max(0, min(v, 1))*float64(len(ramp)-1)+0.5)]
			}
		}
		t.w.Write(bytes.TrimRight(row, " "))
		return
	}
	var last string
	for x := range b.cols {
		s := t.sgr(b.img.RGBAAt(x, 2*y), b.img.RGBAAt(x, 2*y+1))
		if s != last {
			t.w.WriteString(s)
			last = s
		}
		t.w.WriteString("▀")
	}
	t.w.WriteString("\x1b[0m")
}

// sgr returns the escape sequence for a foreground and a background.
func (t *textFigure) sgr(fg, bg color.RGBA) string {
	if t.Colors == Color256 {
		return fmt.Sprintf("\x1b[38;5;%d;48;5;%dm", xterm256(fg), xterm256(bg))
	}
	return fmt.Sprintf("\x1b[38;2;%d;%d;%d;48;2;%d;%d;%dm", fg.R, fg.G, fg.B, bg.R, bg.G, bg.B)
}

// paintText writes the text in a colour, where there are any.
func (t *textFigure) paintText(s string, c color.RGBA) string {
	switch t.Colors {
	case Color256:
		return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[0m", xterm256(c), s)
	case TrueColor:
		return fmt.Sprintf("\x1b[38;2;%d;%d;%dm%s\x1b[0m", c.R, c.G, c.B, s)
	}
	return s
}

// xterm256 returns the nearest of xterm's fixed colours: the 6×6×6 cube with
// the levels 0, 95, 135, 175, 215, 255 from 16 on, and 24 greys from 232 on
// (xterm's 256colres.pl).
func xterm256(c color.RGBA) int {
	level := func(v uint8) (index, value int) {
		switch {
		case v < 48:
			return 0, 0
		case v < 115:
			return 1, 95
		}
		i := (int(v) - 35) / 40
		return i, 55 + 40*i
	}
	far := func(r, g, b int) int {
		dr, dg, db := r-int(c.R), g-int(c.G), b-int(c.B)
		return dr*dr + dg*dg + db*db
	}
	ri, r := level(c.R)
	gi, g := level(c.G)
	bi, b := level(c.B)
	grey := min(23, max(0, (int(c.R)+int(c.G)+int(c.B))/3-3)/10)
	if v := 8 + 10*grey; far(v, v, v) < far(r, g, b) {
		return 232 + grey
	}
	return 16 + 36*ri + 6*gi + bi
}
