package hdfarchive_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

func array(e value.Elem, data any, shape ...int) *value.Array {
	return &value.Array{Elem: e, Shape: shape, Data: data}
}

// everything is a value with each kind of part, as testdata/read.py knows it.
func everything(n int) value.Value {
	u := vector(12, float64(n))
	u.Shape, u.Units, u.LongName = []int{4, 3}, "mol/m3", "größe"
	fields := []value.Field{
		{Name: "u", Value: u},
		{Name: "int8", Value: array(value.Int8, []int8{0, 1, 1}, 3)},
		{Name: "int16", Value: array(value.Int16, []int16{0, 1, 1}, 3)},
		{Name: "int32", Value: array(value.Int32, []int32{0, 1, 1}, 3)},
		{Name: "int64", Value: array(value.Int64, []int64{0, 1, 1}, 3)},
		{Name: "uint8", Value: array(value.Uint8, []uint8{0, 1, 1}, 3)},
		{Name: "uint16", Value: array(value.Uint16, []uint16{0, 1, 1}, 3)},
		{Name: "uint32", Value: array(value.Uint32, []uint32{0, 1, 1}, 3)},
		{Name: "uint64", Value: array(value.Uint64, []uint64{0, 1, 1}, 3)},
		{Name: "float32", Value: array(value.Float32, []float32{0, 1, 1}, 3)},
		{Name: "float64", Value: array(value.Float64, []float64{0, 1, 1}, 3)},
		{Name: "complex64", Value: array(value.Complex64, []complex64{0, 1, 1}, 3)},
		{Name: "complex128", Value: array(value.Complex128, []complex128{0, 1, 1}, 3)},
		{Name: "bool", Value: array(value.Bool, []bool{false, true, true}, 3)},
		{Name: "scalar", Value: number(1.5)},
		{Name: "empty", Value: array(value.Float64, []float64{}, 0, 5)},
		{Name: "name", Value: text("größe")},
		{Name: "names", Value: array(value.String, []string{"a", "", "größe"}, 3)},
		{Name: "raw", Value: text("a\x00\xff")},
		{Name: "time", Value: array(value.Time, []int64{1_700_000_000_000_000_005})},
		{Name: "none", Value: value.Null{}},
		{Name: "point", Value: &value.Struct{Fields: []value.Field{{Name: "x", Value: number(1.5)},
			{Name: "on", Value: array(value.Bool, []bool{true})}, {Name: "z", Value: array(value.Complex128, []complex128{1 + 2i})}}}},
		{Name: "table", Value: &value.Table{N: 3, Columns: []value.Column{
			{Name: "t", Array: vector(3, 0)}, {Name: "label", Array: array(value.Uint8, []uint8{5, 6, 7}, 3)},
			{Name: "v", Array: array(value.Float32, make([]float32, 6), 3, 2)}}}},
		{Name: "ragged", Value: &value.List{Items: []value.Value{vector(1, 0), vector(2, 1)}}},
		{Name: "map", Value: &value.Map{Keys: array(value.String, []string{"a/b", "c"}, 2), Items: []value.Value{number(1), number(2)}}},
	}
	return &value.Struct{Fields: fields}
}

// exhibits are entries with all that an archive may hold.
func exhibits() (all []*archive.Entry) {
	for n := range 20 {
		feed := number(0.01 * float64(n))
		feed.Units = "1/s"
		e := entry("gray/scott", n, everything(n), "F", feed, "k", number(0.06), "n", array(value.Int64, []int64{int64(n)}),
			"mode", text("fast"), "on", array(value.Bool, []bool{n%2 == 1}), "id", array(value.Int32, []int32{7}))
		e.Call.Version, e.Call.Rounding, e.GoType = "v1", "deep(6)", "main.Result"
		e.Provenance.Host = "host"
		all = append(all, e)
	}
	for n := range 10 {
		v := structOf("energy", number(0.5*float64(n)), "converged", array(value.Bool, []bool{n%2 == 0}),
			"z", array(value.Complex128, []complex128{complex(1, float64(n))}), "centre", vector(3, float64(n)))
		all = append(all, entry("energy", n, v, "nu", number(float64(n)), "order", integer(2), "mode", text("fast")))
	}
	return all
}

// gallery writes an archive of each kind for foreign programs to read.
func gallery(t *testing.T) (path, folder string) {
	t.Helper()
	path, folder = filepath.Join(t.TempDir(), "a.h5"), filepath.Join(t.TempDir(), "d")
	a := opened(t, hdfarchive.Open, path, nil)
	all := exhibits()
	put(t, a, all...)
	for _, e := range all {
		wantValue(t, a, e)
	}
	closeNow(t, a)
	d := opened(t, hdfarchive.OpenDir, folder, nil)
	put(t, d, entry("f", 1, vector(5, 0)), entry("f", 2, vector(5, 1)), entry("f", 3, vector(5, 2)))
	closeNow(t, d)
	return path, folder
}

func TestPython(t *testing.T) {
	python := need.Python(t, "h5py", "pandas")
	path, folder := gallery(t)
	out, err := exec.Command(python, "testdata/read.py", path, folder).CombinedOutput()
	if err != nil {
		t.Errorf("read.py: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func TestTools(t *testing.T) {
	path, _ := gallery(t)
	for _, c := range []struct {
		cmd  []string
		want []string
	}{
		{[]string{"h5ls", "-r", path}, []string{"/gray%2Fscott/index", "Dataset {20/Inf}", "/u", "Dataset {4, 3}"}},
		{[]string{"h5dump", path}, []string{`DATASET "complex128"`, `H5T_IEEE_F64LE "r"`, "H5T_ENUM", `ATTRIBUTE "prov"`, "NULL"}},
		{[]string{"h5stat", path}, []string{"Filename"}},
	} {
		_, err := exec.LookPath(c.cmd[0])
		need.Have(t, err, c.cmd[0])
		out, err := exec.Command(c.cmd[0], c.cmd[1:]...).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v\n%.2000s", c.cmd, err, out)
		}
		for _, want := range c.want {
			if !strings.Contains(string(out), want) {
				t.Errorf("%v does not say %q", c.cmd, want)
			}
		}
	}
}

// TestForeignChange has another program delete an entry, and add one that is none.
func TestForeignChange(t *testing.T) {
	python := need.Python(t, "h5py")
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	e := []*archive.Entry{entry("f", 0, series(0)), entry("f", 1, series(1)), entry("f", 2, series(2))}
	put(t, a, e...)
	closeNow(t, a)
	script := `
import h5py, sys
f = h5py.File(sys.argv[1], "r+")
del f["f/entries"][sys.argv[2]]
f["f/entries/other"] = 3.0
`
	if out, err := exec.Command(python, "-c", script, path, e[1].Key.Name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, mode := range []hdfarchive.Mode{hdfarchive.Read, hdfarchive.Create} {
		a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: mode})
		good, bad := 0, 0
		for _, err := range a.List(t.Context(), "f") {
			if err == nil {
				good++
			} else {
				bad++
			}
		}
		if good != 2 || bad != 1 {
			t.Errorf("List of what another program changed yields %d entries and %d errors", good, bad)
		}
		wantValue(t, a, e[2])
		if mode == hdfarchive.Create {
			e[0].Provenance.Created = e[0].Provenance.Created.Add(time.Hour)
			put(t, a, e[0], e[1])
			wantValue(t, a, e[1])
		}
		closeNow(t, a)
	}
}
