package hdfarchive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
)

// TestDirRemoved puts into a folder that is not there any more: stored in a new one
// without a marker, the entry would not be found again.
func TestDirRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	a := opened(t, hdfarchive.OpenDir, path, nil)
	put(t, a, entry("f", 1, number(1)))
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := a.Put(t.Context(), entry("f", 2, number(2))); !errors.Is(err, archive.ErrClosed) || !strings.Contains(err.Error(), "removed") {
		t.Errorf("Put: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is there again: %v", err)
	}
	closeNow(t, a)
}

// TestDirIndexKnowsWhatWasPut: what an archive has put comes into its index without
// being read, and what another put in its place as that.
func TestDirIndexKnowsWhatWasPut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	a := opened(t, hdfarchive.OpenDir, path, nil)
	b := opened(t, hdfarchive.OpenDir, path, nil)
	all := []*archive.Entry{entry("f", 0, vector(9, 0)), entry("f", 1, vector(9, 1)), entry("f", 2, vector(9, 2)), entry("f", 3, vector(9, 3))}
	put(t, a, all...)
	all[1] = entry("f", 1, vector(9, 100))
	put(t, b, all[1])
	if err := b.Delete(t.Context(), "f", all[2].Key); err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(path, "f", all[3].Key.Name[:2], all[3].Key.Name+".h5"))
	closeNow(t, a)
	closeNow(t, b)
	c := opened(t, hdfarchive.OpenDir, path, nil)
	wantListed(t, c, "f", all[0], all[1], all[3])
	for e, err := range c.List(t.Context(), "f") {
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Get(t.Context(), "f", e.Key); err == nil && got.Sum != e.Sum {
			t.Errorf("%s has the sum %x, listed as %x", e.Key.Name, got.Sum, e.Sum)
		}
	}
	closeNow(t, c)
}

// spoil makes a file unreadable without a sign of it in its folder.
func spoil(t *testing.T, path string) {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, st.Size()), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, st.ModTime(), st.ModTime()); err != nil {
		t.Fatal(err)
	}
}
