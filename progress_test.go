package klepto_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
)

func TestProgress(t *testing.T) {
	const n = 600
	a := memory(t)
	var told []klepto.Progress
	o := klepto.Options{Archive: a, WritePolicy: klepto.OnEvict, OnProgress: func(p klepto.Progress) { told = append(told, p) }}
	m := memoize(t, double, o)
	want := func(task string, done ...int) {
		t.Helper()
		var want []klepto.Progress
		for _, d := range done {
			want = append(want, klepto.Progress{Function: "f", Task: task, Done: d, Total: n})
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s told %+v", task, told)
		}
		told = nil
	}
	args := make([]float64, n)
	for i := range args {
		args[i] = float64(i)
		if _, err := m.Call(t.Context(), args[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("sync", 256, 512, 600)
	if k, err := m.Dump(t.Context()); k != n || err != nil {
		t.Errorf("Dump = %d, %v", k, err)
	}
	want("dump", 256, 512, 600)
	again := memoize(t, double, o)
	for _, in := range [][]float64{nil, args} {
		if k, err := again.Load(t.Context(), in...); k != n || err != nil {
			t.Errorf("Load = %d, %v", k, err)
		}
		want("load", 256, 512, 600)
	}
}

// A Load, Dump or Sync ends with its context, and says what it left.
func TestLongTasksObeyTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := false
	m := memoize(t, double, klepto.Options{Archive: memory(t), WritePolicy: klepto.OnEvict, OnProgress: func(klepto.Progress) {
		if stop {
			cancel()
		}
	}})
	for x := range 600 {
		if _, err := m.Call(t.Context(), float64(x)); err != nil {
			t.Fatal(err)
		}
	}
	stop = true
	err := m.Sync(ctx)
	if !errors.Is(err, context.Canceled) || m.Stats().Unsaved != 600-256 {
		t.Errorf("Sync: %T, %d unsaved", err, m.Stats().Unsaved)
	}
	stop = false
	if n, err := m.Dump(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Dump = %d, %T", n, err)
	}
	if n, err := m.Load(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Load = %d, %v", n, err)
	}
	if n, err := m.Load(ctx, 1); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Load of one = %d, %v", n, err)
	}
}

// OnProgress may use the memo.
func TestOnProgressRunsOutsideLocks(t *testing.T) {
	var m *klepto.Memo[float64, float64]
	calls := 0
	m = memoize(t, double, klepto.Options{Archive: memory(t), WritePolicy: klepto.OnEvict, OnProgress: func(klepto.Progress) {
		if calls++; calls == 1 {
			if _, err := m.Delete(t.Context(), 2); err != nil {
				t.Error(err)
			}
			if err := m.Put(t.Context(), 3, 33); err != nil {
				t.Error(err)
			}
		}
	}})
	for x := range 600 {
		if _, err := m.Call(t.Context(), float64(x)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Sync(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSafeLoadPassesOverDamage(t *testing.T) {
	d, a := newFaulty(t)
	m := memoize(t, double, klepto.Options{Archive: a, Safe: true})
	if _, err := m.Call(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	d.reads.Store(&archive.ErrCorrupt)
	if n, err := m.Load(t.Context()); n != 0 || err != nil || m.Stats().Errors != 1 {
		t.Errorf("Load = %d, %v, stats %+v", n, err, m.Stats())
	}
	if n, err := memoize(t, double, klepto.Options{Archive: a}).Load(t.Context(), 1); n != 0 || !errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("standard Load = %d, %v", n, err)
	}
}
