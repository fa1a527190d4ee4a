package klepto

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cache"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// keep puts r where the options want it: into the archive, now or later, and into
// memory, in this order. An error says that r is in memory only, as does
// unrecorded: r has no arguments, without which an archive doesn't take it. The right
// to have computed r, in g, goes with it where it is stored later.
func (m *Memo[In, Out]) keep(ctx context.Context, r *result[Out], unrecorded error, g *grant) (err error) {
	if m.options.Keep != nil && !m.options.Keep(r.out) {
		return nil
	}
	a := m.archive.Load()
	if unrecorded != nil && a != nil {
		m.remember(r)
		return unrecorded
	}
	var v value.Value
	if a != nil || m.options.MaxBytes > 0 || m.options.EntryLimit > 0 {
		if v, err = m.out.Encode(r.out); err != nil {
			m.remember(r)
			return fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		}
		r.bytes = value.Size(v)
	}
	if m.options.EntryLimit > 0 && r.bytes > m.options.EntryLimit {
		return nil
	}
	switch {
	case a == nil && m.options.WritePolicy != OnEvict:
	case m.options.WritePolicy == Through,
		a != nil && m.options.Policy == cache.NO, // nothing ever leaves a memory that holds nothing
		!m.backlog.add(r, g):                     // the memo was closed meanwhile
		err = m.putThrough(ctx, a, r, v, g)
	}
	m.remember(r)
	return err
}

// putThrough stores r in the archive, or in the backlog if that fails. What another
// stored who took over the lease is left as it is.
func (m *Memo[In, Out]) putThrough(ctx context.Context, a *archive.Archive, r *result[Out], v value.Value, g *grant) (err error) {
	if a == nil {
		return nil
	}
	m.backlog.order.RLock()
	defer m.backlog.order.RUnlock()
	if g.lease != nil && g.archive == a {
		err = g.lease.Commit(ctx, m.entry(r, v), g.replace)
	} else {
		err = a.Put(ctx, m.entry(r, v))
	}
	if err != nil && !errors.Is(err, archive.ErrFenced) {
		m.backlog.add(r, nil)
		return err
	}
	m.backlog.remove(r.key.Digest)
	return err
}

// remember puts r into memory.
func (m *Memo[In, Out]) remember(r *result[Out]) {
	o := cache.SetOptions{Cost: r.elapsed}
	if r.err != nil {
		o = cache.SetOptions{TTL: m.options.ErrorTTL}
	}
	m.cache.SetWith(r.key.Digest, r, &o)
}

// evicted is told of every result that leaves memory.
func (m *Memo[In, Out]) evicted(d keymap.Digest, r *result[Out], cause cache.Cause) {
	if cause != cache.Full && cause != cache.Purged && cause != cache.TooBig {
		return
	}
	if waiting, ok := m.backlog.get(d); !ok || waiting != r {
		return
	}
	if m.archive.Load() == nil { // taken away by SetArchive: the bound on memory holds all the same
		m.backlog.stored(r)
		return
	}
	m.backlog.order.Lock()
	failed := m.save(context.Background(), []*result[Out]{r})
	m.backlog.order.Unlock()
	for _, err := range failed {
		m.report(err)
	}
}

// entry is what the archive keeps of r, whose value is v.
func (m *Memo[In, Out]) entry(r *result[Out], v value.Value) *archive.Entry {
	p := m.origin
	p.Created, p.Elapsed = r.created, r.elapsed
	return &archive.Entry{
		Key: r.key,
		Call: archive.Call{
			Function: m.options.Name,
			Version:  m.options.Version,
			Rounding: m.options.Rounding.String(),
			Args:     r.args,
		},
		Value:      v,
		GoType:     m.goType,
		Provenance: p,
	}
}

// load reads a result from the archive. It returns nil, nil where there is none.
func (m *Memo[In, Out]) load(ctx context.Context, key keymap.Key) (*result[Out], error) {
	a := m.archive.Load()
	if a == nil {
		return nil, nil
	}
	e, err := a.Get(ctx, m.options.Name, key)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	return m.decode(e)
}

func (m *Memo[In, Out]) decode(e *archive.Entry) (*result[Out], error) {
	out, err := m.out.Decode(e.Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: entry %s holds a %s: %w: change Options.Version, or Delete the entry", ErrMismatch, m.options.Name, e.Key.Name, e.GoType, err)
	}
	return &result[Out]{out: out, key: e.Key, args: e.Call.Args, created: e.Provenance.Created, elapsed: e.Provenance.Elapsed, bytes: e.Bytes}, nil
}

// save stores results in the archive and takes them off the backlog, whose order is
// held. It returns a *NotStoredError for each that is still in memory only.
func (m *Memo[In, Out]) save(ctx context.Context, results []*result[Out]) (failed notStoredErrors) {
	// Stored or not: others need not wait any longer.
	defer func() {
		for _, r := range results {
			m.free(m.backlog.lease(r))
		}
	}()
	a := m.archive.Load()
	if a == nil || len(results) == 0 {
		return nil
	}
	entries := make([]*archive.Entry, 0, len(results))
	sound := make([]*result[Out], 0, len(results))
	for _, r := range results {
		if m.backlog.fenced(r) {
			m.backlog.stored(r) // by another
			continue
		}
		v, err := m.out.Encode(r.out)
		if err != nil {
			failed = append(failed, m.notStored(r, err))
			continue
		}
		entries, sound = append(entries, m.entry(r, v)), append(sound, r)
	}
	n, err := a.PutMany(ctx, entries)
	for _, r := range sound[:n] {
		m.backlog.stored(r)
	}
	for _, r := range sound[n:] {
		failed = append(failed, m.notStored(r, err))
	}
	return failed
}

func (m *Memo[In, Out]) notStored(r *result[Out], err error) *NotStoredError {
	return &NotStoredError{Function: m.options.Name, Key: r.key.Name, Err: err}
}

// flush saves the backlog.
func (m *Memo[In, Out]) flush(ctx context.Context) error {
	_, err := m.saveAll(ctx, "sync", m.backlog.all())
	return err
}

// report counts an error that no caller gets, and hands it to OnError.
func (m *Memo[In, Out]) report(err error) {
	m.counts.errors.Add(1)
	if m.options.OnError != nil {
		m.options.OnError(err)
	}
}
