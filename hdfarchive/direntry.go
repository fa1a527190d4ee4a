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
// no file, or where want is not the zero key and not the entry's.
func readFile(path, id string, want keymap.Key, value bool) (*stored, *driver.Entry, error) {
	var s *stored
	var e *driver.Entry
	err := withFile(path, func(file *h5.File, root *h5.Group) error {
		i, err := root.Stat(valueName)
		if err == nil {
			s, err = readStored(id, i, func() (*h5.Group, error) { return openLarge(root, valueName) })
		}
		if err != nil {
			return err
		}
		if want.Canonical != "" && s.key != want.Canonical {
			return driver.ErrNotFound
		}
		if !value {
			i = nil
		}
		e, err = readEntry(file, root, valueName, i, s)
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
	return a.get(function, key, true)
}

func (a *hdfdir) Stat(_ context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return a.get(function, key, false)
}

func (a *hdfdir) get(function string, key keymap.Key, value bool) (e *driver.Entry, err error) {
	err = a.use(func() error {
		id := entryID(key)
		_, e, err = readFile(a.path(function, id), id, key, value)
		if err == nil && e.Call.Function != function {
			return driver.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Put writes the files of all entries before it waits for their folders, each once.
func (a *hdfdir) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (stored int, err error) {
	err = a.use(func() error {
		if a.opts.Mode == Read {
			return readOnly(a.root)
		}
		folders := make(map[string]bool)
		for _, e := range entries {
			if err = ctx.Err(); err != nil {
				break
			}
			var done bool
			if done, err = a.put(e, ifAbsent, folders); err != nil {
				break
			}
			if done {
				stored++
				a.touched.Store(e.Call.Function, nil)
			}
		}
		if !a.durable() {
			return err
		}
		for folder := range folders {
			if e := syncPath(folder); e != nil && !errors.Is(e, fs.ErrNotExist) { // gone with its last entry
				return errors.Join(err, e)
			}
		}
		return err
	})
	return stored, err
}

// put writes one file. folders are those that changed.
func (a *hdfdir) put(e *driver.Entry, ifAbsent bool, folders map[string]bool) (stored bool, err error) {
	p, err := prepare(e, valueName)
	if err != nil {
		return false, err
	}
	path := a.path(e.Call.Function, p.id)
	if ifAbsent {
		if there, err := present(path, p); err != nil || there {
			return false, err
		}
	}
	dir := filepath.Dir(path)
	// A delete of the last entry may take the folder away at any moment.
	for range 100 {
		if err = a.makeFolders(dir, folders); err != nil {
			return false, openError(dir, err)
		}
		stored, err = a.place(path, p, ifAbsent)
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if stored {
		folders[dir] = true
	}
	return stored, err
}

// present tells whether the entry of p is there. One that is damaged, or has
// another key, is not.
func present(path string, p *prepared) (bool, error) {
	_, _, err := readFile(path, p.id, p.e.Key, false)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, driver.ErrNotFound), errors.Is(err, driver.ErrCorrupt):
		return false, nil
	}
	return false, err
}

func (a *hdfdir) makeFolders(dir string, folders map[string]bool) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	folders[filepath.Dir(dir)] = true
	folders[a.root] = true
	return nil
}

// place writes a temporary file and gives it its name.
func (a *hdfdir) place(path string, p *prepared, ifAbsent bool) (stored bool, err error) {
	temp, err := tempName(path)
	if err != nil {
		return false, err
	}
	defer os.Remove(temp)
	err = makeFile(temp, a.durable(), func(root *h5.Group) error {
		if err := writeLarge(root, p); err != nil {
			return err
		}
		return p.object.write(root)
	})
	if err != nil {
		return false, err
	}
	if !ifAbsent {
		return true, os.Rename(temp, path)
	}
	// Of several processes one makes the link.
	err = os.Link(temp, path)
	if errors.Is(err, fs.ErrExist) {
		there, err := present(path, p)
		if err != nil || there {
			return false, err
		}
		return true, os.Rename(temp, path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // no links on this file system
		err = os.Rename(temp, path)
	}
	return err == nil, err
}

func (a *hdfdir) Delete(_ context.Context, function string, key keymap.Key) error {
	return a.use(func() error {
		if a.opts.Mode == Read {
			return readOnly(a.root)
		}
		id := entryID(key)
		path := a.path(function, id)
		if _, _, err := readFile(path, id, key, false); err != nil && !errors.Is(err, driver.ErrCorrupt) {
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
		return syncPath(a.root)
	}
	return nil
}
