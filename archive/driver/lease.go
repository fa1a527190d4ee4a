package driver

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/keymap"
)

// Leaser is what a kind of archive implements, beside Archive, whose entries
// several processes, or several memos of one, may be computing at once: it gives
// one of them at a time the right to compute an entry.
//
// A lease saves work; it does not guard the entries. An owner that was taken for
// dead and comes back must not overwrite what its successor stored, so an entry
// that was absent is stored under a lease by Put with ifAbsent.
type Leaser interface {
	// Acquire returns the lease on a key, to one caller at a time. While another has
	// it, Acquire waits, for at most about a tenth of a second, and then returns
	// ErrLeased, so that its caller can look whether the entry is there by now, and ask again. The
	// lease of an owner that died passes on to whoever asks next, without its doing
	// and within a time that the kind states. A *OwnerError says that the owner for
	// which Acquire waited gave up, and why. Where there are no leases to be had, as in
	// an archive that is open for reading, it returns nil, nil.
	Acquire(ctx context.Context, function string, key keymap.Key) (Lease, error)

	// ReleaseAll takes all leases from their owners, dead or alive, and returns how
	// many there were.
	ReleaseAll(ctx context.Context) (int, error)
}

// Lease is the right to compute one entry. Its methods may be called
// concurrently; it is kept alive until Release.
type Lease interface {
	// Held returns nil, or ErrFenced when another took the lease over.
	Held() error

	// Release gives the lease up. With a failure, those who wait for it get an
	// *OwnerError with its text instead of the lease. Releasing twice does nothing.
	Release(failure error) error
}

// Errors of leases, tested with errors.Is.
var (
	// ErrLeased: another process or goroutine is computing the entry.
	ErrLeased = errors.New("being computed by another")
	// ErrFenced: the lease was taken over, by one that took its owner for dead.
	ErrFenced = errors.New("the lease was taken over by another")
)

// OwnerError says that the one who was computing an entry failed.
type OwnerError struct {
	Host string // of the process
	PID  int    // of the process
	Text string // of its error
	Err  error  // its error, where the owner is in this process, else nil
}

// Error repeats the owner's error, and says whose it is.
func (e *OwnerError) Error() string {
	if e.Err != nil {
		return "the one who computed the same failed: " + e.Text
	}
	return fmt.Sprintf("process %d on %s, which computed the same, failed: %s", e.PID, e.Host, e.Text)
}

// Unwrap returns the owner's error where it is in this process.
func (e *OwnerError) Unwrap() error { return e.Err }
