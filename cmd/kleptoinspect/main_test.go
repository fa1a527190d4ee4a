//go:build cgo

package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	_ "github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

type point struct {
	F, K float64
}

type pattern struct {
	U    [][]float64 `klepto:"name=u"`
	Mean float64     `klepto:"name=mean"`
}

// write makes an archive of a sweep over two arguments.
func write(t *testing.T, url string) {
	t.Helper()
	if err := fill(t, url).Close(); err != nil {
		t.Fatal(err)
	}
}

func fill(t *testing.T, url string) *archive.Archive {
	t.Helper()
	a, err := archive.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	o := &keymap.Options{Function: "grayscott", Version: "1"}
	km, err := keymap.New[point](o)
	if err != nil {
		t.Fatal(err)
	}
	var entries []*archive.Entry
	for i := range 12 {
		in := point{0.02 + 0.01*float64(i%4), 0.05 + 0.005*float64(i/4)}
		out := pattern{U: make([][]float64, 32), Mean: in.F * in.K}
		for y := range out.U {
			out.U[y] = make([]float64, 32)
			for x := range out.U[y] {
				out.U[y][x] = math.Sin(float64(x)*in.F*20) * math.Cos(float64(y)*in.K*10)
			}
		}
		key, err := km.Key(&in)
		if err != nil {
			t.Fatal(err)
		}
		args, err := value.Of(in)
		if err != nil {
			t.Fatal(err)
		}
		v, err := value.Of(out)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, &archive.Entry{
			Key: key, Value: v, Call: archive.Call{Function: "grayscott", Version: "1", Rounding: "none", Args: args.(*value.Struct).Fields},
			Provenance: archive.Provenance{Created: time.Now(), Elapsed: 250 * time.Millisecond},
		})
	}
	if _, err := a.PutMany(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	return a
}

// The program as a user runs it, on archives in HDF5.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "kleptoinspect")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(code int, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &errs, dir
		cmd.Run() // its error is the exit code
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("%v: exit %d, want %d; %s", args, got, code, errs.String())
		}
		if code == 0 && errs.Len() > 0 {
			t.Errorf("%v: %s", args, errs.String())
		}
		return out.String() + errs.String()
	}
	for _, name := range []string{"results.h5", "folder"} {
		url := "hdf:" + filepath.Join(dir, name)
		if name == "folder" {
			url = "hdfdir:" + filepath.Join(dir, name)
		}
		write(t, url)
		before := fingerprint(t, filepath.Join(dir, name))
		if got := run(0, "ls", name); strings.Count(got, "u[32 32] mean") != 12 || !strings.Contains(got, "0.250") {
			t.Errorf("ls %s: %s", name, got)
		}
		run(0, "info", url)
		run(0, "tree", name)
		run(0, "show", name, "--at", "F=0.02,K=0.05")
		run(0, "plot", name, "--at", "F=0.02,K=0.05")
		run(0, "plot", name, "--x", "F", "--y", "K", "--z", "u", "-o", "montage.png")
		if _, err := png.Decode(strings.NewReader(run(0, "plot", name, "--x", "F", "--y", "K", "--z", "mean", "-o", "-"))); err != nil {
			t.Error(err)
		}
		var doc struct{ Entries []struct{ ID string } }
		if err := json.Unmarshal([]byte(run(0, "ls", name, "--json")), &doc); err != nil || len(doc.Entries) != 12 {
			t.Errorf("ls --json %s: %v, %d entries", name, err, len(doc.Entries))
		}
		run(0, "show", name, doc.Entries[0].ID)
		if after := fingerprint(t, filepath.Join(dir, name)); after != before {
			t.Errorf("the inspector changed %s", name)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "broken.h5"), []byte("\x89HDF\r\n\x1a\n and no more"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(1, "ls", "broken.h5")
	run(1, "ls", "missing.h5")
	run(1, "ls", "hdf:missing.h5")
	if _, err := os.Stat(filepath.Join(dir, "missing.h5")); err == nil {
		t.Error("the inspector made the archive it was asked for")
	}
	if got := run(0, "info", "results.h5", "--hdf5"); !strings.Contains(got, "an HDF5 file of klepto: ") {
		t.Errorf("info --hdf5: %s", got)
	}
	if got := run(1, "copy", "results.h5", "part.h5", "--function", "nope"); !strings.Contains(got, `results.h5: no function "nope"; the archive has `) {
		t.Errorf("copy --function nope: %s", got)
	}
	for _, to := range []string{"no/such/c.h5", "no/such/c/", "hdf:no/such/c.h5", "hdfdir:no/such/c"} {
		if got := run(1, "copy", "results.h5", to); !strings.Contains(got, to+": the folder "+filepath.Join(dir, "no/such")+" does not exist; make it first\n") {
			t.Errorf("copy into a missing folder: %s", got)
		}
	}
	if err := os.Symlink("no/such.h5", filepath.Join(dir, "link.h5")); err != nil {
		t.Fatal(err)
	}
	if got := run(1, "copy", "results.h5", "link.h5"); !strings.Contains(got, "link.h5 is a link to ") || !strings.Contains(got, "make the folder ") {
		t.Errorf("copy to a link to nothing: %s", got)
	}
	if got := run(1, "ls", "link.h5"); !strings.Contains(got, "link.h5 is a link to no/such.h5, which does not exist") {
		t.Errorf("ls of a link to nothing: %s", got)
	}
	if err := os.Remove(filepath.Join(dir, "link.h5")); err != nil {
		t.Fatal(err)
	}
	for _, none := range []string{"part.h5", "no"} {
		if _, err := os.Stat(filepath.Join(dir, none)); err == nil {
			t.Errorf("%s was made", none)
		}
	}
	leave(t, dir, "killed.h5")
	if got := run(0, "recover", "killed.h5"); got != "recovered 1 commit from the journal; killed.h5 has 12 entries\n" {
		t.Errorf("recover: %s", got)
	}
	if got := run(0, "recover", "hdf:killed.h5"); got != "killed.h5 has 12 entries; there was nothing to recover\n" {
		t.Errorf("recover again: %s", got)
	}
	if got := run(1, "recover", "folder"); !strings.Contains(got, "folder: ") {
		t.Errorf("recover a folder: %s", got)
	}
	run(1, "recover", "missing.h5")
	if got := run(1, "ls", "."); !strings.Contains(got, "name one of those in it: killed.h5, results.h5") {
		t.Errorf("ls of a folder: %s", got)
	}
	run(2, "ls")
	if got := run(0, "--version"); !strings.HasPrefix(got, "kleptoinspect ") {
		t.Errorf("--version: %s", got)
	}
}

// leave makes what a program that is killed leaves: the file of an archive and its
// journal as they are while it is open.
func leave(t *testing.T, dir, name string) {
	t.Helper()
	live := filepath.Join(t.TempDir(), name)
	a := fill(t, "hdf:"+live)
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(live + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+suffix), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// fingerprint sums names and contents of all files up.
func fingerprint(t *testing.T, root string) [32]byte {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		h.Write([]byte(path))
		h.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return [32]byte(h.Sum(nil))
}
