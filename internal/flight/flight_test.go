package flight_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto/internal/flight"
)

func TestOneComputation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[string, int]
		var runs, sharers atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				v, shared, err := g.Do(t.Context(), "k", func(context.Context) (int, error) {
					time.Sleep(time.Second)
					return int(runs.Add(1)), nil
				})
				if v != 1 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
				if shared {
					sharers.Add(1)
				}
			})
		}
		wg.Wait()
		if runs.Load() != 1 || sharers.Load() != 15 || g.Len() != 0 {
			t.Errorf("%d computations, %d sharers, %d left; want 1, 15, 0", runs.Load(), sharers.Load(), g.Len())
		}
	})
}

func TestErrorReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, int]
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, _, err := g.Do(t.Context(), 1, func(context.Context) (int, error) {
					time.Sleep(time.Second)
					return 0, boom
				}); err != boom {
					t.Errorf("err = %v, want boom", err)
				}
			})
		}
		wg.Wait()
	})
}

// The first caller's deadline is its own: the computation goes on for the second.
func TestComputationOutlivesItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, string]
		compute := func(ctx context.Context) (string, error) {
			select {
			case <-time.After(10 * time.Second):
				return "done", nil
			case <-ctx.Done():
				return "", context.Cause(ctx)
			}
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, shared, err := g.Do(short, 1, compute); !errors.Is(err, context.DeadlineExceeded) || shared {
				t.Errorf("first: err = %v, shared = %v", err, shared)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if v, shared, err := g.Do(t.Context(), 1, compute); v != "done" || err != nil || !shared {
				t.Errorf("second: %q, %v, shared = %v", v, err, shared)
			}
		})
		wg.Wait()
	})
}

func TestNewcomerNeverJoinsACancelledFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, int]
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		var wg sync.WaitGroup
		wg.Go(func() {
			g.Do(ctx, 1, func(ctx context.Context) (int, error) { //nolint:errcheck // looked at through stopped
				<-ctx.Done()
				time.Sleep(time.Minute) // slow to notice
				stopped <- context.Cause(ctx)
				return 1, nil
			})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		v, shared, err := g.Do(t.Context(), 1, func(context.Context) (int, error) { return 2, nil })
		if v != 2 || shared || err != nil {
			t.Errorf("newcomer got %d, shared = %v, %v; want its own 2", v, shared, err)
		}
		if err := <-stopped; err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("cause = %v, want one that says the callers have gone", err)
		}
		wg.Wait()
	})
}

func TestPanicReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, int]
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				defer func() {
					p, ok := recover().(*flight.PanicError)
					if !ok || !errors.Is(p, boom) || !strings.Contains(p.Error(), "flight_test") {
						t.Errorf("recovered %v, want a PanicError of boom with the stack", p)
					}
				}()
				g.Do(t.Context(), 1, func(context.Context) (int, error) { //nolint:errcheck // panics
					time.Sleep(time.Second)
					panic(boom)
				})
			})
		}
		wg.Wait()
		if g.Len() != 0 {
			t.Error("the key stayed taken")
		}
	})
}

func TestGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, int]
		var owner, waiter atomic.Bool
		exit := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			runtime.Goexit()
			return 0, nil
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			owner.Store(true)
			g.Do(t.Context(), 1, exit) //nolint:errcheck // does not return
			owner.Store(false)
		})
		synctest.Wait()
		wg.Go(func() {
			_, _, err := g.Do(t.Context(), 1, exit)
			waiter.Store(errors.Is(err, flight.ErrGoexit))
		})
		wg.Wait()
		if !owner.Load() || !waiter.Load() {
			t.Errorf("owner ended = %v, waiter got ErrGoexit = %v", owner.Load(), waiter.Load())
		}
	})
}

