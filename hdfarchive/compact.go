package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Compact copies everything in the file into a new one, as it is, and puts that in its
// place; see driver.Compacter. Indexes that no longer fit, or are damaged, are made anew.
// It needs the file for itself.
func (a *File) Compact(ctx context.Context, tell func(done, total int)) (r driver.CompactResult, err error) {
	a.mu.Lock() // operations wait; List goes on afterwards
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return r, driver.ErrClosed
	case a.opts.Mode == Read:
		return r, readOnly(a.path)
	case a.store.shared():
		return r, fmt.Errorf("%w: this program itself has %s open more than once; close the other archives first", driver.ErrLocked, a.store.path)
	}
	if living, err := a.sweepStreams(ctx); err != nil || living > 0 {
		if err == nil {
			err = fmt.Errorf("%w: %d values are being written to %s in streams; commit or abort them, then compact again", driver.ErrLocked, living, a.store.path)
		}
		return r, err
	}
	path := a.store.path
	if err = a.store.release(); err == nil { // which empties the journal
		r, err = compactFile(ctx, path, tell)
	}
	o := a.opts
	o.Mode = ReadWrite
	s, again := acquire(path, o)
	if again != nil {
		a.closed = true
		return r, errors.Join(err, fmt.Errorf("the archive is closed, because it could not be opened again: %w", again))
	}
	a.store = s
	return r, err
}

// shared tells whether several archives of this process use the store.
func (s *store) shared() bool {
	inUse.Lock()
	defer inUse.Unlock()
	return s.refs > 1
}

// compactFile compacts a file that is closed in this process.
func compactFile(ctx context.Context, path string, tell func(done, total int)) (r driver.CompactResult, err error) {
	path, err = filepath.EvalSymlinks(path)
	if err != nil {
		return r, openError(path, err)
	}
	if _, err := recoverFile(path); err != nil {
		return r, err
	}
	before, err := countsOf(ctx, path, Read)
	if err != nil {
		return r, err
	}
	unlock, st, err := lockAlone(path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	sweepTemps(filepath.Dir(path))
	if err := removeCompact(path); err != nil {
		return r, writeError(path, err)
	}
	temp := compactName(path)
	defer func() { err = errors.Join(err, removeCompact(path)) }() // finds nothing, as it should, once it has its name
	if err := copyFile(ctx, temp, path, tell); damage(err) {
		return r, fmt.Errorf("%w; kleptoinspect copy brings what can be read into another archive", writeError(path, err))
	} else if err != nil {
		return r, writeError(path, err)
	}
	if err := sameEntries(ctx, path, temp, before); err != nil {
		return r, err
	}
	after, err := os.Stat(temp)
	if err == nil {
		keepOwner(temp, st)
		err = errors.Join(os.Chmod(temp, st.Mode().Perm()), syncPath(temp))
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncPath(filepath.Dir(path))
	}
	if err != nil {
		return r, writeError(path, err)
	}
	return driver.CompactResult{Before: st.Size(), After: after.Size()}, nil
}

// compactName is what the new file is called until it has the name of the old one. Only
// the holder of that one's journal has a file of this name, so whoever holds the journal
// knows one that is there for a dead process's.
func compactName(path string) string {
	return filepath.Join(filepath.Dir(path), ".klepto-compact."+filepath.Base(path))
}

// removeCompact removes what a compaction of the file has left.
func removeCompact(path string) error {
	temp := compactName(path)
	for _, name := range []string{temp + h5.JournalSuffix, temp} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// keepOwner gives a file the owner and group of another, or only the group, where the system
// lets it: who may not give files away has compacted the file all the same.
func keepOwner(path string, like os.FileInfo) {
	if st, ok := like.Sys().(*syscall.Stat_t); ok && os.Chown(path, int(st.Uid), int(st.Gid)) != nil {
		_ = os.Chown(path, -1, int(st.Gid)) // as far as the system lets it
	}
}

// lockAlone takes the locks of the file and of its journal, which nobody else may have.
// A writer that opens the file meanwhile waits for them, and finds then that the file
// has been replaced.
func lockAlone(path string) (unlock func() error, st os.FileInfo, err error) {
	var held []*os.File
	journal := path + h5.JournalSuffix
	unlock = func() error {
		var errs []error
		for _, f := range held {
			errs = append(errs, f.Close())
		}
		return errors.Join(errs...)
	}
	for _, open := range []struct {
		path string
		flag int
	}{{journal, os.O_RDWR | os.O_CREATE}, {path, os.O_RDWR}} {
		f, err := os.OpenFile(open.path, open.flag, 0o666)
		if err != nil {
			return nil, nil, errors.Join(openError(path, err), unlock())
		}
		held = append(held, f)
		if err := flockSoon(int(f.Fd())); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("%w: another process has %s open; close it there, then compact again", driver.ErrLocked, path), unlock())
		}
	}
	st, err = held[1].Stat()
	wal, walErr := held[0].Stat()
	now, nowErr := os.Stat(path)
	switch {
	case errors.Join(err, walErr, nowErr) != nil:
		err = openError(path, errors.Join(err, walErr, nowErr))
	case !os.SameFile(st, now):
		err = fmt.Errorf("%w: %s was replaced just now; compact again", driver.ErrLocked, path)
	case wal.Size() > 0:
		err = fmt.Errorf("%w: another process has just written to %s; compact again when it is done", driver.ErrLocked, path)
	}
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	closeAll := unlock
	return func() error { return errors.Join(os.Remove(journal), closeAll()) }, st, nil
}

