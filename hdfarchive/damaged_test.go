package hdfarchive_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/damage"
	"github.com/klepto-go/klepto/value"
)

var (
	damagedFiles = flag.Int("damaged", 120, "how many damaged archives TestDamaged reads")
	damagedFirst = flag.Int("damaged-first", 0, "the number of the first of them, to see one again")
)

// victim is an archive of which a file is damaged.
type victim struct {
	name string
	dir  bool // hdfdir:
	all  []*archive.Entry
	opts hdfarchive.Options
}

func (v *victim) open(path string, mode hdfarchive.Mode) (*archive.Archive, error) {
	o := v.opts
	o.Mode, o.Sync = mode, hdfarchive.SyncOff
	if v.dir {
		return hdfarchive.OpenDir(path, &o)
	}
	return hdfarchive.Open(path, &o)
}

// victims have all that lies differently in a file.
func victims() []*victim {
	var rows, large []*archive.Entry
	for n := range 40 {
		rows = append(rows, entry("p", n, number(math.Sqrt(float64(n))), "F", number(float64(n)/8), "k", number(0.06)),
			entry("q", n, number(float64(n)), "method", text("rk4")))
	}
	for n := range 3 {
		smooth := make([]float64, 12_000)
		for i := range smooth {
			smooth[i] = math.Sin(float64(i+n) * 1e-3)
		}
		large = append(large, entry("u", n, array(value.Float64, smooth, 120, 100), "n", number(float64(n))),
			entry("u", 10+n, &value.Struct{Fields: []value.Field{{Name: "a", Value: array(value.Float64, smooth, 12_000)}, {Name: "b", Value: number(1)}}}))
	}
	return []*victim{
		{name: "entries", all: sample()},
		{name: "rows", all: rows},
		{name: "compressed", all: large, opts: hdfarchive.Options{Compress: "gzip"}},
		{name: "summed", all: large, opts: hdfarchive.Options{Compress: "gzip", Fletcher32: true}},
		{name: "folder", dir: true, all: slices.Concat(sample(), large[:2])},
	}
}

// TestDamaged reads damaged archives, for which HDF5 is not made, in processes of their
// own: nothing may crash, hang or fill the memory, no value may be wrong, no entry may be
// missing without an error, and what is missing can be stored again.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	for _, v := range victims() {
		a, err := v.open(filepath.Join(dir, v.name), hdfarchive.Create)
		if err != nil {
			t.Fatal(err)
		}
		put(t, a, v.all...)
		if n, err := a.Len(t.Context()); n != len(v.all) || err != nil { // makes the index of a folder
			t.Fatal(n, err)
		}
		closeNow(t, a)
	}
	counts := map[string]int{}
	for i := *damagedFirst; i < *damagedFirst+*damagedFiles; {
		i = readDamaged(t, dir, i, counts)
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%7d %s", counts[what], what)
	}
	if n := counts["files that lack entries without an error"]; n > 0 {
		t.Errorf("%d of %d files lack entries without an error", n, *damagedFiles)
	}
	if again, refused := counts["entries stored again"], counts["entries refused"]; refused > 0 {
		t.Errorf("%d damaged entries could not be stored again, %d could", refused, again)
	}
}

// readDamaged has another process read damaged archives, from number i on, and returns
// the number of the first that it did not get to.
func readDamaged(t *testing.T, dir string, i int, counts map[string]int) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	end := min(i+200, *damagedFirst+*damagedFiles)
	cmd := exec.Command(exe, "-test.run=^TestDamagedChild$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("KLEPTO_TEST_DAMAGED=%s\n%d\n%d", dir, i, end))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	what := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		verb, rest, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case "begin":
			what = rest
			i++
		case "count":
			var n int
			if _, err := fmt.Sscan(rest, &n); err != nil {
				t.Fatal(err)
			}
			_, name, _ := strings.Cut(rest, " ")
			counts[name] += n
		case "lacks", "refused", "close", "unopened":
			t.Logf("%s: %s", what, lines.Text())
		case "finding":
			kind, _, _ := strings.Cut(rest, ":")
			counts["FINDINGS "+kind]++
			t.Errorf("%s: %s", what, rest)
		}
	}
	if err := cmd.Wait(); err != nil {
		counts["FINDINGS crash"]++
		t.Errorf("%s: %v\n%.3000s", what, err, errs.String())
	}
	return i
}

// damageOne puts a copy of the victim, of which one file is damaged, at path.
func (v *victim) damageOne(rnd *rand.Rand, dir, path string) error {
	whole := filepath.Join(dir, v.name)
	if !v.dir {
		b, err := os.ReadFile(whole)
		if err != nil {
			return err
		}
		return os.WriteFile(path, damage.Bytes(rnd, b), 0o666)
	}
	if err := os.CopyFS(path, os.DirFS(whole)); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(path, "*", "*", "*.h5"))
	if err != nil {
		return err
	}
	indexes, err := filepath.Glob(filepath.Join(path, "*", "*.h5"))
	if err != nil {
		return err
	}
	files = append(files, indexes...)
	file := files[rnd.IntN(len(files))]
	if rnd.IntN(4) == 0 {
		file = indexes[rnd.IntN(len(indexes))]
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, damage.Bytes(rnd, b), 0o666)
}
