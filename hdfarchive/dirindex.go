package hdfarchive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// The index of a function of an hdfdir is a file with the same table and catalog as
// in an hdf archive, and with what the folders were when it was made: a folder
// changes its time whenever an entry comes or goes, so only changed folders are read
// again, and of those only changed files.
const shardsName = "shards"

// settled is how old the time of a folder must be before it proves anything: clocks
// of file systems tick in milliseconds, those of servers may differ.
const settled = 2 * time.Second

// folders are the times of the folders of a function, in ns; 0 where it is not known.
type folders map[string]int64

// loadDirIndex reads an index file; both are empty where there is none of use.
func loadDirIndex(path string) (l *listing, times folders) {
	err := withFile(path, func(_ *h5.File, root *h5.Group) error {
		var err error
		if l, err = readCatalog(root); err != nil {
			return err
		}
		i, err := root.Stat(shardsName)
		if err != nil {
			return err
		}
		n, _, err := i.Elements()
		if err != nil {
			return err
		}
		b := make([]byte, n)
		if err := root.Read(shardsName, i, byteType, b); err != nil {
			return err
		}
		return json.Unmarshal(b, &times)
	})
	if err != nil {
		return &listing{}, folders{}
	}
	return l, times
}

// refresh reads the index of a function, brings it up to date with the folders, and
// writes it back where it changed and may be written.
func (a *hdfdir) refresh(ctx context.Context, function string) (*listing, error) {
	dir := a.function(function)
	path := filepath.Join(dir, indexFile)
	now := time.Now()
	shards, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &listing{}, nil
	}
	if err != nil {
		return nil, openError(dir, err)
	}
	written := a.written.take(function)
	old, oldTimes := loadDirIndex(path)
	byShard := make(map[string][]record)
	for r := range old.records() {
		byShard[shard(r.id)] = append(byShard[shard(r.id)], r)
	}
	l := newLedger(old.rows.bytes, old.rows.forms, len(old.rows.order))
	times := make(folders)
	changed := false
	for _, s := range shards {
		if !s.IsDir() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		st, err := os.Stat(filepath.Join(dir, s.Name()))
		if err != nil {
			continue // gone with its last entry
		}
		modified := st.ModTime()
		if modified.UnixNano() == oldTimes[s.Name()] {
			times[s.Name()] = oldTimes[s.Name()]
			for _, r := range byShard[s.Name()] {
				l.add(r)
			}
			continue
		}
		quiet, differs, err := a.scan(filepath.Join(dir, s.Name()), byShard[s.Name()], written, l, now)
		if err != nil {
			return nil, err
		}
		times[s.Name()] = 0
		if quiet && now.Sub(modified) > settled {
			times[s.Name()] = modified.UnixNano()
		}
		changed = changed || differs
	}
	all := l.done()
	changed = changed || all.count() != old.count() || !maps.Equal(times, oldTimes)
	if changed && all.count() > 0 && a.opts.Mode != Read {
		err = a.writeIndex(path, all, times)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrNotExist) || noSpace(err) {
			err = nil // the listing is complete without
		}
	}
	return all, err
}

// scan reads a folder anew. Records of files that did not change are kept, and those
// that were written are not read. quiet is false where somebody is at work in the folder.
func (a *hdfdir) scan(dir string, old []record, written map[string]record, l *ledger, now time.Time) (quiet, differs bool, err error) {
	names, err := readNames(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, false, openError(dir, err)
	}
	have := make(map[string]record, len(old))
	for _, r := range old {
		have[r.id] = r
	}
	quiet = true
	for _, name := range names {
		path := filepath.Join(dir, name)
		id, isEntry := strings.CutSuffix(name, suffix)
		temp := strings.HasPrefix(name, tempPrefix)
		if !isEntry && !temp {
			continue
		}
		st, err := os.Stat(path)
		if err != nil {
			continue // replaced or deleted meanwhile
		}
		if temp {
			quiet = false
			if a.opts.Mode != Read && orphaned(name, st.ModTime(), now) {
				os.Remove(path) // the next listing tries again
			}
			continue
		}
		mark := markOf(st)
		if r, ok := have[id]; ok && r.mark == mark && r.flag != recordDamaged {
			l.add(r)
			continue
		}
		if r, ok := written[id]; ok && r.mark == mark {
			l.add(r)
			differs = true
			continue
		}
		s, _, err := readFile(path, id, keymap.Key{}, withoutValue)
		switch {
		case errors.Is(err, driver.ErrNotFound):
			continue
		case err != nil:
			l.add(record{flag: recordDamaged, id: id, stored: &stored{id: id, call: fmt.Sprintf("%s: %v", path, err)}, mark: mark})
		default:
			l.add(record{flag: recordEntry, id: id, stored: s, mark: mark})
		}
		differs = true
	}
	return quiet, differs, nil
}

// markAt is markOf for the file of that name.
func markAt(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return markOf(st), nil
}

// markOf tells a file from one that took its place.
func markOf(st os.FileInfo) string {
	var inode uint64
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		inode = sys.Ino
	}
	return fmt.Sprintf("%d %d %d", st.ModTime().UnixNano(), st.Size(), inode)
}

func (a *hdfdir) writeIndex(path string, l *listing, times folders) error {
	temp, err := tempName(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	text, err := json.Marshal(times)
	if err != nil {
		return err
	}
	// Not synced: an index that a power cut takes is made anew.
	err = makeTables(temp, func(root *h5.Group) error {
		if _, err := rebuild(root, l, 0); err != nil {
			return err
		}
		return root.Put(shardsName, &h5.Dataset{Type: byteType, Shape: []int{len(text)}, Data: text})
	})
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

func (a *hdfdir) Functions(ctx context.Context) (fns []driver.Function, err error) {
	err = a.use(func() error {
		folders, err := os.ReadDir(a.path)
		if err != nil {
			return openError(a.path, err)
		}
		for _, d := range folders {
			if !d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				continue
			}
			fn, err := a.describe(ctx, d.Name())
			if err != nil {
				return err
			}
			if fn.Entries > 0 {
				fns = append(fns, fn)
			}
		}
		return nil
	})
	slices.SortFunc(fns, func(a, b driver.Function) int { return strings.Compare(a.Name, b.Name) })
	return fns, err
}

// describe sums up the function of a folder. A name too long for a folder is told
// by the entries.
func (a *hdfdir) describe(ctx context.Context, folder string) (driver.Function, error) {
	name, ok := unescape(folder)
	if !ok {
		if name, ok = a.longName(folder); !ok {
			return driver.Function{}, nil // not a folder of ours
		}
	}
	l, err := a.refresh(ctx, name)
	if err != nil {
		return driver.Function{}, err
	}
	last := l.newest()
	return last.function(name, l.count()), nil
}

// longName looks into the first entry of a folder for the name of its function.
func (a *hdfdir) longName(folder string) (name string, ok bool) {
	paths, err := filepath.Glob(filepath.Join(globEscape(filepath.Join(a.path, folder)), "*", "*"+suffix))
	if err != nil {
		return "", false
	}
	for _, path := range paths {
		id := strings.TrimSuffix(filepath.Base(path), suffix)
		if _, e, err := readFile(path, id, keymap.Key{}, withoutValue); err == nil && groupName(e.Call.Function) == folder {
			return e.Call.Function, true
		}
	}
	return "", false
}

// globEscape makes a path stand for itself in a pattern.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func (a *hdfdir) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return a.list(ctx, func() (l *listing, err error) {
		err = a.use(func() error {
			l, err = a.refresh(ctx, function)
			return err
		})
		return l, err
	})
}