// flockSoon waits until those who read have let go of the file for a moment.
func flockSoon(fd int) error {
	for start := time.Now(); ; time.Sleep(longestPause) {
		err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
		if err == nil || time.Since(start) > 4*restAfter {
			return err
		}
	}
}

// copyFile copies all that a file holds into a new one.
func copyFile(ctx context.Context, to, from string, tell func(done, total int)) (err error) {
	src, err := h5.Open(from, &h5.FileOptions{Unlocked: true})
	if err != nil {
		return openError(from, err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	dst, err := h5.Open(to, &h5.FileOptions{Create: true, Unlocked: true})
	if err != nil {
		return err
	}
	defer func() { err = closeNew(dst, to, err) }()
	c := copier{ctx: ctx, tell: tell}
	in, err := src.Root()
	if err != nil {
		return openError(from, err)
	}
	out, err := dst.Root()
	if err == nil {
		err = in.CopyAttrs(out)
	}
	if err == nil {
		err = c.functions(in, out)
	}
	return err
}

// copier counts objects as it copies them.
type copier struct {
	ctx         context.Context
	tell        func(done, total int)
	done, total int
}

// functions copies the children of the root. A function whose group was damaged has
// another one, which gets its name.
func (c *copier) functions(in, out *h5.Group) error {
	links, err := in.Links()
	if err != nil {
		return err
	}
	have := make(map[string]bool, len(links))
	for _, l := range links {
		have[l.Name] = true
	}
	replaced := make(map[string]string) // the newest group of a function, by its name
	for _, l := range links {
		for i := maxSpare; i > 0 && replaced[l.Name] == ""; i-- {
			if s := spareOf(l.Name, i); have[s] {
				replaced[l.Name] = s
			}
		}
	}
	old := func(name string) bool {
		for base, newest := range replaced {
			if name != newest && (name == base || strings.HasPrefix(name, spareOf(base, 0)[:len(base)+2])) {
				return true
			}
		}
		return false
	}
	if err := c.children(in, out, 2, old); err != nil {
		return err
	}
	for base, newest := range replaced {
		if err := out.Rename(newest, base); err != nil {
			return err
		}
	}
	return nil
}

// children copies the children of a group: those of functions and of their entries one
// by one, so that each step is short, and what is deeper with what it is in.
func (c *copier) children(in, out *h5.Group, depth int, skip func(name string) bool) error {
	links, err := in.Links()
	if err != nil {
		return err
	}
	c.total += len(links)
	for _, l := range links {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if !skip(l.Name) {
			err := c.child(in, out, l, depth)
			if damage(err) && depth == 1 && slices.Contains([]string{indexName, catalogName, formsName}, l.Name) {
				if err = out.Delete(l.Name); errors.Is(err, h5.ErrAbsent) { // it is made anew
					err = nil
				}
			}
			if err != nil {
				return err
			}
		}
		c.done++
		c.tell(c.done, c.total)
	}
	return nil
}

func (c *copier) child(in, out *h5.Group, l h5.Link, depth int) error {
	if depth == 0 || l.Kind != h5.OtherObject {
		return in.CopyObject(out, l.Name)
	}
	i, err := in.Stat(l.Name, attrLost)
	if err != nil {
		return err
	}
	if i.Kind != h5.GroupObject {
		return in.CopyObject(out, l.Name)
	}
	from, err := in.Group(l.Name)
	if err != nil {
		return err
	}
	to, err := in.CopyGroup(out, l.Name)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	// What was set aside in a function stays behind, and is forgotten.
	_, lost := uintAttr(i, attrLost)
	err = c.children(from, to, depth-1, func(name string) bool { return lost && strings.HasPrefix(name, asidePrefix) })
	if err == nil && lost {
		err = to.SetAttrs(".", []h5.Attr{h5.Uint64Attr(attrLost, 0)})
	}
	return errors.Join(err, from.Close(), to.Close())
}

// sameEntries opens the copy as an archive, which makes its indexes anew, and counts.
func sameEntries(ctx context.Context, path, temp string, before map[string]int) error {
	after, err := countsOf(ctx, temp, ReadWrite)
	if err != nil {
		return err
	}
	if len(before) != len(after) {
		return damaged("the copy has %d functions, not %d; %s stays as it is", len(after), len(before), path)
	}
	for name, n := range before {
		if after[name] != n {
			return damaged("the copy has %d entries of %s, not %d; %s stays as it is", after[name], name, n, path)
		}
	}
	return nil
}

// countsOf counts the entries of each function.
func countsOf(ctx context.Context, path string, mode Mode) (counts map[string]int, err error) {
	a, err := openFile(path, &Options{Mode: mode})
	if err != nil {
		return nil, err
	}
	counts = make(map[string]int)
	err = a.read(ctx, func(s *store) error {
		names, err := s.names()
		if err != nil {
			return readError(err)
		}
		for _, name := range names {
			f, err := s.function(name)
			if err != nil {
				return readError(err)
			}
			if f == nil {
				continue
			}
			if counts[name], err = f.count(); err != nil {
				return readError(err)
			}
		}
		return nil
	})
	return counts, errors.Join(err, a.Close())
}

// Compact removes what dead processes and deleted entries have left in the folder, and
// makes the indexes anew; see driver.Compacter. Other processes may go on meanwhile.
func (a *hdfdir) Compact(ctx context.Context, tell func(done, total int)) (r driver.CompactResult, err error) {
	err = a.change(func() error {
		if r.Before, err = folderSize(a.path); err != nil {
			return openError(a.path, err)
		}
		functions, err := os.ReadDir(a.path)
		if err != nil {
			return openError(a.path, err)
		}
		for i, d := range functions {
			if d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
				if err := a.tidy(ctx, d.Name()); err != nil {
					return err
				}
			}
			tell(i+1, len(functions))
		}
		r.After, err = folderSize(a.path)
		return openError(a.path, err)
	})
	return r, err
}

// tidy removes leftovers and empty folders of a function, and makes its index anew.
func (a *hdfdir) tidy(ctx context.Context, folder string) error {
	dir, now := filepath.Join(a.path, folder), time.Now()
	shards, err := os.ReadDir(dir)
	if err != nil {
		return openError(dir, err)
	}
	for _, s := range shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(dir, s.Name())
		if !s.IsDir() {
			removeOrphan(path, now)
			continue
		}
		names, err := readNames(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return openError(path, err)
		}
		for _, name := range names {
			removeOrphan(filepath.Join(path, name), now)
		}
		_ = os.Remove(path) // fails, as it should, where it is not empty
	}
	if err := os.Remove(filepath.Join(dir, indexFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeError(dir, err)
	}
	_, err = a.describe(ctx, folder)
	_ = os.Remove(dir) // as above
	return err
}

// folderSize is what the files of a folder take.
func folderSize(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			n += i.Size()
		}
		return err
	})
	return n, err
}
