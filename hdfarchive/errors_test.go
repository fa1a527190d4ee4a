package hdfarchive_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// made writes an archive with one entry, and returns its path.
func made(t *testing.T, kind int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a")
	a := opened(t, kinds[kind].open, path, nil)
	put(t, a, entry("f", 1, vector(100, 0)))
	closeNow(t, a)
	return path
}

func TestOpenErrors(t *testing.T) {
	foreign := func(t *testing.T, attrs ...h5.Attr) string {
		path := filepath.Join(t.TempDir(), "foreign.h5")
		f, err := h5.Open(path, &h5.FileOptions{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		root, err := f.Root()
		if err != nil {
			t.Fatal(err)
		}
		if err := root.SetAttrs(".", attrs); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := func(t *testing.T, name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dangling := func(t *testing.T, target string) string {
		path := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
		want error
		says string
	}{
		{"text file", func(t *testing.T) string { return "hdf:" + file(t, "x.h5", "hello\n") }, archive.ErrFormat, "not an HDF5 file"},
		{"empty file", func(t *testing.T) string { return "hdf:" + file(t, "x.h5", "") }, archive.ErrFormat, "not an HDF5 file"},
		{"folder", func(t *testing.T) string { return "hdf:" + t.TempDir() }, archive.ErrFormat, "is a folder; open it as hdfdir:"},
		{"level", func(t *testing.T) string { return "hdf:" + filepath.Join(t.TempDir(), "a.h5") + "?level=10" }, archive.ErrURL, "1 (fast) to 9 (small)"},
		{"foreign HDF5 file", func(t *testing.T) string { return "hdf:" + foreign(t) }, archive.ErrFormat, "another program"},
		{"other version", func(t *testing.T) string {
			return "hdf:" + foreign(t, h5.TextAttr("format", "klepto-hdf5"), h5.Uint64Attr("format_version", 99))
		}, archive.ErrVersion, "version 99"},
		{"cut short", func(t *testing.T) string {
			path := made(t, 0)
			if err := os.Truncate(path, 3000); err != nil {
				t.Fatal(err)
			}
			return "hdf:" + path
		}, archive.ErrCorrupt, "shorter than it says"},
		{"nonsense after the signature", func(t *testing.T) string {
			return "hdf:" + file(t, "x.h5", "\x89HDF\r\n\x1a\n"+strings.Repeat("nonsense", 100))
		}, archive.ErrCorrupt, "restore it from a copy"},
		{"missing", func(t *testing.T) string { return "hdf:" + filepath.Join(t.TempDir(), "no.h5") + "?mode=rw" }, fs.ErrNotExist, "does not exist"},
		{"missing, to read", func(t *testing.T) string { return "hdf:" + filepath.Join(t.TempDir(), "no.h5") + "?mode=r" }, fs.ErrNotExist, "does not exist"},
		{"missing folder", func(t *testing.T) string { return "hdf:" + filepath.Join(t.TempDir(), "no", "x.h5") }, fs.ErrNotExist, "make it first"},
		{"link to nothing", func(t *testing.T) string { return "hdf:" + dangling(t, "real/x.h5") }, fs.ErrNotExist, "real first and open that name, or remove the link"},
		{"link to nothing in a folder", func(t *testing.T) string { return "hdf:" + dangling(t, "y.h5") }, fs.ErrNotExist, "y.h5, which does not exist; open that name"},
		{"link to nothing, to read", func(t *testing.T) string { return "hdf:" + dangling(t, "real/x.h5") + "?mode=r" }, fs.ErrNotExist, "is a link to"},
		{"folder that is a link to nothing", func(t *testing.T) string { return "hdfdir:" + dangling(t, "real/x") }, fs.ErrNotExist, "real first and open that name, or remove the link"},
		{"unknown parameter", func(t *testing.T) string { return "hdf:x.h5?gzip=9" }, archive.ErrURL, "mode, nexus, sync"},
		{"unknown mode", func(t *testing.T) string { return "hdf:x.h5?mode=w" }, archive.ErrURL, "create, rw, r"},
		{"no path", func(t *testing.T) string { return "hdf:" }, archive.ErrURL, "no path"},
		{"dir: file", func(t *testing.T) string { return "hdfdir:" + file(t, "x", "hello") }, archive.ErrFormat, "hdf:"},
		{"dir: other folder", func(t *testing.T) string { return "hdfdir:" + filepath.Dir(file(t, "x", "hello")) }, archive.ErrFormat, "not an hdfdir archive"},
		{"dir: other version", func(t *testing.T) string {
			return "hdfdir:" + filepath.Dir(file(t, ".klepto.json", `{"format":"klepto-hdfdir","format_version":7}`))
		}, archive.ErrVersion, "version 7"},
		{"dir: damaged marker", func(t *testing.T) string {
			return "hdfdir:" + filepath.Dir(file(t, ".klepto.json", `{"format":`))
		}, archive.ErrCorrupt, "write {"},
		{"dir: missing", func(t *testing.T) string { return "hdfdir:" + filepath.Join(t.TempDir(), "no") + "?mode=r" }, fs.ErrNotExist, "does not exist"},
		{"dir: missing folder", func(t *testing.T) string { return "hdfdir:" + filepath.Join(t.TempDir(), "no", "x") }, fs.ErrNotExist, "make it first"},
		{"dir: unknown parameter", func(t *testing.T) string { return "hdfdir:x?shards=2" }, archive.ErrURL, "mode, nexus, sync"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := c.url(t)
			a, err := archive.Open(t.Context(), url)
			if err == nil {
				a.Close()
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Open(%s) =\n%v\nwant %v that says %q", url, err, c.want, c.says)
			} else {
				t.Log(err)
			}
		})
	}
}

func TestOptionsValidate(t *testing.T) {
	for _, o := range []*hdfarchive.Options{{Mode: "w"}, {Sync: "sometimes"}} {
		for _, k := range kinds {
			if _, err := k.open(filepath.Join(t.TempDir(), "x"), o); !errors.Is(err, archive.ErrURL) {
				t.Errorf("%s with %+v: %v", k.scheme, *o, err)
			}
		}
	}
}

func TestProbe(t *testing.T) {
	for i, k := range kinds {
		path := made(t, i)
		if url, err := archive.Probe(path); err != nil || url != k.scheme+":"+path {
			t.Errorf("Probe = %q, %v", url, err)
		}
	}
	if url, err := archive.Probe(t.TempDir()); !errors.Is(err, archive.ErrFormat) {
		t.Errorf("Probe of an empty folder = %q, %v", url, err)
	}
}

// TestReadOnlyPlace runs itself as a user who may not write.
func TestReadOnlyPlace(t *testing.T) {
	if dir := os.Getenv("KLEPTO_TEST_READONLY"); dir != "" {
		for i, name := range []string{"hdf", "hdfdir"} {
			if a, err := kinds[i].open(filepath.Join(dir, "new"), nil); !errors.Is(err, archive.ErrReadOnly) || !errors.Is(err, fs.ErrPermission) {
				t.Errorf("creating: %v, %v", a, err)
			} else {
				t.Log(err)
			}
			a, err := kinds[i].open(filepath.Join(dir, name), &hdfarchive.Options{Mode: hdfarchive.Read})
			if err != nil {
				t.Errorf("reading: %v", err)
				continue
			}
			wantValue(t, a, entry("f", 1, vector(100, 0)))
			wantListed(t, a, "f", entry("f", 1, nil))
			closeNow(t, a)
		}
		wantLeft(t, filepath.Join(dir, "left"))
		if _, err := hdfarchive.Open(filepath.Join(dir, "hdf"), nil); !errors.Is(err, archive.ErrReadOnly) || !strings.Contains(err.Error(), "mode=r") {
			t.Errorf("writing: %v", err)
		} else {
			t.Log(err)
		}
		a := opened(t, hdfarchive.OpenDir, filepath.Join(dir, "hdfdir"), nil)
		defer a.Close()
		if err := a.Put(t.Context(), entry("f", 2, number(1))); !errors.Is(err, archive.ErrReadOnly) {
			t.Errorf("Put: %v", err)
		}
		wantListed(t, a, "f", entry("f", 1, nil))
		return
	}
	dir, err := os.MkdirTemp("", "klepto-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		os.Chmod(dir, 0o755)
		os.RemoveAll(dir)
	})
	for i, name := range []string{"hdf", "hdfdir"} {
		if err := os.Rename(made(t, i), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	leaveJournal(t, filepath.Join(dir, "left"))
	self := filepath.Join(dir, "self.test")
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("needs /proc")
	}
	if err := os.WriteFile(self, exe, 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(dir, "hdf"), 0o444)
	os.Chmod(dir, 0o555)
	cmd := exec.Command(self, "-test.run=^TestReadOnlyPlace$", "-test.v")
	cmd.Env = append(os.Environ(), "KLEPTO_TEST_READONLY="+dir)
	unprivileged(cmd)
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}

// What is wrong with a file all that is open in it meets; it is told once.
func TestCloseTellsOnce(t *testing.T) {
	a, err := hdfarchive.Open(filepath.Join(t.TempDir(), "a.h5"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"f", "g", "h"} {
		put(t, a, entry(f, 1, vector(100, 0)), entry(f, 2, number(1)))
	}
	if err := hdfarchive.CloseUnder(a); err != nil {
		t.Fatal(err)
	}
	err = a.Close()
	if err == nil {
		t.Fatal("the close of a file that was lost is no error")
	}
	said := make(map[string]bool)
	for line := range strings.Lines(err.Error()) {
		if said[line] {
			t.Fatalf("it says the same twice:\n%v", err)
		}
		said[line] = true
	}
	t.Log(err)
}
