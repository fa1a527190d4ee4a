package render

import (
	"fmt"
	"math"
	"slices"
)

// Label names a quantity.
type Label struct {
	Name  string // e.g. "concentration of U"
	Units string // e.g. "mol/m3"; "" for a pure number
}

// text returns the label as a figure shows it: name, and in brackets the power
// of ten its numbers are given in and the units.
func (l Label) text(power string) string {
	in := l.Units
	if power != "" && in != "" {
		in = power + " " + in
	} else if power != "" {
		in = power
	}
	switch {
	case in == "":
		return l.Name
	case l.Name == "":
		return "(" + in + ")"
	}
	return l.Name + " (" + in + ")"
}

// Axis is a swept parameter with the values it took, finite and in ascending or
// descending order.
type Axis struct {
	Label
	Values []float64
}

// NewAxis returns the axis of a parameter.
func NewAxis(name, units string, values []float64) Axis {
	return Axis{Label: Label{Name: name, Units: units}, Values: values}
}

func (a Axis) validate(which string) error {
	if len(a.Values) == 0 {
		return fmt.Errorf("%w: the %s axis has no values", ErrEmpty, which)
	}
	for i, v := range a.Values {
		if v-v != 0 {
			return fmt.Errorf("%w: value %d of the %s axis is %v", ErrOption, i, which, v)
		}
	}
	return nil
}

// over validates the coordinates along a side of a field with n cells.
func (a Axis) over(which string, n int) error {
	if len(a.Values) != n {
		return fmt.Errorf("%w: %d coordinates along %s, which has %d cells", ErrShape, len(a.Values), which, n)
	}
	if err := a.validate(which); err != nil {
		return err
	}
	if !a.ordered() {
		return fmt.Errorf("%w: the coordinates along %s neither ascend nor descend from each to the next", ErrOption, which)
	}
	return nil
}

// ordered reports whether each value is larger than the one before, or each smaller.
func (a Axis) ordered() bool {
	up, down := true, true
	for i := 1; i < len(a.Values); i++ {
		up = up && a.Values[i] > a.Values[i-1]
		down = down && a.Values[i] < a.Values[i-1]
	}
	return up || down
}

// uniform reports whether the values are equally spaced, to within what storing
// them as decimal fractions can have changed.
func (a Axis) uniform() bool {
	n := len(a.Values)
	if n < 2 {
		return false
	}
	step := (a.Values[n-1] - a.Values[0]) / float64(n-1)
	if step == 0 || math.IsInf(step, 0) {
		return false
	}
	for i, v := range a.Values {
		if math.Abs(v-(a.Values[0]+float64(i)*step)) > 0.01*math.Abs(step) {
			return false
		}
	}
	return true
}

// Options say how a figure looks. The zero value, and nil, mean: no title, names
// left out, colours from the smallest to the largest finite value in viridis,
// 6 inches wide, as high as the data asks for, 200 dots per inch.
type Options struct {
	Title string
	X, Y  Label // what the columns and rows of a Heatmap are, and the abscissa of Lines
	Value Label // what the colours mean, or the ordinate of Lines

	// XValues and YValues are where the columns and rows of a Heatmap lie, finite and in
	// ascending or descending order; nil: at their indices.
	XValues, YValues []float64

	// Limits are the values at the two ends of the colour bar or of the ordinate;
	// values beyond are drawn like the ends. Zero: from the data.
	Limits [2]float64
	// Log makes the colours or the ordinate logarithmic. Values that are not
	// positive have no place there: they are drawn grey, or as gaps, and counted.
	Log bool
	// LogX makes the abscissa of Lines and Panels logarithmic, unless all series are
	// over their indices. Points that are not positive are gaps, and counted.
	LogX bool
	// Colormap is Viridis when nil.
	Colormap *Colormap

	Width, Height float64 // in inches; at most 60
	DPI           float64 // dots per inch of images, 20 to 1200
}

// Validate returns ErrOption with the value that cannot be used, or nil.
func (o *Options) Validate() error {
	if o == nil {
		return nil
	}
	switch lo, hi := o.Limits[0], o.Limits[1]; {
	case lo-lo != 0 || hi-hi != 0 || lo > hi || (lo == hi && lo != 0):
		return fmt.Errorf("%w: limits %v to %v; give two finite numbers in ascending order", ErrOption, lo, hi)
	case o.Log && lo != hi && lo <= 0:
		return fmt.Errorf("%w: limits %v to %v on a logarithmic scale; give positive numbers", ErrOption, lo, hi)
	case !(o.Width == 0 || o.Width >= 1) || !(o.Height == 0 || o.Height >= 1) || o.Width > 60 || o.Height > 60:
		return fmt.Errorf("%w: a size of %v × %v inches; give 1 to 60", ErrOption, o.Width, o.Height)
	case !(o.DPI == 0 || (o.DPI >= 20 && o.DPI <= 1200)):
		return fmt.Errorf("%w: %v dots per inch; give 20 to 1200", ErrOption, o.DPI)
	case o.Colormap != nil && !slices.Contains(Colormaps(), o.Colormap):
		return fmt.Errorf("%w: a Colormap that this package did not make", ErrOption)
	}
	return nil
}

// withDefaults returns the options with every zero field but Height and Limits
// replaced by its default.
func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.Colormap == nil {
		d.Colormap = Viridis
	}
	if d.Width == 0 {
		d.Width = 6
	}
	if d.DPI == 0 {
		d.DPI = 200
	}
	return d
}
