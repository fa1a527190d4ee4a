package hdfarchive_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

// sliceable has members that are stored in each of the ways there are.
func sliceable() value.Value {
	field := func(name string, v value.Value) value.Field { return value.Field{Name: name, Value: v} }
	u := vector(4*3*5, 0)
	u.Shape, u.Units, u.Axes = []int{4, 3, 5}, "m", []string{"z", "y", "x"}
	rows := vector(24, 0)
	rows.Shape = []int{6, 2, 2}
	many := make([]value.Value, 12)
	for i := range many {
		many[i] = vector(i, 0)
	}
	return &value.Struct{Fields: []value.Field{
		field("u", u), field("x", number(1.5)), field("none", value.Null{}), field("empty", array(value.Float32, []float32{}, 0, 3)),
		field("on", array(value.Bool, []bool{true, false, true}, 3)), field("z", array(value.Complex64, []complex64{1, 2i, 3}, 3)),
		field("t", array(value.Time, []int64{5, 6, 7}, 3)), field("names", array(value.String, []string{"a", "bc", ""}, 3)),
		field("raw", array(value.String, []string{"a\x00", "\xff", ""}, 3)), field("long", vector(20000, 0)),
		field("point", &value.Struct{Fields: []value.Field{field("x", number(1)), field("y", number(2))}}),
		field("table", &value.Table{N: 6, Columns: []value.Column{{Name: "t", Array: vector(6, 0)}, {Name: "v", Array: rows},
			{Name: "when", Array: array(value.Duration, []int64{1, 2, 3, 4, 5, 6}, 6)}}}),
		field("texts", &value.Table{N: 3, Columns: []value.Column{{Name: "s", Array: array(value.String, []string{"a", "b", "c"}, 3)}}}),
		field("list", &value.List{Items: many}),
		field("map", &value.Map{Keys: array(value.String, []string{"a/b", "c"}, 2), Items: []value.Value{vector(3, 0), number(2)}}),
		field("by", &value.Map{Keys: array(value.Int32, []int32{-1, 7}, 2), Items: []value.Value{vector(3, 0), number(2)}}),
		field("deep", &value.Struct{Fields: []value.Field{field("u", vector(7, 0)), field(strings.Repeat("n", 300), vector(2, 0))}}),
	}}
}

// TestSlice compares what is read of a part with what is cut of the whole.
func TestSlice(t *testing.T) {
	selections := []string{"u", "u[1]", "u[1, 2, 3]", "u[..., -1]", "u[::2, ::-1, 1:4:2]", "u[::-3, 0]", "u[4:]", "x", "x[...]", "none", "none[0]", "empty[:, 1]",
		"on[::-1]", "z[1:]", "t[1]", "names[1:]", "raw[1]", "long[19990:]", "long[5]", "point", "point/y", "point/z", "point[0]", "table", "table[1:3]", "table[-1]",
		"table/t[::2]", "table/v[1:3, 0]", "table/v[::-1, :, 1]", "table/v", "table/when[2:]", "table/w", "table/t/x", "texts/s[1:]", "texts[0]",
		"list", "list/11[3:]", "list/12", "map/a%2Fb[1]", "map/x", "by/7", "by/-1[0]", "deep/u[2:4]", "deep/" + strings.Repeat("n", 300) + "[0]", "u[4]", "u[0,0,0,0]", "[0]", "nothing"}
	random := rand.New(rand.NewPCG(1, 2))
	part := func() string {
		return []string{":", "-1", "1:", "::-1", "::2", "0", "...", "-3:2", "1:9:2"}[random.IntN(9)]
	}
	for range 60 {
		selections = append(selections, fmt.Sprintf("u[%s,%s]", part(), part()), fmt.Sprintf("table/v[%s, %s]", part(), part()))
	}
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			a := opened(t, k.open, filepath.Join(t.TempDir(), "a"), nil)
			defer a.Close()
			e := entry("f", 1, sliceable())
			put(t, a, e)
			for _, text := range selections {
				var want value.Value
				s, wantErr := driver.ParseSelection(text)
				if wantErr == nil {
					want, wantErr = s.Cut(e.Value, nil)
				}
				got, err := a.Slice(t.Context(), "f", e.Key, text)
				if (err == nil) != (wantErr == nil) || errors.Is(err, archive.ErrSelection) != (wantErr != nil) {
					t.Errorf("Slice %s: %v, want %v", text, err, wantErr)
				} else if err == nil && !value.Equal(got, want) {
					t.Errorf("Slice %s = %s, want %s", text, value.Describe(got), value.Describe(want))
				}
				var at, wantAt *archive.SelectionError
				if errors.As(err, &at) && errors.As(wantErr, &wantAt) && at.At != wantAt.At {
					t.Errorf("Slice %s: %v\nwant %v", text, err, wantErr)
				}
			}
			if _, err := a.Slice(t.Context(), "f", entry("f", 2, nil).Key, "u"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("Slice of no entry: %v", err)
			}
			small := entry("packed", 1, &value.Struct{Fields: []value.Field{{Name: "x", Value: number(1.5)}, {Name: "v", Value: vector(3, 0)}}})
			put(t, a, small)
			if v, err := a.Slice(t.Context(), "packed", small.Key, "v[1:]"); err != nil || value.Describe(v) != "float64[2]" {
				t.Errorf("Slice of a row: %v", err)
			}
			if _, err := a.Slice(t.Context(), "g", e.Key, "u"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("Slice of no function: %v", err)
			}
		})
	}
}

