package render_test

import (
	"errors"
	"image/color"
	"math"
	"testing"

	"github.com/klepto-go/klepto/notebook/render"
)

func TestColormapEnds(t *testing.T) {
	for _, c := range []struct {
		m        *render.Colormap
		low, top color.RGBA
	}{
		// The ends as matplotlib 3 gives them: matplotlib.colormaps["viridis"](0), (1).
		{render.Viridis, color.RGBA{68, 1, 84, 255}, color.RGBA{253, 231, 37, 255}},
		{render.Inferno, color.RGBA{0, 0, 4, 255}, color.RGBA{252, 255, 164, 255}},
		{render.Gray, color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255}},
	} {
		for _, x := range []float64{0, -1, math.Inf(-1)} {
			if got := c.m.At(x); got != c.low {
				t.Errorf("%s at %v: %v, want %v", c.m.Name(), x, got, c.low)
			}
		}
		for _, x := range []float64{1, 2, math.Inf(1)} {
			if got := c.m.At(x); got != c.top {
				t.Errorf("%s at %v: %v, want %v", c.m.Name(), x, got, c.top)
			}
		}
	}
}

// What makes a colour map honest: brighter is more, in equal steps of L* (CIE 1976).
func TestColormapsAreMonotonic(t *testing.T) {
	for _, m := range []*render.Colormap{render.Viridis, render.Inferno} {
		last, step := lightness(m.At(0)), 0.0
		for i := 1; i <= 255; i++ {
			l := lightness(m.At(float64(i) / 255))
			if l < last-0.35 { // 8-bit components are this coarse
				t.Errorf("%s gets darker at %d", m.Name(), i)
			}
			step, last = math.Max(step, l-last), l
		}
		if step > 1.5 {
			t.Errorf("%s jumps by %v of lightness in 1/255", m.Name(), step)
		}
	}
}

func lightness(c color.RGBA) float64 {
	lin := func(v uint8) float64 {
		if x := float64(v) / 255; x > 0.04045 {
			return math.Pow((x+0.055)/1.055, 2.4)
		} else {
			return x / 12.92
		}
	}
	y := 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
	if y > 0.008856 {
		return 116*math.Cbrt(y) - 16
	}
	return 903.3 * y
}

func TestColormapNamed(t *testing.T) {
	for _, m := range render.Colormaps() {
		got, err := render.ColormapNamed(m.Name())
		if got != m || err != nil {
			t.Errorf("%s: %v, %v", m.Name(), got, err)
		}
		if a, b := m.At(math.NaN()), m.At(0); a == b {
			t.Errorf("%s draws NaN like its lowest value", m.Name())
		}
	}
	if _, err := render.ColormapNamed("jet"); !errors.Is(err, render.ErrOption) {
		t.Errorf("jet: %v", err)
	}
}
