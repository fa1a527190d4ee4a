package chainarchive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// Options say how a chain behaves. Nil means the defaults.
type Options struct {
	// LocalOnly writes to the first link only. Default: to all.
	LocalOnly bool

	// OnError, if set, is called with each error of a link that another link made
	// good, by many goroutines at once.
	OnError func(error)
}

// chain is the driver.
type chain struct {
	links  []*archive.Archive
	writes []*archive.Archive // those that are written to
	report func(error)
	closed atomic.Bool
}

// New returns an archive of the given links, the first one in front.
func New(o *Options, links ...*archive.Archive) (*archive.Archive, error) {
	if len(links) == 0 {
		return nil, errors.New("chainarchive: a chain needs at least one archive")
	}
	for i, l := range links {
		if l == nil {
			return nil, fmt.Errorf("chainarchive: link %d is nil", i)
		}
		if slices.Contains(links[:i], l) {
			return nil, fmt.Errorf("chainarchive: %s is in the chain twice", l.URL())
		}
	}
	if o == nil {
		o = &Options{}
	}
	c := &chain{links: slices.Clone(links), report: o.OnError}
	c.writes = c.links
	if o.LocalOnly {
		c.writes = c.links[:1]
	}
	if c.report == nil {
		c.report = func(error) {} // the caller chose not to be told
	}
	return archive.New(c), nil
}

func (c *chain) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	e, at, err := c.ask(func(l *archive.Archive) (*driver.Entry, error) { return l.Get(ctx, function, key) })
	if err != nil {
		return nil, err
	}
	for _, l := range c.links[:at] {
		// The entry was found: that it could not be brought nearer is no reason to
		// withhold it.
		if err := l.Put(ctx, e); err != nil && !errors.Is(err, archive.ErrReadOnly) {
			c.report(err)
		}
	}
	return e, nil
}

func (c *chain) Stat(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	e, _, err := c.ask(func(l *archive.Archive) (*driver.Entry, error) { return l.Stat(ctx, function, key) })
	return e, err
}

// ask returns the answer of the first link that has one, and which that is. Links
// that failed are reported when another one answers; otherwise theirs is the
// error, since the entry may be there.
func (c *chain) ask(ask func(*archive.Archive) (*driver.Entry, error)) (*driver.Entry, int, error) {
	var failed []error
	for i, l := range c.links {
		e, err := ask(l)
		switch {
		case err == nil:
			for _, err := range failed {
				c.report(err)
			}
			return e, i, nil
		case !errors.Is(err, archive.ErrNotFound):
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 {
		return nil, 0, errors.Join(failed...)
	}
	return nil, 0, archive.ErrNotFound
}

func (c *chain) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	if ifAbsent {
		return c.putAbsent(ctx, entries)
	}
	stored := len(entries)
	for _, l := range slices.Backward(c.writes) {
		n, err := l.PutMany(ctx, entries)
		if stored = min(stored, n); err != nil {
			return stored, err
		}
	}
	return stored, nil
}

// putAbsent lets the last link decide, and takes its entry where it has one.
func (c *chain) putAbsent(ctx context.Context, entries []*driver.Entry) (stored int, err error) {
	last := len(c.writes) - 1
	for _, e := range entries {
		if _, err := c.Stat(ctx, e.Call.Function, e.Key); !errors.Is(err, archive.ErrNotFound) {
			if err != nil {
				return stored, err
			}
			continue
		}
		ok, err := c.writes[last].PutIfAbsent(ctx, e)
		if err != nil {
			return stored, err
		}
		if !ok {
			continue
		}
		stored++
		for _, l := range slices.Backward(c.writes[:last]) {
			if err := l.Put(ctx, e); err != nil {
				return stored, err
			}
		}
	}
	return stored, nil
}

func (c *chain) Delete(ctx context.Context, function string, key keymap.Key) error {
	known := false
	// From the front, so that a failure half-way leaves no entry in front of links
	// that have it no more.
	for _, l := range c.writes {
		err := l.Delete(ctx, function, key)
		switch {
		case err == nil:
			known = true
		case !errors.Is(err, archive.ErrNotFound):
			return err
		}
	}
	if !known {
		return archive.ErrNotFound
	}
	return nil
}

// Acquire implements driver.Leaser with the leases of the last link that is written
// to and has any: the one that is shared.
func (c *chain) Acquire(ctx context.Context, function string, key keymap.Key) (driver.Lease, error) {
	leaser := c.leaser()
	if leaser == nil {
		return nil, nil
	}
	return leaser.Acquire(ctx, function, key)
}

// ReleaseAll implements driver.Leaser.
func (c *chain) ReleaseAll(ctx context.Context) (int, error) {
	leaser := c.leaser()
	if leaser == nil {
		return 0, nil
	}
	return leaser.ReleaseAll(ctx)
}

func (c *chain) leaser() driver.Leaser {
	for _, l := range slices.Backward(c.writes) {
		if leaser, ok := l.Driver().(driver.Leaser); ok {
			return leaser
		}
	}
	return nil
}

func (c *chain) Functions(ctx context.Context) ([]driver.Function, error) {
	byName := map[string]driver.Function{}
	for _, l := range c.links {
		functions, err := l.Functions(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range functions {
			if _, ok := byName[f.Name]; !ok {
				byName[f.Name] = f
			}
		}
	}
	var all []driver.Function
	for name, f := range byName {
		f.Entries = 0 // links may share entries: count what the listing shows
		for _, err := range c.List(ctx, name) {
			if err != nil {
				return nil, err
			}
			f.Entries++
		}
		if f.Entries > 0 {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b driver.Function) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (c *chain) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return func(yield func(*driver.Entry, error) bool) {
		seen := map[string]bool{}
		var all []*driver.Entry
		for _, l := range c.links {
			for e, err := range l.List(ctx, function) {
				if err != nil {
					if !yield(e, err) || ctx.Err() != nil || errors.Is(err, archive.ErrClosed) {
						return
					}
					continue
				}
				if !seen[e.Key.Canonical] {
					seen[e.Key.Canonical] = true
					all = append(all, e)
				}
			}
		}
		slices.SortStableFunc(all, func(a, b *driver.Entry) int {
			if order := a.Provenance.Created.Compare(b.Provenance.Created); order != 0 {
				return order
			}
			return strings.Compare(a.Key.Name, b.Key.Name)
		})
		for _, e := range all {
			err := ctx.Err()
			if err == nil && c.closed.Load() {
				err = archive.ErrClosed
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (c *chain) Sync(ctx context.Context) error {
	var errs []error
	for _, l := range slices.Backward(c.writes) {
		errs = append(errs, l.Sync(ctx))
	}
	return errors.Join(errs...)
}

// URL lists the links; there is no scheme that opens it.
func (c *chain) URL() string {
	urls := make([]string, len(c.links))
	for i, l := range c.links {
		urls[i] = l.URL()
	}
	return "chain(" + strings.Join(urls, ", ") + ")"
}

func (c *chain) Close() error {
	c.closed.Store(true)
	var errs []error
	for _, l := range c.links {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}
