//go:build cgo

package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/value"
)

// The forms of the large values, of 80 MiB each.
const (
	steps, high, wide = 640, 128, 128 // of float64
	side              = 9159          // of uint8
)

// stream stores two large entries: n=0, a struct, in which element (step, y, x) of fields/u is
// step+y/128+x/128² but for spoil at the last, and n=1, a square of bytes.
func stream(t *testing.T, url string, spoil float64) {
	t.Helper()
	a, err := archive.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	u := &value.Array{Meta: value.Meta{Units: "mol/m3"}, Elem: value.Float64, Shape: []int{steps, high, wide}}
	w := create(t, a, 0, &value.Struct{Fields: []value.Field{
		{Name: "fields", Value: &value.Struct{Fields: []value.Field{{Name: "u", Value: u}}}},
		{Name: "t", Value: &value.Array{Elem: value.Time, Shape: []int{steps}}},
		{Name: "mean", Value: &value.Array{Elem: value.Float64, Data: []float64{0.5}}},
	}})
	slab := make([]float64, high*wide)
	for step := range steps {
		for i := range slab {
			slab[i] = float64(step) + float64(i)/(high*wide)
		}
		if step == steps-1 {
			slab[len(slab)-1] += spoil
		}
		if err := archive.Append(t.Context(), w, "fields/u", slab); err != nil {
			t.Fatal(err)
		}
		if err := archive.Append(t.Context(), w, "t", []int64{int64(step)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	w = create(t, a, 1, &value.Array{Elem: value.Uint8, Shape: []int{side, side}})
	row := bytes.Repeat([]byte{1, 2, 3}, side/3)
	for range side {
		if err := archive.Append(t.Context(), w, "", row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

type waveParams struct {
	N int `klepto:"name=n"`
}

func create(t *testing.T, a *archive.Archive, n int, v value.Value) *archive.Writer {
	t.Helper()
	wave, err := klepto.Memoize(func(context.Context, waveParams) (float64, error) { return 0, nil }, &klepto.Options{Name: "wave"})
	if err != nil {
		t.Fatal(err)
	}
	defer wave.Close()
	e, err := wave.Entry(waveParams{n})
	if err != nil {
		t.Fatal(err)
	}
	e.Value = v
	w, err := a.Create(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestLarge looks at values of 80 MiB in a fraction of the memory that they take.
func TestLarge(t *testing.T) {
	for _, kind := range []string{"hdf", "hdfdir"} {
		dir := t.TempDir()
		url := kind + ":" + filepath.Join(dir, "a")
		stream(t, url, 0)
		// inspect returns what the program says, on standard output or else standard error.
		inspect := func(mib uint64, code int, args ...string) string {
			t.Helper()
			var out, errs bytes.Buffer
			before := allocated()
			got := command.Run(t.Context(), args, &command.Env{Out: &out, Err: &errs})
			if took := allocated() - before; got != code || took > mib<<20 {
				t.Errorf("%s %q: exit %d, want %d; %s; %d MiB of memory, at most %d are wanted", kind, args, got, code, errs.String(), took>>20, mib)
			}
			return out.String() + errs.String()
		}
		says := func(got string, wants ...string) {
			t.Helper()
			for _, want := range wants {
				if !strings.Contains(got, want) {
					t.Errorf("%s: %s\nlacks %q", kind, got, want)
				}
			}
		}
		says(inspect(2, 0, "tree", url), "fields.u  float64[640 128 128]  [mol/m3]", "mean      float64", "(value)  uint8[9159 9159]")
		says(inspect(2, 0, "tree", url, "--json"), `"min": null`)
		says(inspect(2, 0, "__complete", "show", url, "--at", "n=0", "--member", ""), "fields.u\tfloat64[640 128 128]")
		show := []string{"show", url, "--at", "n=0"}
		says(inspect(24, 0, show...), "not checked against what was read", "fields.u  float64[640 128 128]    0   320  640",
			"[0 6.103515625e-05 0.0001220703125 0.00018310546875 …]", "[1970-01-01T00:00:00Z 1970-01-01T00:00:00.000000001Z")
		var doc struct {
			Verified bool
			Members  []struct {
				Min, Mean, Max float64
				Head           []any
			}
		}
		if err := json.Unmarshal([]byte(inspect(24, 0, append(show, "--json", "--limit", "1", "--head", "3")...)), &doc); err != nil {
			t.Fatal(err)
		}
		last := steps - 1.0/(high*wide)
		if m := doc.Members[0]; doc.Verified || m.Min != 0 || m.Max != last || m.Mean != last/2 || len(m.Head) != 3 {
			t.Errorf("%s: show --json: %+v; want a mean of %v", kind, doc, last/2)
		}
		says(inspect(18, 0, "show", url, "--at", "n=1"), "(value)  uint8[9159 9159]    1     2    3  [1 2 3 1 …]")
		part := append(show, "--member", "fields.u", "--slice")
		says(inspect(2, 0, append(part, "10:20:3,-1,:2")...), "fields.u[10:20:3,-1,:2]  float64[4 2]",
			"[10.9921875 10.99224853515625 13.9921875 13.99224853515625 …]")
		says(inspect(2, 0, append(part, "639,127,...", "--values", "--json")...), `"slice": "639,127,..."`, "639.9999389648438")
		says(inspect(2, 0, "show", url, "--at", "n=1", "--slice", "-1,:4"), "(value)[-1,:4]  uint8[4]")
		says(inspect(2, 2, append(show, "--values", "--json")...), "--values of fields.u, 83.9 MB; choose a part by --slice")
		says(inspect(4, 2, append(show, "--head", "9000000")...), "--head 9000000 of fields.u; choose a part by --slice")
		says(inspect(2, 2, append(part, "700")...), "index 700 is out of range")
		says(inspect(2, 2, append(show, "--slice", ":")...), "the value has fields.u, t, mean")
		says(inspect(1, 1, "plot", url, "--at", "n=0", "--member", "fields.u"), "3 dimensions")
		says(inspect(4, 0, "plot", url, "--at", "n=0", "--member", "fields.u", "--slice", "100"), "fields.u[100]")
		if kind == "hdfdir" {
			continue // what follows knows no kinds
		}
		says(inspect(160, 0, "plot", url, "--at", "n=1"), "[::4,::2]")

		other := kind + ":" + filepath.Join(dir, "b")
		stream(t, other, 1)
		says(inspect(70, 3, "diff", url, other), "fields.u: 1 of 10485760 elements, first at [639 127 127]: 639.9999389648438 against 640.9999389648438; largest difference 1,",
			"1 the same, 1 different")
		says(inspect(70, 0, "diff", url, other, "--atol", "1"), "2 the same")
		says(inspect(70, 0, "verify", url), "2 entries of 168 MB checked, 0 damaged")
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
