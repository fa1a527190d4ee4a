package klepto_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
)

// numbered returns a function that takes d and returns the number of its run.
func numbered(d time.Duration) (func(context.Context, int) (int64, error), *atomic.Int64) {
	var n atomic.Int64
	return func(context.Context, int) (int64, error) {
		k := n.Add(1)
		time.Sleep(d)
		return k, nil
	}, &n
}

// expect calls m and checks result and source.
func expect(t *testing.T, m *klepto.Memo[int, int64], want int64, source klepto.Source, opts ...klepto.CallOption) klepto.Info {
	t.Helper()
	v, info, err := m.CallInfo(t.Context(), 1, opts...)
	if err != nil || v != want || info.Source != source {
		t.Errorf("got %d from %v (%v), want %d from %v", v, info.Source, err, want, source)
	}
	return info
}

// Where a stale result comes from, the many callers of it start one computation.
func TestServeStaleRenewsOnce(t *testing.T) {
	for name, first := range map[string]bool{"in memory": true, "in the archive": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, runs := numbered(time.Second)
				o := klepto.Options{Archive: memory(t), StaleAfter: time.Hour, Stale: klepto.Serve}
				m := memoize(t, f, o)
				expect(t, m, 1, klepto.Computed)
				time.Sleep(2 * time.Hour)
				if !first {
					m = memoize(t, f, o)
				}
				var wg sync.WaitGroup
				for range 8 {
					wg.Go(func() {
						began := time.Now()
						v, info, err := m.CallInfo(t.Context(), 1)
						if v != 1 || !info.Stale || err != nil || time.Since(began) != 0 {
							t.Errorf("got %d, %+v, %v after %v; want the stale 1 at once", v, info, err, time.Since(began))
						}
					})
				}
				wg.Wait()
				time.Sleep(time.Minute)
				if info := expect(t, m, 2, klepto.Memory); info.Stale || info.Age != 59*time.Second {
					t.Errorf("info %+v", info)
				}
				if runs.Load() != 2 || m.Stats().Stale != 8 {
					t.Errorf("%d runs, stats %+v; want 2 runs and 8 stale", runs.Load(), m.Stats())
				}
			})
		})
	}
}

func TestRenewWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := numbered(time.Minute)
		m := memoize(t, f, klepto.Options{StaleAfter: time.Hour, Archive: memory(t)})
		expect(t, m, 1, klepto.Computed)
		time.Sleep(time.Hour) // ages count from the end of the computation
		expect(t, m, 1, klepto.Memory)
		time.Sleep(time.Nanosecond)
		expect(t, m, 2, klepto.Computed)
		s := m.Stats()
		if s.Hits != 1 || s.Saved != time.Minute {
			t.Errorf("stats %+v: a result that was too old counts as a hit", s)
		}
	})
}

func TestStaleOnErrorAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var fail atomic.Bool
		var reported atomic.Int64
		m := memoize(t, func(ctx context.Context, _ int) (int64, error) {
			time.Sleep(time.Minute)
			if fail.Load() {
				return 0, broken
			}
			return 1, nil
		}, klepto.Options{StaleAfter: time.Hour, StaleOnError: true, StaleOnTimeout: true, OnError: func(err error) {
			if errors.Is(err, broken) {
				reported.Add(1)
			}
		}})
		expect(t, m, 1, klepto.Computed)
		time.Sleep(2 * time.Hour)
		fail.Store(true)
		if info := expect(t, m, 1, klepto.Memory); !info.Stale || reported.Load() != 1 {
			t.Errorf("info %+v, %d errors reported", info, reported.Load())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if v, info, err := m.CallInfo(ctx, 1); v != 1 || !info.Stale || err != nil {
			t.Errorf("after a timeout: %v, %+v, %v", v, info, err)
		}
		if _, err := m.Call(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without a stale result: %v", err)
		}
		time.Sleep(time.Hour)
	})
}

func TestErrorTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		runs := 0
		m := memoize(t, func(context.Context, int) (int64, error) {
			if runs++; runs < 3 {
				return 0, broken
			}
			return 7, nil
		}, klepto.Options{ErrorTTL: time.Minute, Archive: memory(t)})
		for i, wait := range []time.Duration{0, 30 * time.Second, 31 * time.Second} {
			time.Sleep(wait)
			if _, err := m.Call(t.Context(), 1); err != broken {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if _, ok, err := m.Lookup(t.Context(), 1); ok || err != nil {
			t.Errorf("Lookup finds a kept error: %v, %v", ok, err)
		}
		if runs != 2 {
			t.Errorf("%d runs, want 2: the error is kept for a minute", runs)
		}
		expect(t, m, 7, klepto.Computed, klepto.Overwrite())
		expect(t, m, 7, klepto.Memory)
	})
}

func TestValidateAndKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := numbered(0)
		good := true
		m := memoize(t, f, klepto.Options{Archive: memory(t), Validate: func(i klepto.Info) bool { return good }, Keep: func(r any) bool { return r.(int64) != 2 }})
		expect(t, m, 1, klepto.Computed)
		expect(t, m, 1, klepto.Memory)
		good = false
		expect(t, m, 2, klepto.Computed)
		good = true
		expect(t, m, 1, klepto.Memory) // 2 was not worth keeping
	})
}

// The slower a computation, the earlier XFetch renews its result: hardly a caller
// gets a stale one, where without it one in seven would.
func TestEarlyRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, runs := numbered(10 * time.Minute)
		m := memoize(t, f, klepto.Options{StaleAfter: time.Hour, Stale: klepto.Serve, Beta: 1})
		expect(t, m, 1, klepto.Computed)
		const calls = 24 * 60 // one a minute, for a day
		for range calls {
			time.Sleep(time.Minute)
			began := time.Now()
			if _, err := m.Call(t.Context(), 1); err != nil || time.Since(began) > 0 {
				t.Fatalf("a caller waited %v for a renewal (%v)", time.Since(began), err)
			}
		}
		if n := m.Stats().Stale; n > calls/15 {
			t.Errorf("%d of %d callers got a stale result", n, calls)
		}
		if n := runs.Load(); n < 20 || n > 144 {
			t.Errorf("%d renewals in a day of results that last an hour and take ten minutes", n)
		}
		time.Sleep(time.Hour)
	})
}

func TestCallOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := numbered(0)
		m := memoize(t, f, klepto.Options{Archive: memory(t)})
		expect(t, m, 1, klepto.Computed)
		expect(t, m, 2, klepto.Computed, klepto.Skip())
		expect(t, m, 1, klepto.Memory)
		expect(t, m, 3, klepto.Computed, klepto.Overwrite())
		time.Sleep(time.Hour)
		expect(t, m, 3, klepto.Memory, klepto.MaxAge(time.Hour))
		expect(t, m, 4, klepto.Computed, klepto.MaxAge(59*time.Minute))
		expect(t, m, 5, klepto.Computed, klepto.MaxAge(-1))

		var log bytes.Buffer
		expect(t, m, 5, klepto.Memory, klepto.Verbose(&log))
		expect(t, m, 6, klepto.Computed, klepto.Overwrite(), klepto.Verbose(&log))
		if got := log.String(); !strings.HasPrefix(got, "klepto: f(x=1): memory, computed in 0s on 2000-01-01 ") || !strings.HasSuffix(got, "klepto: f(x=1): computed, computed in 0s\n") {
			t.Errorf("log:\n%s", got)
		}
		m.Enable(false)
		expect(t, m, 7, klepto.Computed)
		m.Enable(true)
		expect(t, m, 6, klepto.Memory)
		if v, err := m.Uncached(t.Context(), 1); v != 8 || err != nil {
			t.Errorf("Uncached: %v, %v", v, err)
		}
	})
}

// A caller that wants a new result takes none that was under way.
func TestOverwriteJoinsNoEarlierFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := numbered(time.Minute)
		m := memoize(t, f, klepto.Options{})
		var wg sync.WaitGroup
		wg.Go(func() { expect(t, m, 1, klepto.Computed) })
		time.Sleep(time.Second)
		wg.Go(func() { expect(t, m, 2, klepto.Computed, klepto.Overwrite()) })
		wg.Go(func() { expect(t, m, 1, klepto.Shared) })
		wg.Wait()
	})
}

