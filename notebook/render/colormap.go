package render

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gonum.org/v1/plot/palette/moreland"
)

// Colormap gives numbers between 0 and 1 a colour.
type Colormap struct {
	name  string
	table func() *[256]color.RGBA
}

// The colour maps. Viridis and Inferno are perceptually uniform, from dark to
// bright; Gray is for print; BlueRed is for signed data, with zero in its pale
// middle unless Options.Limits say otherwise (K. Moreland, "Diverging color maps for scientific
// visualization", 2009).
var (
	Viridis = &Colormap{"viridis", sync.OnceValue(func() *[256]color.RGBA { return parseTable(viridisTable) })}
	Inferno = &Colormap{"inferno", sync.OnceValue(func() *[256]color.RGBA { return parseTable(infernoTable) })}
	Gray    = &Colormap{"gray", sync.OnceValue(grayTable)}
	BlueRed = &Colormap{"bluered", sync.OnceValue(blueRedTable)}
)

// Colormaps returns all colour maps, the default one first.
func Colormaps() []*Colormap { return []*Colormap{Viridis, Inferno, Gray, BlueRed} }

// ColormapNamed returns the colour map of that name, or ErrOption with the names
// there are.
func ColormapNamed(name string) (*Colormap, error) {
	all := Colormaps()
	if i := slices.IndexFunc(all, func(m *Colormap) bool { return m.name == name }); i >= 0 {
		return all[i], nil
	}
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.name
	}
	return nil, fmt.Errorf("%w: no colour map %q; there are %s", ErrOption, name, strings.Join(names, ", "))
}

// Name returns the name of the colour map, in lower case.
func (m *Colormap) Name() string { return m.name }

// At returns the colour of t; numbers outside of 0…1 get the colour of the
// nearer end, NaN the grey of missing values.
func (m *Colormap) At(t float64) color.RGBA {
	if math.IsNaN(t) {
		return missing
	}
	return m.table()[int(max(0, min(t, 1))*255+0.5)]
}

// missing is the colour of values that are not finite: a grey that no colour
// map but Gray contains.
var missing = color.RGBA{R: 0xbd, G: 0xbd, B: 0xbd, A: 0xff}

func parseTable(hex string) *[256]color.RGBA {
	var t [256]color.RGBA
	for i := range t {
		rgb, err := strconv.ParseUint(hex[6*i:6*i+6], 16, 32)
		if err != nil {
			panic(err) // a constant of this package: a test reads all of it
		}
		t[i] = color.RGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
	}
	return &t
}

func grayTable() *[256]color.RGBA {
	var t [256]color.RGBA
	for i := range t {
		t[i] = color.RGBA{R: uint8(i), G: uint8(i), B: uint8(i), A: 0xff}
	}
	return &t
}

func blueRedTable() *[256]color.RGBA {
	var t [256]color.RGBA
	for i, c := range moreland.SmoothBlueRed().Palette(256).Colors() {
		r, g, b, _ := c.RGBA()
		t[i] = color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0xff}
	}
	return &t
}

// lineColor returns the colour of the i-th curve: the palette of M. Okabe and
// K. Ito ("Color Universal Design", 2008) without its yellow, which is too faint
// on white.
func lineColor(i int) color.RGBA {
	rgb := [...]uint32{0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000}[i%7]
	return color.RGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}
