//go:build cgo

package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/internal/damage"
	"github.com/klepto-go/klepto/internal/need"
)

var mutations = flag.Int("mutations", 20, "how many damaged files of other programs TestDamagedFiles looks into")

// foreignFiles writes HDF5 files as other programs do.
func foreignFiles(t *testing.T) (dir string, files []string) {
	t.Helper()
	python := need.Python(t, "h5py")
	dir = t.TempDir()
	if out, err := exec.Command(python, "../../hdfarchive/internal/foreign/testdata/write.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, pattern := range []string{"*.h5", "*.nc"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return dir, files
}

func build(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(dir, "kleptoinspect")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// The commands on files of other programs: what each must say, and how it ends.
func TestForeignFiles(t *testing.T) {
	dir, _ := foreignFiles(t)
	program := build(t, dir)
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{0, "an HDF5 file, not of klepto: 2 groups, 48 datasets, 4 attributes", []string{"info", "types.h5"}},
		{0, "3 links that are not followed", []string{"info", "layout.h5"}},
		{0, "enum         dataset  enum int32 big-endian {RED=1, BIG=70000}", []string{"ls", "types.h5"}},
		{0, "to /etc/passwd:/x, not followed", []string{"ls", "layout.h5"}},
		{0, `"same_as": "/"`, []string{"tree", "layout.h5", "--json"}},
		{0, "lef8  dataset  float64", []string{"ls", "types.h5", "/n"}},
		{0, "[t0 t1 t2]", []string{"show", "types.h5", "/mixedchunks"}},
		{0, "[0 0 0 0 … 0 0 0 0]", []string{"show", "layout.h5", "/huge"}},
		{0, `"values": [`, []string{"show", "layout.h5", "/all", "--slice", "1,2:5,0", "--values", "--json"}},
		{0, "not read: it is virtual", []string{"show", "layout.h5", "/virtual"}},
		{0, "hello", []string{"show", "userblock.h5", "char"}},
		{0, `"values": [`, []string{"show", "layout.h5", "/all", "--slice", "[1,2:5,0]", "--values", "--json"}},
		{0, "large[0:100]", []string{"plot", "layout.h5", "--slice", "large[0:100]"}},
		{0, "large[0:100]", []string{"plot", "layout.h5", "/large", "--slice", "0:100"}},
		{1, "a link, which is not followed", []string{"show", "layout.h5", "/soft"}},
		{1, "read a part of it, by --slice, e.g. --slice 0:1000", []string{"plot", "layout.h5", "/large"}},
		{1, "larger than it may be", []string{"show", "bomb.h5", "x"}},
		{1, "there is no object /none", []string{"show", "types.h5", "none"}},
		{2, "--where goes with archives", []string{"ls", "types.h5", "--where", "F<1"}},
		{2, "choose a part by --slice", []string{"show", "layout.h5", "/huge", "--json", "--values"}},
		{2, "give the path of a dataset", []string{"plot", "types.h5", "/n"}},
	} {
		c.args[1] = filepath.Join(dir, c.args[1])
		cmd := exec.Command(program, c.args...)
		out, _ := cmd.CombinedOutput() // its error is the exit code
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("%q: exit %d, want %d and %q\n%.2000s", c.args, code, c.code, c.says, out)
		}
	}
}

// TestDamagedFiles looks into damaged files: the program says what it can read and one
// line about the rest, whatever becomes of HDF5, and ends.
func TestDamagedFiles(t *testing.T) {
	dir, files := foreignFiles(t)
	program := build(t, dir)
	var whole [][]byte
	for _, path := range files {
		if b, err := os.ReadFile(path); err == nil && len(b) < 1<<20 {
			whole = append(whole, b)
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	numbers := make(chan int)
	for worker := range 2 {
		wg.Go(func() {
			bad := filepath.Join(dir, fmt.Sprintf("bad%d.h5", worker))
			for i := range numbers {
				rnd := rand.New(rand.NewPCG(11, uint64(i)))
				if err := os.WriteFile(bad, damage.Bytes(rnd, whole[i%len(whole)]), 0o666); err != nil {
					t.Error(err)
					continue
				}
				outcome := look(t, program, bad, rnd, i)
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
			}
		})
	}
	for i := range *mutations {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	t.Logf("%d damaged files: %v", *mutations, outcomes)
}

// look looks into a file with several commands.
func look(t *testing.T, program, path string, rnd *rand.Rand, i int) string {
	out, outcome := invoke(t, i, program, "tree", path, "--json", "--limit", "2000")
	var tree struct {
		Objects []struct{ Path, Kind string }
	}
	if json.Unmarshal(out, &tree) != nil || len(tree.Objects) == 0 {
		return outcome
	}
	for range 3 {
		o := tree.Objects[rnd.IntN(len(tree.Objects))]
		if _, got := invoke(t, i, program, "show", path, o.Path, "--json", "--values"); got == "HDF5 fails" {
			outcome = got
		}
	}
	return outcome
}

func invoke(t *testing.T, i int, program string, args ...string) ([]byte, string) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run() // its error is the exit code
	said := errs.String()
	code := cmd.ProcessState.ExitCode()
	if code < 0 || code > 2 || code == 0 != (said == "") || strings.Count(said, "\n") > 1 || ctx.Err() != nil {
		t.Errorf("mutation %d, %q: exit %d, %v\n%.1000s", i, args, code, ctx.Err(), said)
	}
	switch {
	case code == 0:
		return out.Bytes(), "read"
	case strings.Contains(said, "the HDF5 library fails"):
		return nil, "HDF5 fails"
	}
	return nil, "refused"
}
