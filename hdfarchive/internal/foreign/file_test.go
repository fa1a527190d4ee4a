package foreign_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/foreign"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// write makes the files of testdata/write.py.
func write(t testing.TB) string {
	t.Helper()
	python := need.Python(t, "h5py")
	dir := t.TempDir()
	if out, err := exec.Command(python, "testdata/write.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func open(t testing.TB, path string) *foreign.File {
	t.Helper()
	f, err := foreign.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// plain writes the elements of an array as write.py does.
func plain(a *value.Array) []any {
	out := []any{}
	d := reflect.ValueOf(a.Data)
	float := func(f float64) string {
		switch {
		case f != f:
			return "nan"
		case math.IsInf(f, 0):
			return strings.ToLower(strings.TrimPrefix(fmt.Sprint(f), "+"))
		}
		return strconv.FormatFloat(f, 'x', -1, 64)
	}
	for i := range d.Len() {
		switch x := d.Index(i); x.Kind() {
		case reflect.Bool:
			out = append(out, x.Bool())
		case reflect.String:
			out = append(out, x.String())
		case reflect.Float32, reflect.Float64:
			out = append(out, float(x.Float()))
		case reflect.Complex64, reflect.Complex128:
			out = append(out, float(real(x.Complex()))+","+float(imag(x.Complex())))
		default:
			out = append(out, fmt.Sprint(x.Interface()))
		}
	}
	return out
}

// same compares what python and Go write of a number.
func same(got, want any) bool {
	g, ok1 := got.(string)
	w, ok2 := want.(string)
	if !ok1 || !ok2 || g == w {
		return got == want
	}
	gs, ws := strings.Split(g, ","), strings.Split(w, ",")
	for i := range gs {
		x, err1 := strconv.ParseFloat(gs[i], 64)
		y, err2 := strconv.ParseFloat(ws[min(i, len(ws)-1)], 64)
		if err1 != nil || err2 != nil || math.Float64bits(x) != math.Float64bits(y) {
			return false
		}
	}
	return len(gs) == len(ws)
}

// member finds a column by its dotted name.
func member(v value.Value, name string) *value.Array {
	if t, ok := v.(*value.Table); ok {
		for _, c := range t.Columns {
			if c.Name == name {
				return c.Array
			}
		}
	}
	return nil
}

// What h5py has written comes back, every type and every layout of it.
func TestValues(t *testing.T) {
	dir := write(t)
	text, err := os.ReadFile(filepath.Join(dir, "want.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string][3]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for file, objects := range want {
		f := open(t, filepath.Join(dir, file))
		for path, w := range objects {
			name, column, _ := strings.Cut(path, "#")
			o, err := f.Stat(t.Context(), name)
			if err != nil {
				t.Errorf("%s%s: %v", file, path, err)
				continue
			}
			v, err := f.Read(t.Context(), name, nil)
			if err != nil {
				t.Errorf("%s%s: %v (%s)", file, path, err, o.Type)
				continue
			}
			a, ok := v.(*value.Array)
			if column != "" {
				a, ok = member(v, column), true
			} else if o.Type != w[0] {
				t.Errorf("%s%s: type %q, want %q", file, path, o.Type, w[0])
			}
			if !ok || a == nil {
				t.Errorf("%s%s: %s", file, path, value.Describe(v))
				continue
			}
			shape := []int{}
			for _, n := range w[1].([]any) {
				shape = append(shape, int(n.(float64)))
			}
			if !slices.Equal(a.Shape, shape) {
				t.Errorf("%s%s: shape %v, want %v", file, path, a.Shape, shape)
			}
			if got := plain(a); !slices.EqualFunc(got, w[2].([]any), same) {
				t.Errorf("%s%s (%s):\n got %v\nwant %v", file, path, o.Type, got, w[2])
			}
			if column == "" {
				blocks(t, f, name, a)
			}
		}
	}
	f := open(t, filepath.Join(dir, "types.h5"))
	for path, want := range map[string]string{
		"/null": "null", "/lists": "list[3]", "/regions": "string[1]", "/when": "string[1]", "/time": "int32[2]",
	} {
		v, err := f.Read(t.Context(), path, nil)
		if err != nil || value.Describe(v) != want {
			t.Errorf("%s: %v, %v; want %s", path, v, err, want)
		}
	}
}

// blocks reads parts of an array and compares them with the whole.
func blocks(t *testing.T, f *foreign.File, path string, whole *value.Array) {
	t.Helper()
	rank := len(whole.Shape)
	if rank == 0 || whole.Len() == 0 {
		return
	}
	for _, part := range []int{2, 3} {
		b := &inspect.Block{}
		for d, n := range whole.Shape {
			start := (n*(part-1) + d) / part % n
			b.Start, b.Count = append(b.Start, start), append(b.Count, n-start)
		}
		o, err := f.Stat(t.Context(), path)
		if err != nil || len(o.Shape) != rank {
			return // an array type has dimensions of its own
		}
		v, err := f.Read(t.Context(), path, b)
		if err != nil {
			t.Errorf("%s, %v: %v", path, b, err)
			return
		}
		got, all := plain(v.(*value.Array)), plain(whole)
		at := slices.Clone(b.Start)
		for i := range got {
			k := 0
			for d, n := range whole.Shape {
				k = k*n + at[d]
			}
			if !same(got[i], all[k]) {
				t.Fatalf("%s, %v: element %d is %v, want %v", path, b, i, got[i], all[k])
			}
			for d := rank - 1; d >= 0; d-- {
				if at[d]++; at[d] < whole.Shape[d] {
					break
				}
				at[d] = b.Start[d]
			}
		}
	}
}

// What would do harm is said and not done.
func TestRefused(t *testing.T) {
	dir := write(t)
	f := open(t, filepath.Join(dir, "layout.h5"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for path, want := range map[string]error{
		"/soft": inspect.ErrRefused, "/lost": inspect.ErrRefused, "/outside": inspect.ErrRefused,
		"/passwd": inspect.ErrRefused, "/virtual": inspect.ErrRefused, "/plugin_lzf": inspect.ErrRefused, "/scaled": inspect.ErrRefused,
		"/huge": inspect.ErrLimit, "/product": inspect.ErrLimit, "/large": inspect.ErrLimit, "/loop": inspect.ErrRefused,
		"/none": driver.ErrNotFound, "/one/x": driver.ErrNotFound, "/bigattr": inspect.ErrRefused,
	} {
		if v, err := f.Read(t.Context(), path, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v; want %v", path, v, err, want)
		}
	}
	for path, start := range map[string][]int{"/huge": {1 << 49}, "/product": {1 << 30, 5, 1 << 30}, "/large": {17}} {
		b := &inspect.Block{Start: start, Count: slices.Repeat([]int{1}, len(start))}
		v, err := f.Read(t.Context(), path, b)
		if err != nil || v.(*value.Array).Data.([]float64)[0] != 0 {
			t.Errorf("%s, one element: %v, %v", path, v, err)
		}
	}
	if _, err := f.Read(t.Context(), "/bigchunk", &inspect.Block{Start: []int{0}, Count: []int{1}}); !errors.Is(err, inspect.ErrLimit) {
		t.Errorf("a chunk of 1 GiB: %v", err)
	}
	bomb := open(t, filepath.Join(dir, "bomb.h5"))
	if _, err := bomb.Read(t.Context(), "/x", nil); !errors.Is(err, driver.ErrCorrupt) {
		t.Errorf("a chunk that inflates to 1 MiB: %v", err)
	}
	for _, b := range []*inspect.Block{{}, {Start: []int{0, 0, 0}, Count: []int{8, 1, 1}}, {Start: []int{-1, 0, 0}, Count: []int{1, 1, 1}},
		{Start: []int{math.MaxInt, 0, 0}, Count: []int{math.MaxInt, 1, 1}}} {
		if _, err := f.Read(t.Context(), "/gzip", b); !errors.Is(err, inspect.ErrRefused) {
			t.Errorf("a block %v: %v", b, err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("refusing took %d MiB", grown>>20)
	}
	deep := "/" + strings.Repeat("d/", 300)
	if _, err := f.Stat(t.Context(), deep); !errors.Is(err, inspect.ErrLimit) {
		t.Errorf("300 groups deep: %v", err)
	}
}

func TestObjects(t *testing.T) {
	dir := write(t)
	f := open(t, filepath.Join(dir, "layout.h5"))
	list, total, err := f.Children(t.Context(), "/", 0, 5)
	if err != nil || len(list) != 5 || total < 20 {
		t.Errorf("Children: %v, %d, %v", list, total, err)
	}
	var all []string
	targets := map[string]string{}
	for skip := 0; skip < total; skip += 7 {
		list, _, err := f.Children(t.Context(), "/", skip, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			all = append(all, c.Name)
			targets[c.Name] = string(c.Kind) + " " + c.Target
		}
	}
	if len(all) != total || !slices.IsSorted(all) {
		t.Errorf("%d of %d children: %v", len(all), total, all)
	}
	for name, want := range map[string]string{"soft": "soft link /one", "outside": "external link /etc/passwd:/x", "one": "dataset ", "loop": "group "} {
		if targets[name] != want {
			t.Errorf("%s: %q, want %q", name, targets[name], want)
		}
	}
	one, err1 := f.Stat(t.Context(), "/one")
	again, err2 := f.Stat(t.Context(), "/again")
	up, err3 := f.Stat(t.Context(), "/loop/up")
	root, err4 := f.Stat(t.Context(), "/")
	if err := errors.Join(err1, err2, err3, err4); err != nil || one.Address != again.Address || up.Address != root.Address {
		t.Errorf("two names of one object: %v", err)
	}
	o, err := f.Stat(t.Context(), "/all")
	if err != nil || o.Layout != "chunked" || !slices.Equal(o.Filters, []string{"shuffle", "gzip 4", "fletcher32"}) ||
		!slices.Equal(o.Chunk, []int{2, 11, 3}) || o.Bytes != 4*7*11*5 || o.Stored == 0 {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = f.Stat(t.Context(), "/attrs")
	if err != nil || len(o.Attrs) != 256 || o.MoreAttrs != 44 {
		t.Errorf("%d attributes, %d more, %v", len(o.Attrs), o.MoreAttrs, err)
	}
	if o, err = f.Stat(t.Context(), "/bigattr"); err != nil || o.Attrs[0].Value != nil || o.Attrs[0].Refused == "" {
		t.Errorf("a large attribute: %+v, %v", o, err)
	}
	f = open(t, filepath.Join(dir, "types.h5"))
	o, err = f.Stat(t.Context(), "/scalar")
	if err != nil || len(o.Attrs) != 2 {
		t.Fatalf("%+v, %v", o, err)
	}
	for _, a := range o.Attrs {
		want := map[string]string{"units": "[mol/m3]", "big": "[0 1 2 3 4 5 6 7]"}[a.Name]
		if got := fmt.Sprint(a.Value.(*value.Array).Data); got != want {
			t.Errorf("attribute %s: %s", a.Name, got)
		}
	}
	if o, err = f.Stat(t.Context(), "/named"); err != nil || o.Kind != inspect.Type || o.Type != "float32" {
		t.Errorf("a named type: %+v, %v", o, err)
	}
	if o, err = f.Stat(t.Context(), "/compound"); err != nil || !slices.Equal(o.Columns, []string{"x", "n", "in.s", "in.v", "c"}) {
		t.Errorf("a compound: %+v, %v", o, err)
	}
}
