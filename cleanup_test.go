package klepto_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klepto-go/klepto"
)

// DeleteStale deletes what is too old of its own function, version and rounding.
func TestDeleteStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := memory(t)
		options := func(version string) klepto.Options {
			return klepto.Options{Name: "double", Version: version, Archive: a, StaleAfter: time.Hour}
		}
		m, other := memoize(t, double, options("1")), memoize(t, double, options("2"))
		call := func(m *klepto.Memo[float64, float64], x float64) {
			t.Helper()
			if _, err := m.Call(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		call(other, 1)
		call(m, 1)
		call(m, 2)
		call(memoize(t, double, options("1")), 3) // in the archive only
		time.Sleep(50 * time.Minute)
		call(m, 4)
		if n, err := m.DeleteStale(t.Context()); n != 0 || err != nil {
			t.Errorf("before anything is stale: %d, %v", n, err)
		}
		time.Sleep(20 * time.Minute)
		call(m, 2) // renewed
		if n, err := m.DeleteStale(t.Context()); n != 2 || err != nil {
			t.Errorf("%d, %v; want those of 1 and 3", n, err)
		}
		if n, err := a.Len(t.Context()); n != 3 || err != nil {
			t.Errorf("the archive has %d, %v; want 2, 4 and the other version's", n, err)
		}
		if _, ok, err := m.Lookup(t.Context(), 1); ok || err != nil {
			t.Errorf("1 is still there: %v", err)
		}
		if n := m.Stats().Entries; n != 2 {
			t.Errorf("%d in memory", n)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := m.DeleteStale(t.Context()); !errors.Is(err, klepto.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
	if n, err := memoize(t, double, klepto.Options{}).DeleteStale(t.Context()); err == nil || n != 0 {
		t.Errorf("without StaleAfter: %d, %v", n, err)
	}
}

func TestDeleteStaleSaysWhatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, a := newFaulty(t)
		m := memoize(t, double, klepto.Options{Archive: a, StaleAfter: time.Hour})
		if _, err := m.Call(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := m.DeleteStale(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		d.deletes.Store(&errDisk)
		if n, err := m.DeleteStale(t.Context()); !errors.Is(err, errDisk) {
			t.Errorf("%d, %v", n, err)
		}
		d.deletes.Store(nil)
		if n, err := m.DeleteStale(t.Context()); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// Calls have stale results deleted in the background, once in a while.
func TestCleanEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := memory(t)
		m := memoize(t, double, klepto.Options{Archive: a, StaleAfter: time.Hour, CleanEvery: 24 * time.Hour})
		left := func(want int) {
			t.Helper()
			synctest.Wait()
			if n, err := a.Len(t.Context()); n != want || err != nil {
				t.Errorf("%d left, %v; want %d", n, err, want)
			}
		}
		for x := range 10 {
			if _, err := m.Call(t.Context(), float64(x)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Hour)
		}
		left(10)
		time.Sleep(5 * time.Hour)
		if _, err := m.Call(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
		left(1)
	})
	for _, o := range []klepto.Options{{CleanEvery: time.Hour}, {StaleAfter: time.Hour, CleanEvery: -1}} {
		if _, err := klepto.Memoize(double, &o); err == nil {
			t.Errorf("%v after %v is no error", o.CleanEvery, o.StaleAfter)
		}
	}
}
