package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Processes that write to one file take turns, a batch of jobs each. Between its
// turns, or where it only reads, a process reads under a shared lock on the file; when
// another has committed, it opens the file again, because HDF5 keeps what it has read.
// journal.h says which lock is held when.

const (
	// slice is how long a process goes on with its turn while it has more to write.
	slice = 10 * time.Millisecond
	// courtesy is how long a process leaves the turn to those who wait for it. They
	// ask again after longestPause at the latest.
	courtesy     = 1500 * time.Microsecond
	longestPause = time.Millisecond
	// urgent is for how long a reader lets a checkpoint of another process go first.
	urgent = 50 * time.Millisecond
	// restAfter is how soon a process without work lets go of the file, and
	// restAgain how soon one looks again that has to keep it: its own commit is
	// the newest.
	restAfter, restAgain = 100 * time.Millisecond, time.Second
	// lastTurn is how long Close waits for a turn in which to empty the journal.
	lastTurn = 2 * time.Second
)

// rest is when a store without work lets go of its file.
type rest struct {
	used  atomic.Bool // since the timer was set
	timed atomic.Bool
}

// await waits for the turn on behalf of the jobs in the queue. It is false when none
// waits any more.
func (s *store) await() bool {
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, longestPause) {
		s.mu.Lock()
		err := s.turn()
		s.mu.Unlock()
		if !locked(err) {
			return true // perform says what else is wrong
		}
		if !s.queue.expire(s.wait, func() error { return s.tooLong(err) }) {
			return false
		}
		time.Sleep(pause)
	}
}

// expire ends jobs that have waited for too long, and tells whether others wait.
func (q *queue) expire(wait time.Duration, why func() error) bool {
	q.Lock()
	defer q.Unlock()
	kept := q.waiting[:0]
	for _, j := range q.waiting {
		if time.Since(j.since) < wait {
			kept = append(kept, j)
			continue
		}
		j.err = why()
		close(j.done)
	}
	q.waiting = kept
	return len(kept) > 0
}

func locked(err error) bool { return errors.Is(err, h5.ErrLocked) || errors.Is(err, driver.ErrLocked) }

func (s *store) tooLong(err error) error {
	return fmt.Errorf("%w: %s, for longer than %v: another process is writing to it or has stopped while it did; try again, end that process, or open with a longer wait (%w)",
		driver.ErrLocked, s.path, s.wait, err)
}

// turn makes it the turn of this process, on the newest commit. s.mu is held for
// writing.
func (s *store) turn() error {
	if err := s.revive(); err != nil {
		return err
	}
	stale, err := s.journal.Turn()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return removedError(s.path)
	case err == nil && stale:
		return s.reopen()
	}
	return err
}

// insist waits for the turn, whatever is in the queue.
func (s *store) insist(wait time.Duration) error {
	for start := time.Now(); ; time.Sleep(longestPause) {
		s.mu.Lock()
		err := s.turn()
		s.mu.Unlock()
		if !locked(err) || time.Since(start) > wait {
			return err
		}
	}
}

// yield ends the turn, unless another package of this process has the file, and
// tells whether another process waits for it.
func (s *store) yield() (wanted bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.stir()
	if s.file == nil || s.lent.Load() {
		return false
	}
	return s.journal.Yield()
}

// reopen opens the file again on the newest commit, with the locks that it has.
func (s *store) reopen() error {
	write := s.file.Writable()
	for name, f := range s.functions {
		if k := f.packed.remember(); k != nil {
			s.known[name] = k
		}
	}
	err := s.journal.Park()
	if err == nil {
		err = s.shut()
	}
	if err == nil {
		err = s.load(write, false)
	}
	if err != nil {
		s.journal.Forget()
		s.lost = openError(s.path, err)
		return s.lost
	}
	return nil
}

// read runs f on what all processes have committed, while nothing changes it.
func (s *store) read(ctx context.Context, f func() error) error {
	for fresh := true; ; fresh = false {
		if err, done := s.readNow(fresh, f); done {
			return err
		}
		if err := s.catchUp(ctx); err != nil {
			return err
		}
	}
}

func (s *store) readNow(fresh bool, f func() error) (err error, done bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.file == nil {
		return s.lost, s.write
	}
	if !s.pinned() && !s.journal.Ready(fresh) {
		return nil, false
	}
	s.stir()
	return f(), true
}

// pinned tells whether another package reads the file with this store, which then
// stays at what was committed when that began.
func (s *store) pinned() bool {
	if s.write || !s.lent.Load() {
		return false
	}
	lent, err := s.file.Lent()
	return lent || err != nil
}

// catchUp gets the shared lock on the file, and what other processes have written.
func (s *store) catchUp(ctx context.Context) error {
	start := time.Now()
	for {
		err := s.share(time.Since(start) > urgent)
		if errors.Is(err, errReplaced) {
			err = s.follow()
		}
		switch {
		case !locked(err):
			return err
		case time.Since(start) > s.wait:
			return s.tooLong(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(longestPause):
		}
	}
}

func (s *store) share(urgent bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.file == nil && s.write:
		return s.lost
	case s.file == nil:
		return errReplaced
	case s.pinned():
		return nil
	case !s.write:
		s.lent.Store(false)
	}
	stale, err := s.journal.Share(urgent)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errReplaced
	case err == nil && stale:
		return s.reopen()
	}
	return err
}

// errReplaced: what a store has open for reading is not at its path, or could not be
// opened again.
var errReplaced = errors.New("replaced")

// follow opens the file that is at the path now.
func (s *store) follow() error {
	inUse.Lock()
	defer inUse.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path)
	if err != nil {
		return openError(s.path, err)
	}
	for _, other := range inUse.stores {
		if other != s && os.SameFile(info, other.info) {
			return fmt.Errorf("%w: another file took the place of %s, and this program itself has opened that already; close this archive and open it again", driver.ErrClosed, s.path)
		}
	}
	if err := s.shut(); err != nil {
		return err
	}
	s.info = info
	s.lost = s.open(false)
	return s.lost
}

// stir keeps the file until there was no work for a while.
func (s *store) stir() {
	s.rest.used.Store(true)
	if !s.rest.timed.Load() && s.rest.timed.CompareAndSwap(false, true) {
		time.AfterFunc(restAfter, s.tire)
	}
}

// tire lets go of the file where there was no work since it was last called, so that
// others may checkpoint.
func (s *store) tire() {
	again := restAfter
	if s.mu.TryLock() {
		if !s.rest.used.Swap(false) {
			again = restAgain
			if s.letGo() {
				again = 0
				s.rest.timed.Store(false)
			}
		}
		s.mu.Unlock()
	}
	if again > 0 {
		time.AfterFunc(again, s.tire)
	}
}

// letGo gives up what locks on the file this process needs no more, and is false
// where it needs some. s.mu is held for writing.
func (s *store) letGo() bool {
	if s.file == nil {
		return true
	}
	if s.lent.Load() {
		if lent, err := s.file.Lent(); err == nil && lent {
			return false
		}
		s.lent.Store(false)
		s.journal.Yield()
	}
	return s.journal.Rest()
}
