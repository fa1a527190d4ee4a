package h5_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Whatever lies beside a file in place of its journal, recovery ends, and either
// empties it or says why not and leaves the file alone.
func FuzzRecoverJournal(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "a.h5")
	file, err := h5.Open(path, &h5.FileOptions{Create: true, Backing: h5.NewJournal(nil)})
	if err != nil {
		f.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		root, err := file.Root()
		if err != nil {
			f.Fatal(err)
		}
		if err := root.Put(name, &h5.Dataset{Type: h5.IntType(1, false), Shape: []int{10}, Data: make([]byte, 10)}); err != nil {
			f.Fatal(err)
		}
		if err := errors.Join(root.Close(), file.Commit(false)); err != nil {
			f.Fatal(err)
		}
	}
	journal, err := os.ReadFile(path + "-wal")
	if err != nil {
		f.Fatal(err)
	}
	if err := file.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(journal)
	f.Add(journal[:200])
	f.Add([]byte("KLPTWAL1"))
	f.Fuzz(func(t *testing.T, journal []byte) {
		path := filepath.Join(t.TempDir(), "a.h5")
		for p, b := range map[string][]byte{path: before, path + "-wal": journal} {
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := h5.RecoverJournal(path)
		_, left := os.Stat(path + "-wal")
		if err == nil && !os.IsNotExist(left) {
			t.Errorf("recovered, but the journal is there: %v", left)
		}
		if err == nil || errors.Is(err, syscall.EFBIG) {
			return
		}
		if !errors.Is(err, h5.ErrJournal) && !errors.Is(err, h5.ErrForeign) {
			t.Errorf("an error of its own: %v", err)
		}
		after, readErr := os.ReadFile(path)
		if readErr != nil || string(after) != string(before) {
			t.Errorf("%v, but the file was changed, %v", err, readErr)
		}
	})
}
