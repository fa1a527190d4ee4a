package hdfarchive_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// begun is an entry whose value comes in slabs: whole is what it will be.
func begun(e *archive.Entry, v value.Value) *archive.Entry {
	b := *e
	b.Value = v
	return &b
}

func create(t *testing.T, a *archive.Archive, e *archive.Entry) *archive.Writer {
	t.Helper()
	w, err := a.Create(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// slabs are an array without data, for values of the elements.
func slabs(e value.Elem, shape ...int) *value.Array { return &value.Array{Elem: e, Shape: shape} }

func add[T archive.Element](t *testing.T, w *archive.Writer, member string, rows []T) {
	t.Helper()
	if err := archive.Append(t.Context(), w, member, rows); err != nil {
		t.Fatal(err)
	}
}

// wave is what streamed fields hold: element i of any of them.
func wave(from, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Round(1000 * math.Sin(float64(from+i)*1e-3))
	}
	return x
}

// TestStreamOptions writes members of many forms under each compression, beside one
// another, and reads them back whole and in parts.
func TestStreamOptions(t *testing.T) {
	const rows, wide = 12, 3 << 18
	for _, k := range kinds {
		for _, o := range []hdfarchive.Options{{}, {Compress: "gzip", Level: 1}, {Compress: "auto", Level: 1, Fletcher32: true}, {Sync: hdfarchive.SyncFull}} {
			t.Run(fmt.Sprintf("%s/%s%v%s", k.scheme, o.Compress, o.Fletcher32, o.Sync), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "a")
				a := opened(t, k.open, path, &o)
				series := make([]int32, 70_000*rows)
				for i := range series {
					series[i] = int32(i)
				}
				e := entry("f", 1, structOf("x", vector(7, 0), "u", array(value.Float64, wave(0, rows*wide), rows, 3, 1<<18),
					"series", array(value.Int32, series, len(series)), "few", array(value.Float64, wave(0, rows*20_000), rows, 20_000), "last", number(3)))
				w := create(t, a, begun(e, structOf("x", vector(7, 0), "u", slabs(value.Float64, rows, 3, 1<<18),
					"series", slabs(value.Int32, -1), "few", slabs(value.Float64, -1, 20_000), "last", number(3))))
				for r := range rows {
					add(t, w, "u", wave(r*wide, wide))
					add(t, w, "series", series[r*70_000:(r+1)*70_000])
					add(t, w, "few", wave(r*20_000, 20_000))
				}
				if n, err := a.Len(t.Context()); n != 0 || err != nil {
					t.Errorf("%d entries, %v, before Commit", n, err)
				}
				if err := w.Commit(t.Context()); err != nil {
					t.Fatal(err)
				}
				wantValue(t, a, e)
				for _, part := range []struct {
					text string
					want value.Value
				}{
					{"u[7, 1, 5:9]", array(value.Float64, wave(7*wide+1<<18+5, 4), 4)},
					{"series[839990:]", array(value.Int32, series[839_990:], 10)},
					{"few[11, 0]", array(value.Float64, wave(11*20_000, 1))},
				} {
					if v, err := a.Slice(t.Context(), "f", e.Key, part.text); err != nil || !value.Equal(v, part.want) {
						t.Errorf("Slice %s = %v, %v", part.text, v, err)
					}
				}
				closeNow(t, a)
				a = opened(t, k.open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
				defer a.Close()
				wantValue(t, a, e)
				wantListed(t, a, "f", e)
			})
		}
	}
}

