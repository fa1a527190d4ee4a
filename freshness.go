package klepto

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/klepto-go/klepto/internal/flight"
)

// verdict says whether a result that exists is good for a query.
type verdict uint8

const (
	fresh   verdict = iota
	stale           // too old, but right
	invalid         // refused by Options.Validate
)

// judge looks at the age and validity of a result. A kept error is never too
// old: memory forgets it when its time is over.
func (m *Memo[In, Out]) judge(r *result[Out], q *query[In]) verdict {
	if r.err == nil && m.options.Validate != nil && !m.options.Validate(m.info(answer[Out]{result: r, source: Memory})) {
		return invalid
	}
	age := q.began.Sub(r.ended())
	switch {
	case !q.renews.IsZero() && !r.created.After(q.renews),
		q.aged && (q.maxAge < 0 || age > q.maxAge),
		r.err == nil && m.options.StaleAfter > 0 && age > m.options.StaleAfter:
		return stale
	}
	return fresh
}

// suffices reports whether a result of another caller's flight is good for q: one
// that asks for a new result takes none that was begun before it asked.
func (m *Memo[In, Out]) suffices(a answer[Out], q *query[In]) bool {
	switch {
	case q.overwrite || q.aged && q.maxAge < 0:
		return a.source == Computed && !a.created.Before(q.began)
	case a.source == Computed:
		return q.renews.IsZero() || a.created.After(q.renews)
	}
	return m.judge(a.result, q) == fresh
}

// serves reports whether q takes a stale result.
func (m *Memo[In, Out]) serves(q *query[In]) bool {
	return q.renews.IsZero() && (q.callOptions.stale || m.options.Stale == Serve)
}

// early decides by chance whether a fresh result is renewed already, after XFetch:
// when −Δ·β·ln(random) reaches from now beyond the end of its time, where Δ is
// what it took to compute.
func (m *Memo[In, Out]) early(r *result[Out]) bool {
	if m.options.Beta == 0 || r.err != nil {
		return false
	}
	left := m.options.StaleAfter - m.options.Clock().Sub(r.ended())
	// 1 − [0, 1) is never 0, whose logarithm is not finite.
	gap := -float64(r.elapsed) * m.options.Beta * math.Log(1-rand.Float64())
	return gap >= float64(left)
}

// renewLater replaces old in the background, unless that is under way.
func (m *Memo[In, Out]) renewLater(ctx context.Context, q *query[In], old *result[Out]) {
	if m.flights.Busy(q.key.Digest) {
		return
	}
	again := &query[In]{in: q.in, key: q.key, began: q.began, renews: old.created}
	go func() {
		defer func() {
			if p := recover(); p != nil { // the function's panic has no caller to reach
				m.report(fmt.Errorf("klepto: %s: renewing in the background: panic: %v", m.options.Name, p))
			}
		}()
		a, err := m.renew(flight.Outside(ctx), again)
		if err == nil && a.notKept != nil && !m.options.Safe {
			err = &NotStoredError{Function: m.options.Name, Key: q.key.Name, Err: a.notKept}
		}
		if err != nil {
			m.report(fmt.Errorf("klepto: %s: renewing in the background: %w", m.options.Name, err))
		}
	}()
}
