package klepto

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/internal/flight"
	"github.com/klepto-go/klepto/keymap"
)

// query is one call on its way to a result.
type query[In any] struct {
	callOptions
	in    In
	key   keymap.Key
	began time.Time
	// renews is set on a query that replaces a result in the background: the time
	// at which the computation of that result started.
	renews time.Time
}

// call is Call without the shortcut for hits.
func (m *Memo[In, Out]) call(ctx context.Context, in In, opts []CallOption) (out Out, info Info, err error) {
	if m.closed.Load() {
		return out, info, ErrClosed
	}
	q := &query[In]{in: in, began: m.options.Clock()}
	for _, set := range opts {
		if set != nil {
			set(&q.callOptions)
		}
	}
	if q.skip || m.off.Load() {
		return m.uncached(ctx, q)
	}
	if q.key, err = m.Key(in); err != nil {
		if !m.options.Safe {
			return out, info, err
		}
		m.report(err)
		return m.uncached(ctx, q)
	}
	a, err := m.answer(ctx, q)
	if err != nil {
		return out, info, err
	}
	if a.err != nil {
		return out, info, a.err
	}
	info = m.info(a)
	m.counts.count(info)
	m.cleanLater(q.began)
	args, err := m.arguments(in)
	if err != nil {
		m.report(err)
	}
	info.Distance = distance(args, a.args)
	q.tell(m.options.Name, args, info)
	if a.notKept != nil && !m.options.Safe {
		err = &NotStoredError{Function: m.options.Name, Key: q.key.Name, Err: a.notKept}
		return m.own(a.out), info, err
	}
	return m.own(a.out), info, nil
}

func (m *Memo[In, Out]) info(a answer[Out]) Info {
	return Info{
		Key:     a.key,
		Source:  a.source,
		Created: a.created,
		Elapsed: a.elapsed,
		Age:     max(0, m.options.Clock().Sub(a.ended())),
		Stale:   a.stale,
	}
}

// uncached calls the function and keeps nothing.
func (m *Memo[In, Out]) uncached(ctx context.Context, q *query[In]) (Out, Info, error) {
	out, err := m.f(ctx, q.in)
	info := Info{Source: Computed, Created: q.began, Elapsed: max(0, m.options.Clock().Sub(q.began))}
	if err != nil {
		m.counts.failed.Add(1)
		return out, info, err
	}
	m.counts.computed.Add(1)
	m.counts.spent.Add(int64(info.Elapsed))
	q.tell(m.options.Name, nil, info)
	return out, info, nil
}

// answer finds a result that is good for q, or has one made.
func (m *Memo[In, Out]) answer(ctx context.Context, q *query[In]) (answer[Out], error) {
	if !q.overwrite {
		r, source, err := m.find(ctx, q)
		if err != nil {
			return answer[Out]{}, err
		}
		if r != nil {
			switch v := m.judge(r, q); {
			case v == fresh:
				if m.early(r) {
					m.renewLater(ctx, q, r)
				}
				return answer[Out]{result: r, source: source}, nil
			case v == stale && m.serves(q):
				m.renewLater(ctx, q, r)
				m.counts.stale.Add(1)
				return answer[Out]{result: r, source: source, stale: true}, nil
			case source == Memory:
				m.counts.unusable(r.elapsed)
			}
		}
	}
	if ctx.Err() != nil {
		return answer[Out]{}, context.Cause(ctx)
	}
	return m.renew(ctx, q)
}

// find looks in memory, and for a query that may be served a stale result in the
// archive too: for others the flight does that, once for all who wait.
func (m *Memo[In, Out]) find(ctx context.Context, q *query[In]) (*result[Out], Source, error) {
	r, ok := m.cache.Get(q.key.Digest)
	if ok || !m.serves(q) || ctx.Err() != nil {
		return r, Memory, nil
	}
	r, source, err := m.recall(ctx, q.key)
	if err != nil && m.options.Safe {
		m.report(err)
		err = nil
	}
	return r, source, err
}

// renew joins the flights for q's key, or starts one, until one brings a result
// that is good for q.
func (m *Memo[In, Out]) renew(ctx context.Context, q *query[In]) (answer[Out], error) {
	for {
		a, shared, err := m.flights.DoWithin(ctx, q.key.Digest, m.options.WaitTimeout, func(ctx context.Context) (answer[Out], error) {
			return m.resolve(ctx, q)
		})
		switch {
		case errors.Is(err, flight.ErrImpatient):
			return m.compute(ctx, q, grant{})
		case err != nil && m.options.StaleOnTimeout && ctx.Err() != nil:
			if r, ok := m.cache.Peek(q.key.Digest); ok && r.err == nil && m.judge(r, q) != invalid {
				m.counts.stale.Add(1)
				return answer[Out]{result: r, source: Memory, stale: true}, nil
			}
			return a, err
		case err != nil || !shared:
			return a, err
		}
		// The flight was another caller's, who may have asked for less. A stale
		// result says that a new one could not be had.
		if a.stale || m.suffices(a, q) {
			if a.source == Computed {
				a.source = Shared
			}
			return a, nil
		}
	}
}

