package render_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/notebook/render"
)

func drawn(t *testing.T, f *render.Figure) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteText(&b, &render.TextOptions{Width: 60, Height: 16}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Where coordinates are given they are on the axes, whichever way they go.
func TestHeatmapOverCoordinates(t *testing.T) {
	f := render.Field{Rows: 20, Cols: 41, Data: curve(820, func(x float64) float64 { return x })}
	o := &render.Options{
		X: render.Label{Name: "x", Units: "m"}, Y: render.Label{Name: "t", Units: "s"},
		XValues: curve(41, func(i float64) float64 { return i / 20 }),
		YValues: curve(20, func(i float64) float64 { return 1e-6 * (19 - i) }),
	}
	got := drawn(t, must(t)(render.Heatmap(f, o)))
	lines := strings.Split(got, "\n")
	top, bottom := "", ""
	for _, l := range lines {
		if label, _, ok := strings.Cut(l, "┤"); ok {
			if top == "" {
				top = strings.TrimSpace(label)
			}
			bottom = strings.TrimSpace(label)
		}
	}
	if top != "1.5" || bottom != "0.0" || !strings.Contains(lines[0], "t (1e-5 s)") || !strings.Contains(got, "x (m)") || !strings.Contains(got, "2.0\n") {
		t.Errorf("from %q at the top to %q at the bottom\n%s", top, bottom, got)
	}
	if strings.Contains(got, "uneven") {
		t.Errorf("equal steps are said not to be\n%s", got)
	}

	o.YValues = curve(20, func(i float64) float64 { return i * i })
	got = drawn(t, must(t)(render.Heatmap(f, o)))
	if !strings.Contains(got, "uneven steps drawn as equal rows") || !strings.Contains(got, "361┤") {
		t.Errorf("the last row is at 361\n%s", got)
	}
	o.XValues = curve(41, func(i float64) float64 { return 1 / (1 + i) })
	if got = drawn(t, must(t)(render.Heatmap(f, o))); !strings.Contains(got, "equal columns and rows") {
		t.Error(got)
	}
}

func TestBadCoordinates(t *testing.T) {
	f := wave(2, 3)
	for name, c := range map[string]struct {
		x, y []float64
		want error
	}{
		"too many":  {[]float64{1, 2, 3, 4}, nil, render.ErrShape},
		"none":      {nil, []float64{}, render.ErrShape},
		"NaN":       {nil, []float64{1, nan}, render.ErrOption},
		"infinite":  {nil, []float64{1, inf}, render.ErrOption},
		"twice":     {[]float64{1, 1, 2}, nil, render.ErrOption},
		"zigzag":    {[]float64{1, 3, 2}, nil, render.ErrOption},
		"ascending": {[]float64{1, 3, 4}, []float64{-1e308, 1e308}, nil},
	} {
		fig, err := render.Heatmap(f, &render.Options{XValues: c.x, YValues: c.y})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil {
			fig.Image()
			drawn(t, fig)
		}
	}
}

// The labels of the axis and the power of ten beside its name belong together, however
// many of the values are labelled.
func TestPowerOfTen(t *testing.T) {
	for n := 2; n < 15; n++ {
		x := render.NewAxis("x", "m", curve(n, func(i float64) float64 { return 1e-6 * (i + 1) }))
		y := render.NewAxis("y", "", []float64{1})
		got := drawn(t, must(t)(render.PhaseMap(x, y, curve(n, func(i float64) float64 { return i }), nil)))
		if strings.Contains(got, "x (1e-") == strings.Contains(got, "1e-06") {
			t.Errorf("%d values\n%s", n, got)
		}
	}
}

// A title is wider than the figure as often as it names all arguments of a call: nothing
// of it may be cut off at the borders, whatever is in it.
func TestLongTitles(t *testing.T) {
	for _, title := range []string{
		strings.Repeat("F=0.025, ", 20), strings.Repeat("x", 300), strings.Repeat("long words ", 300), "two\nlines",
		strings.Repeat("\xff\xfe", 100), "a " + strings.Repeat("ö", 200) + " b", " ", "\n\n\n\n\n",
	} {
		for _, o := range []render.Options{{}, {Width: 3, Height: 2}, {Width: 1, Height: 1}} {
			o.Title, o.DPI = title, 50
			for _, f := range []render.Field{wave(8, 8), wave(40, 10)} {
				if img := must(t)(render.Heatmap(f, &o)).Image(); o.Width != 1 && !whiteMargin(img) {
					t.Errorf("%.20q in %v inches is clipped at a border", title, o.Width)
				}
			}
		}
	}
}
