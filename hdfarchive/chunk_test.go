package hdfarchive_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// compressible is a value with large members that compress well, a little and not at all.
func compressible() value.Value {
	smooth, noise := make([]float64, 70*71*29), make([]uint64, 20_000)
	for i := range smooth {
		smooth[i] = math.Sin(float64(i) * 1e-4)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = random.Uint64()
	}
	steps := make([]int16, 300_001)
	for i := range steps {
		steps[i] = int16(i / 1000)
	}
	pairs := make([]complex64, 50*1000)
	for i := range pairs {
		pairs[i] = complex(float32(i/10), 1)
	}
	n := 10_000
	ids, on := make([]int64, n), make([]bool, n)
	for i := range ids {
		ids[i], on[i] = int64(i), i%3 == 0
	}
	field := func(name string, v value.Value) value.Field { return value.Field{Name: name, Value: v} }
	return &value.Struct{Fields: []value.Field{
		field("smooth", array(value.Float64, smooth, 70, 71, 29)), field("noise", array(value.Uint64, noise, 20_000)),
		field("steps", array(value.Int16, steps, 300_001)), field("pairs", array(value.Complex64, pairs, 50, 1000)),
		field("zeros", array(value.Float64, make([]float64, 1<<18), 1<<18)), field("small", vector(10, 0)),
		field("row", array(value.Float32, make([]float32, 1<<20), 1, 1<<20)),
		field("table", &value.Table{N: n, Columns: []value.Column{{Name: "id", Array: array(value.Int64, ids, n)}, {Name: "on", Array: array(value.Bool, on, n)}}}),
	}}
}

// TestCompress stores compressed arrays, reads them whole and in parts, and has h5py
// read them.
func TestCompress(t *testing.T) {
	for _, k := range kinds {
		for _, o := range []hdfarchive.Options{{Compress: "gzip"}, {Compress: "auto", Level: 1}, {Compress: "gzip", Fletcher32: true}, {Fletcher32: true}} {
			t.Run(fmt.Sprintf("%s/%s%d%v", k.scheme, o.Compress, o.Level, o.Fletcher32), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "a")
				a := opened(t, k.open, path, &o)
				e := entry("f", 1, compressible())
				put(t, a, e)
				wantValue(t, a, e)
				for _, text := range []string{"smooth[3, :, ::-2]", "smooth[::-1, 5:60:7, 28]", "smooth", "noise[-5:]", "steps[299999:]", "steps[::-100000]",
					"pairs[::7, 3:999:11]", "row[0, 1000000:1000002]", "table[5:7]", "table/on[::3000]", "zeros[::65536]", "small[3]"} {
					s, err := driver.ParseSelection(text)
					if err != nil {
						t.Fatal(err)
					}
					want, err := s.Cut(e.Value, nil)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := a.Slice(t.Context(), "f", e.Key, text); err != nil || !value.Equal(got, want) {
						t.Errorf("Slice %s = %v", text, err)
					}
				}
				closeNow(t, a)
				if k.scheme != "hdf" {
					return
				}
				python := need.Python(t, "h5py")
				script := `
import h5py, sys, numpy as np
e = next(iter(h5py.File(sys.argv[1], "r")["f/entries"].values()))
assert np.array_equal(e["smooth"][:].ravel(), np.sin(np.arange(70 * 71 * 29) * 1e-4)) or np.allclose(e["smooth"][:].ravel(), np.sin(np.arange(70 * 71 * 29) * 1e-4), 1e-14)
assert (e["steps"][:] == np.arange(300001) // 1000).all() and (e["table"]["id"] == np.arange(10000)).all()
assert (e["pairs"][:].ravel() == (np.arange(50000) // 10).astype("f4") + 1j).all() and e["noise"].shape == (20000,) and e["noise"][-1] >= 0
print(e["smooth"].compression, e["smooth"].shuffle, e["smooth"].fletcher32, e["noise"].compression, e["zeros"].id.get_storage_size())
`
				out, err := exec.Command(python, "-c", script, path).CombinedOutput()
				if err != nil {
					t.Errorf("h5py: %v\n%s", err, out)
				}
				t.Logf("%s", out)
			})
		}
	}
}

// TestFletcher32 damages each byte of a range of a chunk, which Slice finds.
func TestFletcher32(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Fletcher32: true})
	e := entry("f", 1, vector(100_000, 0))
	put(t, a, e)
	closeNow(t, a)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for at := len(whole) / 2; at < len(whole)/2+20; at++ {
		whole[at] ^= 0x10
		if err := os.WriteFile(path, whole, 0o666); err != nil {
			t.Fatal(err)
		}
		a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
		if _, err := a.Slice(t.Context(), "f", e.Key, "[:]"); errors.Is(err, archive.ErrCorrupt) {
			found++
		}
		closeNow(t, a)
		whole[at] ^= 0x10
	}
	if found != 20 {
		t.Errorf("of 20 damaged bytes Slice finds %d", found)
	}
}
