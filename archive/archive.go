package archive

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// The parts of an archive are the driver's, under the names that programs use.
type (
	// Entry is one memoized call with its result. Stat and List return entries
	// whose Value is nil.
	Entry = driver.Entry
	// Call says which invocation an entry holds.
	Call = driver.Call
	// Provenance says where and when an entry was computed.
	Provenance = driver.Provenance
	// Function describes the entries of one function.
	Function = driver.Function
)

// Archive is a dictionary of entries. Open or New makes one; all methods may be
// called concurrently.
type Archive struct {
	d driver.Archive

	mu     sync.RWMutex // held for reading while the driver works, so that Close waits
	closed bool
}

// New makes an Archive of a driver. Programs call Open, or the constructor of
// the package that implements a kind; New is for those packages.
func New(d driver.Archive) *Archive { return &Archive{d: d} }

// URL returns the canonical URL of the archive: Open of it opens the same one.
func (a *Archive) URL() string { return a.d.URL() }

// Driver returns what the archive is made of, for what only one kind can do,
// after a type assertion. What is done to it directly passes by the checks of
// Archive.
func (a *Archive) Driver() driver.Archive { return a.d }

// Get returns the entry of a function and key, value included; ErrNotFound
// where there is none, ErrCorrupt where the value does not match its sum.
// The caller owns what it gets.
func (a *Archive) Get(ctx context.Context, function string, key keymap.Key) (*Entry, error) {
	e, err := a.get(ctx, function, key)
	return e, a.wrap("get", function, key, err)
}

func (a *Archive) get(ctx context.Context, function string, key keymap.Key) (*Entry, error) {
	var e *Entry
	err := a.do(ctx, func() (err error) {
		e, err = a.d.Get(ctx, function, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	if e.Key.Canonical != key.Canonical {
		return nil, ErrNotFound
	}
	if err := verify(e); err != nil {
		return nil, err
	}
	return e, nil
}

// Stat returns the entry of a function and key without its value: call,
// provenance, size and shape. ErrNotFound where there is none.
func (a *Archive) Stat(ctx context.Context, function string, key keymap.Key) (*Entry, error) {
	e, err := a.stat(ctx, function, key)
	return e, a.wrap("stat", function, key, err)
}

func (a *Archive) stat(ctx context.Context, function string, key keymap.Key) (*Entry, error) {
	var e *Entry
	err := a.do(ctx, func() (err error) {
		e, err = a.d.Stat(ctx, function, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	if e.Key.Canonical != key.Canonical {
		return nil, ErrNotFound
	}
	return e, nil
}

// Has reports whether there is an entry of this function and key. It does not
// read the value.
func (a *Archive) Has(ctx context.Context, function string, key keymap.Key) (bool, error) {
	_, err := a.stat(ctx, function, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, a.wrap("has", function, key, err)
}

// Put stores an entry, and replaces the one with the same function and key. It
// sets Sum, Bytes and Shape of what it stores; e itself is only read. ErrEntry
// where the entry lacks its key or value.
func (a *Archive) Put(ctx context.Context, e *Entry) error {
	_, err := a.put(ctx, e, false)
	return err
}

// PutIfAbsent is Put where there is no entry with this function and key. Of
// several callers at once exactly one stores, and is told so.
func (a *Archive) PutIfAbsent(ctx context.Context, e *Entry) (stored bool, err error) {
	n, err := a.put(ctx, e, true)
	return n == 1, err
}

func (a *Archive) put(ctx context.Context, e *Entry, ifAbsent bool) (int, error) {
	full, err := complete(e)
	if err != nil {
		return 0, a.wrapEntry("put", e, err)
	}
	n, err := a.store(ctx, []*Entry{full}, ifAbsent)
	return n, a.wrapEntry("put", e, err)
}

// store hands complete entries to the driver.
func (a *Archive) store(ctx context.Context, entries []*Entry, ifAbsent bool) (n int, err error) {
	err = a.do(ctx, func() (err error) {
		n, err = a.d.Put(ctx, entries, ifAbsent)
		return err
	})
	return n, err
}

// Delete removes the entry of a function and key; ErrNotFound where there is none.
func (a *Archive) Delete(ctx context.Context, function string, key keymap.Key) error {
	err := a.do(ctx, func() error { return a.d.Delete(ctx, function, key) })
	return a.wrap("delete", function, key, err)
}

// Functions lists the functions that have entries, sorted by name, each with
// the number of its entries.
func (a *Archive) Functions(ctx context.Context) ([]Function, error) {
	var fns []Function
	err := a.do(ctx, func() (err error) {
		fns, err = a.d.Functions(ctx)
		return err
	})
	return fns, a.wrap("list functions", "", keymap.Key{}, err)
}

// Len returns the number of entries, of the given functions or of all.
func (a *Archive) Len(ctx context.Context, functions ...string) (int, error) {
	fns, err := a.Functions(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range selected(fns, functions) {
		n += f.Entries
	}
	return n, nil
}

// List yields the entries of the given functions, or of all, without their
// values: call, provenance, size and shape, from the index. They come function
// by function, in the order of Functions, then of creation and of key name. A
// damaged entry is yielded as an error, beside what is readable of it, and the
// loop may go on; every other error ends the listing.
func (a *Archive) List(ctx context.Context, functions ...string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		fns, err := a.Functions(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, f := range selected(fns, functions) {
			for e, err := range a.list(ctx, f.Name) {
				if !yield(e, err) || (err != nil && ends(ctx, err)) {
					return
				}
			}
		}
	}
}

// list is the driver's List with state and context checked before each entry,
// which it does without a lock: the loop body may use the archive.
func (a *Archive) list(ctx context.Context, function string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for e, err := range a.d.List(ctx, function) {
			if err == nil {
				err = a.do(ctx, func() error { return nil })
			}
			var key keymap.Key
			if err != nil && e != nil {
				key = e.Key
			}
			if !yield(e, a.wrap("list", function, key, err)) || (err != nil && ends(ctx, err)) {
				return
			}
		}
	}
}

// Sync makes everything that was put durable, against a power cut too where the
// kind can.
func (a *Archive) Sync(ctx context.Context) error {
	err := a.do(ctx, func() error { return a.d.Sync(ctx) })
	return a.wrap("sync", "", keymap.Key{}, err)
}

// Close syncs and releases the archive, once the operations under way have
// ended. Every later use is ErrClosed, but for another Close, which does
// nothing.
func (a *Archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	return a.wrap("close", "", keymap.Key{}, a.d.Close())
}

// do runs an operation of the driver, unless the archive is closed or ctx is
// done. Close waits for it.
func (a *Archive) do(ctx context.Context, op func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.closed {
		return ErrClosed
	}
	return op()
}

// selected returns those of fns that names has, or all where names is empty.
func selected(fns []Function, names []string) []Function {
	if len(names) == 0 {
		return fns
	}
	want := make(map[string]bool, len(names))
	for _, n := range names {
		want[n] = true
	}
	var some []Function
	for _, f := range fns {
		if want[f.Name] {
			some = append(some, f)
		}
	}
	return some
}
