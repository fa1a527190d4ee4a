//go:build linux

package hdfarchive_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive"
)

func TestGonum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	e := entry("a/b", 1, vector(5, 10))
	put(t, a, e)
	f, err := a.Driver().(*hdfarchive.File).HDF5()
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.OpenDataset(hdfarchive.EntryPath("a/b", e.Key))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 5)
	if err := d.Read(&got); err != nil || !slices.Equal(got, []float64{10, 11, 12, 13, 14}) {
		t.Errorf("gonum reads %v, %v", got, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	put(t, a, entry("a/b", 2, vector(5, 20)))
	closeNow(t, a)
	if d, err = f.OpenDataset(hdfarchive.EntryPath("a/b", e.Key)); err != nil {
		t.Fatalf("after the archive was closed: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	a = opened(t, hdfarchive.Open, path, nil)
	wantValue(t, a, e)
	closeNow(t, a)
}
