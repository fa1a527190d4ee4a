package klepto

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
)

// keep puts r into the archive and into memory, in this order. An error says
// that r is in memory only.
func (m *Memo[In, Out]) keep(ctx context.Context, in In, r *result[Out], key keymap.Key) error {
	defer m.cache.Set(key.Digest, r)
	args, err := m.arguments(in)
	if err != nil {
		return err
	}
	r.args = args
	if m.options.Archive == nil {
		return nil
	}
	v, err := m.out.Encode(r.out)
	if err != nil {
		return err
	}
	p := m.origin
	p.Created, p.Elapsed = r.created, r.elapsed
	e := &archive.Entry{
		Key: key,
		Call: archive.Call{
			Function: m.options.Name,
			Version:  m.options.Version,
			Rounding: m.options.Rounding.String(),
			Args:     args,
		},
		Value:      v,
		GoType:     m.goType,
		Provenance: p,
	}
	if err := m.options.Archive.Put(ctx, e); err != nil {
		m.unsaved.add(key.Digest, e, r)
		return err
	}
	m.unsaved.remove(key.Digest)
	return nil
}

// Lookup returns the result for in if it is in memory or in the archive, and
// false if it is not. It never calls the function, nor waits for one.
func (m *Memo[In, Out]) Lookup(ctx context.Context, in In) (out Out, ok bool, err error) {
	key, err := m.open(in)
	if err != nil {
		return out, false, err
	}
	r, ok := m.cache.Get(key.Digest)
	if !ok {
		r, ok = m.unsaved.get(key.Digest)
	}
	if !ok {
		if r, err = m.load(ctx, key); r == nil || err != nil {
			return out, false, err
		}
		m.counts.archived.Add(1)
		m.cache.Set(key.Digest, r)
	}
	m.counts.saved.Add(int64(r.elapsed))
	return m.own(r.out), true, nil
}

// Put keeps out as the result for in, in memory and in the archive, in place of
// any other.
func (m *Memo[In, Out]) Put(ctx context.Context, in In, out Out) error {
	key, err := m.open(in)
	if err != nil {
		return err
	}
	r := &result[Out]{out: m.own(out), created: time.Now()}
	if err := m.keep(ctx, in, r, key); err != nil {
		return &NotStoredError{Function: m.options.Name, Key: key.Name, Err: err}
	}
	return nil
}

// Delete forgets the result for in, in memory and in the archive, and reports
// whether there was one. A computation under way is not stopped, and its result
// is kept.
func (m *Memo[In, Out]) Delete(ctx context.Context, in In) (bool, error) {
	key, err := m.open(in)
	if err != nil {
		return false, err
	}
	known := m.unsaved.remove(key.Digest)
	if m.cache.Delete(key.Digest) {
		known = true
	}
	if m.options.Archive == nil {
		return known, nil
	}
	err = m.options.Archive.Delete(ctx, m.options.Name, key)
	if errors.Is(err, archive.ErrNotFound) {
		return known, nil
	}
	if err != nil {
		return known, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	return true, nil
}

// Sync stores again what could not be stored, and makes the archive durable. Its
// error joins one *NotStoredError for each result that is still in memory only.
func (m *Memo[In, Out]) Sync(ctx context.Context) error {
	if m.options.Archive == nil {
		return nil
	}
	var errs []error
	for d, u := range m.unsaved.all() {
		if err := m.options.Archive.Put(ctx, u.entry); err != nil {
			errs = append(errs, &NotStoredError{Function: m.options.Name, Key: u.entry.Key.Name, Err: err})
			continue
		}
		m.unsaved.remove(d)
	}
	if err := m.options.Archive.Sync(ctx); err != nil {
		errs = append(errs, fmt.Errorf("klepto: %s: %w", m.options.Name, err))
	}
	return errors.Join(errs...)
}

// Close ends the use of the memo: it stores again what could not be stored, and
// later calls return ErrClosed. Computations under way go on; what they return
// is stored as long as the archive, which Close leaves open, is. Closing twice
// is no error.
func (m *Memo[In, Out]) Close() error {
	if m.closed.Swap(true) {
		return nil
	}
	err := m.Sync(context.Background())
	m.cache.Clear()
	return err
}

// open makes the key of a call on a memo that is not closed.
func (m *Memo[In, Out]) open(in In) (keymap.Key, error) {
	if m.closed.Load() {
		return keymap.Key{}, ErrClosed
	}
	return m.Key(in)
}

// report counts an error that no caller gets, and hands it to OnError.
func (m *Memo[In, Out]) report(err error) {
	m.counts.errors.Add(1)
	if m.options.OnError != nil {
		m.options.OnError(err)
	}
}

// unsaved holds results that an archive failed to store.
type unsaved[Out any] struct {
	mu sync.Mutex
	m  map[keymap.Digest]unsavedResult[Out]
}

type unsavedResult[Out any] struct {
	entry *archive.Entry
	*result[Out]
}

func (u *unsaved[Out]) add(d keymap.Digest, e *archive.Entry, r *result[Out]) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.m == nil {
		u.m = make(map[keymap.Digest]unsavedResult[Out])
	}
	u.m[d] = unsavedResult[Out]{e, r}
}

func (u *unsaved[Out]) get(d keymap.Digest) (*result[Out], bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	r, ok := u.m[d]
	return r.result, ok
}

func (u *unsaved[Out]) remove(d keymap.Digest) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, ok := u.m[d]
	delete(u.m, d)
	return ok
}

// all returns a copy, so that archives are written without the lock.
func (u *unsaved[Out]) all() map[keymap.Digest]unsavedResult[Out] {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.m)
}

func (u *unsaved[Out]) len() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.m)
}
