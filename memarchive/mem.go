package memarchive

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// mem keeps entries in a map a function. What is in the maps is never changed,
// only replaced, so that it may be copied outside the lock.
type mem struct {
	driver.LocalLeases

	mu        sync.RWMutex
	closed    bool
	functions map[string]map[string]*driver.Entry // by name, then canonical key
}

func newMem() *mem {
	return &mem{functions: make(map[string]map[string]*driver.Entry)}
}

func (m *mem) Get(_ context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	e, err := m.find(function, key)
	if err != nil {
		return nil, err
	}
	return clone(e, value.Clone(e.Value)), nil
}

func (m *mem) Stat(_ context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	e, err := m.find(function, key)
	if err != nil {
		return nil, err
	}
	return clone(e, nil), nil
}

func (m *mem) find(function string, key keymap.Key) (*driver.Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, driver.ErrClosed
	}
	e, ok := m.functions[function][key.Canonical]
	if !ok {
		return nil, driver.ErrNotFound
	}
	return e, nil
}

func (m *mem) Put(_ context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	own := make([]*driver.Entry, len(entries))
	for i, e := range entries {
		own[i] = clone(e, value.Clone(e.Value))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, driver.ErrClosed
	}
	stored := 0
	for _, e := range own {
		of := m.functions[e.Call.Function]
		if of == nil {
			of = make(map[string]*driver.Entry)
			m.functions[e.Call.Function] = of
		}
		if _, there := of[e.Key.Canonical]; there && ifAbsent {
			continue
		}
		of[e.Key.Canonical] = e
		stored++
	}
	return stored, nil
}

func (m *mem) Delete(_ context.Context, function string, key keymap.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return driver.ErrClosed
	}
	of := m.functions[function]
	if _, there := of[key.Canonical]; !there {
		return driver.ErrNotFound
	}
	delete(of, key.Canonical)
	if len(of) == 0 {
		delete(m.functions, function)
	}
	return nil
}

func (m *mem) Functions(context.Context) ([]driver.Function, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, driver.ErrClosed
	}
	var fns []driver.Function
	for name, of := range m.functions {
		fns = append(fns, describe(name, of))
	}
	slices.SortFunc(fns, func(a, b driver.Function) int { return strings.Compare(a.Name, b.Name) })
	return fns, nil
}

// describe takes what a function's entries have in common from the newest.
func describe(name string, of map[string]*driver.Entry) driver.Function {
	var newest *driver.Entry
	for _, e := range of {
		if newest == nil || byAge(e, newest) > 0 {
			newest = e
		}
	}
	f := driver.Function{Name: name, Version: newest.Call.Version, Rounding: newest.Call.Rounding, Entries: len(of)}
	for _, arg := range newest.Call.Args {
		f.Args = append(f.Args, arg.Name)
	}
	return f
}

func (m *mem) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return func(yield func(*driver.Entry, error) bool) {
		entries, err := m.snapshot(function)
		for _, e := range entries {
			if err = m.usable(ctx); err != nil {
				break
			}
			if !yield(clone(e, nil), nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func (m *mem) snapshot(function string) ([]*driver.Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, driver.ErrClosed
	}
	entries := make([]*driver.Entry, 0, len(m.functions[function]))
	for _, e := range m.functions[function] {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, byAge)
	return entries, nil
}

func (m *mem) usable(ctx context.Context) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return driver.ErrClosed
	}
	return ctx.Err()
}

func (m *mem) Sync(context.Context) error { return nil }
func (m *mem) URL() string                { return "mem:" }

func (m *mem) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.functions = nil
	return nil
}

// byAge is the order of a listing: time of creation, then name of the key. The
// canonical bytes decide where the names are the same.
func byAge(a, b *driver.Entry) int {
	return cmp.Or(a.Provenance.Created.Compare(b.Provenance.Created),
		strings.Compare(a.Key.Name, b.Key.Name),
		strings.Compare(a.Key.Canonical, b.Key.Canonical))
}

// clone copies an entry with its arguments, and with v for its value.
func clone(e *driver.Entry, v value.Value) *driver.Entry {
	c := *e
	c.Value = v
	c.Call.Args = slices.Clone(e.Call.Args)
	for i, arg := range c.Call.Args {
		c.Call.Args[i].Value = value.Clone(arg.Value)
	}
	return &c
}
