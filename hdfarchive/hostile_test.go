package hdfarchive_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/internal/need"
)

// TestHostile opens files that were made to do harm: to read other files, to fill
// the memory, never to end.
func TestHostile(t *testing.T) {
	python := need.Python(t, "h5py")
	path, dir := filepath.Join(t.TempDir(), "a.h5"), t.TempDir()
	a := opened(t, hdfarchive.Open, path, nil)
	all := []*archive.Entry{entry("f", 1, vector(20, 0)), entry("f", 2, vector(20, 1)), entry("f", 3, vector(20, 2))}
	put(t, a, all...)
	closeNow(t, a)
	if out, err := exec.Command(python, "testdata/hostile.py", path, dir).CombinedOutput(); err != nil {
		t.Fatalf("hostile.py: %v\n%s", err, out)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(f.Name(), ".h5"), func(t *testing.T) {
			for _, mode := range []hdfarchive.Mode{hdfarchive.Read, hdfarchive.ReadWrite} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				a, err := hdfarchive.Open(filepath.Join(dir, f.Name()), &hdfarchive.Options{Mode: mode, Sync: hdfarchive.SyncOff})
				if err != nil {
					t.Fatalf("one entry is bad, the archive does not open: %v", err)
				}
				if good := survive(t.Context(), t, a, all); good != 2 {
					t.Errorf("%d of 2 good entries are read", good)
				}
				runtime.ReadMemStats(&after)
				if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
					t.Errorf("reading took %d MiB", grown>>20)
				}
				for _, e := range all {
					if _, err := a.Get(t.Context(), "f", e.Key); err != nil && !errors.Is(err, archive.ErrNotFound) {
						t.Log(err)
						if mode == hdfarchive.ReadWrite { // what is damaged can be computed again
							put(t, a, e)
							wantValue(t, a, e)
						}
					}
				}
				closeNow(t, a)
			}
		})
	}
}
