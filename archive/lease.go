package archive

import (
	"context"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// Errors of leases, and the error of an owner, which the kinds define.
var (
	// ErrLeased is returned for an entry that another process or goroutine is computing.
	ErrLeased = driver.ErrLeased
	// ErrFenced is returned to an owner of a lease that another took over.
	ErrFenced = driver.ErrFenced
)

// OwnerError says that the process for whose result another waited has failed.
type OwnerError = driver.OwnerError

// Lease is the right to compute an entry, which one process or goroutine has at a
// time. Methods may be called concurrently.
type Lease struct {
	a        *Archive
	l        driver.Lease
	function string
	key      keymap.Key
}

// CanLease reports whether the kind of the archive gives leases: those that more
// than one process, or more than one memo, may be writing to.
func (a *Archive) CanLease() bool {
	_, ok := a.d.(driver.Leaser)
	return ok
}

// Acquire returns the lease on the entry of a function and key: the right to
// compute it, which is the caller's until Release. It says nothing of whether the
// entry is there: look before, and again after, as another may just have stored it.
//
// While another has the lease, Acquire waits, for at most about a tenth of a second,
// and then returns ErrLeased: look for the entry again, and ask again. An owner that died is
// taken over within a time that the kind states. When the owner for which it
// waited gave up, Acquire returns an *OwnerError. Kinds that have no leases to
// give, and archives that are open for reading, return nil, nil: then everybody
// computes for itself.
func (a *Archive) Acquire(ctx context.Context, function string, key keymap.Key) (*Lease, error) {
	leaser, ok := a.d.(driver.Leaser)
	if !ok {
		return nil, nil
	}
	var l driver.Lease
	err := a.do(ctx, func() (err error) {
		l, err = leaser.Acquire(ctx, function, key)
		return err
	})
	if err != nil || l == nil {
		return nil, a.wrap("lease", function, key, err)
	}
	return &Lease{a, l, function, key}, nil
}

// ReleaseLeases takes all leases of the archive from their owners, and returns how
// many there were. Leases of the dead pass on without it; it is for a computation
// that is known to be stuck. Its owner, should it come to an end after all, stores
// nothing over what others stored.
func (a *Archive) ReleaseLeases(ctx context.Context) (n int, err error) {
	leaser, ok := a.d.(driver.Leaser)
	if !ok {
		return 0, nil
	}
	err = a.do(ctx, func() (err error) {
		n, err = leaser.ReleaseAll(ctx)
		return err
	})
	return n, a.wrap("release", "", keymap.Key{}, err)
}

// Commit stores the entry that was computed under the lease. Where replace is
// false there was none when the lease was acquired, and Commit stores none over one
// that came since: ErrFenced says that another took the lease over, or stored the
// entry without one, and that theirs is the one that counts.
func (l *Lease) Commit(ctx context.Context, e *Entry, replace bool) error {
	if replace {
		if err := l.l.Held(); err != nil {
			return l.a.wrapEntry("put", e, err)
		}
		return l.a.Put(ctx, e)
	}
	stored, err := l.a.PutIfAbsent(ctx, e)
	if err == nil && !stored {
		err = l.a.wrapEntry("put", e, ErrFenced)
	}
	return err
}

// Held returns nil, or ErrFenced when another took the lease over.
func (l *Lease) Held() error { return l.a.wrap("lease", l.function, l.key, l.l.Held()) }

// Release gives the lease up. Those who wait for it look for the entry, and where
// it is not there one of them computes it; with a failure they get an *OwnerError
// with its text instead. Releasing a nil lease, or twice, does nothing.
func (l *Lease) Release(failure error) error {
	if l == nil {
		return nil
	}
	return l.a.wrap("release", l.function, l.key, l.l.Release(failure))
}
