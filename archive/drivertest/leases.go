package drivertest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
)

// acquire asks for a lease until it is there.
func acquire(ctx context.Context, a *archive.Archive, function string, i int) (*archive.Lease, error) {
	for {
		l, err := a.Acquire(ctx, function, key(function, i))
		if !errors.Is(err, archive.ErrLeased) {
			return l, err
		}
	}
}

func lease(t *testing.T, a *archive.Archive, function string, i int) *archive.Lease {
	t.Helper()
	l, err := acquire(t.Context(), a, function, i)
	if err != nil || l == nil {
		t.Fatalf("Acquire = %v, %v; want a lease", l, err)
	}
	return l
}

// testLease has one key leased to one at a time, and others beside it.
func testLease(t *testing.T, h Harness) {
	a := h.open(t)
	first := lease(t, a, "f", 1)
	if _, err := a.Acquire(t.Context(), "f", key("f", 1)); !errors.Is(err, archive.ErrLeased) {
		t.Errorf("Acquire of what is leased = %v; want ErrLeased", err)
	}
	for _, l := range []*archive.Lease{lease(t, a, "f", 2), lease(t, a, "g", 1)} {
		if err := l.Release(nil); err != nil {
			t.Errorf("Release: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := acquire(ctx, a, "f", 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire beyond its deadline = %v", err)
	}
	for range 2 {
		if err := first.Release(nil); err != nil {
			t.Errorf("Release: %v", err)
		}
	}
	if err := lease(t, a, "f", 1).Release(nil); err != nil {
		t.Errorf("Release: %v", err)
	}
	wantLen(t, a, "f", 0)
}

// testLeaseCommit lets an owner store, until another has its lease.
func testLeaseCommit(t *testing.T, h Harness) {
	a := h.open(t)
	l := lease(t, a, "f", 1)
	if err := l.Commit(t.Context(), number("f", 1), false); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	other := entry("f", 1, number("f", 2).Value)
	if err := l.Commit(t.Context(), other, false); !errors.Is(err, archive.ErrFenced) {
		t.Errorf("Commit of what came to be there = %v; want ErrFenced", err)
	}
	wantEntry(t, a, number("f", 1))
	if err := l.Commit(t.Context(), other, true); err != nil {
		t.Errorf("Commit in place of it: %v", err)
	}
	wantEntry(t, a, other)
	if n, err := a.ReleaseLeases(t.Context()); n != 1 || err != nil {
		t.Errorf("ReleaseLeases = %d, %v; want 1", n, err)
	}
	next := lease(t, a, "f", 1)
	if err := l.Commit(t.Context(), number("f", 1), true); !errors.Is(err, archive.ErrFenced) {
		t.Errorf("Commit without the lease = %v; want ErrFenced", err)
	}
	wantEntry(t, a, other)
	if err := l.Release(nil); err != nil {
		t.Errorf("Release of what another has: %v", err)
	}
	if _, err := a.Acquire(t.Context(), "f", key("f", 1)); !errors.Is(err, archive.ErrLeased) {
		t.Errorf("Acquire = %v: the old owner released the new one's lease", err)
	}
	if err := next.Release(nil); err != nil {
		t.Errorf("Release: %v", err)
	}
}

// testLeaseOnce has goroutines compute each of some keys once, between them.
func testLeaseOnce(t *testing.T, h Harness) {
	const goroutines, keys = 6, 8
	a := h.open(t)
	var computed [keys]atomic.Int64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for k := range keys {
				l, err := acquire(t.Context(), a, "f", k)
				if err != nil {
					t.Errorf("Acquire: %v", err)
					return
				}
				there, err := a.Has(t.Context(), "f", key("f", k))
				if err != nil {
					t.Errorf("Has: %v", err)
				}
				if !there {
					computed[k].Add(1)
					if err := l.Commit(t.Context(), number("f", k), false); err != nil {
						t.Errorf("Commit: %v", err)
					}
				}
				if err := l.Release(nil); err != nil {
					t.Errorf("Release: %v", err)
				}
			}
		})
	}
	wg.Wait()
	for k := range keys {
		if n := computed[k].Load(); n != 1 {
			t.Errorf("key %d was computed %d times", k, n)
		}
	}
}

// testLeaseFailure has an owner fail: whoever waits hears of it, or computes itself.
func testLeaseFailure(t *testing.T, h Harness) {
	a := h.open(t)
	boom := errors.New("boom")
	for range 3 {
		l := lease(t, a, "f", 1)
		got := make(chan error, 1)
		go func() {
			l, err := acquire(t.Context(), a, "f", 1)
			got <- err
			if err := l.Release(nil); err != nil {
				t.Errorf("Release: %v", err)
			}
		}()
		time.Sleep(10 * time.Millisecond) // no more than a chance to be waiting by then
		if err := l.Release(boom); err != nil {
			t.Errorf("Release: %v", err)
		}
		err := <-got
		var owner *archive.OwnerError
		if err != nil && !errors.Is(err, boom) && (!errors.As(err, &owner) || owner.Text != "boom") {
			t.Errorf("Acquire = %v; want the owner's error, or the lease", err)
		}
	}
}
