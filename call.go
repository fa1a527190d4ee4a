package klepto

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// call is Call without the shortcut for hits.
func (m *Memo[In, Out]) call(ctx context.Context, in In, opts []CallOption) (out Out, info Info, err error) {
	if m.closed.Load() {
		return out, info, ErrClosed
	}
	var o callOptions
	for _, set := range opts {
		set(&o)
	}
	key, err := m.keys.Key(&in)
	if err != nil {
		err = fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		if !m.options.Safe {
			return out, info, err
		}
		m.report(err)
		return m.uncached(ctx, in, &o)
	}
	a, shared, err := m.find(ctx, in, key)
	if err != nil {
		return out, info, err
	}
	info = Info{Key: key, Source: a.source, Created: a.created, Elapsed: a.elapsed}
	if shared && a.source == Computed {
		info.Source = Shared
	}
	m.counts.count(info)
	if args, err := m.arguments(in); err == nil {
		info.Distance = distance(args, a.args)
	} else {
		m.report(err)
	}
	if o.observe != nil {
		o.observe(info)
	}
	out = m.own(a.out)
	if a.notStored != nil && !m.options.Safe {
		return out, info, &NotStoredError{Function: m.options.Name, Key: key.Name, Err: a.notStored}
	}
	return out, info, nil
}

// uncached calls the function for arguments that have no key.
func (m *Memo[In, Out]) uncached(ctx context.Context, in In, o *callOptions) (Out, Info, error) {
	info := Info{Source: Computed, Created: time.Now()}
	out, err := m.f(ctx, in)
	info.Elapsed = time.Since(info.Created)
	if err != nil {
		m.counts.failed.Add(1)
		return out, info, err
	}
	m.counts.computed.Add(1)
	m.counts.spent.Add(int64(info.Elapsed))
	if o.observe != nil {
		o.observe(info)
	}
	return out, info, nil
}

// find answers from memory, or joins or starts the flight that looks in the
// archive and computes.
func (m *Memo[In, Out]) find(ctx context.Context, in In, key keymap.Key) (a answer[Out], shared bool, err error) {
	if r, ok := m.cache.Get(key.Digest); ok {
		m.counts.saved.Add(int64(r.elapsed))
		return answer[Out]{result: r, source: Memory}, false, nil
	}
	if err := ctx.Err(); err != nil {
		return a, false, context.Cause(ctx)
	}
	return m.flights.Do(ctx, key.Digest, func(ctx context.Context) (answer[Out], error) {
		// Another flight may have landed between the look above and now.
		if r, ok := m.cache.Peek(key.Digest); ok {
			return answer[Out]{result: r, source: Shared}, nil
		}
		if r, ok := m.unsaved.get(key.Digest); ok {
			m.cache.Set(key.Digest, r)
			return answer[Out]{result: r, source: Shared}, nil
		}
		r, err := m.load(ctx, key)
		switch {
		case err == nil && r != nil:
			m.cache.Set(key.Digest, r)
			return answer[Out]{result: r, source: Archived}, nil
		case err != nil && !m.options.Safe:
			return answer[Out]{}, err
		case err != nil:
			m.report(err)
		}
		return m.compute(ctx, in, key)
	})
}

// load reads a result from the archive. It returns nil, nil where there is none.
func (m *Memo[In, Out]) load(ctx context.Context, key keymap.Key) (*result[Out], error) {
	if m.options.Archive == nil {
		return nil, nil
	}
	e, err := m.options.Archive.Get(ctx, m.options.Name, key)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	out, err := m.out.Decode(e.Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: entry %s of %s holds a %s: %w: change Options.Version, or Delete the entry", ErrMismatch, m.options.Name, key.Name, m.options.Archive.URL(), e.GoType, err)
	}
	return &result[Out]{out: out, created: e.Provenance.Created, elapsed: e.Provenance.Elapsed, args: e.Call.Args}, nil
}

// compute calls the function and keeps what it returns.
func (m *Memo[In, Out]) compute(ctx context.Context, in In, key keymap.Key) (answer[Out], error) {
	start := time.Now()
	out, err := m.f(ctx, in)
	elapsed := time.Since(start)
	if err != nil {
		m.counts.failed.Add(1)
		return answer[Out]{}, err
	}
	m.counts.computed.Add(1)
	m.counts.spent.Add(int64(elapsed))
	r := &result[Out]{out: m.own(out), created: start, elapsed: elapsed}
	// Nobody waits any more for a result whose callers have all gone, but it
	// was dear: it is stored all the same.
	err = m.keep(context.WithoutCancel(ctx), in, r, key)
	if err != nil && (m.options.Safe || ctx.Err() != nil) {
		m.report(&NotStoredError{Function: m.options.Name, Key: key.Name, Err: err})
	}
	return answer[Out]{result: r, source: Computed, notStored: err}, nil
}

// own returns a copy of a result that shares nothing with it.
func (m *Memo[In, Out]) own(out Out) Out {
	if m.shared {
		return m.out.Clone(out)
	}
	return out
}

// arguments returns the exact arguments by name.
func (m *Memo[In, Out]) arguments(in In) ([]value.Field, error) {
	v, err := m.in.Encode(in)
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	if s, ok := v.(*value.Struct); ok {
		return s.Fields, nil
	}
	return []value.Field{{Name: "x", Value: v}}, nil // as package keymap names it
}
