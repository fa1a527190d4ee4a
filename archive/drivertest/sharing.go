package drivertest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// testOwnership changes what was put, and what was got, and wants the archive
// to stay as it was.
func testOwnership(t *testing.T, h Harness) {
	a := h.open(t)
	make1 := func() *archive.Entry {
		e := entry("f", 1, &value.Struct{Fields: []value.Field{
			{Name: "u", Value: &value.Array{Meta: value.Meta{Axes: []string{"x"}}, Elem: value.Float64, Shape: []int{3}, Data: []float64{1, 2, 3}}},
			{Name: "s", Value: text("a", "b")},
		}})
		e.Call.Args = []value.Field{{Name: "x", Value: array(value.Int32, []int32{4, 5}, 2)}}
		return e
	}
	spoil := func(e *archive.Entry) {
		arg := &e.Call.Args[0]
		arg.Name = "spoilt"
		arg.Value.(*value.Array).Data.([]int32)[0] = -1
		if e.Value != nil {
			s := e.Value.(*value.Struct)
			u := s.Fields[0].Value.(*value.Array)
			u.Data.([]float64)[0], u.Shape[0], u.Axes[0] = -1, 1, "spoilt"
			s.Fields[1].Value.(*value.Array).Data.([]string)[0] = "spoilt"
			s.Fields[0].Name = "spoilt"
		}
		e.Call.Function, e.Call.Version, e.Provenance.Host, e.Sum = "spoilt", "spoilt", "spoilt", 0
	}
	e := make1()
	put(t, a, e)
	spoil(e)
	wantEntry(t, a, make1())
	for range 2 {
		got, err := a.Get(t.Context(), "f", key("f", 1))
		if err != nil {
			t.Fatalf("Get: %v", err)
		}
		spoil(got)
		stat, err := a.Stat(t.Context(), "f", key("f", 1))
		if err != nil {
			t.Fatalf("Stat: %v", err)
		}
		spoil(stat)
		for listed, err := range a.List(t.Context(), "f") {
			if err != nil {
				t.Fatalf("List: %v", err)
			}
			spoil(listed)
		}
		wantEntry(t, a, make1())
		wantList(t, a, "f", []*archive.Entry{make1()})
	}
}

// testPutIfAbsentRace lets goroutines contend for each of a few keys.
func testPutIfAbsentRace(t *testing.T, h Harness) {
	const goroutines, keys = 8, 10
	a := h.open(t)
	var winners [keys]atomic.Int64 // 0 nobody, g+1 goroutine g, larger: several
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for k := range keys {
				e := entry("f", k, scalar(value.Int64, []int64{int64(g)}))
				stored, err := a.PutIfAbsent(t.Context(), e)
				if err != nil {
					t.Errorf("PutIfAbsent: %v", err)
				}
				if stored {
					winners[k].Add(int64(g + 1 + 1000))
				}
			}
		})
	}
	wg.Wait()
	for k := range keys {
		w := winners[k].Load()
		if w < 1000 || w > 2000 {
			t.Errorf("key %d: stored %d times, want once", k, w/1000)
			continue
		}
		wantEntry(t, a, entry("f", k, scalar(value.Int64, []int64{w - 1001})))
	}
	wantLen(t, a, "f", keys)
}

// testConcurrency has goroutines put, get, delete and list at once. Each knows
// what becomes of its own keys, and checks that a key of all holds a value that
// somebody put there.
func testConcurrency(t *testing.T, h Harness) {
	const goroutines, rounds = 6, 12
	a := h.open(t)
	shared := func(g int) *archive.Entry { return entry("shared", 0, array(value.Int64, constant(g), 256)) }
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for r := range rounds {
				mine := number("f", g*rounds+r)
				put1(t, a, mine)
				put1(t, a, shared(g))
				wantEntry(t, a, mine)
				e, err := a.Get(t.Context(), "shared", key("shared", 0))
				if err != nil {
					t.Errorf("Get of the key of all: %v", err)
				} else if d := e.Value.(*value.Array).Data.([]int64); d[0] < 0 || d[0] >= goroutines || d[255] != d[0] {
					t.Errorf("the key of all holds %v", d)
				}
				if r%2 == 1 {
					if err := a.Delete(t.Context(), "f", mine.Key); err != nil {
						t.Errorf("Delete: %v", err)
					}
					wantNone(t, a, "f", mine.Key)
				}
				for _, err := range a.List(t.Context()) {
					if err != nil {
						t.Errorf("List: %v", err)
					}
				}
				if _, err := a.Functions(t.Context()); err != nil {
					t.Errorf("Functions: %v", err)
				}
			}
		})
	}
	wg.Wait()
	var left []*archive.Entry
	for i := range goroutines * rounds {
		if i%rounds%2 == 0 {
			left = append(left, number("f", i))
		}
	}
	wantList(t, a, "f", left)
	wantLen(t, a, "shared", 1)
}

// put1 is put for goroutines, which may not end the test.
func put1(t *testing.T, a *archive.Archive, e *archive.Entry) {
	if err := a.Put(t.Context(), e); err != nil {
		t.Errorf("Put: %v", err)
	}
}

func constant(g int) []int64 {
	x := make([]int64, 256)
	for i := range x {
		x[i] = int64(g)
	}
	return x
}

func testContext(t *testing.T, h Harness) {
	a := h.open(t)
	for i := range 5 {
		put(t, a, number("f", i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	var last error
	for _, err := range a.List(ctx, "f") {
		if last = err; err != nil {
			continue
		}
		seen++
		cancel()
	}
	if seen != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("List cancelled at its first entry yields %d entries, then %v; want 1, then Canceled", seen, last)
	}
	for name, call := range calls(ctx, a) {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context = %v; want Canceled", name, err)
		}
	}
	wantLen(t, a, "f", 5)
	wantNone(t, a, "f", key("f", 9))
}

// calls are all operations that may fail, on entries that are there, and a Put
// of one that is not.
func calls(ctx context.Context, a *archive.Archive) map[string]func() error {
	k := key("f", 0)
	return map[string]func() error{
		"Get":         func() error { _, err := a.Get(ctx, "f", k); return err },
		"Stat":        func() error { _, err := a.Stat(ctx, "f", k); return err },
		"Has":         func() error { _, err := a.Has(ctx, "f", k); return err },
		"Put":         func() error { return a.Put(ctx, number("f", 9)) },
		"PutIfAbsent": func() error { _, err := a.PutIfAbsent(ctx, number("f", 9)); return err },
		"PutMany":     func() error { _, err := a.PutMany(ctx, []*archive.Entry{number("f", 9)}); return err },
		"Delete":      func() error { return a.Delete(ctx, "f", k) },
		"Functions":   func() error { _, err := a.Functions(ctx); return err },
		"Len":         func() error { _, err := a.Len(ctx); return err },
		"List":        func() error { return first(a.List(ctx)) },
		"All":         func() error { return first(a.All(ctx)) },
		"Sync":        func() error { return a.Sync(ctx) },
	}
}

func first(loop func(func(*archive.Entry, error) bool)) (err error) {
	for _, err = range loop {
		break
	}
	return err
}
