package hdfarchive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// TestHardLinks wants no writer in a file that has two names: each would have a journal.
func TestHardLinks(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.h5"), filepath.Join(dir, "b.h5")
	a, err := hdfarchive.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := entry("f", 1, number(1))
	put(t, a, e)
	closeNow(t, a)
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, other} {
		if _, err := hdfarchive.Open(p, nil); !errors.Is(err, syscall.EMLINK) || !strings.Contains(err.Error(), "hard links") {
			t.Errorf("open for writing: %v", err)
		}
		r, err := hdfarchive.Open(p, &hdfarchive.Options{Mode: hdfarchive.Read})
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, r, e)
		closeNow(t, r)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if a, err = hdfarchive.Open(other, nil); err != nil {
		t.Fatal(err)
	}
	wantListed(t, a, "f", e)
	closeNow(t, a)
}

// TestLeaseBySymlink wants one lease of a key, by whatever name the file was opened.
func TestLeaseBySymlink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "real", "a.h5"), filepath.Join(dir, "link.h5")
	if err := os.Mkdir(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	var all []*archive.Archive
	for i, p := range []string{path, link} {
		a, err := hdfarchive.Open(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		all = append(all, a)
		if i == 0 {
			if err := os.Symlink(path, link); err != nil {
				t.Fatal(err)
			}
		}
	}
	key := entry("f", 1, nil).Key
	l, err := all[0].Acquire(t.Context(), "f", key)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := all[1].Acquire(ctx, "f", key); !errors.Is(err, archive.ErrLeased) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lease: %v", err)
	}
	if err := l.Release(nil); err != nil {
		t.Error(err)
	}
}
