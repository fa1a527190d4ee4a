package klepto_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// pair returns two memos of one function on one archive, as two processes have them.
func pair(t *testing.T, o klepto.Options, f func(context.Context, int) (int, error)) (a, b *klepto.Memo[int, int]) {
	if o.Archive == nil {
		o.Archive = memory(t)
	}
	return memoize(t, f, o), memoize(t, f, o)
}

// gate is a function that waits to be let go.
type gate struct {
	began chan struct{}
	open  chan error
	runs  atomic.Int32
}

func newGate() *gate { return &gate{began: make(chan struct{}, 10), open: make(chan error, 10)} }

func (g *gate) f(ctx context.Context, x int) (int, error) {
	n := g.runs.Add(1)
	g.began <- struct{}{}
	select {
	case err := <-g.open:
		return 10*x + int(n), err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func TestMemosOfOneArchiveComputeOnce(t *testing.T) {
	for _, policy := range []klepto.WritePolicy{klepto.Through, klepto.Behind} {
		t.Run(policy.String(), func(t *testing.T) {
			var runs atomic.Int32
			a, b := pair(t, klepto.Options{WritePolicy: policy}, func(_ context.Context, x int) (int, error) {
				runs.Add(1)
				time.Sleep(time.Millisecond)
				return 2 * x, nil
			})
			var wg sync.WaitGroup
			for _, m := range []*klepto.Memo[int, int]{a, b, a, b} {
				wg.Go(func() {
					for x := range 50 {
						if v, err := m.Call(t.Context(), x); v != 2*x || err != nil {
							t.Errorf("f(%d) = %v, %v", x, v, err)
						}
					}
				})
			}
			wg.Wait()
			if runs.Load() != 50 {
				t.Errorf("%d computations of 50 results", runs.Load())
			}
		})
	}
}

func TestOwnersErrorReachesThoseWhoWait(t *testing.T) {
	g := newGate()
	a, b := pair(t, klepto.Options{}, g.f)
	boom := errors.New("boom")
	results := make(chan error, 2)
	go func() { _, err := a.Call(t.Context(), 1); results <- err }()
	<-g.began
	go func() { _, err := b.Call(t.Context(), 1); results <- err }()
	time.Sleep(20 * time.Millisecond) // b waits by now, or computes later
	g.open <- boom
	g.open <- boom
	for range 2 {
		if err := <-results; !errors.Is(err, boom) {
			t.Errorf("Call = %v, want the function's error", err)
		}
	}
}

func TestDeadlineWhileAnotherComputes(t *testing.T) {
	g := newGate()
	a, b := pair(t, klepto.Options{}, g.f)
	done := make(chan error, 1)
	go func() { _, err := a.Call(t.Context(), 1); done <- err }()
	<-g.began
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := b.Call(ctx, 1); !errors.Is(err, context.DeadlineExceeded) || g.runs.Load() != 1 {
		t.Errorf("Call = %v after %d computations; want its deadline, and 1", err, g.runs.Load())
	}
	g.open <- nil
	if err := <-done; err != nil {
		t.Error(err)
	}
	if v, info, err := b.CallInfo(t.Context(), 1); v != 11 || info.Source != klepto.Archived || err != nil {
		t.Errorf("Call = %v from %v, %v", v, info.Source, err)
	}
}

func TestWaitTimeoutEndsTheWaitForAnother(t *testing.T) {
	for name, o := range map[string]klepto.Options{
		"WaitTimeout": {WaitTimeout: 30 * time.Millisecond},
		"NoLease":     {NoLease: true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			a, b := pair(t, o, g.f)
			done := make(chan error, 2)
			for _, m := range []*klepto.Memo[int, int]{a, b} {
				go func() { _, err := m.Call(t.Context(), 1); done <- err }()
				<-g.began
			}
			for range 2 {
				g.open <- nil
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// An owner that was taken over stores nothing over its successor's result.
func TestFencedResultGivesWay(t *testing.T) {
	for _, policy := range []klepto.WritePolicy{klepto.Through, klepto.Behind} {
		t.Run(policy.String(), func(t *testing.T) {
			g := newGate()
			o := klepto.Options{Archive: memory(t), WritePolicy: policy}
			a, b := pair(t, o, g.f)
			type outcome struct {
				v   int
				err error
			}
			first := make(chan outcome, 1)
			go func() { v, err := a.Call(t.Context(), 1); first <- outcome{v, err} }()
			<-g.began
			if n, err := o.Archive.ReleaseLeases(t.Context()); n != 1 || err != nil { // as if it had been stopped
				t.Fatalf("ReleaseLeases = %d, %v", n, err)
			}
			second := make(chan outcome, 1)
			go func() { v, err := b.Call(t.Context(), 1); second <- outcome{v, err} }()
			<-g.began
			g.open <- nil
			g.open <- nil
			for _, r := range []outcome{<-first, <-second} {
				if r.err != nil || r.v != 11 && r.v != 12 {
					t.Errorf("Call = %v, %v", r.v, r.err)
				}
			}
			for _, m := range []*klepto.Memo[int, int]{a, b} {
				if err := m.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if n := length(t, o.Archive); n != 1 {
				t.Errorf("%d entries", n)
			}
		})
	}
}

// A memo may call another of the same function and archive: it does not wait for
// itself.
func TestNestedMemosOfOneArchive(t *testing.T) {
	a := memory(t)
	f := func(_ context.Context, x int) (int, error) { return 2 * x, nil }
	inner := memoize(t, f, klepto.Options{Name: "inner", Archive: a})
	var again *klepto.Memo[int, int]
	depth := 0
	twice := func(ctx context.Context, x int) (int, error) {
		if depth++; depth == 1 {
			return again.Call(ctx, x)
		}
		return inner.Call(ctx, x)
	}
	outer := memoize(t, twice, klepto.Options{Archive: a})
	again = memoize(t, twice, klepto.Options{Archive: a})
	if v, err := outer.Call(t.Context(), 21); v != 42 || err != nil {
		t.Errorf("Call = %v, %v", v, err)
	}
}

// unleasable is an archive whose leases fail.
type unleasable struct{ driver.Archive }

func (unleasable) Acquire(context.Context, string, keymap.Key) (driver.Lease, error) {
	return nil, errDisk
}
func (unleasable) ReleaseAll(context.Context) (int, error) { return 0, errDisk }

func TestLeasesThatFailDontFailACall(t *testing.T) {
	var seen []error
	m := memoize(t, func(_ context.Context, x int) (int, error) { return 2 * x, nil },
		klepto.Options{Archive: archive.New(unleasable{memory(t).Driver()}), OnError: func(err error) { seen = append(seen, err) }})
	if v, err := m.Call(t.Context(), 1); v != 2 || err != nil {
		t.Errorf("Call = %v, %v", v, err)
	}
	if len(seen) != 1 || !errors.Is(seen[0], errDisk) {
		t.Errorf("OnError got %v", seen)
	}
}
