package hdfarchive_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
)

// TestFileRemoved puts into a file that has lost its name to another, or to none, while its
// journal is still there: what is stored in it nobody would find.
func TestFileRemoved(t *testing.T) {
	for name, how := range map[string]func(path, other string) error{
		"removed":  func(path, _ string) error { return os.Remove(path) },
		"replaced": func(path, other string) error { return os.Rename(other, path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, other := filepath.Join(dir, "a.h5"), filepath.Join(dir, "b.h5")
			for _, p := range []string{path, other} {
				a := opened(t, hdfarchive.Open, p, nil)
				put(t, a, entry("f", 1, text("in "+filepath.Base(p))))
				closeNow(t, a)
			}
			a := opened(t, hdfarchive.Open, path, nil)
			put(t, a, entry("f", 2, number(2))) // in the journal
			if err := how(path, other); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := a.Put(t.Context(), entry("f", 3, number(3))); !errors.Is(err, archive.ErrClosed) || !strings.Contains(err.Error(), "removed or replaced") {
					t.Errorf("Put: %v", err)
				}
			}
			if err := a.Close(); !errors.Is(err, archive.ErrClosed) {
				t.Errorf("Close: %v", err)
			}
			// Entry 2 was acknowledged and is in the journal only, so that is not thrown away.
			if _, err := hdfarchive.Open(path, nil); !errors.Is(err, archive.ErrCorrupt) || !strings.Contains(err.Error(), "a.h5-wal") {
				t.Errorf("Open with the journal of what is gone: %v", err)
			}
			if err := os.Remove(path + h5.JournalSuffix); err != nil {
				t.Fatal(err)
			}
			a = opened(t, hdfarchive.Open, path, nil)
			defer a.Close()
			var want []*archive.Entry
			if name == "replaced" {
				want = append(want, entry("f", 1, text("in b.h5")))
			}
			wantListed(t, a, "f", want...)
		})
	}
}

// TestUserBlock reads and writes an archive that begins with bytes of somebody else, as
// h5jam puts them there.
func TestUserBlock(t *testing.T) {
	dir := t.TempDir()
	path, block, jammed := filepath.Join(dir, "a.h5"), filepath.Join(dir, "block"), filepath.Join(dir, "jammed.h5")
	var all []*archive.Entry
	for i := range 300 {
		all = append(all, entry("f", i, vector(11, float64(i))))
		if i < 10 {
			all = append(all, entry("g", i, text(fmt.Sprint(i))))
		}
	}
	a, err := hdfarchive.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	put(t, a, all...)
	closeNow(t, a)
	if err := os.WriteFile(block, bytes.Repeat([]byte("mine"), 1024), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = exec.LookPath("h5jam")
	need.Have(t, err, "h5jam of hdf5-tools")
	if out, err := exec.CommandContext(t.Context(), "h5jam", "-i", path, "-u", block, "-o", jammed).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for range 2 {
		a = opened(t, hdfarchive.Open, jammed, nil)
		for _, e := range all {
			wantValue(t, a, e)
		}
		more := entry("f", len(all), vector(11, 1))
		put(t, a, more)
		all = append(all, more)
		closeNow(t, a)
	}
}
