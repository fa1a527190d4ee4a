package hdfarchive

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// handle is what an open archive is, be it a file or a folder.
type handle struct {
	path   string // absolute
	opts   Options
	url    string
	leases *leases // those of the file or folder itself, by whatever name it was opened

	mu     sync.RWMutex // held for reading by operations, so that Close waits
	closed bool
}

// use runs f unless the archive is closed.
func (h *handle) use(f func() error) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.closed {
		return driver.ErrClosed
	}
	return f()
}

// change is use for what needs an archive that is open for writing.
func (h *handle) change(f func() error) error {
	return h.use(func() error {
		if h.opts.Mode == Read {
			return readOnly(h.path)
		}
		return f()
	})
}

// list yields what read returns, until the archive is closed or ctx ends.
func (h *handle) list(ctx context.Context, read func() (*listing, error)) iter.Seq2[*driver.Entry, error] {
	return func(yield func(*driver.Entry, error) bool) {
		l, err := read()
		if err != nil {
			yield(nil, err)
			return
		}
		for e := range l.all() {
			if err := h.use(ctx.Err); err != nil {
				yield(nil, err)
				return
			}
			if !yield(e.e, e.err) {
				return
			}
		}
	}
}

func (h *handle) URL() string { return h.url }

// Acquire implements driver.Leaser. A process that dies is taken over at once, one
// that was stopped, or whose machine is gone, after 20 s without a sign of life.
func (h *handle) Acquire(ctx context.Context, function string, key keymap.Key) (l driver.Lease, err error) {
	err = h.use(func() error {
		if h.opts.Mode == Read {
			return nil
		}
		if l, err = h.leases.acquire(ctx, function, key); errors.Is(err, errNoLeases) {
			return nil
		}
		return err
	})
	return l, err
}

// ReleaseAll implements driver.Leaser.
func (h *handle) ReleaseAll(context.Context) (n int, err error) {
	err = h.change(func() error {
		n, err = h.leases.releaseAll()
		return err
	})
	return n, err
}
