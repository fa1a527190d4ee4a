package hdfarchive

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// File is the driver of an archive in one file. Programs use it through
// archive.Archive, whose Driver is a *File, and itself for what only HDF5 can do.
type File struct {
	handle
	store   *store
	streams streams[*fileStream]
}

// Open opens the archive in the file at path; see Options.
func Open(path string, o *Options) (*archive.Archive, error) {
	d, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	return archive.New(d), nil
}

func openFile(path string, o *Options) (*File, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	opts := o.withDefaults()
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s, err := acquire(abs, opts)
	if err != nil {
		return nil, err
	}
	if opts.Sync == SyncFull {
		s.queue.Lock()
		s.queue.durable = true // of several wishes the safest counts
		s.queue.Unlock()
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return nil, errors.Join(openError(abs, err), s.release())
	}
	a := &File{store: s, handle: handle{path: abs, opts: opts, url: canonicalURL("hdf", abs, opts), leases: newFileLeases(real)}}
	if opts.Mode != Read {
		_, _ = a.sweepStreams(context.Background()) // what cannot go now goes another time
	}
	return a, nil
}

// read runs f on what was committed, while no commit changes it.
func (a *File) read(ctx context.Context, f func(s *store) error) error {
	return a.use(func() error { return a.store.read(ctx, func() error { return f(a.store) }) })
}

func (a *File) write(ctx context.Context, j *job) error {
	return a.change(func() error { return a.store.submit(ctx, j) })
}

func (a *File) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return a.get(ctx, function, key, wholeValue)
}

// Outline implements driver.Outliner.
func (a *File) Outline(ctx context.Context, function string, key keymap.Key, most int64) (*driver.Entry, error) {
	return a.get(ctx, function, key, max(most, 1))
}

func (a *File) Stat(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return a.get(ctx, function, key, withoutValue)
}

func (a *File) get(ctx context.Context, function string, key keymap.Key, most int64) (e *driver.Entry, err error) {
	err = a.read(ctx, func(s *store) error {
		f, err := s.function(function)
		if err != nil {
			return readError(err)
		}
		if f == nil {
			return driver.ErrNotFound
		}
		var none error
		if e, none = f.packed.get(key, most != withoutValue); none == nil {
			return nil
		}
		look := f.entries.Committed
		if s.lent.Load() { // what the other package changed may not be in the file yet
			look = f.entries.Fetch
		}
		id, i, stored, err := f.stat(key, look)
		if errors.Is(err, driver.ErrNotFound) {
			return entryError(none)
		}
		if err != nil {
			return entryError(err)
		}
		if most == withoutValue {
			i = nil
		}
		e, err = readEntry(s.file, f.entries, id, i, stored, most)
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

func (a *File) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	j := &job{ifAbsent: ifAbsent}
	for _, e := range entries {
		p, err := prepareRow(e, &a.opts)
		if err != nil {
			return 0, err
		}
		j.puts = append(j.puts, p)
	}
	err := a.write(ctx, j)
	return j.stored, err
}

// PutBeforeSum implements driver.LateSummer.
func (a *File) PutBeforeSum(ctx context.Context, e *driver.Entry, ifAbsent bool, sum func() (uint64, error)) (int, error) {
	p, err := prepare(e, "", &a.opts)
	if err != nil {
		return 0, err
	}
	p.await(sum)
	j := &job{ifAbsent: ifAbsent, puts: []*prepared{p}}
	err = a.write(ctx, j)
	return j.stored, err
}

func (a *File) Delete(ctx context.Context, function string, key keymap.Key) error {
	return a.write(ctx, &job{function: function, key: &key})
}

func (a *File) Functions(ctx context.Context) (fns []driver.Function, err error) {
	err = a.read(ctx, func(s *store) error {
		names, err := s.names()
		if err != nil {
			return readError(err)
		}
		for _, name := range names {
			f, err := s.function(name)
			if damage(err) { // a listing of it says so
				fns = append(fns, driver.Function{Name: name, Entries: 1})
				continue
			}
			if err != nil {
				return readError(err)
			}
			if f == nil {
				continue
			}
			fn, err := f.describe()
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

func (a *File) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return a.list(ctx, func() (*listing, error) {
		l := &listing{}
		err := a.read(ctx, func(s *store) error {
			f, err := s.function(function)
			if err != nil || f == nil {
				return readError(err)
			}
			l, err = f.list()
			return err
		})
		return l, err
	})
}

// Sync waits for the disk; every Put has handed its entries to the system.
func (a *File) Sync(ctx context.Context) error {
	return a.use(func() error {
		if !a.store.write {
			return nil
		}
		// In turn with the commits, so as not to make half of one last.
		return a.store.submit(ctx, &job{durable: true})
	})
}

func (a *File) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	var errs []error
	for _, s := range a.streams.all() {
		errs = append(errs, s.Abort())
	}
	return errors.Join(append(errs, a.store.release())...)
}