// TestSliceChunks takes some elements of an array that lies in chunks.
func TestSliceChunks(t *testing.T) {
	for _, k := range kinds {
		a := opened(t, k.open, filepath.Join(t.TempDir(), "a"), nil)
		e := entry("f", 1, slabs(value.Float64, -1, 3, 700))
		w := create(t, a, e)
		all := wave(0, 600*3*700)
		add(t, w, "", all)
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"[::50, ::2, ::7]", "[3:590:11, 1, 699:2:-30]", "[-1, ::-1, 5::-2]", "[7, 1, ::699]", "[::-3, 0, 1]"} {
			s, err := driver.ParseSelection(text)
			if err != nil {
				t.Fatal(err)
			}
			want, err := s.Cut(array(value.Float64, all, 600, 3, 700), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := a.Slice(t.Context(), "f", e.Key, text); err != nil || !value.Equal(got, want) {
				t.Errorf("%s: Slice %s = %s, %v; want %s", k.scheme, text, value.Describe(got), err, value.Describe(want))
			}
		}
		closeNow(t, a)
	}
}

func TestReadInto(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			a := opened(t, k.open, filepath.Join(t.TempDir(), "a"), nil)
			defer a.Close()
			e := entry("f", 1, sliceable())
			put(t, a, e)
			dst := make([]float64, 10)
			shape, err := archive.ReadInto(t.Context(), a, "f", e.Key, "u[1, ::2]", dst)
			if err != nil || !slices.Equal(shape, []int{2, 5}) || dst[0] != 15 || dst[9] != 29 {
				t.Errorf("ReadInto = %v, %v, %v", shape, dst, err)
			}
			if _, err := archive.ReadInto(t.Context(), a, "f", e.Key, "u[0]", dst); !errors.Is(err, archive.ErrSelection) {
				t.Errorf("ReadInto of another shape: %v", err)
			}
			if _, err := archive.ReadInto(t.Context(), a, "f", e.Key, "u[1, ::2]", make([]float32, 10)); !errors.Is(err, archive.ErrSelection) {
				t.Errorf("ReadInto of another type: %v", err)
			}
			if _, err := archive.ReadInto[float64](t.Context(), a, "f", e.Key, "list", nil); !errors.Is(err, archive.ErrSelection) {
				t.Errorf("ReadInto of a list: %v", err)
			}
			text := make([]string, 2)
			if _, err := archive.ReadInto(t.Context(), a, "f", e.Key, "names[:2]", text); err != nil || text[1] != "bc" {
				t.Errorf("ReadInto = %q, %v", text, err)
			}
		})
	}
}

