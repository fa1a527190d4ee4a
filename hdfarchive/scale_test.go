package hdfarchive_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

// withAxes gives an array units and axes.
func withAxes(a *value.Array, units string, axes ...string) *value.Array {
	a.Units, a.Axes = units, axes
	return a
}

// grid makes an array of that shape.
func grid(shape ...int) *value.Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	a := vector(n, 0)
	a.Shape = shape
	return a
}

// flow is a result as simulations have them, as testdata/scales.py knows it: y and t have
// coordinates, x has none, and is something else for v.
func flow() *value.Struct {
	u := withAxes(grid(2, 3, 4), "mol/m3", "t", "y", "x")
	u.LongName = "concentration"
	return structOf("u", u, "v", withAxes(grid(3, 7), "m/s", "y", "x"), "plain", grid(9),
		"y", withAxes(vector(3, 0.5), "m", "y"), "t", withAxes(vector(2, 0), "s"), "name", text("run"))
}

// scaled writes an archive with axes, and returns where the flow lies in it.
func scaled(t *testing.T) (a *archive.Archive, path string, all []*archive.Entry) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.h5")
	a = opened(t, hdfarchive.Open, path, nil)
	nested := structOf("inner", flow(), "n", number(1))
	all = []*archive.Entry{entry("flow", 1, flow()), entry("nested", 1, nested),
		entry("lone", 1, withAxes(grid(3, 4), "K", "y", "größe"))}
	put(t, a, all...)
	return a, path, all
}

// wantScales lets foreign programs read the axes.
func wantScales(t *testing.T, path string, all []*archive.Entry) {
	t.Helper()
	group := hdfarchive.EntryPath("flow", all[0].Key)
	nested := hdfarchive.EntryPath("nested", all[1].Key) + "/inner"
	for engine, modules := range map[string][]string{"h5py": {"h5py"}, "h5netcdf": {"xarray", "h5netcdf"}, "netcdf4": {"xarray", "netCDF4"}} {
		t.Run(engine, func(t *testing.T) {
			python := need.Python(t, modules...)
			for _, g := range []string{group, nested} {
				if out, err := exec.Command(python, "testdata/scales.py", path, g, engine).CombinedOutput(); err != nil {
					t.Errorf("scales.py: %v\n%s", err, out)
				}
			}
		})
	}
	t.Run("ncdump", func(t *testing.T) {
		_, err := exec.LookPath("ncdump")
		need.Have(t, err, "netcdf-bin")
		out, err := exec.Command("ncdump", "-h", path).CombinedOutput()
		if err != nil {
			t.Fatalf("ncdump: %v\n%s", err, out)
		}
		for _, want := range []string{"t = 2 ;", "y = 3 ;", "x = 4 ;", "x_7 = 7 ;", "double u(t, y, x) ;", "double v(y, x_7) ;", "double y(y) ;",
			`u:units = "mol/m3" ;`, `y:units = "m" ;`} {
			if !strings.Contains(string(out), want) {
				t.Errorf("ncdump lacks %q:\n%s", want, out)
			}
		}
	})
}

func TestScales(t *testing.T) {
	a, path, all := scaled(t)
	for _, e := range all {
		wantValue(t, a, e)
	}
	closeNow(t, a)
	wantScales(t, path, all)
}

// TestScalesCopied wants compaction to keep the axes, which refer to other objects.
func TestScalesCopied(t *testing.T) {
	a, path, all := scaled(t)
	gone := entry("flow", 2, flow())
	put(t, a, gone)
	if err := a.Delete(t.Context(), "flow", gone.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Compact(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		wantValue(t, a, e)
	}
	closeNow(t, a)
	wantScales(t, path, all)
}

// TestScalesAnyAxes stores axes that netCDF cannot express or that clash, and wants the
// values back, and the file whole for HDF5's own tools.
func TestScalesAnyAxes(t *testing.T) {
	many := structOf() // so that the references to a scale take more than an ordinary attribute holds
	for n := range 5000 {
		many.Fields = append(many.Fields, value.Field{Name: fmt.Sprint("u", n), Value: withAxes(vector(5, 0), "", "x")})
	}
	for name, v := range map[string]value.Value{
		"twice":      structOf("u", withAxes(grid(3, 3), "", "x", "x"), "v", withAxes(grid(3, 5), "", "x", "x")),
		"clash":      structOf("u", withAxes(grid(9), "", "x"), "x", number(1), "x_9", number(2)),
		"itself":     structOf("u", withAxes(grid(9), "", "u"), "v", withAxes(grid(9), "", "u")),
		"scale":      structOf("u", withAxes(grid(9), "", "x"), "x", withAxes(grid(9), "m", "u")),
		"odd names":  structOf("u", withAxes(grid(3, 4), "", "a/b", "."), "v", withAxes(grid(3, 4), "", "", "\x00")),
		"long names": structOf("u", withAxes(grid(9), "", strings.Repeat("x", 3000)), strings.Repeat("y", 300), withAxes(grid(9), "", "x")),
		"empty":      structOf("u", withAxes(grid(0, 3), "", "x", "y"), "x", grid(0)),
		"strings":    structOf("u", withAxes(grid(2), "", "s"), "s", array(value.String, []string{"a", "b"}, 2), "w", withAxes(array(value.String, []string{"\x00", "b"}, 2), "", "s")),
		"map": &value.Map{Keys: array(value.String, []string{"u", "x"}, 2),
			Items: []value.Value{withAxes(grid(3, 4), "", "x", "y"), withAxes(grid(3), "", "x")}},
		"list":  &value.List{Items: []value.Value{withAxes(grid(3), "", "x"), structOf("u", withAxes(grid(9), "", "x"))}},
		"table": structOf("rows", &value.Table{Meta: value.Meta{Axes: []string{"run"}}, N: 9, Columns: []value.Column{{Name: "t", Array: vector(9, 0)}}}),
		"many":  many,
	} {
		t.Run(name, func(t *testing.T) {
			path, open := filepath.Join(t.TempDir(), "a.h5"), h5.Handles()
			a := opened(t, hdfarchive.Open, path, nil)
			e := entry("f", 1, v)
			put(t, a, e)
			wantValue(t, a, e)
			if _, err := a.Compact(t.Context(), nil); err != nil {
				t.Errorf("Compact: %v", err)
			}
			wantValue(t, a, e)
			closeNow(t, a)
			if n := h5.Handles(); n != open {
				t.Errorf("%d objects of HDF5 are open, not %d", n, open)
			}
			for _, tool := range [][]string{{"h5dump", "-A", path}, {"ncdump", "-h", path}} {
				_, err := exec.LookPath(tool[0])
				need.Have(t, err, tool[0])
				if out, err := exec.Command(tool[0], tool[1:]...).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%.2000s", tool[0], err, out)
				}
			}
		})
	}
}
