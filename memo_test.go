package klepto_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	_ "github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/value"
)

type params struct {
	X, Y float64
	N    int
}

// memoize fails the test where Memoize does.
func memoize[In, Out any](t testing.TB, f func(context.Context, In) (Out, error), o klepto.Options) *klepto.Memo[In, Out] {
	t.Helper()
	if o.Name == "" {
		o.Name = "f"
	}
	m, err := klepto.Memoize(f, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return m
}

func memory(t testing.TB) *archive.Archive {
	t.Helper()
	a, err := archive.Open(t.Context(), "mem:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // nothing is kept
	return a
}

// counted returns a function that counts its runs.
func counted() (func(context.Context, params) (float64, error), *atomic.Int64) {
	var n atomic.Int64
	return func(_ context.Context, p params) (float64, error) {
		n.Add(1)
		return p.X + p.Y*float64(p.N), nil
	}, &n
}

func TestCallComputesOnce(t *testing.T) {
	f, runs := counted()
	m := memoize(t, f, klepto.Options{Rounding: rounding.Deep(3)})
	for _, c := range []struct {
		in     params
		source klepto.Source
		want   float64
	}{
		{params{1, 2, 3}, klepto.Computed, 7},
		{params{1, 2, 3}, klepto.Memory, 7},
		{params{1.0001, 2, 3}, klepto.Memory, 7},    // equal after rounding
		{params{1.25, 2, 3}, klepto.Computed, 7.25}, // the function gets exact arguments
		{params{1, 2, 4}, klepto.Computed, 9},
		{params{math.Copysign(0, -1), 0, 0}, klepto.Computed, 0},
		{params{0, 0, 0}, klepto.Memory, 0},
	} {
		got, info, err := m.CallInfo(t.Context(), c.in)
		if err != nil || got != c.want || info.Source != c.source {
			t.Errorf("%v = %v from %v (%v), want %v from %v", c.in, got, info.Source, err, c.want, c.source)
		}
		if again, err := m.Call(t.Context(), c.in); err != nil || again != got {
			t.Errorf("%v again = %v (%v), want %v", c.in, again, err, got)
		}
	}
	if s := m.Stats(); runs.Load() != 4 || s.Computed != 4 || s.Hits != 3+7 || s.Entries != 4 {
		t.Errorf("%d runs, stats %+v; want 4 computed, 10 hits", runs.Load(), s)
	}
}

func TestArchiveOutlivesTheMemo(t *testing.T) {
	a := memory(t)
	f, runs := counted()
	first := memoize(t, f, klepto.Options{Archive: a, Version: "1"})
	want, err := first.Call(t.Context(), params{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	second := memoize(t, f, klepto.Options{Archive: a, Version: "1"})
	got, info, err := second.CallInfo(t.Context(), params{1, 2, 3})
	if err != nil || got != want || info.Source != klepto.Archived || info.Created.IsZero() {
		t.Errorf("second memo: %v, %+v, %v", got, info, err)
	}
	third := memoize(t, f, klepto.Options{Archive: a, Version: "2"})
	if _, info, err := third.CallInfo(t.Context(), params{1, 2, 3}); err != nil || info.Source != klepto.Computed {
		t.Errorf("another version: %+v, %v; want it computed", info, err)
	}
	if runs.Load() != 2 {
		t.Errorf("%d runs, want 2", runs.Load())
	}
	e, err := a.Get(t.Context(), "f", info.Key)
	if err != nil {
		t.Fatal(err)
	}
	if c := e.Call; c.Function != "f" || c.Version != "1" || c.Rounding != "none" || len(c.Args) != 3 || c.Args[2].Name != "N" {
		t.Errorf("call stored as %+v", c)
	}
	if p := e.Provenance; p.Go == "" || p.Created.IsZero() || e.GoType != "float64" {
		t.Errorf("provenance stored as %+v, type %q", p, e.GoType)
	}
}

// Callers own what they get: nothing they do to it shows elsewhere.
func TestResultsAreNotShared(t *testing.T) {
	type result struct {
		V []float64
		M *mat.Dense
		T map[string][]int
	}
	a := memory(t)
	var scratch result // a function that goes on to use what it returned
	f := func(_ context.Context, x float64) (result, error) {
		scratch = result{[]float64{x, 2}, mat.NewDense(1, 2, []float64{x, 2}), map[string][]int{"a": {1}}}
		return scratch, nil
	}
	spoil := func(r result) {
		r.V[0], r.T["a"][0], r.T["b"] = -1, -1, nil
		r.M.Set(0, 0, -1)
	}
	check := func(when string, r result) {
		t.Helper()
		if r.V[0] != 1 || r.M.At(0, 0) != 1 || len(r.T) != 1 || r.T["a"][0] != 1 {
			t.Errorf("%s: the cached result was changed: %v %v %v", when, r.V, r.M.RawMatrix().Data, r.T)
		}
	}
	m := memoize(t, f, klepto.Options{Archive: a})
	for _, when := range []string{"computed", "first hit", "second hit"} {
		r, err := m.Call(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		check(when, r)
		spoil(r)
		spoil(scratch)
		scratch = result{[]float64{0, 0}, mat.NewDense(1, 1, nil), map[string][]int{"a": {0}}}
	}
	r, ok, err := memoize(t, f, klepto.Options{Archive: a}).Lookup(t.Context(), 1)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	check("archived", r)
}

// A function that sorts its argument in place, and one with a logger.
func TestArgumentsAreRecordedAsGiven(t *testing.T) {
	type in struct {
		X   []int
		Log func(string) `klepto:"ignore"`
	}
	a := memory(t)
	m := memoize(t, func(_ context.Context, p in) (int, error) {
		p.Log("sorting")
		slices.Sort(p.X)
		return p.X[0], nil
	}, klepto.Options{Archive: a})
	logged := 0
	for range 2 {
		x := []int{3, 1, 2}
		if v, err := m.Call(t.Context(), in{x, func(string) { logged++ }}); v != 1 || err != nil {
			t.Errorf("Call = %v, %v", v, err)
		}
	}
	if logged != 1 {
		t.Errorf("%d computations, want 1", logged)
	}
	for e, err := range a.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if args := e.Call.Args; len(args) != 1 || !slices.Equal(args[0].Value.(*value.Array).Data.([]int64), []int64{3, 1, 2}) {
			t.Errorf("recorded %v", args)
		}
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	boom := errors.New("boom")
	runs := 0
	m := memoize(t, func(context.Context, int) (int, error) {
		if runs++; runs == 1 {
			return 0, boom
		}
		return 5, nil
	}, klepto.Options{})
	if _, err := m.Call(t.Context(), 1); err != boom {
		t.Errorf("first call: %v, want the function's own error", err)
	}
	if v, err := m.Call(t.Context(), 1); v != 5 || err != nil {
		t.Errorf("second call: %v, %v", v, err)
	}
	if s := m.Stats(); s.Failed != 1 || s.Computed != 1 {
		t.Errorf("stats %+v, want 1 failed and 1 computed", s)
	}
}

func TestSixteenGoroutinesOneComputation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		m := memoize(t, func(context.Context, string) ([]int, error) {
			runs.Add(1)
			time.Sleep(time.Minute)
			return []int{1}, nil
		}, klepto.Options{Archive: memory(t)})
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				v, err := m.Call(t.Context(), "k")
				if err != nil || len(v) != 1 || v[0] != 1 {
					t.Errorf("got %v, %v", v, err)
					return
				}
				v[0] = 9 // its own copy
			})
		}
		wg.Wait()
		if s := m.Stats(); runs.Load() != 1 || s.Computed != 1 || s.Shared != 15 || s.Saved != 15*time.Minute || s.Spent != time.Minute {
			t.Errorf("%d runs, stats %+v; want 1 computed, 15 shared", runs.Load(), s)
		}
	})
}