func TestWritePolicies(t *testing.T) {
	for _, policy := range []klepto.WritePolicy{klepto.Through, klepto.Behind, klepto.OnEvict} {
		t.Run(policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := memory(t)
				m, err := klepto.Memoize(func(_ context.Context, x int) (int, error) { return x * x, nil },
					&klepto.Options{Name: "f", Archive: a, WritePolicy: policy, MaxEntries: 10})
				if err != nil {
					t.Fatal(err)
				}
				for x := range 15 {
					if _, err := m.Call(t.Context(), x); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait() // for the writer behind
				want := 15
				if policy == klepto.OnEvict {
					want = 5
				}
				if n := length(t, a); n != want || m.Stats().Unsaved != 15-want {
					t.Errorf("%d archived, %d unsaved, want %d archived", n, m.Stats().Unsaved, want)
				}
				if n, err := m.Dump(t.Context(), 14); n != 1 || err != nil {
					t.Errorf("Dump of one: %d, %v", n, err)
				}
				if err := m.Close(); err != nil {
					t.Error(err)
				}
				if n := length(t, a); n != 15 {
					t.Errorf("%d archived after Close, want 15", n)
				}
				again := memoize(t, func(context.Context, int) (int, error) { return 0, errors.New("computed again") }, klepto.Options{Archive: a})
				if n, err := again.Load(t.Context()); n != 15 || err != nil {
					t.Errorf("Load: %d, %v", n, err)
				}
				for x := range 15 {
					if v, err := again.Call(t.Context(), x); v != x*x || err != nil {
						t.Errorf("f(%d) = %d, %v", x, v, err)
					}
				}
			})
		})
	}
}

// Purge writes everything out at once when memory overflows.
func TestPurge(t *testing.T) {
	a := memory(t)
	m := memoize(t, func(_ context.Context, x int) (int, error) { return x, nil }, klepto.Options{Archive: a, WritePolicy: klepto.OnEvict, Purge: true, MaxEntries: 3})
	for x := range 4 {
		if _, err := m.Call(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if s := m.Stats(); s.Entries != 0 || length(t, a) != 4 {
		t.Errorf("%d in memory, %d archived; want 0 and 4", s.Entries, length(t, a))
	}
}

func TestDumpAfterSetArchive(t *testing.T) {
	a := memory(t)
	m := memoize(t, func(_ context.Context, x int) (int, error) { return x, nil }, klepto.Options{})
	for x := range 4 {
		if _, err := m.Call(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.Dump(t.Context()); err == nil {
		t.Error("Dump without an archive says nothing")
	}
	m.SetArchive(a)
	if n, err := m.Dump(t.Context()); n != 4 || err != nil || length(t, a) != 4 || m.Archive() != a {
		t.Errorf("Dump: %d, %v; %d archived", n, err, length(t, a))
	}
}

func TestEntryLimit(t *testing.T) {
	runs := 0
	a := memory(t)
	m := memoize(t, func(_ context.Context, n int) ([]float64, error) {
		runs++
		return make([]float64, n), nil
	}, klepto.Options{Archive: a, EntryLimit: 80})
	for _, n := range []int{10, 10, 11, 11} {
		if _, err := m.Call(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if runs != 3 || length(t, a) != 1 {
		t.Errorf("%d runs and %d archived, want 3 and 1", runs, length(t, a))
	}
}

// Memory in front of an archive is bounded by bytes, unless told otherwise.
func TestMaxBytes(t *testing.T) {
	m := memoize(t, func(_ context.Context, x int) ([]float64, error) { return make([]float64, 100), nil }, klepto.Options{MaxBytes: 2000})
	for x := range 5 {
		if _, err := m.Call(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if s := m.Stats(); s.Entries != 2 || s.Bytes != 1600 {
		t.Errorf("stats %+v, want 2 entries of 800 bytes", s)
	}
}

func TestShare(t *testing.T) {
	m := memoize(t, func(_ context.Context, n int) ([]int, error) { return make([]int, n), nil }, klepto.Options{Share: true})
	a, err := m.Call(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Call(t.Context(), 3)
	if err != nil || &a[0] != &b[0] {
		t.Errorf("results are not shared (%v)", err)
	}
}

func length(t *testing.T, a *archive.Archive) int {
	t.Helper()
	n, err := a.Len(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
