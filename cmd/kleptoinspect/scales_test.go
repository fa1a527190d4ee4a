//go:build cgo

package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/internal/need"
)

// scales writes a dataset with the dimension scales that h5py attaches: t with units, x for
// its length alone as netCDF does it, and one that is too long.
const scales = `
import h5py, numpy, sys
with h5py.File(sys.argv[1], "w") as f:
    u = f.create_dataset("run/u", data=numpy.arange(120.).reshape(20, 6))
    t = f.create_dataset("run/t", data=numpy.arange(20) / 100)
    t.attrs["units"] = "s"
    t.attrs["long_name"] = "time"
    x = f.create_dataset("x", data=numpy.zeros(6))
    long = f.create_dataset("long", data=numpy.arange(21.))
    t.make_scale("t")
    x.make_scale("This is a netCDF dimension but not a netCDF variable.         6")
    long.make_scale("long")
    u.dims[0].attach_scale(t)
    u.dims[1].attach_scale(x)
    v = f.create_dataset("v", data=numpy.arange(20.))
    v.dims[0].attach_scale(long)
`

func TestDimensionScales(t *testing.T) {
	dir, _ := foreignFiles(t)
	program, file := build(t, dir), filepath.Join(dir, "scales.h5")
	if out, err := exec.Command(need.Python(t, "h5py"), "-c", scales, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		says, not string
		args      []string
	}{
		{"time (s)\n", "uneven", []string{"/run/u"}},
		{"0.15┤", "index", []string{"/run/u"}},
		{"0.11┤", "0.15┤", []string{"/run/u", "--slice", "10:13,:"}},
		{`"values": [
        0.1,
        0.11
      ]`, `"name": "x"`, []string{"/run/u", "--slice", "10:12,0", "--json"}},
		{"0.05 ", "index", []string{"/run/u", "--slice", ":,0"}},
		{"long\n", "20", []string{"/v"}},
	} {
		out, err := exec.Command(program, append([]string{"plot", file}, c.args...)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.says) || c.not != "" && strings.Contains(strings.ReplaceAll(string(out), file, ""), c.not) {
			t.Errorf("%q: %v, want %q and not %q\n%s", c.args, err, c.says, c.not, out)
		}
	}
}
