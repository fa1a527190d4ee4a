package hdfarchive_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// TestRecover kills a process while it fills an archive, and recovers the file.
func TestRecover(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	cmd := child(t, "fill", "hdf:"+path, "0", "100000", "1")
	_, lines := start(t, cmd)
	const n = 20
	for i := range n {
		if !lines.Scan() || lines.Text() != fmt.Sprint("stored ", i) {
			t.Fatalf("child says %q", lines.Text())
		}
	}
	if _, err := hdfarchive.Recover(path); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("under a live writer: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // what it said before it died
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child was not killed")
	}
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Fatalf("the child left no journal: %v", err)
	}
	r, err := hdfarchive.Recover(path)
	if err != nil || r.Commits < n {
		t.Errorf("%+v, %v; want %d commits or more", r, err, n)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
	if r, err := hdfarchive.Recover(path); err != nil || r != (hdfarchive.Recovery{}) {
		t.Errorf("again: %+v, %v", r, err)
	}
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
	defer closeNow(t, a)
	for i := range n {
		wantValue(t, a, entry("f", i, vector(50, float64(i))))
	}
}

func TestRecoverRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	strange := made(t, 0)
	if err := os.WriteFile(strange+"-wal", []byte("no journal"), 0o600); err != nil {
		t.Fatal(err)
	}
	orphan := filepath.Join(dir, "gone.h5")
	if err := os.WriteFile(orphan+"-wal", []byte("journal"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "none.h5"): fs.ErrNotExist,
		text:                          archive.ErrFormat,
		dir:                           archive.ErrFormat,
		strange:                       archive.ErrCorrupt,
		orphan:                        archive.ErrCorrupt,
	} {
		var wrapped *archive.Error
		if _, err := hdfarchive.Recover(path); !errors.Is(err, want) || !errors.As(err, &wrapped) || wrapped.Op != "recover" {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if b, err := os.ReadFile(strange + "-wal"); err != nil || string(b) != "no journal" {
		t.Errorf("the strange journal was touched: %q, %v", b, err)
	}
	if _, err := os.Stat(text + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a journal beside a file that is no archive: %v", err)
	}
}

func ExampleRecover() {
	r, err := hdfarchive.Recover("testdata/none.h5")
	fmt.Println(r.Commits, errors.Is(err, fs.ErrNotExist))
	// Output: 0 true
}