func TestBoundHolds(t *testing.T) {
	const workers = 8
	calls := 1_000_000 / workers
	if testing.Short() {
		calls = 2000
	}
	m := memoize(t, func(_ context.Context, x int) (int, error) { return x, nil }, klepto.Options{MaxEntries: 5})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range calls {
				x := (i*7 + w) % 13
				if v, err := m.Call(t.Context(), x); v != x || err != nil {
					t.Errorf("f(%d) = %d, %v", x, v, err)
				}
				if n := m.Stats().Entries; n > 5 {
					t.Errorf("%d entries in a cache of 5", n)
				}
			}
		})
	}
	wg.Wait()
	if s := m.Stats(); s.Hits+s.Computed+s.Shared != uint64(workers*calls) {
		t.Errorf("stats %+v lose calls: %d of %d", s, s.Hits+s.Computed+s.Shared, workers*calls)
	}
}

func TestPutLookupDelete(t *testing.T) {
	for _, withArchive := range []bool{false, true} {
		var o klepto.Options
		if withArchive {
			o.Archive = memory(t)
		}
		f, runs := counted()
		m := memoize(t, f, o)
		in := params{1, 2, 3}
		if _, ok, err := m.Lookup(t.Context(), in); ok || err != nil {
			t.Errorf("Lookup before: %v, %v", ok, err)
		}
		if err := m.Put(t.Context(), in, 42); err != nil {
			t.Fatal(err)
		}
		if v, ok, err := m.Lookup(t.Context(), in); v != 42 || !ok || err != nil {
			t.Errorf("Lookup: %v, %v, %v", v, ok, err)
		}
		if v, err := m.Call(t.Context(), in); v != 42 || err != nil {
			t.Errorf("Call: %v, %v", v, err)
		}
		for _, want := range []bool{true, false} {
			if known, err := m.Delete(t.Context(), in); known != want || err != nil {
				t.Errorf("Delete: %v, %v; want %v", known, err, want)
			}
		}
		if v, err := m.Call(t.Context(), in); v != 7 || err != nil || runs.Load() != 1 {
			t.Errorf("Call after Delete: %v, %v, %d runs", v, err, runs.Load())
		}
	}
}

