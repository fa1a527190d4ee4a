package command_test

import (
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// wave is a field over time and space with its coordinates.
type wave struct {
	T []float64      `klepto:"name=t,units=s,long_name=time"`
	U [20][9]float32 `klepto:"name=u,axes=t;x"`
	X [9]float64     `klepto:"name=x,units=m"`
	P [20]int16      `klepto:"name=p,axes=t"`
	Q [5][9]float64  `klepto:"name=q,axes=t;name"` // t is too long, and name no member
	Z [3][9]float64  `klepto:"name=z,axes=level;x"`
	L [3]float64     `klepto:"name=level"`
	C [20]float64    `klepto:"name=c,axes=n"`
	N [20]string     `klepto:"name=n"`
}

func waves(t *testing.T, out any) string {
	t.Helper()
	a := memarchive.New()
	o := &keymap.Options{Function: "wave"}
	put(t, a, newKeymap[params](t, o), o, params{F: 1}, out, 0)
	made.Store("wave", a)
	return "test:wave"
}

func newWave() wave {
	w := wave{T: make([]float64, 20), L: [3]float64{850, 500, 700}}
	for i := range w.T {
		w.T[i] = float64(i) / 100
	}
	for i := range w.X {
		w.X[i] = float64(i) / 4
	}
	return w
}

// What plot has on its axes, of the whole and of each kind of part.
func TestCoordinates(t *testing.T) {
	w := newWave()
	for prefix, out := range map[string]any{"": w, "Run.": struct{ Run wave }{w}, "[one].": map[string]wave{"one": w}} {
		url := waves(t, out)
		axis := func(name, units string, values ...any) map[string]any {
			var v any
			if len(values) > 0 {
				v = values
			}
			return map[string]any{"name": name, "units": units, "values": v}
		}
		var times, places []any
		for _, v := range w.T {
			times = append(times, v)
		}
		for _, v := range w.X {
			places = append(places, v)
		}
		for _, c := range []struct {
			member, slice string
			want          []any
		}{
			{"u", "", []any{axis("time", "s", times...), axis("x", "m", places...)}},
			{"u", "::7,-3:", []any{axis("time", "s", 0.0, 0.07, 0.14), axis("x", "m", 1.5, 1.75, 2.0)}},
			{"u", "4,::-4", []any{axis("x", "m", 2.0, 1.0, 0.0)}},
			{"u", "...,0", []any{axis("time", "s", times...)}},
			{"u", "3:4,7::-3", []any{axis("time", "s", 0.03), axis("x", "m", 1.75, 1.0, 0.25)}},
			{"p", "", []any{axis("time", "s", times...)}},
			{"t", "", []any{axis("", "")}},
			{"q", "", []any{axis("t", ""), axis("name", "")}},
			{"z", ":,:2", []any{axis("level", "", 850.0, 500.0, 700.0), axis("x", "m", 0.0, 0.25)}},
			{"c", "", []any{axis("n", "")}},
		} {
			args := []string{"plot", url, "--member", prefix + c.member}
			if c.slice != "" {
				args = append(args, "--slice", c.slice)
			}
			if got := document(t, args...)["axes"]; !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s%s[%s]: %v, want %v", prefix, c.member, c.slice, got, c.want)
			}
		}
	}
}

// What the picture says.
func TestPlotOverCoordinates(t *testing.T) {
	w := newWave()
	url := waves(t, w)
	text := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := run(t, append([]string{"plot", url}, args...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		return stdout
	}
	says := func(got string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
	}
	says(text("--member", "u"), "time (s)\n", "0.00┤", "0.15┤", "x (m)", "2.0\n")
	says(text("--member", "p"), "time (s)", "0.00 ", "0.15")
	says(text("--member", "p", "--slice", "10:"), " 0.10 ")
	says(text("--member", "z"), "index of level\n", "2┤", "x (m)")
	w.L = [3]float64{850, 500, 200}
	url = waves(t, w)
	says(text("--member", "z"), "level\n", "850┤", "200┤")
	w.L = [3]float64{850, 500, 400}
	url = waves(t, w)
	says(text("--member", "z"), "400┤", "uneven steps drawn as equal rows")
	w.L = [3]float64{850, math.NaN(), 400}
	url = waves(t, w)
	says(text("--member", "z"), "index of level\n")
	if stdout, stderr, code := run(t, "plot", url, "--member", "u", "-o", filepath.Join(t.TempDir(), "u.png")); code != 0 {
		t.Error(stdout, stderr)
	}
	// Without --member the curve is drawn, not what it is over.
	url = waves(t, struct {
		T []float64 `klepto:"name=t,units=s"`
		V []float64 `klepto:"name=v,units=V,axes=t"`
	}{[]float64{0, 1, 4}, []float64{2, 3, 4}})
	if doc := document(t, "plot", url); doc["member"] != "v" {
		t.Errorf("%v is drawn", doc["member"])
	}
	url = waves(t, struct {
		T []float64 `klepto:"name=t,axes=t"`
	}{[]float64{0, 1, 4}})
	if doc := document(t, "plot", url); doc["member"] != "t" {
		t.Errorf("%v is drawn", doc["member"])
	}
}

// The coordinates that are read are those of the elements that a slice has chosen.
func TestSpan(t *testing.T) {
	x := &value.Array{Elem: value.Int64, Shape: []int{7}, Data: []int64{0, 1, 2, 3, 4, 5, 6}}
	for _, step := range []int{-8, -3, -2, -1, 1, 2, 3, 8} {
		for start := range 7 {
			var want []int64
			for i := start; i >= 0 && i < 7; i += step {
				want = append(want, int64(i))
				s, err := driver.ParseSelection("[" + command.Span(start, step, len(want)) + "]")
				if err != nil {
					t.Fatal(err)
				}
				v, err := s.Cut(x, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got := v.(*value.Array).Data.([]int64); !slices.Equal(got, want) {
					t.Errorf("%d elements from %d by %d: %v", len(want), start, step, got)
				}
			}
		}
	}
}
