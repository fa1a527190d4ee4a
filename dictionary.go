package klepto

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
)

// Lookup returns the result for in if it is in memory or in the archive, and
// false if it is not; however old it is. It never calls the function, nor waits
// for one.
func (m *Memo[In, Out]) Lookup(ctx context.Context, in In) (out Out, ok bool, err error) {
	key, err := m.open(in)
	if err != nil {
		return out, false, err
	}
	r, ok := m.cache.Get(key.Digest)
	if ok && r.err != nil {
		m.counts.unusable(r.elapsed)
		return out, false, nil
	}
	if !ok {
		var source Source
		if r, source, err = m.recall(ctx, key); r == nil || r.err != nil || err != nil {
			return out, false, err
		}
		m.counts.count(Info{Source: source, Elapsed: r.elapsed})
	}
	return m.own(r.out), true, nil
}

// Info tells about the result for in that is in memory or in the archive; false
// says that there is none. The result is neither read nor used: nothing is
// counted, and its age is only told.
func (m *Memo[In, Out]) Info(ctx context.Context, in In) (info Info, ok bool, err error) {
	key, err := m.open(in)
	if err != nil {
		return info, false, err
	}
	a := answer[Out]{source: Memory}
	if a.result, ok = m.cache.Peek(key.Digest); !ok {
		a.result, ok = m.backlog.get(key.Digest)
	}
	switch from := m.archive.Load(); {
	case ok && a.err != nil, !ok && from == nil:
		return info, false, nil
	case !ok:
		e, err := from.Stat(ctx, m.options.Name, key)
		if errors.Is(err, archive.ErrNotFound) {
			return info, false, nil
		}
		if err != nil {
			return info, false, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		}
		a.source = Archived
		a.result = &result[Out]{key: e.Key, args: e.Call.Args, created: e.Provenance.Created, elapsed: e.Provenance.Elapsed}
	}
	args, err := m.arguments(in)
	if err != nil {
		return info, false, err
	}
	info = m.info(a)
	info.Stale = m.options.StaleAfter > 0 && info.Age > m.options.StaleAfter
	info.Distance = distance(args, a.args)
	return info, true, nil
}

// Put keeps out as the result for in, in memory and in the archive, in place of
// any other.
func (m *Memo[In, Out]) Put(ctx context.Context, in In, out Out) error {
	key, err := m.open(in)
	if err != nil {
		return err
	}
	args, unrecorded := m.keepsake(in)
	r := &result[Out]{out: m.own(out), key: key, args: args, created: m.options.Clock()}
	if err := m.keep(ctx, r, unrecorded, &grant{}); err != nil {
		return &NotStoredError{Function: m.options.Name, Key: key.Name, Err: err}
	}
	return nil
}

// Entry returns what an archive is to know of a call with in but its result: key,
// arguments, versions, this moment as the time of creation. It is for results larger
// than memory, which archive.Create stores slab by slab: set Value to what they are, as
// value.Encode makes it of Out where Call is to find them, and Provenance.Elapsed of the
// writer, before Commit, to the time that the result took.
func (m *Memo[In, Out]) Entry(in In) (*archive.Entry, error) {
	key, err := m.open(in)
	if err != nil {
		return nil, err
	}
	args, err := m.keepsake(in)
	if err != nil {
		return nil, err
	}
	return m.entry(&result[Out]{key: key, args: args, created: m.options.Clock()}, nil), nil
}

