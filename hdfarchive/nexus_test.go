package hdfarchive_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// TestNeXus has viewers find the newest entry with something to plot, with its axes.
func TestNeXus(t *testing.T) {
	python := need.Python(t, "h5py")
	for _, c := range []struct {
		name   string
		v      value.Value
		signal string // "" where the value is an array, whose name depends on the archive
		axes   string
	}{
		{"axes", flow(), "u", "t,y,."},
		{"plain", structOf("n", number(1), "name", text("x"), "z", array(value.Complex128, make([]complex128, 9), 9), "a", vector(5, 0), "b", grid(2, 3), "c", grid(3, 3)), "b", ".,."},
		{"curve", structOf("x", withAxes(vector(9, 0), "m", "x"), "v", withAxes(vector(9, 1), "m", "x")), "v", "x"},
		{"lone", grid(4, 5), "", ""},
	} {
		for _, k := range kinds {
			t.Run(c.name+"/"+k.scheme, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "a")
				a := openURL(t, k.scheme+":"+path+"?nexus=yes")
				// What has nothing to plot does not change what is plotted.
				e := entry("f", 2, c.v)
				put(t, a, entry("f", 1, vector(7, 0)), entry("g", 1, vector(3, 0)))
				put(t, a, e)
				nothing := entry("g", 2, structOf("s", text("x"), "l", &value.List{}))
				put(t, a, entry("g", 3, number(1)), nothing)
				wantValue(t, a, e)
				wantValue(t, a, nothing)
				closeNow(t, a)
				where, signal := hdfarchive.EntryPath("f", e.Key), c.signal
				if k.scheme == "hdfdir" {
					path = filepath.Join(path, "f", e.Key.Name[:2], e.Key.Name+".h5")
					where = "/value"
				}
				if signal == "" {
					signal, where = filepath.Base(where), filepath.Dir(where)
					if k.scheme == "hdfdir" {
						where = "/nexus/data"
					}
				}
				out, err := exec.Command(python, "testdata/nexus.py", path, where, signal, c.axes).CombinedOutput()
				if err != nil {
					t.Errorf("nexus.py: %v\n%s", err, out)
				}
				t.Logf("%s", out)
			})
		}
	}
}
