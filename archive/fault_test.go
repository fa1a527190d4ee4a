package archive_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// faulty is a memory archive whose calls fail, or whose entries come back
// changed, as a test says.
type faulty struct {
	driver.Archive
	fail   func(op string) error                          // nil, or an error for the call
	change func(op string, e *driver.Entry) *driver.Entry // what is read becomes this
	listed func(e *driver.Entry) (*driver.Entry, error)   // what List yields for e
	// put is what is stored of these, and the error that Put then returns
	put func(entries []*driver.Entry) ([]*driver.Entry, error)
}

func newFaulty() *faulty {
	f := &faulty{
		Archive: memarchive.New().Driver(),
		fail:    func(string) error { return nil },
		change:  func(_ string, e *driver.Entry) *driver.Entry { return e },
		listed:  func(e *driver.Entry) (*driver.Entry, error) { return e, nil },
	}
	f.put = func(entries []*driver.Entry) ([]*driver.Entry, error) {
		if err := f.fail("put"); err != nil {
			return nil, err
		}
		return entries, nil
	}
	return f
}

func (f *faulty) URL() string { return "faulty:x" }

func (f *faulty) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return f.read("get", func() (*driver.Entry, error) { return f.Archive.Get(ctx, function, key) })
}

func (f *faulty) Stat(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	return f.read("stat", func() (*driver.Entry, error) { return f.Archive.Stat(ctx, function, key) })
}

func (f *faulty) read(op string, get func() (*driver.Entry, error)) (*driver.Entry, error) {
	if err := f.fail(op); err != nil {
		return nil, err
	}
	e, err := get()
	if err != nil {
		return nil, err
	}
	return f.change(op, e), nil
}

func (f *faulty) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	stored, failure := f.put(entries)
	n, err := f.Archive.Put(ctx, stored, ifAbsent)
	if failure != nil {
		return n, failure
	}
	return n, err
}

func (f *faulty) Delete(ctx context.Context, function string, key keymap.Key) error {
	if err := f.fail("delete"); err != nil {
		return err
	}
	return f.Archive.Delete(ctx, function, key)
}

func (f *faulty) Functions(ctx context.Context) ([]driver.Function, error) {
	if err := f.fail("functions"); err != nil {
		return nil, err
	}
	return f.Archive.Functions(ctx)
}

func (f *faulty) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	return func(yield func(*driver.Entry, error) bool) {
		if err := f.fail("list"); err != nil {
			yield(nil, err)
			return
		}
		for e, err := range f.Archive.List(ctx, function) {
			if err == nil {
				e, err = f.listed(e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (f *faulty) Sync(ctx context.Context) error {
	if err := f.fail("sync"); err != nil {
		return err
	}
	return f.Archive.Sync(ctx)
}

func (f *faulty) Close() error {
	if err := f.fail("close"); err != nil {
		return err
	}
	return f.Archive.Close()
}

// number makes entry n of a function, with a value of size float64s.
func number(function string, n, size int) *archive.Entry {
	data := make([]float64, size)
	for i := range data {
		data[i] = float64(n)
	}
	return &archive.Entry{
		Key:   keyOf(function, n),
		Call:  archive.Call{Function: function},
		Value: &value.Array{Elem: value.Float64, Shape: []int{size}, Data: data},
	}
}

func keyOf(function string, n int) keymap.Key {
	canonical := fmt.Sprintf("%s(%04d)", function, n)
	return keymap.Key{Canonical: canonical, Name: canonical, Digest: keymap.Digest(xxh3.HashString128(canonical))}
}

// fill puts entries 0…n-1 of a function.
func fill(t *testing.T, a *archive.Archive, function string, n int) {
	t.Helper()
	for i := range n {
		if err := a.Put(t.Context(), number(function, i, 2)); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
}
