package hdfarchive

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// maxBatch bounds the temporary files that a Put of many entries has at a time, and
// maxSyncs how many of them the disk is asked for at once.
const (
	maxBatch = 256
	maxSyncs = 16
)

// draft is an entry on its way into the archive.
type draft struct {
	*prepared
	path string // what the file will be called
	temp string // what it is called; "" where there is nothing to store

	folder os.FileInfo // where its name is to be synced; nil where that was done, or it is new
	mark   string      // tells the file from one that takes its place
}

// Put writes the files of all entries, waits for the disk once for all, and gives
// them their names in order. Where one cannot be written, as on a full disk, those
// before it are stored.
func (a *hdfdir) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (stored int, err error) {
	return a.put(ctx, entries, ifAbsent, nil)
}

// PutBeforeSum implements driver.LateSummer.
func (a *hdfdir) PutBeforeSum(ctx context.Context, e *driver.Entry, ifAbsent bool, sum func() (uint64, error)) (int, error) {
	return a.put(ctx, []*driver.Entry{e}, ifAbsent, sum)
}

// put is Put, with sum as PutBeforeSum has it, or nil.
func (a *hdfdir) put(ctx context.Context, entries []*driver.Entry, ifAbsent bool, sum func() (uint64, error)) (stored int, err error) {
	err = a.change(func() error {
		for len(entries) > 0 {
			n := min(len(entries), maxBatch)
			done, err := a.putBatch(ctx, entries[:n], ifAbsent, sum)
			stored += done
			if err != nil {
				return err
			}
			entries = entries[n:]
		}
		return nil
	})
	return stored, err
}

func (a *hdfdir) putBatch(ctx context.Context, entries []*driver.Entry, ifAbsent bool, sum func() (uint64, error)) (stored int, err error) {
	folders := make(map[string]bool) // those that changed
	drafts := make([]*draft, 0, len(entries))
	defer func() {
		for _, d := range drafts {
			os.Remove(d.temp) // gone under this name where it was renamed
		}
	}()
	var failed error
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		d, err := a.draft(e, ifAbsent, sum, folders)
		if err != nil {
			failed = err // those before it are stored all the same
			break
		}
		if d.temp != "" {
			drafts = append(drafts, d)
		}
	}
	if a.durable() {
		err = inParallel(len(drafts), maxSyncs, func(i int) error { return syncPath(drafts[i].temp) })
		if err != nil {
			return 0, writeError(a.path, err)
		}
	}
	for _, d := range drafts {
		placed, err := place(d, ifAbsent)
		if err != nil {
			failed = err
			break
		}
		if placed {
			stored++
			folders[filepath.Dir(d.path)] = true
			a.touched.Store(d.e.Call.Function, nil)
			a.written.add(d.e.Call.Function, record{flag: recordEntry, id: d.id, stored: d.stored, mark: d.mark})
		}
	}
	if !a.durable() {
		return stored, failed
	}
	changed := slices.Collect(maps.Keys(folders))
	err = inParallel(len(changed), maxSyncs, func(i int) error {
		if err := syncPath(changed[i]); !errors.Is(err, fs.ErrNotExist) { // gone with its last entry
			return err
		}
		return nil
	})
	for _, d := range drafts {
		if err == nil && d.folder != nil {
			a.safe.Store(filepath.Dir(d.path), d.folder)
		}
	}
	if failed != nil {
		return stored, failed
	}
	return stored, writeError(a.path, err)
}

// draft writes the temporary file of an entry, unless ifAbsent finds one there.
func (a *hdfdir) draft(e *driver.Entry, ifAbsent bool, sum func() (uint64, error), folders map[string]bool) (*draft, error) {
	p, err := prepare(e, valueName, &a.opts)
	if err != nil {
		return nil, err
	}
	if sum != nil {
		p.await(sum)
	}
	d := &draft{prepared: p, path: a.file(e.Call.Function, p.id)}
	if ifAbsent {
		if there, err := present(d.path, p); err != nil || there {
			return d, err
		}
	}
	return d, a.inFolder(d, folders, func() error {
		temp, err := tempName(d.path)
		if err != nil {
			return err
		}
		d.temp = temp
		err = makeFile(temp, false, func(root *h5.Group) error {
			if err := writeLarge(root, p); err != nil {
				return err
			}
			return errors.Join(p.object.write(root), showIn(root, p))
		})
		if err == nil {
			d.mark, err = markAt(temp)
		}
		if err != nil {
			os.Remove(temp)
		}
		return err
	})
}

// inFolder runs f with the folder of a draft made. A delete of the last entry may
// take it away at any moment: then all is done again.
func (a *hdfdir) inFolder(d *draft, folders map[string]bool, f func() error) error {
	dir := filepath.Dir(d.path)
	var err error
	for range 100 {
		st, e := os.Stat(dir)
		if e != nil {
			// Without its marker what is stored now would not be found again.
			if _, e := os.Stat(filepath.Join(a.path, markerName)); errors.Is(e, fs.ErrNotExist) {
				return removedError(a.path)
			}
			if err := os.MkdirAll(dir, 0o777); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return writeError(dir, err)
			}
		}
		// Another process may just have made the folder, and its name not be on the disk yet.
		if e != nil || !a.synced(dir, st) {
			folders[filepath.Dir(dir)], folders[a.path] = true, true
			d.folder = st
		}
		if err = f(); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil && !errors.Is(err, driver.ErrCorrupt) {
		return writeError(dir, err)
	}
	return err
}

// synced tells whether this archive has had the disk wait for the name of a folder.
func (a *hdfdir) synced(dir string, st os.FileInfo) bool {
	old, ok := a.safe.Load(dir)
	return ok && os.SameFile(old.(os.FileInfo), st)
}

// present tells whether the entry of p is there. One that is damaged, or has
// another key, is not.
func present(path string, p *prepared) (bool, error) {
	_, _, err := readFile(path, p.id, p.e.Key, withoutValue)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, driver.ErrNotFound), errors.Is(err, driver.ErrCorrupt):
		return false, nil
	}
	return false, err
}

// place gives the file of a draft its name.
func place(d *draft, ifAbsent bool) (stored bool, err error) {
	if !ifAbsent {
		if err := os.Rename(d.temp, d.path); err != nil {
			return false, writeError(d.path, err)
		}
		return true, nil
	}
	if err = claim(d.temp, d.path); errors.Is(err, fs.ErrExist) {
		there, err := present(d.path, d.prepared)
		if err != nil || there {
			return false, err
		}
		err = os.Rename(d.temp, d.path)
		return err == nil, writeError(d.path, err)
	}
	return err == nil, writeError(d.path, err)
}