func TestRecursion(t *testing.T) {
	var g flight.Group[string, int]
	_, _, err := g.Do(t.Context(), "a", func(ctx context.Context) (int, error) {
		v, _, err := g.Do(ctx, "b", func(ctx context.Context) (int, error) {
			v, _, err := g.Do(ctx, "a", func(context.Context) (int, error) { return 1, nil })
			return v, err
		})
		return v, err
	})
	if !errors.Is(err, flight.ErrRecursive) {
		t.Errorf("err = %v, want ErrRecursive", err)
	}
	// What is no cycle is allowed: f(3) needs f(2) and f(1), f(2) needs f(1).
	var fib func(ctx context.Context, n string) (int, error)
	fib = func(ctx context.Context, n string) (int, error) {
		v, _, err := g.Do(ctx, n, func(ctx context.Context) (int, error) {
			if len(n) < 2 {
				return 1, nil
			}
			a, err := fib(ctx, n[1:])
			if err != nil {
				return 0, err
			}
			b, err := fib(ctx, n[2:])
			return a + b, err
		})
		return v, err
	}
	if v, err := fib(t.Context(), "xxxxxxx"); v != 21 || err != nil {
		t.Errorf("fib = %d, %v; want 21", v, err)
	}
}

// Two computations in two groups that wait for each other: one of them is told.
func TestCycleAcrossGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b flight.Group[int, int]
		var wg sync.WaitGroup
		var recursive atomic.Int32
		count := func(err error) {
			if errors.Is(err, flight.ErrRecursive) {
				recursive.Add(1)
			}
		}
		cross := func(outer, inner *flight.Group[int, int]) {
			_, _, err := outer.Do(t.Context(), 1, func(ctx context.Context) (int, error) {
				time.Sleep(time.Second)
				v, _, err := inner.Do(ctx, 1, func(context.Context) (int, error) { return 0, nil })
				return v, err
			})
			count(err)
		}
		wg.Go(func() { cross(&a, &b) })
		wg.Go(func() { cross(&b, &a) })
		wg.Wait()
		if recursive.Load() == 0 {
			t.Error("no one was told of the cycle")
		}
	})
}

// An impatient waiter leaves; the computation goes on for its owner.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int, int]
		slow := func(context.Context) (int, error) {
			time.Sleep(time.Minute)
			return 1, nil
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			// Patience is for what others have begun, not for one's own.
			if v, _, err := g.DoWithin(t.Context(), 1, time.Second, slow); v != 1 || err != nil {
				t.Errorf("owner: %d, %v", v, err)
			}
		})
		synctest.Wait()
		if !g.Busy(1) || g.Busy(2) {
			t.Error("Busy does not tell")
		}
		began := time.Now()
		if _, _, err := g.DoWithin(t.Context(), 1, time.Second, slow); !errors.Is(err, flight.ErrImpatient) || time.Since(began) != time.Second {
			t.Errorf("waiter: %v after %v", err, time.Since(began))
		}
		if v, _, err := g.DoWithin(t.Context(), 1, time.Hour, slow); v != 1 || err != nil {
			t.Errorf("patient waiter: %d, %v", v, err)
		}
		wg.Wait()
	})
}

// A graph with very many paths is walked once, not path by path.
func TestManyPaths(t *testing.T) {
	var g flight.Group[int, int]
	var fib func(ctx context.Context, n int) int
	fib = func(ctx context.Context, n int) int {
		v, _, err := g.Do(ctx, n, func(ctx context.Context) (int, error) {
			if n < 2 {
				time.Sleep(time.Millisecond)
				return n, nil
			}
			var a, b int
			var wg sync.WaitGroup
			wg.Go(func() { a = fib(ctx, n-1) })
			wg.Go(func() { b = fib(ctx, n-2) })
			wg.Wait()
			return a + b, nil
		})
		if err != nil {
			t.Errorf("fib(%d): %v", n, err)
		}
		return v
	}
	if v := fib(t.Context(), 45); v != 1134903170 {
		t.Errorf("fib(45) = %d", v)
	}
}

func TestHammer(t *testing.T) {
	var g flight.Group[int, int]
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				ctx, cancel := context.WithCancel(t.Context())
				if (w+i)%3 == 0 {
					cancel()
				}
				v, _, err := g.Do(ctx, i%5, func(context.Context) (int, error) { return i % 5, nil })
				if err == nil && v != i%5 {
					t.Errorf("key %d gave %d", i%5, v)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if g.Len() != 0 {
		t.Errorf("%d keys stayed taken", g.Len())
	}
}
