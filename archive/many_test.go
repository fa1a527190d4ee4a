package archive_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

func valueOf(e *archive.Entry) float64 { return e.Value.(*value.Array).Data.([]float64)[0] }

func TestGetMany(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 100)
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 30) {
			e.Sum++
		}
		return e
	}
	var keys []keymap.Key
	for i := range 110 { // from 99 down, and ten that are not there
		keys = append(keys, keyOf("f", 99-i+5))
	}
	i := 0
	for e, err := range a.GetMany(t.Context(), "f", keys) {
		n := 99 - i + 5
		switch {
		case n > 99 || n < 0:
			if !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("key %d: %v, %v; want ErrNotFound", n, e, err)
			}
		case n == 30:
			var of *archive.Error
			if !errors.Is(err, archive.ErrCorrupt) || !errors.As(err, &of) || of.Key != keys[i] {
				t.Errorf("key %d: %v, %v; want ErrCorrupt of this key", n, e, err)
			}
		case err != nil || e.Key != keys[i] || valueOf(e) != float64(n):
			t.Errorf("key %d: %v, %v", n, e, err)
		}
		i++
	}
	if i != len(keys) {
		t.Errorf("%d pairs for %d keys", i, len(keys))
	}
	for range a.GetMany(t.Context(), "f", keys) {
		break
	}
	for range a.GetMany(t.Context(), "f", nil) {
		t.Error("GetMany of no keys yields something")
	}
}

// No more than the window is read when a loop ends early, whatever ends it.
func TestLoopsEndEarly(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 50)
	var reads atomic.Int64
	f.change = func(op string, e *driver.Entry) *driver.Entry {
		reads.Add(1)
		return e
	}
	for range a.All(t.Context()) {
		break
	}
	if n := reads.Swap(0); n > 8 {
		t.Errorf("a loop left at its first entry read %d", n)
	}
	func() {
		defer func() {
			if recover() != "body" {
				t.Error("the panic of the loop body is lost")
			}
		}()
		for range a.All(t.Context()) {
			panic("body")
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reads.Store(0)
	seen := 0
	var last error
	for _, err := range a.All(ctx) {
		if last = err; err == nil {
			if seen++; seen == 3 {
				cancel()
			}
		}
	}
	if n := reads.Load(); !errors.Is(last, context.Canceled) || seen > 3+8 || n > 12 {
		t.Errorf("a loop cancelled at its third entry yields %d and ends with %v after %d reads", seen, last, n)
	}
	seen = 0
	for _, err := range a.All(t.Context()) {
		if last = err; err == nil && seen == 0 {
			seen++
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if !errors.Is(last, archive.ErrClosed) {
		t.Errorf("a loop over an archive that is closed meanwhile ends with %v", last)
	}
}

// All goes on after an entry that is damaged, in its value or in the index, and
// leaves out what was deleted.
func TestAllGoesOn(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 6)
	fill(t, a, "g", 2)
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 1) {
			e.Sum++
		}
		return e
	}
	f.listed = func(e *driver.Entry) (*driver.Entry, error) {
		switch e.Key {
		case keyOf("f", 2):
			return e, fmt.Errorf("%w: the index says otherwise", archive.ErrCorrupt)
		case keyOf("f", 3):
			return nil, fmt.Errorf("%w: nothing is readable", archive.ErrCorrupt)
		case keyOf("f", 4):
			return e, f.Archive.Delete(t.Context(), "f", e.Key)
		}
		return e, nil
	}
	var got []string
	for e, err := range a.All(t.Context()) {
		var of *archive.Error
		switch {
		case errors.As(err, &of):
			got = append(got, "damaged "+of.Key.Name)
			if e == nil != (of.Key == keymap.Key{}) {
				t.Errorf("%v comes with entry %v", err, e)
			}
		case err != nil || e.Value == nil:
			t.Errorf("All yields %v, %v", e, err)
		default:
			got = append(got, e.Key.Name)
		}
	}
	want := []string{"f(0000)", "damaged f(0001)", "damaged f(0002)", "damaged ", "f(0005)", "g(0000)", "g(0001)"}
	if !slices.Equal(got, want) {
		t.Errorf("All yields %q\nwant       %q", got, want)
	}
}

// Entries that fill memory are read one at a time, small ones several at once.
func TestReadAhead(t *testing.T) {
	for size, want := range map[int64]int64{16: 4, 32 << 20: 2, 64 << 20: 1} {
		f := newFaulty()
		a := archive.New(f)
		fill(t, a, "f", 20)
		f.listed = func(e *driver.Entry) (*driver.Entry, error) {
			e.Bytes = size
			return e, nil
		}
		var reading, most atomic.Int64
		f.change = func(_ string, e *driver.Entry) *driver.Entry {
			now := reading.Add(1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			runtime.Gosched()
			reading.Add(-1)
			return e
		}
		for _, err := range a.All(t.Context()) {
			if err != nil {
				t.Error(err)
			}
		}
		if got := most.Load(); got > want {
			t.Errorf("%d entries of %d bytes are read at once, want %d at most", got, size, want)
		}
	}
}

func TestPutManyInBatches(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	var batches []int
	f.put = func(entries []*driver.Entry) ([]*driver.Entry, error) {
		batches = append(batches, len(entries))
		return entries, nil
	}
	var entries []*archive.Entry
	for i := range 600 {
		entries = append(entries, number("f", i, 1))
	}
	for i := range 5 {
		entries = append(entries, number("large", i, 1<<20)) // 8 MiB
	}
	if n, err := a.PutMany(t.Context(), entries); n != 605 || err != nil {
		t.Fatalf("PutMany = %d, %v; want 605", n, err)
	}
	if want := []int{256, 256, 90, 2, 1}; !slices.Equal(batches, want) {
		t.Errorf("PutMany stores in batches of %v, want %v", batches, want)
	}
	if n, err := a.PutMany(t.Context(), nil); n != 0 || err != nil {
		t.Errorf("PutMany of nothing = %d, %v", n, err)
	}
}

// After an error, the entries that PutMany counts are in the archive, and the
// error names the one it failed at.
func TestPutManyFails(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	full := errors.New("disk full")
	calls := 0
	f.put = func(entries []*driver.Entry) ([]*driver.Entry, error) {
		if calls++; calls == 2 {
			return entries[:10], full
		}
		return entries, nil
	}
	var entries []*archive.Entry
	for i := range 600 {
		entries = append(entries, number("f", i, 1))
	}
	n, err := a.PutMany(t.Context(), entries)
	var of *archive.Error
	if n != 266 || !errors.Is(err, full) || !errors.As(err, &of) || of.Key != keyOf("f", 266) {
		t.Errorf("PutMany = %d, %v; want 266 and the driver's error at f(0266)", n, err)
	}
	if have, err := a.Len(t.Context()); have != n || err != nil {
		t.Errorf("Len = %d, %v; want %d", have, err, n)
	}
}
