package hdfarchive_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/hdfarchive"
)

func dirOpener(path string, o *hdfarchive.Options) func(context.Context) (driver.Archive, error) {
	return func(context.Context) (driver.Archive, error) {
		a, err := hdfarchive.OpenDir(path, o)
		if err != nil {
			return nil, err
		}
		return a.Driver(), nil
	}
}

func TestDirConformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Harness {
		path := filepath.Join(t.TempDir(), "x")
		return drivertest.Harness{
			Durable:      true,
			Open:         dirOpener(path, nil),
			OpenReadOnly: dirOpener(path, &hdfarchive.Options{Mode: hdfarchive.Read}),
		}
	})
}

// TestDirRemoved puts into a folder that is not there any more: stored in a new one
// without a marker, the entry would not be found again.
func TestDirRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	a, err := hdfarchive.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
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
