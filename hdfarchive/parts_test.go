package hdfarchive_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/value"
)

// TestOutline leaves out just what slices bring, and together they are the value.
func TestOutline(t *testing.T) {
	matrix := array(value.Float64, wave(0, 600), 20, 30)
	v := &value.Struct{Fields: []value.Field{
		{Name: "u", Value: matrix},
		{Name: "a/b", Value: &value.Struct{Fields: []value.Field{
			{Name: "on", Value: array(value.Bool, make([]bool, 900), 900)},
			{Name: "z", Value: array(value.Complex64, make([]complex64, 200), 2, 100)},
			{Name: "few", Value: vector(3, 1)},
			{Name: "texts", Value: array(value.String, make([]string, 200), 200)},
		}}},
		{Name: "list", Value: &value.List{Items: []value.Value{matrix}}},
		{Name: "when", Value: array(value.Time, make([]int64, 300), 300)},
	}}
	for _, k := range kinds {
		for _, compress := range []hdfarchive.Compression{"", "gzip"} {
			a := opened(t, k.open, filepath.Join(t.TempDir(), "a"), &hdfarchive.Options{Compress: compress})
			e := entry("f", 1, v)
			put(t, a, e)
			d := a.Driver().(driver.Outliner)
			o, err := d.Outline(t.Context(), "f", e.Key, 500)
			if err != nil {
				t.Fatal(err)
			}
			left := 0
			var fill func(path string, v value.Value)
			fill = func(path string, v value.Value) {
				switch v := v.(type) {
				case *value.Struct:
					for _, f := range v.Fields {
						fill(path+"/"+driver.MemberName(f.Name), f.Value)
					}
				case *value.Array:
					if v.Data != nil {
						return
					}
					left++
					v.Data = v.Elem.Make(v.Len())
					s, err := driver.ParseSelection(path[1:] + "[:]")
					if err == nil {
						_, err = d.Slice(t.Context(), "f", e.Key, s, v.Data)
					}
					if err != nil {
						t.Error(err)
					}
				}
			}
			fill("", o.Value)
			if left != 4 || !value.Equal(o.Value, v) {
				t.Errorf("%s: %d arrays were left out of %v, which is %v; want 4", k.scheme, left, v, o.Value)
			}
			closeNow(t, a)
		}
	}
}

// TestLarge verifies and copies an entry in parts: in a fraction of the memory that it
// takes, and with its damage found.
func TestLarge(t *testing.T) {
	const rows, wide = 70, 1 << 17 // 70 MiB: beyond what is taken whole
	data := make([]float64, rows*wide)
	for i := range data {
		data[i] = float64(i)
	}
	for _, k := range kinds {
		dir := t.TempDir()
		open := func(name string) *archive.Archive {
			a := opened(t, k.open, filepath.Join(dir, name), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
			return a
		}
		src, dst := open("a"), open("b")
		e := entry("f", 1, &value.Struct{Fields: []value.Field{
			{Name: "u", Value: array(value.Float64, data, rows, wide)}, {Name: "n", Value: number(1)}}})
		put(t, src, e)
		before := allocated()
		if p, err := src.Verify(t.Context(), nil); err != nil || p.Done != 1 {
			t.Errorf("%s: Verify = %+v, %v", k.scheme, p, err)
		}
		if r, err := archive.Copy(t.Context(), dst, src, nil); err != nil || r.Copied != 1 {
			t.Errorf("%s: Copy = %+v, %v", k.scheme, r, err)
		}
		if took := allocated() - before; took > 64<<20 {
			t.Errorf("%s: to verify and copy %d MiB took %d MiB of memory", k.scheme, rows, took>>20)
		}
		wantValue(t, dst, e)
		closeNow(t, src)
		closeNow(t, dst)
		path := filepath.Join(dir, "b")
		if k.scheme == "hdfdir" {
			found, err := filepath.Glob(filepath.Join(path, "f", "*", "*.h5"))
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			path = found[0]
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1 // among the elements, which are nearly all of the file
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		src, dst = open("b"), open("c")
		var bad *archive.DamageError
		if p, err := src.Verify(t.Context(), nil); !errors.As(err, &bad) || p.Damaged != 1 {
			t.Errorf("%s: Verify of a damaged entry = %+v, %v", k.scheme, p, err)
		}
		if r, err := archive.Copy(t.Context(), dst, src, nil); !errors.As(err, &bad) || r.Copied != 0 {
			t.Errorf("%s: Copy of a damaged entry = %+v, %v", k.scheme, r, err)
		}
		if n, err := dst.Len(t.Context()); n != 0 || err != nil {
			t.Errorf("%s: the destination has %d entries, %v", k.scheme, n, err)
		}
		closeNow(t, src)
		closeNow(t, dst)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
