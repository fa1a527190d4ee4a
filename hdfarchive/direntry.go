package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// withFile runs f on the root group of an entry's file, which it opens for reading.
func withFile(path string, f func(file *h5.File, root *h5.Group) error) error {
	file, err := h5.Open(path, &h5.FileOptions{Unlocked: true})
	if err != nil {
		// HDF5 asks for the file by its name once more when it has opened it, and fails
		// where it was deleted meanwhile. What is damaged is so at the second look too.
		file, err = h5.Open(path, &h5.FileOptions{Unlocked: true})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return driver.ErrNotFound
	}
	if err != nil {
		return openError(path, err)
	}
	root, err := file.Root()
	if err == nil {
		if err = checkFormat(path, root); err == nil {
			err = f(file, root)
		}
	}
	return errors.Join(err, file.Close()) // which closes root
}

// readFile reads the entry in a file. The error is driver.ErrNotFound where there is
// no file, or where want is not the zero key and not the entry's. most is that of readEntry.
func readFile(path, id string, want keymap.Key, most int64) (*stored, *driver.Entry, error) {
	var s *stored
	var e *driver.Entry
	err := withFile(path, func(file *h5.File, root *h5.Group) error {
		i, err := root.Fetch(valueName, entryAttrs...)
		if err == nil {
			s, err = readStored(id, i, func() (*h5.Group, error) { return openLarge(root, valueName) })
		}
		if err != nil {
			return err
		}
		if want.Canonical != "" && s.key != want.Canonical {
			return driver.ErrNotFound
		}
		if most == withoutValue {
			i = nil
		}
		e, err = readEntry(file, root, valueName, i, s, most)
		return err
	})
	switch {
	case errors.Is(err, driver.ErrNotFound):
		return nil, nil, driver.ErrNotFound
	case errors.Is(err, driver.ErrFormat):
		return nil, nil, fmt.Errorf("%w: %w", driver.ErrCorrupt, err)
	case err != nil:
		return nil, nil, readError(err)
	}
	return s, e, nil
}

func (a *hdfdir) Get(_ context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return a.get(function, key, wholeValue)
}

// Outline implements driver.Outliner.
func (a *hdfdir) Outline(_ context.Context, function string, key keymap.Key, most int64) (*driver.Entry, error) {
	return a.get(function, key, max(most, 1))
}

func (a *hdfdir) Stat(_ context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return a.get(function, key, withoutValue)
}

func (a *hdfdir) get(function string, key keymap.Key, most int64) (e *driver.Entry, err error) {
	err = a.use(func() error {
		id := entryID(key)
		_, e, err = readFile(a.file(function, id), id, key, most)
		if err == nil && e.Call.Function != function {
			return driver.ErrNotFound
		}
		return entryError(err)
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (a *hdfdir) Delete(_ context.Context, function string, key keymap.Key) error {
	return a.change(func() error {
		id := entryID(key)
		path := a.file(function, id)
		if _, _, err := readFile(path, id, key, withoutValue); err != nil && !errors.Is(err, driver.ErrCorrupt) {
			return err
		}
		if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
			return driver.ErrNotFound
		} else if err != nil {
			return openError(path, err)
		}
		a.touched.Store(function, nil)
		dir := filepath.Dir(path)
		if a.durable() {
			if err := syncPath(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return a.prune(dir)
	})
}

// prune removes a folder without entries, and that of the function where it was the
// last. A folder that another process fills meanwhile stays: only empty ones go.
func (a *hdfdir) prune(dir string) error {
	if os.Remove(dir) != nil {
		return nil
	}
	function := filepath.Dir(dir)
	names, err := readNames(function)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if name != indexFile {
			return nil
		}
	}
	if err := os.Remove(filepath.Join(function, indexFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Remove(function) == nil && a.durable() {
		return syncPath(a.path)
	}
	return nil
}
