package klepto_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
)

func TestSnapshotAndRestore(t *testing.T) {
	a := memory(t)
	f, runs := counted()
	m := memoize(t, f, klepto.Options{})
	for n := range 300 {
		if _, err := m.Call(t.Context(), params{1, 2, n}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := m.Snapshot(t.Context(), a); n != 300 || err != nil {
		t.Fatalf("Snapshot = %d, %v", n, err)
	}
	again := memoize(t, f, klepto.Options{})
	if n, err := again.Restore(t.Context(), a); n != 300 || err != nil {
		t.Fatalf("Restore = %d, %v", n, err)
	}
	for n := range 300 {
		v, info, err := again.CallInfo(t.Context(), params{1, 2, n})
		if v != 1+2*float64(n) || info.Source != klepto.Memory || err != nil {
			t.Errorf("Call %d = %v from %v, %v", n, v, info.Source, err)
		}
	}
	if runs.Load() != 300 {
		t.Errorf("%d computations", runs.Load())
	}
	other := memoize(t, f, klepto.Options{Version: "2"})
	if n, err := other.Restore(t.Context(), a); n != 0 || err != nil {
		t.Errorf("Restore of another version = %d, %v", n, err)
	}
}

func TestSnapshotSaysWhatWentWrong(t *testing.T) {
	d, a := newFaulty(t)
	d.writes.Store(&errDisk)
	m := memoize(t, double, klepto.Options{})
	if _, err := m.Call(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if n, err := m.Snapshot(t.Context(), a); n != 0 || !errors.Is(err, errDisk) {
		t.Errorf("Snapshot = %d, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Restore(ctx, a); !errors.Is(err, context.Canceled) {
		t.Errorf("Restore = %v", err)
	}
	closed := memoize(t, double, klepto.Options{})
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []func(context.Context, *archive.Archive) (int, error){closed.Snapshot, closed.Restore} {
		if _, err := f(t.Context(), a); !errors.Is(err, klepto.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}