// Delete forgets the result for in, in memory and in the archive, and reports
// whether there was one. A computation under way is not stopped, and its result
// is kept.
func (m *Memo[In, Out]) Delete(ctx context.Context, in In) (bool, error) {
	key, err := m.open(in)
	if err != nil {
		return false, err
	}
	known := m.backlog.remove(key.Digest)
	if m.cache.Delete(key.Digest) {
		known = true
	}
	a := m.archive.Load()
	if a == nil {
		return known, nil
	}
	m.backlog.order.RLock()
	err = a.Delete(ctx, m.options.Name, key)
	m.backlog.order.RUnlock()
	if errors.Is(err, archive.ErrNotFound) {
		return known, nil
	}
	if err != nil {
		return known, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	return true, nil
}

// Load brings results from the archive into memory, those for the given
// arguments or, without any, all of this function, version and rounding, and returns
// how many. Memory keeps as many of them as fit. An entry that cannot be read ends
// it, unless Options.Safe is set. Options.OnProgress is told how far it has come.
func (m *Memo[In, Out]) Load(ctx context.Context, in ...In) (n int, err error) {
	if m.closed.Load() {
		return 0, ErrClosed
	}
	a := m.archive.Load()
	if a == nil {
		return 0, nil
	}
	if len(in) == 0 {
		return m.loadAll(ctx, a)
	}
	keys := make([]keymap.Key, len(in))
	for i, x := range in {
		if keys[i], err = m.Key(x); err != nil {
			return 0, err
		}
	}
	i := 0
	for e, err := range a.GetMany(ctx, m.options.Name, keys) {
		switch {
		case err == nil:
			if err = m.take(e); err == nil {
				n++
			}
		case errors.Is(err, archive.ErrNotFound):
			err = nil
		default:
			err = fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		}
		if err != nil && !m.passOver(ctx, err) {
			return n, err
		}
		if i++; i%batchResults == 0 || i == len(keys) {
			m.progress("load", i, len(keys))
		}
	}
	return n, ctx.Err()
}

// loadAll brings all results of this function, version and rounding into memory.
func (m *Memo[In, Out]) loadAll(ctx context.Context, a *archive.Archive) (n int, err error) {
	total := 0
	if m.options.OnProgress != nil {
		if total, err = a.Len(ctx, m.options.Name); err != nil {
			return 0, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		}
	}
	seen := 0
	for e, err := range a.All(ctx, m.options.Name) {
		switch {
		case err != nil:
			err = fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		case e.Call.Version == m.options.Version && e.Call.Rounding == m.options.Rounding.String():
			if err = m.take(e); err == nil {
				n++
			}
		}
		if err != nil && !m.passOver(ctx, err) {
			return n, err
		}
		if seen++; seen%batchResults == 0 {
			m.progress("load", seen, max(seen, total))
		}
	}
	m.progress("load", seen, seen)
	return n, ctx.Err()
}

// take puts an entry into memory, or the newer result that is to replace it.
func (m *Memo[In, Out]) take(e *archive.Entry) error {
	r, ok := m.backlog.get(e.Key.Digest)
	if !ok {
		var err error
		if r, err = m.decode(e); err != nil {
			return err
		}
	}
	m.remember(r)
	return nil
}

// passOver reports whether a Load goes on after an error: with Options.Safe it does
// where it is one of a single entry.
func (m *Memo[In, Out]) passOver(ctx context.Context, err error) bool {
	if !m.options.Safe || ctx.Err() != nil || errors.Is(err, archive.ErrClosed) {
		return false
	}
	m.report(err)
	return true
}

// Dump stores results that are in memory in the archive, those for the given
// arguments or, without any, all, and returns how many. It is of use under
// WritePolicy OnEvict, and after SetArchive. Results are stored in batches, after
// each of which Options.OnProgress is told. When ctx ends, Dump does too; the error
// then has a *NotStoredError for each result that is left.
func (m *Memo[In, Out]) Dump(ctx context.Context, in ...In) (int, error) {
	if m.closed.Load() {
		return 0, ErrClosed
	}
	if m.archive.Load() == nil {
		return 0, fmt.Errorf("klepto: %s: there is no archive to dump to: use SetArchive", m.options.Name)
	}
	var results []*result[Out]
	if len(in) == 0 {
		seen := map[keymap.Digest]bool{}
		for d, r := range m.cache.All() {
			seen[d] = true
			if r.err == nil {
				results = append(results, r)
			}
		}
		for _, r := range m.backlog.all() {
			if !seen[r.key.Digest] {
				results = append(results, r)
			}
		}
	}
	for _, x := range in {
		key, err := m.Key(x)
		if err != nil {
			return 0, err
		}
		r, ok := m.cache.Peek(key.Digest)
		if !ok {
			r, ok = m.backlog.get(key.Digest)
		}
		if ok && r.err == nil {
			results = append(results, r)
		}
	}
	return m.saveAll(ctx, "dump", results)
}

// Sync stores what is not stored yet, in batches as Dump does, and makes the archive
// durable. Its error joins one *NotStoredError for each result that is still in
// memory only, and tells each cause once.
func (m *Memo[In, Out]) Sync(ctx context.Context) error {
	a := m.archive.Load()
	if a == nil {
		return nil
	}
	err := m.flush(ctx)
	if syncErr := a.Sync(ctx); syncErr != nil {
		err = errors.Join(err, fmt.Errorf("klepto: %s: %w", m.options.Name, syncErr))
	}
	return err
}

// Clear forgets all results in memory, after a Sync. The archive keeps what it
// has.
func (m *Memo[In, Out]) Clear(ctx context.Context) error {
	err := m.Sync(ctx)
	m.cache.Clear()
	return err
}

// Archive returns the archive behind the memo, or nil.
func (m *Memo[In, Out]) Archive() *archive.Archive { return m.archive.Load() }

// SetArchive puts another archive, or with nil none, behind the memo. What is not
// stored yet goes to the new one; without one, under WritePolicy OnEvict, it is
// gone when it leaves memory. The old archive is left open.
func (m *Memo[In, Out]) SetArchive(a *archive.Archive) { m.archive.Store(a) }

// Enable turns memoizing on or off. While it is off, calls go to the function,
// and nothing is looked up or kept.
func (m *Memo[In, Out]) Enable(on bool) { m.off.Store(!on) }

// Close ends the use of the memo: it stores what is not stored yet, gives its name
// back for another function, and later calls return ErrClosed. Computations under way go on; what they return is
// stored as long as the archive, which Close leaves open, is. Closing twice is no
// error; both calls return when all is stored.
func (m *Memo[In, Out]) Close() (err error) {
	m.off.Store(true)
	m.closed.Store(true)
	m.ending.Do(func() { err = m.end() })
	return err
}

func (m *Memo[In, Out]) end() error {
	defer m.unregister()
	m.cleaner.stop()
	m.backlog.end()
	err := m.Sync(context.Background())
	if errors.Is(err, archive.ErrClosed) && m.backlog.len() == 0 {
		err = nil // the archive was closed first: it has everything
	}
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