// TestStreamPython reads what came in slabs, with its axes, as h5py does.
func TestStreamPython(t *testing.T) {
	python := need.Python(t, "h5py")
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	const rows, row = 20, 100_000
	u := withAxes(slabs(value.Float64, -1, row), "K", "t", "x")
	u.LongName = "temperature"
	e := entry("f", 1, structOf("t", withAxes(vector(rows, 0), "s", "t"), "u", u, "v", slabs(value.Float64, rows, row)))
	for _, part := range []struct {
		e      *archive.Entry
		member []string
	}{{e, []string{"u", "v"}}, {entry("lone", 1, withAxes(slabs(value.Float64, rows, row), "K", "t", "x")), []string{""}}} {
		w := create(t, a, part.e)
		for r := range rows {
			for _, m := range part.member {
				add(t, w, m, wave(r*row, row))
			}
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closeNow(t, a)
	script := `
import h5py, sys, numpy as np
with h5py.File(sys.argv[1], "r") as f:
    assert sorted(f) == ["f", "lone"], list(f)
    want = np.round(1000 * np.sin(np.arange(20 * 100000) * 1e-3)).reshape(20, 100000)
    e, = f["f/entries"].values()
    lone, = f["lone/entries"].values()
    for d in e["u"], e["v"], lone:
        assert d.shape == (20, 100000) and d.dtype == "<f8" and np.array_equal(d[:], want)
        assert d.chunks and d.compression is None and len(d.attrs) <= 8, dict(d.attrs)
        assert (d[7, 99998:] == want[7, 99998:]).all()
    assert e["u"].maxshape == (None, 100000) and e["v"].maxshape == (20, 100000)
    assert e["u"].attrs["units"] == "K" and e["u"].attrs["long_name"] == "temperature"
    assert e["u"].dims[0][0].name.endswith("/t") and e["u"].dims[0].label == "", e["u"].dims[0].label
    assert [x.label for x in lone.dims] == ["t", "x"] and lone.attrs["sum"] > 0
    i = f["f/index"][0]
    assert i["bytes"] == 8 * (20 + 2 * 20 * 100000) and b"u[20 100000]" in i["shape"], i
`
	if out, err := exec.Command(python, "-c", script, path).CombinedOutput(); err != nil {
		t.Errorf("h5py: %v\n%s", err, out)
	}
}

// hidden tells what streams have left in a file that is closed.
func hidden(t *testing.T, path string) (has bool) {
	t.Helper()
	inFile(t, path, nil, func(root *h5.Group) (err error) {
		has, err = root.Has(".klepto-streams")
		return err
	})
	return has
}

// TestStreamGivesBack aborts streams, in every way there is, and wants the file to be as
// small as it was.
func TestStreamGivesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	e := entry("f", 1, slabs(value.Float64, -1, 1<<20))
	other := entry("g", 1, vector(1000, 1))
	put(t, a, other)
	for i := range 4 {
		if i == 2 {
			put(t, a, entry("f", 1, number(1)))
		}
		w := create(t, a, e)
		for r := range 3 {
			add(t, w, "", wave(r, 2<<20))
		}
		if _, err := a.Compact(t.Context(), nil); !errors.Is(err, archive.ErrLocked) {
			t.Errorf("Compact during a stream = %v; want ErrLocked", err)
		}
		switch i {
		case 0:
			if err := w.Abort(); err != nil {
				t.Error(err)
			}
		case 1:
			if err := archive.Append(t.Context(), w, "", []float64{1}); err == nil {
				t.Error("half a row")
			}
		case 2:
			if stored, err := w.CommitIfAbsent(t.Context()); stored || err != nil {
				t.Errorf("CommitIfAbsent = %v, %v", stored, err)
			}
		case 3:
			closeNow(t, a)
		}
	}
	if hidden(t, path) {
		t.Error("streams that were aborted are still there")
	}
	if st, err := os.Stat(path); err != nil || st.Size() > 1<<20 {
		t.Errorf("the file has %d bytes, %v", st.Size(), err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("beside the archive are %v, %v", left, err)
	}
}

// TestStreamFenced takes the lease of a stream away, and has another process open the
// archive, which takes the stream for dead.
func TestStreamFenced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	defer a.Close()
	w := create(t, a, entry("f", 1, slabs(value.Float64, -1, 1<<20)))
	add(t, w, "", wave(0, 2<<20))
	other := child(t, "fill", "hdf:"+path, "0", "3", "1")
	if out, err := other.Output(); err != nil || len(storedIn(string(out))) != 3 {
		t.Fatalf("%s, %v", out, err)
	}
	add(t, w, "", wave(0, 2<<20)) // it lives: the other let it be
	if n, err := a.ReleaseLeases(t.Context()); n != 1 || err != nil {
		t.Errorf("ReleaseLeases = %d, %v", n, err)
	}
	if out, err := child(t, "fill", "hdf:"+path, "0", "1", "1").Output(); err != nil {
		t.Fatalf("%s, %v", out, err)
	}
	if err := archive.Append(t.Context(), w, "", wave(0, 2<<20)); !errors.Is(err, archive.ErrFenced) {
		t.Errorf("Append to a stream that was taken for dead = %v; want ErrFenced", err)
	}
	if n, err := a.Len(t.Context()); n != 3 || err != nil {
		t.Errorf("Len = %d, %v", n, err)
	}
}
