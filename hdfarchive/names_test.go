package hdfarchive_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
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
	a := opened(t, hdfarchive.Open, path, nil)
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
		r := opened(t, hdfarchive.Open, p, &hdfarchive.Options{Mode: hdfarchive.Read})
		wantValue(t, r, e)
		closeNow(t, r)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	a = opened(t, hdfarchive.Open, other, nil)
	wantListed(t, a, "f", e)
	closeNow(t, a)
}

// TestSecondNameGoes wants a writer to open a file that has two names for a moment only,
// as new files have where no other way is known to give a file a name once.
func TestSecondNameGoes(t *testing.T) {
	path := made(t, 0)
	if err := os.Link(path, path+".tmp"); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	time.AfterFunc(50*time.Millisecond, func() { gone <- os.Remove(path + ".tmp") })
	a := opened(t, hdfarchive.Open, path, nil)
	closeNow(t, a)
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

// TestOneName watches new files: none has a second name for as much as a moment, in which
// another process would not open it for writing.
func TestOneName(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		path, done := filepath.Join(dir, strconv.Itoa(i)), make(chan struct{})
		watched := make(chan bool)
		go func() {
			two := false
			for {
				var st syscall.Stat_t
				two = two || syscall.Stat(path, &st) == nil && st.Nlink > 1
				select {
				case <-done:
					watched <- two
					return
				default:
				}
			}
		}()
		a := opened(t, hdfarchive.Open, path, nil)
		close(done)
		if <-watched && runtime.GOOS == "linux" {
			t.Error("a new file had two names")
		}
		closeNow(t, a)
	}
}

// TestClaim wants one of many to get a name, by each way to claim one.
func TestClaim(t *testing.T) {
	for name, claim := range hdfarchive.Claims {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a")
			errs := make(chan error, 20)
			for i := range cap(errs) {
				temp := filepath.Join(dir, strconv.Itoa(i))
				if err := os.WriteFile(temp, nil, 0o666); err != nil {
					t.Fatal(err)
				}
				go func() { errs <- claim(temp, path) }()
			}
			got := 0
			for range cap(errs) {
				switch err := <-errs; {
				case err == nil:
					got++
				case errors.Is(err, errors.ErrUnsupported) && name == "rename":
					t.Skip("no such rename on this system")
				case !errors.Is(err, fs.ErrExist):
					t.Error(err)
				}
			}
			if left, err := os.ReadDir(dir); got != 1 || len(left) != cap(errs) || err != nil {
				t.Errorf("%d got the name, %d files are left, %v", got, len(left), err)
			}
		})
	}
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
		a := opened(t, hdfarchive.Open, p, nil)
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