// TestSliceReadsPart damages what is not selected.
func TestSliceReadsPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	e := entry("f", 1, vector(1<<17, 0))
	put(t, a, e)
	closeNow(t, a)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := value.Value(vector(1, 1<<17-1)).(*value.Array).Data.([]float64)[0]
	damaged := false
	for i := len(b) - 8; i > 0 && !damaged; i-- {
		if b[i+7] == 0x40 && b[i+6] == 0xff && last == 131071 && b[i+5] == 0xff && b[i+4] == 0xf0 { // its bytes
			b[i]++
			damaged = true
		}
	}
	if err := os.WriteFile(path, b, 0o666); err != nil || !damaged {
		t.Fatal(err, damaged)
	}
	a = opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
	defer closeNow(t, a)
	if _, err := a.Get(t.Context(), "f", e.Key); !errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("Get of a damaged array: %v", err)
	}
	if _, err := a.Slice(t.Context(), "f", e.Key, "[:1000]"); err != nil {
		t.Errorf("Slice of what is not damaged: %v", err)
	}
	if _, err := a.Slice(t.Context(), "f", e.Key, ""); !errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("Slice of all: %v", err)
	}
}

// TestSliceAfterChange slices an entry again and again while it changes, here and in
// another process.
func TestSliceAfterChange(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			a := opened(t, k.open, path, nil)
			defer closeNow(t, a)
			e := entry("f", 1, nil)
			slice := func(selection string) (value.Value, error) { return a.Slice(t.Context(), "f", e.Key, selection) }
			want := func(selection string, want value.Value) {
				t.Helper()
				for range 2 { // the second time from what is remembered
					if v, err := slice(selection); err != nil || !value.Equal(v, want) {
						t.Errorf("%s: %v, %v, want %v", selection, v, err, want)
					}
				}
			}
			grid := vector(1200, 7)
			grid.Shape = []int{30, 40}
			for _, e.Value = range []value.Value{vector(1000, 1), vector(2000, 5), grid, number(3), vector(1000, 9)} {
				put(t, a, e)
				if first, ok := e.Value.(*value.Array); ok && len(first.Shape) > 0 {
					want("["+strings.Repeat("0, ", len(first.Shape)-1)+"0]", number(first.Data.([]float64)[0]))
				}
				want("", e.Value)
			}
			if err := a.Delete(t.Context(), "f", e.Key); err != nil {
				t.Fatal(err)
			}
			if v, err := slice("[0]"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("of what was deleted: %v, %v", v, err)
			}
			e.Value = vector(1000, 2)
			put(t, a, e)
			want("[1]", number(3))
			other := startHelper(t, k.scheme+":"+path)
			other.want("ok", "again", "1")
			want("", number(1.5))
			put(t, a, e)
			want("[1]", number(3))
			other.want("ok", "delete", "1")
			if v, err := slice("[1]"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("of what another process deleted: %v, %v", v, err)
			}
			other.want("ok", "close")
		})
	}
}

// TestSliceConcurrently slices two entries in turns while one of them is replaced.
func TestSliceConcurrently(t *testing.T) {
	a := opened(t, hdfarchive.Open, filepath.Join(t.TempDir(), "a.h5"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	defer closeNow(t, a)
	entries := []*archive.Entry{entry("f", 1, vector(1000, 1)), entry("f", 2, vector(2000, 1))}
	put(t, a, entries[0])
	put(t, a, entries[1])
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for i := range 200 {
				v, err := a.Slice(t.Context(), "f", entries[i%2].Key, "[10]")
				if err != nil || !value.Equal(v, number(11)) && !value.Equal(v, number(110)) {
					t.Errorf("%v, %v", v, err)
				}
			}
		})
	}
	for i := range 50 {
		put(t, a, entry("f", 1, vector(900+i%3, float64(1+99*(i%2)))))
	}
	done.Wait()
}

func ExampleFile_Slice() {
	dir, err := os.MkdirTemp("", "klepto")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	a, err := hdfarchive.Open(filepath.Join(dir, "results.h5"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	u := vector(12, 0)
	u.Shape = []int{3, 4}
	e := entry("heat", 1, &value.Struct{Fields: []value.Field{{Name: "u", Value: u}}})
	if err := a.Put(ctx, e); err != nil {
		fmt.Println(err)
		return
	}
	v, err := a.Slice(ctx, "heat", e.Key, "u[1:, -1]") // the last column, without its first row
	fmt.Println(v.(*value.Array).Data, err)
	row := make([]float64, 4)
	shape, err := archive.ReadInto(ctx, a, "heat", e.Key, "u[0]", row)
	fmt.Println(shape, row, err)
	// Output:
	// [7 11] <nil>
	// [4] [0 1 2 3] <nil>
}