func TestKeymapNamesTheEntries(t *testing.T) {
	readable, err := keymap.String("")
	if err != nil {
		t.Fatal(err)
	}
	a := memory(t)
	m := memoize(t, func(_ context.Context, p params) (float64, error) { return p.X, nil }, klepto.Options{Archive: a, Keymap: readable})
	if _, err := m.Call(t.Context(), params{0.5, 2, 3}); err != nil {
		t.Fatal(err)
	}
	for e, err := range a.List(t.Context()) {
		if err != nil || e.Key.Name != "f(X=0.5,Y=2.0,N=3)" {
			t.Errorf("the entry is named %q, %v", e.Key.Name, err)
		}
	}
}

func TestDistance(t *testing.T) {
	f, _ := counted()
	a := memory(t)
	m := memoize(t, f, klepto.Options{Rounding: rounding.Deep(1), Archive: a})
	if _, err := m.Call(t.Context(), params{0.98, math.Inf(1), 3}); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*klepto.Memo[params, float64]{m, memoize(t, f, klepto.Options{Rounding: rounding.Deep(1), Archive: a})} {
		_, info, err := m.CallInfo(t.Context(), params{1.02, math.Inf(1), 3})
		if err != nil || math.Abs(info.Distance-0.04) > 1e-12 {
			t.Errorf("distance %v from %v (%v), want 0.04", info.Distance, info.Source, err)
		}
	}
}

func TestPanicsReachTheCaller(t *testing.T) {
	m := memoize(t, func(_ context.Context, x int) (int, error) {
		if x == 0 {
			panic("division")
		}
		return 1 / x, nil
	}, klepto.Options{})
	func() {
		defer func() {
			p, ok := recover().(*klepto.PanicError)
			if !ok || p.Value != "division" || !strings.Contains(p.Error(), "memo_test.go") {
				t.Errorf("recovered %v", p)
			}
		}()
		m.Call(t.Context(), 0) //nolint:errcheck // panics
	}()
	if v, err := m.Call(t.Context(), 1); v != 1 || err != nil {
		t.Errorf("after a panic: %v, %v", v, err)
	}
}

func TestRecursionIsAnError(t *testing.T) {
	var m *klepto.Memo[int, int]
	m = memoize(t, func(ctx context.Context, n int) (int, error) {
		if n == 7 {
			return m.Call(ctx, 7)
		}
		if n < 2 {
			return n, nil
		}
		a, err := m.Call(ctx, n-1)
		if err != nil {
			return 0, err
		}
		b, err := m.Call(ctx, n-2)
		return a + b, err
	}, klepto.Options{})
	if v, err := m.Call(t.Context(), 6); v != 8 || err != nil {
		t.Errorf("fib(6) = %d, %v", v, err)
	}
	if _, err := m.Call(t.Context(), 7); !errors.Is(err, klepto.ErrRecursive) {
		t.Errorf("a call of itself: %v, want ErrRecursive", err)
	}
}

func TestCancelledCallers(t *testing.T) {
	f, runs := counted()
	m := memoize(t, f, klepto.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if _, err := m.Call(ctx, params{}); err != why || runs.Load() != 0 {
		t.Errorf("a cancelled miss: %v after %d runs", err, runs.Load())
	}
	if _, err := m.Call(t.Context(), params{}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Call(ctx, params{}); err != nil {
		t.Errorf("a cancelled hit: %v, want the result", err)
	}
}

// A result that nobody waits for any more is kept all the same.
func TestAbandonedResultsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := memory(t)
		m := memoize(t, func(context.Context, int) (int, error) {
			time.Sleep(time.Hour) // does not look at its context
			return 5, nil
		}, klepto.Options{Archive: a})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.Call(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
		time.Sleep(2 * time.Hour)
		if v, ok, err := m.Lookup(t.Context(), 1); v != 5 || !ok || err != nil {
			t.Errorf("Lookup: %v, %v, %v", v, ok, err)
		}
		if n, err := a.Len(t.Context()); n != 1 || err != nil {
			t.Errorf("archive has %d entries, %v", n, err)
		}
	})
}

func TestClose(t *testing.T) {
	f, _ := counted()
	m, err := klepto.Memoize(f, &klepto.Options{Name: "f"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Call(t.Context(), params{}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := m.Call(t.Context(), params{}); !errors.Is(err, klepto.ErrClosed) {
		t.Errorf("Call after Close: %v", err)
	}
	if _, _, err := m.Lookup(t.Context(), params{}); !errors.Is(err, klepto.ErrClosed) {
		t.Errorf("Lookup after Close: %v", err)
	}
}
