package klepto

import "context"

// Progress tells how far a Load, Dump, Sync, Snapshot or Restore has come.
type Progress struct {
	Function string // Options.Name
	Task     string // "load" (of Load and Restore), "dump", "sync" or "snapshot"
	Done     int    // results looked at so far
	Total    int    // results to look at
}

// progress tells Options.OnProgress. No lock is held.
func (m *Memo[In, Out]) progress(task string, done, total int) {
	if m.options.OnProgress != nil {
		m.options.OnProgress(Progress{Function: m.options.Name, Task: task, Done: done, Total: total})
	}
}

// How many results go to the archive, or come from it, between two looks at the
// context and two reports of progress, and how much data at most.
const (
	batchResults = 256
	batchBytes   = 16 << 20
)

// saveAll saves results in batches. Those that were replaced, or deleted, since they
// were gathered are left out. It returns how many it stored.
func (m *Memo[In, Out]) saveAll(ctx context.Context, task string, results []*result[Out]) (stored int, err error) {
	var errs notStoredErrors
	for done := 0; done < len(results); m.progress(task, done, len(results)) {
		first, bytes := done, int64(0)
		for ; done < len(results) && done-first < batchResults && bytes < batchBytes; done++ {
			bytes += results[done].bytes
		}
		n, failed := m.saveCurrent(ctx, results[first:done])
		stored, errs = stored+n, append(errs, failed...)
		if err := ctx.Err(); err != nil && done < len(results) {
			for _, r := range results[done:] {
				if m.current(r) {
					errs = append(errs, m.notStored(r, err))
				}
			}
			break
		}
	}
	if errs == nil {
		return stored, nil
	}
	return stored, errs
}

// saveCurrent saves those of results that memory or the backlog still has, while no
// other result comes to the archive.
func (m *Memo[In, Out]) saveCurrent(ctx context.Context, results []*result[Out]) (stored int, failed notStoredErrors) {
	m.backlog.order.Lock()
	defer m.backlog.order.Unlock()
	current := make([]*result[Out], 0, len(results))
	for _, r := range results {
		if m.current(r) {
			current = append(current, r)
		}
	}
	failed = m.save(ctx, current)
	return len(current) - len(failed), failed
}

func (m *Memo[In, Out]) current(r *result[Out]) bool {
	if waiting, ok := m.backlog.get(r.key.Digest); ok {
		return waiting == r
	}
	kept, ok := m.cache.Peek(r.key.Digest)
	return ok && kept == r
}
