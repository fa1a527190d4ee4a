package archive_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
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

func TestVerify(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 5)
	fill(t, a, "g", 3)
	var steps []archive.Progress
	options := &archive.VerifyOptions{Progress: func(p archive.Progress) { steps = append(steps, p) }}
	p, err := a.Verify(t.Context(), options)
	if want := (archive.Progress{Done: 8, Total: 8, Bytes: 128}); p != want || err != nil {
		t.Errorf("Verify = %+v, %v; want %+v", p, err, want)
	}
	if len(steps) != 8 || steps[0] != (archive.Progress{Done: 1, Total: 8, Bytes: 16}) || steps[7] != p {
		t.Errorf("progress was %+v", steps)
	}
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 1) || e.Key == keyOf("g", 2) {
			e.Sum++
		}
		return e
	}
	f.listed = func(e *driver.Entry) (*driver.Entry, error) {
		if e.Key == keyOf("f", 3) {
			return nil, fmt.Errorf("%w: header", archive.ErrVersion)
		}
		return e, nil
	}
	p, err = a.Verify(t.Context(), nil)
	var damage *archive.DamageError
	if !errors.As(err, &damage) || !errors.Is(err, archive.ErrCorrupt) || p.Done != 8 || p.Damaged != 3 {
		t.Fatalf("Verify = %+v, %v; want 3 damaged of 8", p, err)
	}
	var keys []keymap.Key
	for _, d := range damage.Damaged {
		keys = append(keys, d.Key)
	}
	if want := []keymap.Key{keyOf("f", 1), {}, keyOf("g", 2)}; !slices.Equal(keys, want) {
		t.Errorf("Verify finds %v, want %v", keys, want)
	}
	if text := err.Error(); !strings.Contains(text, "f(0001)") || !strings.HasSuffix(text, "(and 2 more damaged entries)") {
		t.Errorf("the error says %q", text)
	}
	p, err = a.Verify(t.Context(), &archive.VerifyOptions{Functions: []string{"g"}})
	if p.Done != 3 || !errors.As(err, &damage) || len(damage.Damaged) != 1 {
		t.Errorf("Verify of g = %+v, %v", p, err)
	}
	if text := err.Error(); text != damage.Damaged[0].Error() {
		t.Errorf("the error says %q", text)
	}
	if _, err = a.Verify(t.Context(), &archive.VerifyOptions{Functions: []string{"h"}}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Verify of a function that is not there = %v; want ErrNotFound", err)
	}
}

func TestCopy(t *testing.T) {
	f := newFaulty()
	src, dst := archive.New(f), memarchive.New()
	fill(t, src, "f", 300)
	fill(t, src, "g", 10)
	mine := number("f", 7, 2)
	mine.Provenance.Host = "mine"
	if err := dst.Put(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	f.change = func(op string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 8) {
			e.Sum++
		}
		if op == "get" && e.Key == mine.Key {
			t.Error("Copy reads a value that the destination has")
		}
		return e
	}
	steps := 0
	options := &archive.CopyOptions{Functions: []string{"f"}, Progress: func(archive.Progress) { steps++ }}
	r, err := archive.Copy(t.Context(), dst, src, options)
	var damage *archive.DamageError
	if r != (archive.CopyResult{Copied: 298, Kept: 1}) || !errors.As(err, &damage) || damage.Damaged[0].Key != keyOf("f", 8) || steps != 300 {
		t.Errorf("Copy = %+v, %v in %d steps; want 298 copied, 1 kept, 1 damaged in 300", r, err, steps)
	}
	if e, err := dst.Stat(t.Context(), "f", mine.Key); err != nil || e.Provenance.Host != "mine" {
		t.Errorf("Copy replaced an entry: %+v, %v", e, err)
	}
	f.change = func(_ string, e *driver.Entry) *driver.Entry { return e }
	r, err = archive.Copy(t.Context(), dst, src, nil)
	if r != (archive.CopyResult{Copied: 11, Kept: 299}) || err != nil {
		t.Errorf("Copy again = %+v, %v; want 11 copied, 299 kept", r, err)
	}
	r, err = archive.Copy(t.Context(), dst, src, &archive.CopyOptions{Replace: true})
	if r != (archive.CopyResult{Copied: 310}) || err != nil {
		t.Errorf("Copy with Replace = %+v, %v; want 310 copied", r, err)
	}
	for e, err := range src.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := dst.Get(t.Context(), e.Call.Function, e.Key)
		if err != nil || got.Sum != e.Sum || got.Provenance != e.Provenance || !value.Equal(got.Value, e.Value) {
			t.Errorf("copied as %+v, %v; want %+v", got, err, e)
		}
	}
	if _, err := archive.Copy(t.Context(), dst, src, &archive.CopyOptions{Functions: []string{"h"}}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Copy of a function that is not there = %v; want ErrNotFound", err)
	}
}

// What the destination can't tell or store ends a copy; what the source deletes
// meanwhile is not missed.
func TestCopyFails(t *testing.T) {
	src, f := memarchive.New(), newFaulty()
	dst := archive.New(f)
	fill(t, src, "f", 3)
	for _, op := range []string{"stat", "put"} {
		broken := errors.New("broken")
		f.fail = func(o string) error {
			if o == op {
				return broken
			}
			return nil
		}
		r, err := archive.Copy(t.Context(), dst, src, nil)
		var of *archive.Error
		if r.Copied != 0 || !errors.Is(err, broken) || !errors.As(err, &of) || of.Archive != "faulty:x" {
			t.Errorf("Copy to an archive with a broken %s = %+v, %v", op, r, err)
		}
	}
	g := newFaulty()
	leaky := archive.New(g)
	fill(t, leaky, "f", 3)
	g.listed = func(e *driver.Entry) (*driver.Entry, error) {
		return e, g.Archive.Delete(t.Context(), "f", e.Key)
	}
	if r, err := archive.Copy(t.Context(), memarchive.New(), leaky, nil); r.Copied != 0 || err != nil {
		t.Errorf("Copy of what is deleted meanwhile = %+v, %v", r, err)
	}
}