// holding is what there is for a query.
type holding[Out any] struct {
	answer[Out]      // zero where there is nothing
	good        bool // for the query; else it is too old
	refused     bool // something is in the archive that Validate refused, or that cannot be read
}

// resolve is what a flight does for the query that started it.
func (m *Memo[In, Out]) resolve(ctx context.Context, q *query[In]) (answer[Out], error) {
	h, err := m.look(ctx, q, false)
	if err != nil || h.good {
		return h.answer, err
	}
	g, h, err := m.await(ctx, q, h)
	if err != nil || h.good {
		return h.answer, err
	}
	a, err := m.compute(ctx, q, g)
	if err != nil && h.result != nil && h.err == nil && m.options.StaleOnError {
		m.report(fmt.Errorf("klepto: %s: serving a stale result: %w", m.options.Name, err))
		m.counts.stale.Add(1)
		h.stale = true
		return h.answer, nil
	}
	return a, err
}

// look finds what there is for q. again says that it has been looked for before, so
// that the same trouble is not reported twice.
func (m *Memo[In, Out]) look(ctx context.Context, q *query[In], again bool) (h holding[Out], err error) {
	if q.overwrite {
		return h, nil
	}
	r, from, err := m.recall(ctx, q.key)
	if err != nil {
		if !m.options.Safe {
			return h, err
		}
		if !again {
			m.report(err)
		}
		return holding[Out]{refused: true}, nil
	}
	if r == nil {
		return h, nil
	}
	switch m.judge(r, q) {
	case fresh:
		return holding[Out]{answer: answer[Out]{result: r, source: from}, good: true}, nil
	case stale:
		if from != Archived {
			from = Memory
		}
		return holding[Out]{answer: answer[Out]{result: r, source: from}}, nil
	}
	return holding[Out]{refused: true}, nil
}

// recall finds what was computed before, good or not: in memory, where another
// flight may have put it just now, in the backlog, or in the archive.
func (m *Memo[In, Out]) recall(ctx context.Context, key keymap.Key) (*result[Out], Source, error) {
	if r, ok := m.cache.Peek(key.Digest); ok {
		return r, Shared, nil
	}
	if r, ok := m.backlog.get(key.Digest); ok {
		m.remember(r)
		return r, Shared, nil
	}
	r, err := m.load(ctx, key)
	if r != nil {
		m.remember(r)
	}
	return r, Archived, err
}

// compute calls the function and keeps what it returns, with the right that g grants
// and that ends with it.
func (m *Memo[In, Out]) compute(ctx context.Context, q *query[In], g grant) (a answer[Out], err error) {
	defer func() { m.release(g, ctx, err) }() // also where the function panics
	// The arguments are written down before the function can change what they
	// refer to.
	args, unrecorded := m.keepsake(q.in)
	r := &result[Out]{key: q.key, args: args, created: m.options.Clock()}
	out, err := m.f(g.held(ctx, q.key), q.in)
	r.elapsed = max(0, m.options.Clock().Sub(r.created)) // a clock may be set back
	if err != nil {
		m.counts.failed.Add(1)
		if m.options.ErrorTTL > 0 && ctx.Err() == nil {
			r.err = err
			m.remember(r)
		}
		return answer[Out]{}, err
	}
	m.counts.computed.Add(1)
	m.counts.spent.Add(int64(r.elapsed))
	r.out = m.own(out)
	// Nobody may wait any more for a result that took its time, but it was dear:
	// it is kept all the same.
	kept := context.WithoutCancel(ctx)
	notKept := m.keep(kept, r, unrecorded, &g)
	if errors.Is(notKept, archive.ErrFenced) {
		return m.theirs(kept, q, r), nil
	}
	if notKept != nil && (m.options.Safe || ctx.Err() != nil) {
		m.report(&NotStoredError{Function: m.options.Name, Key: q.key.Name, Err: notKept})
	}
	return answer[Out]{result: r, source: Computed, notKept: notKept}, nil
}

// certain is Call for functions that return no error. Where Call has no result
// but the function does not either say so, it is called without the memo.
func (m *Memo[In, Out]) certain(ctx context.Context, in In) Out {
	out, err := m.Call(ctx, in)
	if err == nil {
		return out
	}
	if ctx.Err() == nil { // an end of the context is the function's to deal with
		m.report(err)
	}
	out, _, _ = m.uncached(ctx, &query[In]{in: in, began: m.options.Clock()}) // its errors are the function's
	return out
}
