package archive

import (
	"context"
	"errors"
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

	inPartsFrom int64 // a constant but in tests

	mu     sync.RWMutex // held for reading while the driver works, so that Close waits
	closed bool
}

// New makes an Archive of a driver. Programs call Open, or the constructor of
// the package that implements a kind; New is for those packages.
func New(d driver.Archive) *Archive { return &Archive{d: d, inPartsFrom: inPartsFrom} }

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
	full, err := begin(e)
	if err != nil {
		return 0, a.wrapEntry("put", e, err)
	}
	describe(full)
	if d, ok := a.d.(driver.LateSummer); ok && full.Bytes >= sumBeside {
		n, err := a.storeBeforeSum(ctx, d, full, ifAbsent)
		return n, a.wrapEntry("put", e, err)
	}
	if err := sum(full); err != nil {
		return 0, a.wrapEntry("put", e, err)
	}
	n, err := a.store(ctx, []*Entry{full}, ifAbsent)
	return n, a.wrapEntry("put", e, err)
}

// sumBeside is from how many bytes on a value is summed while the driver writes it:
// what a goroutine costs, and an attribute that comes later, is little beside that.
const sumBeside = 4 << 20

// storeBeforeSum hands an entry to the driver while its sum is computed.
func (a *Archive) storeBeforeSum(ctx context.Context, d driver.LateSummer, e *Entry, ifAbsent bool) (n int, err error) {
	err = a.do(ctx, func() (err error) {
		var wg sync.WaitGroup
		summed := *e // e is the driver's
		var failed error
		wg.Go(func() { failed = sum(&summed) })
		defer wg.Wait() // it reads what is the caller's
		n, err = d.PutBeforeSum(ctx, e, ifAbsent, func() (uint64, error) {
			wg.Wait()
			return summed.Sum, failed
		})
		return err
	})
	return n, err
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
