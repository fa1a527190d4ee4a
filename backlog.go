package klepto

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
)

// backlog holds the results that are to go to the archive and are not there yet:
// those that it failed to store, and those whose turn has not come under
// WritePolicy Behind or OnEvict. They are results like those in memory: no key
// in it is computed again.
type backlog[Out any] struct {
	// order is held for writing by whoever stores what the backlog held, and for
	// reading by those that store or delete a single entry: an older result must
	// not come to the archive after a newer one, or after its deletion.
	order sync.RWMutex

	mu sync.Mutex
	m  map[keymap.Digest]*result[Out]
	// held are the leases under which results in m were computed. They are released
	// when their result is stored, or cannot be.
	held  map[*result[Out]]*archive.Lease
	ended bool
	wake  chan struct{} // a signal for the writer; nil without one
	stop  context.CancelFunc
	done  chan struct{} // closed when the writer has ended
}

// start begins to flush in the background what is added.
func (b *backlog[Out]) start(flush func(context.Context) error, report func(error)) {
	ctx, cancel := context.WithCancel(context.Background())
	b.wake, b.stop, b.done = make(chan struct{}, 1), cancel, make(chan struct{})
	go func() {
		defer close(b.done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-b.wake:
			}
			// What fails stays here, for the next result or Sync to try again. Whoever
			// is told may close the memo, which waits for this goroutine.
			if err := flush(ctx); err != nil && ctx.Err() == nil {
				go report(err)
			}
		}
	}()
}

// end refuses what is added from now on, stops the writer, and waits for it.
func (b *backlog[Out]) end() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	if b.stop != nil {
		b.stop()
		<-b.done
	}
}

// add takes r in, in place of any other result of its key, and what g, if not nil,
// grants for it. It reports false when nothing is taken in any more.
func (b *backlog[Out]) add(r *result[Out], g *grant) bool {
	b.mu.Lock()
	if b.ended {
		b.mu.Unlock()
		return false
	}
	if b.m == nil {
		b.m = make(map[keymap.Digest]*result[Out])
	}
	older := b.held[b.m[r.key.Digest]]
	delete(b.held, b.m[r.key.Digest])
	b.m[r.key.Digest] = r
	if g != nil && g.lease != nil {
		if b.held == nil {
			b.held = make(map[*result[Out]]*archive.Lease)
		}
		b.held[r], g.lease = g.lease, nil
	}
	b.mu.Unlock()
	drop(older)
	select {
	case b.wake <- struct{}{}:
	default: // no writer, or one that has been woken
	}
	return true
}

// lease takes out the lease under which r was computed, nil if it has none.
func (b *backlog[Out]) lease(r *result[Out]) *archive.Lease {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.held[r]
	delete(b.held, r)
	return l
}

// fenced reports whether another has taken over the lease of r.
func (b *backlog[Out]) fenced(r *result[Out]) bool {
	b.mu.Lock()
	l := b.held[r]
	b.mu.Unlock()
	return l != nil && errors.Is(l.Held(), archive.ErrFenced)
}

func (b *backlog[Out]) get(d keymap.Digest) (*result[Out], bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.m[d]
	return r, ok
}

// remove takes the result of a key off, whichever it is.
func (b *backlog[Out]) remove(d keymap.Digest) bool {
	b.mu.Lock()
	r, ok := b.m[d]
	l := b.held[r]
	delete(b.held, r)
	delete(b.m, d)
	b.mu.Unlock()
	drop(l)
	return ok
}

// drop releases the lease of a result that is not going to be stored. One that can't
// be released is taken over when this process ends, at the latest.
func drop(l *archive.Lease) { _ = l.Release(nil) }

// stored takes r off, unless a newer result has its key.
func (b *backlog[Out]) stored(r *result[Out]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.m[r.key.Digest] == r {
		delete(b.m, r.key.Digest)
	}
}

// all returns what there is, the oldest first.
func (b *backlog[Out]) all() []*result[Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.m), func(x, y *result[Out]) int { return x.created.Compare(y.created) })
}

func (b *backlog[Out]) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.m)
}
