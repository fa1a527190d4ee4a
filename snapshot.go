package klepto

import (
	"context"
	"fmt"

	"github.com/klepto-go/klepto/archive"
)

// Snapshot writes the results that are in memory now to a, which need not be the
// archive behind the memo, and returns how many it stored. It is for memos without an
// archive that are to begin where they left off: Restore brings them back. Kept errors
// are left out. Options.OnProgress is told after each batch.
func (m *Memo[In, Out]) Snapshot(ctx context.Context, a *archive.Archive) (stored int, err error) {
	if m.closed.Load() {
		return 0, ErrClosed
	}
	var results []*result[Out]
	for _, r := range m.cache.All() {
		if r.err == nil {
			results = append(results, r)
		}
	}
	for done := 0; done < len(results); m.progress("snapshot", done, len(results)) {
		var entries []*archive.Entry
		for bytes := int64(0); done < len(results) && len(entries) < batchResults && bytes < batchBytes; done++ {
			r := results[done]
			v, err := m.out.Encode(r.out)
			if err != nil {
				return stored, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
			}
			entries = append(entries, m.entry(r, v))
			bytes += r.bytes
		}
		n, err := a.PutMany(ctx, entries)
		if stored += n; err != nil {
			return stored, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
		}
	}
	return stored, nil
}

// Restore brings the results of this function, version and rounding that a holds into
// memory, as Load does those of the archive behind the memo, and returns how many.
// The oldest come first: under LRU they are the first to leave.
func (m *Memo[In, Out]) Restore(ctx context.Context, a *archive.Archive) (int, error) {
	if m.closed.Load() {
		return 0, ErrClosed
	}
	return m.loadAll(ctx, a)
}
