package klepto

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
)

// DeleteStale deletes what is older than Options.StaleAfter, in memory and in the
// archive, of this function, version and rounding, and returns how many results it
// was. A result that is renewed meanwhile is kept. An entry that cannot be read ends
// it, unless Options.Safe is set.
func (m *Memo[In, Out]) DeleteStale(ctx context.Context) (n int, err error) {
	if m.closed.Load() {
		return 0, ErrClosed
	}
	if m.options.StaleAfter == 0 {
		return 0, fmt.Errorf("klepto: %s: no result is ever stale: set Options.StaleAfter", m.options.Name)
	}
	gone := make(map[keymap.Digest]bool)
	for d, r := range m.cache.All() {
		if r.err == nil && m.aged(r.ended()) && m.cache.Delete(d) {
			gone[d] = true
		}
	}
	a := m.archive.Load()
	if a == nil {
		return len(gone), nil
	}
	var old []keymap.Key
	for e, err := range a.List(ctx, m.options.Name) {
		switch {
		case err != nil:
			if err = fmt.Errorf("klepto: %s: %w", m.options.Name, err); !m.passOver(ctx, err) {
				return len(gone), err
			}
		case m.agedEntry(e) && e.Call.Version == m.options.Version && e.Call.Rounding == m.options.Rounding.String():
			old = append(old, e.Key)
		}
	}
	for _, key := range old {
		deleted, err := m.deleteAged(ctx, a, key)
		if err != nil {
			if err = fmt.Errorf("klepto: %s: %w", m.options.Name, err); !m.passOver(ctx, err) {
				return len(gone), err
			}
		}
		if deleted {
			gone[key.Digest] = true
		}
	}
	return len(gone), nil
}

// deleteAged deletes an entry that is still too old, while nothing of this memo comes
// to the archive.
func (m *Memo[In, Out]) deleteAged(ctx context.Context, a *archive.Archive, key keymap.Key) (deleted bool, err error) {
	m.backlog.order.Lock()
	defer m.backlog.order.Unlock()
	e, err := a.Stat(ctx, m.options.Name, key)
	if err == nil && m.agedEntry(e) {
		err = a.Delete(ctx, m.options.Name, key)
		deleted = err == nil
	}
	if errors.Is(err, archive.ErrNotFound) {
		err = nil
	}
	return deleted, err
}

func (m *Memo[In, Out]) agedEntry(e *archive.Entry) bool {
	return m.aged(e.Provenance.Created.Add(e.Provenance.Elapsed))
}

func (m *Memo[In, Out]) aged(ended time.Time) bool {
	return m.options.Clock().Sub(ended) > m.options.StaleAfter
}

// cleaner is when stale results are deleted in the background.
type cleaner struct {
	ctx  context.Context // ends with the memo
	stop context.CancelFunc
	last atomic.Int64 // time at which it was done last, in ns since 1970
	busy atomic.Bool
}

func (c *cleaner) start(now time.Time) {
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.last.Store(now.UnixNano())
}

// cleanLater deletes stale results in the background, where it is time to.
func (m *Memo[In, Out]) cleanLater(now time.Time) {
	c := &m.cleaner
	if m.options.CleanEvery == 0 || now.UnixNano()-c.last.Load() < int64(m.options.CleanEvery) || !c.busy.CompareAndSwap(false, true) {
		return
	}
	c.last.Store(now.UnixNano())
	go func() {
		defer c.busy.Store(false)
		if _, err := m.DeleteStale(c.ctx); err != nil && c.ctx.Err() == nil {
			m.report(err)
		}
	}()
}
