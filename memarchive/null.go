package memarchive

import (
	"context"
	"iter"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// null is the archive that keeps nothing.
type null struct{}

func (null) Get(context.Context, string, keymap.Key) (*driver.Entry, error) {
	return nil, driver.ErrNotFound
}

func (null) Stat(context.Context, string, keymap.Key) (*driver.Entry, error) {
	return nil, driver.ErrNotFound
}

// Put counts every entry as stored: to a caller null is an archive that
// somebody else empties at once.
func (null) Put(_ context.Context, entries []*driver.Entry, _ bool) (int, error) {
	return len(entries), nil
}

func (null) Delete(context.Context, string, keymap.Key) error { return driver.ErrNotFound }

func (null) Functions(context.Context) ([]driver.Function, error) { return nil, nil }

func (null) List(context.Context, string) iter.Seq2[*driver.Entry, error] {
	return func(func(*driver.Entry, error) bool) {}
}

func (null) Sync(context.Context) error { return nil }
func (null) URL() string                { return "null:" }
func (null) Close() error               { return nil }
