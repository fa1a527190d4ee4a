package render_test

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klepto-go/klepto/notebook/render"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// wave is a field with a maximum near its top left corner.
func wave(rows, cols int) render.Field {
	f := render.Field{Rows: rows, Cols: cols, Data: make([]float64, rows*cols)}
	for i := range f.Data {
		y, x := float64(i/cols)/float64(rows), float64(i%cols)/float64(cols)
		f.Data[i] = math.Exp(-4*((x-0.25)*(x-0.25)+(y-0.25)*(y-0.25))) - 0.25*x
	}
	return f
}

func curve(n int, f func(x float64) float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = f(float64(i))
	}
	return y
}

func must(t testing.TB) func(f *render.Figure, err error) *render.Figure {
	return func(f *render.Figure, err error) *render.Figure {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

// figures has one figure of every kind, and of every kind of awkward data.
func figures(t testing.TB) map[string]*render.Figure {
	m := must(t)
	f4, k3 := render.NewAxis("F", "", []float64{0.02, 0.03, 0.04, 0.05}), render.NewAxis("k", "1/s", []float64{0.05, 0.06, 0.07})
	tiles := make([]render.Field, 12)
	for i := range tiles {
		tiles[i] = wave(8+i, 8+i)
	}
	tiles[5] = render.Field{}
	damped := curve(200, func(x float64) float64 { return 1e-5 * math.Sin(x/10) * math.Exp(-x/80) })
	gaps := append([]float64(nil), damped...)
	gaps[60], gaps[61], gaps[100] = nan, inf, nan
	decades := curve(25, func(x float64) float64 { return math.Pow(10, x/4-3) })
	decades[7] = -1
	return map[string]*render.Figure{
		"heatmap": m(render.Heatmap(wave(64, 64), &render.Options{
			Title: "a wave", X: render.Label{Name: "x"}, Y: render.Label{Name: "y"}, Value: render.Label{Name: "u", Units: "mol/m3"}})),
		"heatmap-reduced":  m(render.Heatmap(wave(700, 900), &render.Options{Colormap: render.Inferno})),
		"heatmap-gaps":     m(render.Heatmap(render.Field{Rows: 2, Cols: 3, Data: []float64{0, nan, 1, inf, 0.5, -inf}}, nil)),
		"heatmap-constant": m(render.Heatmap(render.Field{Rows: 3, Cols: 3, Data: make([]float64, 9)}, nil)),
		"heatmap-one":      m(render.Heatmap(render.Field{Rows: 1, Cols: 1, Data: []float64{42}}, nil)),
		"heatmap-nan":      m(render.Heatmap(render.Field{Rows: 1, Cols: 2, Data: []float64{nan, nan}}, nil)),
		"heatmap-signed":   m(render.Heatmap(render.Field{Rows: 1, Cols: 4, Data: []float64{-1, 0, 1, 3}}, &render.Options{Colormap: render.BlueRed})),
		"heatmap-coordinates": m(render.Heatmap(wave(20, 64), &render.Options{
			Title: "kernel(alpha=0.025, beta=0.0625, gamma=1.5, steps=20000, scheme=crank-nicolson, boundary=periodic)",
			X:     render.Label{Name: "x", Units: "m"}, XValues: curve(64, func(i float64) float64 { return i / 31.5 }),
			Y: render.Label{Name: "t", Units: "s"}, YValues: curve(20, func(i float64) float64 { return i / 100 })})),
		"heatmap-flat": m(render.Heatmap(wave(2, 300), nil)),
		"phasemap":     m(render.PhaseMap(f4, k3, curve(12, func(x float64) float64 { return x }), &render.Options{Value: render.Label{Name: "mean"}})),
		"phasemap-log": m(render.PhaseMap(render.NewAxis("nu", "m2/s", []float64{1e-6, 1e-5, 1e-4}), render.NewAxis("n", "", []float64{1}),
			[]float64{1e-3, 1, 0}, &render.Options{Log: true})),
		"montage":   m(render.Montage(f4, k3, tiles, &render.Options{Title: "tiles", Value: render.Label{Name: "u"}})),
		"lines":     m(render.Lines([]render.Series{{Y: damped}}, &render.Options{Title: "damped", X: render.Label{Name: "t", Units: "s"}, Value: render.Label{Name: "d", Units: "m"}})),
		"lines-two": m(render.Lines([]render.Series{{Label: render.Label{Name: "one"}, Y: gaps}, {Label: render.Label{Name: "two"}, Y: curve(100, func(float64) float64 { return 5e-6 })}}, nil)),
		"lines-log": m(render.Lines([]render.Series{{Y: decades}}, &render.Options{Log: true})),
		"lines-logx": m(render.Lines([]render.Series{
			{Label: render.Label{Name: "one"}, X: []float64{0.001, 0.01, 0.1, 1, 10}, Y: []float64{1, 2, 3, 4, 5}},
			{Label: render.Label{Name: "two"}, X: []float64{0, 0.01, 1, 10}, Y: []float64{1, 1, 2, 2}}}, &render.Options{LogX: true})),
		"lines-one": m(render.Lines([]render.Series{{Y: []float64{7}}}, nil)),
		"panels": m(render.Panels([]render.Series{{Label: render.Label{Name: "t", Units: "s"}, Y: decades}, {Label: render.Label{Name: "T", Units: "K"}, Y: damped}},
			&render.Options{X: render.Label{Name: "row"}})),
	}
}

func TestText(t *testing.T) {
	for name, f := range figures(t) {
		for _, o := range []struct {
			suffix string
			text   render.TextOptions
		}{
			{"", render.TextOptions{Width: 72, Height: 20}},
			{"-256", render.TextOptions{Width: 40, Height: 12, Colors: render.Color256}},
			{"-true", render.TextOptions{Width: 40, Height: 12, Colors: render.TrueColor}},
		} {
			var b bytes.Buffer
			if err := f.WriteText(&b, &o.text); err != nil {
				t.Fatal(err)
			}
			fits(t, name+o.suffix, b.String(), o.text)
			golden(t, name+o.suffix+".txt", b.Bytes())
		}
	}
}

// fits checks that a drawing stays inside of its terminal.
func fits(t testing.TB, name, s string, o render.TextOptions) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	if len(lines) > o.Height {
		t.Errorf("%s: %d lines in a terminal of %d", name, len(lines), o.Height)
	}
	for _, l := range lines {
		if n := utf8.RuneCountInString(visible(l)); n > o.Width {
			t.Errorf("%s: a line of %d cells in a terminal of %d: %q", name, n, o.Width, l)
		}
		if o.Colors == render.Mono && strings.Contains(l, "\x1b") {
			t.Errorf("%s: colour without colours: %q", name, l)
		}
		if strings.Contains(l, "\x1b") && !strings.HasSuffix(strings.TrimRight(l[strings.LastIndex(l, "\x1b"):], " "), "m") && !strings.Contains(l[strings.LastIndex(l, "\x1b"):], "[0m") {
			t.Errorf("%s: colour goes on after the line: %q", name, l)
		}
	}
}

func visible(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -update and look at it\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestPNG(t *testing.T) {
	for name, f := range figures(t) {
		var b bytes.Buffer
		if err := f.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r := img.Bounds(); r.Dx() > 1200 || r.Dx() < 300 || r.Dy() < 150 || r.Dy() > 1700 {
			t.Errorf("%s is %v", name, r)
		}
		if !whiteMargin(img) {
			t.Errorf("%s: something is clipped at a border", name)
		}
	}
}

// whiteMargin reports whether nothing is drawn on the outermost pixels.
func whiteMargin(img image.Image) bool {
	r := img.Bounds()
	white := func(x, y int) bool { return color.RGBAModel.Convert(img.At(x, y)) == color.RGBA{255, 255, 255, 255} }
	for x := r.Min.X; x < r.Max.X; x++ {
		if !white(x, r.Min.Y) || !white(x, r.Max.Y-1) {
			return false
		}
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		if !white(r.Min.X, y) || !white(r.Max.X-1, y) {
			return false
		}
	}
	return true
}

// centre returns where a colour is, and how often.
func centre(img image.Image, c color.RGBA) (x, y, n int) {
	r := img.Bounds()
	for py := r.Min.Y; py < r.Max.Y; py++ {
		for px := r.Min.X; px < r.Max.X; px++ {
			if color.RGBAModel.Convert(img.At(px, py)) == c {
				x, y, n = x+px, y+py, n+1
			}
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	return x / n, y / n, n
}

func TestHeatmapShowsRowZeroAtTheTop(t *testing.T) {
	f := must(t)(render.Heatmap(render.Field{Rows: 2, Cols: 2, Data: []float64{0, 1, nan, 0.5}}, nil))
	img := f.Image()
	quarter := img.Bounds().Dx() * img.Bounds().Dy() / 8
	lowX, lowY, low := centre(img, render.Viridis.At(0))
	topX, _, top := centre(img, render.Viridis.At(1))
	midX, midY, mid := centre(img, render.Viridis.At(0.5))
	nanX, nanY, gaps := centre(img, render.Viridis.At(nan))
	if min(low, top, mid, gaps) < quarter {
		t.Fatalf("cells of %d, %d, %d, %d pixels", low, top, mid, gaps)
	}
	if !(lowX < topX && nanX < midX && lowY < nanY && lowY < midY) {
		t.Errorf("0 at %d,%d; 1 at x %d; NaN at %d,%d; 0.5 at %d,%d", lowX, lowY, topX, nanX, nanY, midX, midY)
	}
}

func TestPhaseMapGrowsRightAndUp(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		z    []float64
	}{
		{[]float64{1, 2}, []float64{1, 2}, []float64{0, 0.25, 0.5, 1}},
		{[]float64{2, 1}, []float64{1, 2}, []float64{0.25, 0, 1, 0.5}},
		{[]float64{1, 2}, []float64{2, 1}, []float64{0.5, 1, 0, 0.25}},
		{[]float64{2, 1}, []float64{2, 1}, []float64{1, 0.5, 0.25, 0}},
	} {
		f := must(t)(render.PhaseMap(render.NewAxis("x", "", c.x), render.NewAxis("y", "", c.y), c.z, nil))
		img := f.Image()
		x00, y00, _ := centre(img, render.Viridis.At(0))
		x10, y10, _ := centre(img, render.Viridis.At(0.25))
		x01, y01, _ := centre(img, render.Viridis.At(0.5))
		if !(x00 < x10 && abs(y00-y10) < 20 && y01 < y00 && abs(x00-x01) < 20) {
			t.Errorf("x %v, y %v: corners at %d,%d  %d,%d  %d,%d", c.x, c.y, x00, y00, x10, y10, x01, y01)
		}
	}
}

func abs(i int) int { return max(i, -i) }

// A reduced curve keeps a peak of a single point among a million.
func TestLinesKeepPeaks(t *testing.T) {
	y := make([]float64, 1e6)
	y[700_123] = 1
	f := must(t)(render.Lines([]render.Series{{Y: y}}, nil))
	img := f.Image()
	blue := color.RGBA{0x00, 0x72, 0xb2, 0xff}
	top := img.Bounds().Dy()
	for py := range img.Bounds().Dy() {
		for px := range img.Bounds().Dx() {
			if img.At(px, py) == blue {
				top = min(top, py)
			}
		}
	}
	if top > img.Bounds().Dy()/4 {
		t.Errorf("the highest point of the curve is %d pixels below the top", top)
	}
}

func TestOptionsSize(t *testing.T) {
	f := must(t)(render.Heatmap(wave(4, 4), &render.Options{Width: 3, Height: 2, DPI: 100}))
	if got := f.Image().Bounds().Size(); got != image.Pt(300, 200) {
		t.Errorf("3 × 2 inches at 100 dots are %v", got)
	}
}

func TestErrors(t *testing.T) {
	good := wave(2, 2)
	x2 := render.NewAxis("x", "", []float64{1, 2})
	heat := func(o *render.Options) error { _, err := render.Heatmap(good, o); return err }
	draw := func(_ *render.Figure, err error) error { return err }
	for name, c := range map[string]struct {
		err, want error
	}{
		"no values":        {draw(render.Heatmap(render.Field{}, nil)), render.ErrEmpty},
		"wrong length":     {draw(render.Heatmap(render.Field{Rows: 3, Cols: 3, Data: []float64{1}}, nil)), render.ErrShape},
		"limits reversed":  {heat(&render.Options{Limits: [2]float64{2, 1}}), render.ErrOption},
		"limits NaN":       {heat(&render.Options{Limits: [2]float64{nan, 1}}), render.ErrOption},
		"limits log":       {heat(&render.Options{Limits: [2]float64{-1, 1}, Log: true}), render.ErrOption},
		"too wide":         {heat(&render.Options{Width: 1e6}), render.ErrOption},
		"width NaN":        {heat(&render.Options{Width: nan}), render.ErrOption},
		"DPI":              {heat(&render.Options{DPI: 1}), render.ErrOption},
		"colour map":       {heat(&render.Options{Colormap: &render.Colormap{}}), render.ErrOption},
		"phase map length": {draw(render.PhaseMap(x2, x2, []float64{1}, nil)), render.ErrShape},
		"phase map axis":   {draw(render.PhaseMap(x2, render.Axis{}, nil, nil)), render.ErrEmpty},
		"phase map NaN":    {draw(render.PhaseMap(render.NewAxis("x", "", []float64{nan}), x2, []float64{1, 2}, nil)), render.ErrOption},
		"montage length":   {draw(render.Montage(x2, x2, []render.Field{good}, nil)), render.ErrShape},
		"montage of none":  {draw(render.Montage(x2, x2, make([]render.Field, 4), nil)), render.ErrEmpty},
		"montage tile":     {draw(render.Montage(x2, x2, []render.Field{good, good, {Rows: 1}, good}, nil)), render.ErrEmpty},
		"no series":        {draw(render.Lines(nil, nil)), render.ErrEmpty},
		"no panels":        {draw(render.Panels(nil, nil)), render.ErrEmpty},
		"empty series":     {draw(render.Lines([]render.Series{{}}, nil)), render.ErrEmpty},
		"series x":         {draw(render.Lines([]render.Series{{X: []float64{1}, Y: []float64{1, 2}}}, nil)), render.ErrShape},
		"narrow terminal":  {must(t)(render.Heatmap(good, nil)).WriteText(new(bytes.Buffer), &render.TextOptions{Width: 3}), render.ErrOption},
		"colors":           {must(t)(render.Heatmap(good, nil)).WriteText(new(bytes.Buffer), &render.TextOptions{Colors: 9}), render.ErrOption},
		"ending":           {must(t)(render.Heatmap(good, nil)).Save("x.jpg"), render.ErrOption},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.png")
	f := must(t)(render.Heatmap(wave(4, 4), &render.Options{DPI: 40}))
	for range 2 { // the second replaces the first
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := png.Decode(file); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".klepto*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := f.Save(filepath.Join(dir, "none", "a.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("saving into a folder that is not there: %v", err)
	}
}

// Extremes of what float64 can hold must draw, in every form.
func TestExtremes(t *testing.T) {
	big, small := math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, pair := range [][]float64{
		{-big, big}, {0, big}, {big, math.Nextafter(big, 0)}, {0, small}, {small, small}, {big, big}, {-big, -big},
		{1, math.Nextafter(1, 2)}, {1e9, 1e9 + 1e-6}, {-1e-310, 1e-310}, {5, 5}, {-3, -3}, {1e15, 1e15 + 1},
	} {
		for _, log := range []bool{false, true} {
			o := &render.Options{Log: log, DPI: 30}
			x := render.NewAxis("x", "", pair)
			figs := []*render.Figure{
				must(t)(render.Heatmap(render.Field{Rows: 1, Cols: 2, Data: pair}, o)),
				must(t)(render.Lines([]render.Series{{X: pair, Y: pair}}, o)),
				must(t)(render.PhaseMap(x, x, append(pair[:2:2], pair...), o)),
			}
			for _, f := range figs {
				f.Image()
				var b bytes.Buffer
				text := render.TextOptions{Width: 60, Height: 16}
				if err := f.WriteText(&b, &text); err != nil {
					t.Fatal(err)
				}
				fits(t, "extremes", b.String(), text)
			}
		}
	}
}
