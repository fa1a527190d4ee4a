package klepto

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
)

// grant is the right to compute one result, among all who use the archive. The zero
// grant is that of one who does not ask the others.
type grant struct {
	lease   *archive.Lease   // nil: none
	archive *archive.Archive // that gave it
	// replace tells that the archive has something for the key that is no good.
	replace bool
}

// leases reports whether the computation of q is one that others may wait for, and
// that may wait for theirs: a result that comes to the archive when it leaves memory
// is of no use to them, and a query that wants a new one has none for theirs.
func (m *Memo[In, Out]) leases(q *query[In]) bool {
	return !m.options.NoLease && m.options.WritePolicy != OnEvict && !q.overwrite && (!q.aged || q.maxAge >= 0)
}

// await waits for the right to compute what q asks for, or until another who has it
// has stored it. h is what there is so far.
func (m *Memo[In, Out]) await(ctx context.Context, q *query[In], h holding[Out]) (grant, holding[Out], error) {
	a := m.archive.Load()
	if a == nil || !a.CanLease() || !m.leases(q) || owns(ctx, a, q.key) {
		return grant{}, h, nil
	}
	patient := ctx
	if m.options.WaitTimeout > 0 {
		var cancel context.CancelFunc
		patient, cancel = context.WithTimeout(ctx, m.options.WaitTimeout)
		defer cancel()
	}
	for {
		l, err := a.Acquire(patient, m.options.Name, q.key)
		var owner *archive.OwnerError
		switch {
		case err == nil && l == nil:
			return grant{}, h, nil
		case err == nil, errors.Is(err, archive.ErrLeased):
		case ctx.Err() != nil:
			return grant{}, h, context.Cause(ctx)
		case patient.Err() != nil: // long enough
			return grant{}, h, nil
		case errors.As(err, &owner) && owner.Err != nil:
			return grant{}, h, owner.Err // as from a flight
		case errors.As(err, &owner):
			return grant{}, h, fmt.Errorf("klepto: %s: %w", m.options.Name, owner)
		default: // computing twice is better than not at all
			m.report(fmt.Errorf("klepto: %s: %w", m.options.Name, err))
			return grant{}, h, nil
		}
		// Another may have stored the result since it was looked for.
		found, lookErr := m.look(ctx, q, true)
		if lookErr != nil || found.good {
			m.free(l)
			return grant{}, found, lookErr
		}
		if l != nil {
			return grant{l, a, found.refused || found.result != nil}, found, nil
		}
	}
}

// release ends a grant. err is what came of the computation: those who wait for it
// get it too, unless it only tells that nobody waits here any more.
func (m *Memo[In, Out]) release(g grant, ctx context.Context, err error) {
	if ctx.Err() != nil || errors.Is(err, ErrRecursive) {
		err = nil
	}
	if err := g.lease.Release(err); err != nil {
		m.report(fmt.Errorf("klepto: %s: %w", m.options.Name, err))
	}
}

func (m *Memo[In, Out]) free(l *archive.Lease) {
	m.release(grant{lease: l}, context.Background(), nil)
}

// theirs is the answer of one whose lease was taken over while it computed r: what
// the other stored, or r where that can't be had yet.
func (m *Memo[In, Out]) theirs(ctx context.Context, q *query[In], r *result[Out]) answer[Out] {
	stored, err := m.load(ctx, q.key)
	if err != nil {
		m.report(err)
	}
	if stored == nil || m.judge(stored, q) != fresh {
		return answer[Out]{result: r, source: Computed}
	}
	m.remember(stored)
	return answer[Out]{result: stored, source: Shared}
}

// ownedLease is a link of the chain of leases that a computation, and those that
// wait for it, hold.
type ownedLease struct {
	archive *archive.Archive
	key     string
	outer   *ownedLease
}

type ownedKey struct{}

// held returns the context of the computation of key.
func (g *grant) held(ctx context.Context, key keymap.Key) context.Context {
	if g.lease == nil {
		return ctx
	}
	outer, _ := ctx.Value(ownedKey{}).(*ownedLease)
	return context.WithValue(ctx, ownedKey{}, &ownedLease{g.archive, key.Canonical, outer})
}

// owns reports whether ctx is that of a computation that holds the lease on key, as
// where one memo of a function calls another of it. It would wait for itself.
func owns(ctx context.Context, a *archive.Archive, key keymap.Key) bool {
	l, _ := ctx.Value(ownedKey{}).(*ownedLease)
	for ; l != nil; l = l.outer {
		if l.archive == a && l.key == key.Canonical {
			return true
		}
	}
	return false
}
