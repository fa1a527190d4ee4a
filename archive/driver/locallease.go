package driver

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/klepto-go/klepto/keymap"
)

// LocalLeases is the Leaser of a kind that one process has for itself: several memos
// of a program may be working on it. The zero value is ready for use. An owner in
// the same process cannot die alone, so that a lease is the owner's until Release.
type LocalLeases struct {
	mu    sync.Mutex
	owned map[localKey]*localLease
}

type localKey struct{ function, canonical string }

type localLease struct {
	of       *LocalLeases
	key      localKey
	released chan struct{} // closed when it is
	failure  error         // final when released is closed
}

// localWait is how long Acquire waits for another owner.
const localWait = 100 * time.Millisecond

// Acquire implements Leaser.
func (ls *LocalLeases) Acquire(ctx context.Context, function string, key keymap.Key) (Lease, error) {
	k := localKey{function, key.Canonical}
	ls.mu.Lock()
	theirs, busy := ls.owned[k]
	if !busy {
		l := &localLease{of: ls, key: k, released: make(chan struct{})}
		if ls.owned == nil {
			ls.owned = make(map[localKey]*localLease)
		}
		ls.owned[k] = l
		ls.mu.Unlock()
		return l, nil
	}
	ls.mu.Unlock()
	timer := time.NewTimer(localWait)
	defer timer.Stop()
	select {
	case <-theirs.released:
		if theirs.failure != nil {
			return nil, &OwnerError{PID: os.Getpid(), Text: theirs.failure.Error(), Err: theirs.failure}
		}
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return nil, ErrLeased
}

// ReleaseAll implements Leaser.
func (ls *LocalLeases) ReleaseAll(context.Context) (int, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	n := len(ls.owned)
	for _, l := range ls.owned {
		l.end(nil)
	}
	return n, nil
}

func (l *localLease) Held() error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if l.of.owned[l.key] != l {
		return ErrFenced
	}
	return nil
}

func (l *localLease) Release(failure error) error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if l.of.owned[l.key] == l {
		l.end(failure)
	}
	return nil
}

// end takes l off the table. The lock is held.
func (l *localLease) end(failure error) {
	delete(l.of.owned, l.key)
	l.failure = failure
	close(l.released)
}
