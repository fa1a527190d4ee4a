package archive

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// How far work on many entries goes at a time. The window lets four entries be
// read and checked while the loop body works; the byte bounds keep a listing of
// large arrays from filling memory.
const (
	readAhead      = 4
	readAheadBytes = 64 << 20
	batchEntries   = 256
	batchBytes     = 16 << 20
)

// GetMany yields the entries of a function for many keys, in their order and
// one pair a key: an entry, or an error such as ErrNotFound. Entries are read
// ahead of the loop body. ErrClosed and a cancelled ctx end the loop.
func (a *Archive) GetMany(ctx context.Context, function string, keys []keymap.Key) iter.Seq2[*Entry, error] {
	wanted := func(yield func(*Entry, error) bool) {
		for _, k := range keys {
			if !yield(&Entry{Key: k, Call: Call{Function: function}}, nil) {
				return
			}
		}
	}
	return func(yield func(*Entry, error) bool) {
		for r := range a.fetch(ctx, wanted, false) {
			if !yield(r.entry, r.err) || (r.err != nil && ends(ctx, r.err)) {
				return
			}
		}
	}
}

// All yields the entries of the given functions, or of all, with their values,
// in the order of List. Entries are read ahead of the loop body. One that was
// deleted since the loop began is left out. One that can't be read is yielded as
// an error, beside an Entry with what the index says of it, and the loop may go
// on; ErrClosed and a cancelled ctx end it.
func (a *Archive) All(ctx context.Context, functions ...string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for r := range a.fetch(ctx, a.List(ctx, functions...), false) {
			switch {
			case errors.Is(r.err, ErrNotFound):
				continue
			case r.err != nil:
				r.entry = r.listed
			}
			if !yield(r.entry, r.err) || (r.err != nil && ends(ctx, r.err)) {
				return
			}
		}
	}
}

// fetched is an entry that fetch was asked for, and what came of it.
type fetched struct {
	listed *Entry // as it was asked for
	entry  *Entry
	parts  bool // entry is outlined, and not verified
	err    error
	done   chan struct{} // closed when entry and err are set
}

// fetch reads the entries that wanted names, a window of them at once, and
// yields them in order. With parts, what wanted says is large is only outlined where the
// driver can. No goroutine of it outlives the loop.
func (a *Archive) fetch(ctx context.Context, wanted iter.Seq2[*Entry, error], parts bool) iter.Seq[*fetched] {
	d, ok := a.d.(driver.Outliner)
	parts = parts && ok
	return func(yield func(*fetched) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var readers sync.WaitGroup
		defer readers.Wait()
		defer cancel()
		next, stop := iter.Pull2(wanted)
		defer stop()

		var window []*fetched
		var bytes int64 // of the window
		more := true
		for {
			for more && len(window) < readAhead && (len(window) == 0 || bytes < readAheadBytes) {
				var f fetched
				if f.listed, f.err, more = next(); !more {
					break
				}
				f.done = make(chan struct{})
				window = append(window, &f)
				if f.err != nil {
					close(f.done)
					continue
				}
				bytes += f.listed.Bytes
				readers.Go(func() {
					defer close(f.done)
					function, key := f.listed.Call.Function, f.listed.Key
					if f.parts = parts && f.listed.Bytes > a.inPartsFrom; f.parts {
						f.entry, f.err = a.outline(ctx, d, function, key, a.unit())
						f.err = a.wrap("get", function, key, f.err)
					} else {
						f.entry, f.err = a.Get(ctx, function, key)
					}
				})
			}
			if len(window) == 0 {
				return
			}
			first := window[0]
			<-first.done
			window = slices.Delete(window, 0, 1)
			if first.listed != nil {
				bytes -= first.listed.Bytes
			}
			if !yield(first) {
				return
			}
		}
	}
}

// PutMany stores entries in order, in batches that the archive commits
// together, and returns how many it stored; the first of them, where err is not
// nil. Nothing is stored when one of them is an ErrEntry.
func (a *Archive) PutMany(ctx context.Context, entries []*Entry) (stored int, err error) {
	for _, e := range entries {
		if err := check(e); err != nil {
			return 0, a.wrapEntry("put", e, err)
		}
	}
	w := batch{a: a}
	for _, e := range entries {
		if err = w.add(ctx, e); err != nil {
			return w.stored, err
		}
	}
	err = w.flush(ctx)
	return w.stored, err
}

// batch gathers entries and stores them together.
type batch struct {
	a        *Archive
	ifAbsent bool
	entries  []*Entry
	bytes    int64
	stored   int
}

func (b *batch) add(ctx context.Context, e *Entry) error {
	full, err := complete(e)
	if err != nil {
		return b.a.wrapEntry("put", e, err)
	}
	b.entries = append(b.entries, full)
	b.bytes += full.Bytes
	if len(b.entries) >= batchEntries || b.bytes >= batchBytes {
		return b.flush(ctx)
	}
	return nil
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.entries) == 0 {
		return nil
	}
	n, err := b.a.store(ctx, b.entries, b.ifAbsent)
	b.stored += n
	failed := b.entries[min(n, len(b.entries)-1)] // the driver stored those before it
	clear(b.entries)
	b.entries, b.bytes = b.entries[:0], 0
	return b.a.wrapEntry("put", failed, err)
}
