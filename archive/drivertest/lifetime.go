package drivertest

import (
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
)

func testClosed(t *testing.T, h Harness) {
	a := h.open(t)
	for i := range 3 {
		put(t, a, number("f", i))
	}
	seen := 0
	var last error
	for _, err := range a.Driver().List(t.Context(), "f") {
		if last = err; err != nil {
			break
		}
		if seen++; seen == 1 {
			closeNow(t, a)
		}
	}
	if seen != 1 || !errors.Is(last, archive.ErrClosed) {
		t.Errorf("a driver's List that is closed at its first entry yields %d entries, then %v; want 1, then ErrClosed", seen, last)
	}
	closeNow(t, a) // again
	for name, call := range calls(t.Context(), a) {
		if err := call(); !errors.Is(err, archive.ErrClosed) {
			t.Errorf("%s after Close = %v; want ErrClosed", name, err)
		}
	}
}

// testReopen wants everything back from a durable archive.
func testReopen(t *testing.T, h Harness) {
	a := h.open(t)
	var all []*archive.Entry
	for i, v := range values() {
		all = append(all, entry("values", i, v.Value))
	}
	if _, err := a.PutMany(t.Context(), all); err != nil {
		t.Fatalf("PutMany: %v", err)
	}
	for i, name := range names {
		put(t, a, number(name, i))
	}
	before, err := a.Functions(t.Context())
	if err != nil {
		t.Fatalf("Functions: %v", err)
	}
	url := a.URL()
	for range 2 {
		closeNow(t, a)
		a = h.open(t)
		if a.URL() != url {
			t.Errorf("URL = %q, before %q", a.URL(), url)
		}
		for _, e := range all {
			wantEntry(t, a, e)
		}
		wantList(t, a, "values", all)
		for i, name := range names {
			wantEntry(t, a, number(name, i))
		}
		after, err := a.Functions(t.Context())
		if err != nil || len(after) != len(before) {
			t.Fatalf("Functions = %v, %v; before %v", after, err, before)
		}
		for i := range before {
			wantFunction(t, after[i], before[i])
		}
	}
}

// testReopenChanged replaces and deletes across closings.
func testReopenChanged(t *testing.T, h Harness) {
	const n = 30
	a := h.open(t)
	for i := range n {
		put(t, a, number("f", i))
	}
	closeNow(t, a)
	a = h.open(t)
	var left []*archive.Entry
	for i := range n {
		e := number("f", i)
		switch i % 3 {
		case 0:
			if err := a.Delete(t.Context(), "f", e.Key); err != nil {
				t.Errorf("Delete: %v", err)
			}
			continue
		case 1:
			e.Value = text("replaced", "by", "strings")
			put(t, a, e)
		}
		left = append(left, e)
	}
	late := number("f", n)
	put(t, a, late)
	closeNow(t, a)
	a = h.open(t)
	left = append(left, late)
	wantList(t, a, "f", left)
	wantLen(t, a, "f", len(left))
	for _, e := range left {
		wantEntry(t, a, e)
	}
	wantNone(t, a, "f", key("f", 0))
}

func testURL(t *testing.T, h Harness) {
	a := h.open(t)
	put(t, a, number("f", 1))
	url := a.URL()
	closeNow(t, a)
	again, err := archive.Open(t.Context(), url)
	if err != nil {
		t.Fatalf("archive.Open(%q): %v", url, err)
	}
	defer again.Close()
	wantEntry(t, again, number("f", 1))
	if again.URL() != url {
		t.Errorf("URL = %q after archive.Open of %q", again.URL(), url)
	}
}

func testReadOnly(t *testing.T, h Harness) {
	a := h.open(t)
	for i := range 3 {
		put(t, a, number("f", i))
	}
	closeNow(t, a)
	a = portable(t, h.OpenReadOnly)
	e := number("f", 9)
	for name, call := range map[string]func() error{
		"Put":         func() error { return a.Put(t.Context(), e) },
		"replacement": func() error { return a.Put(t.Context(), number("f", 1)) },
		"PutIfAbsent": func() error { _, err := a.PutIfAbsent(t.Context(), e); return err },
		"PutMany":     func() error { _, err := a.PutMany(t.Context(), []*archive.Entry{e}); return err },
		"Delete":      func() error { return a.Delete(t.Context(), "f", key("f", 0)) },
	} {
		if err := call(); !errors.Is(err, archive.ErrReadOnly) {
			t.Errorf("%s = %v; want ErrReadOnly", name, err)
		}
	}
	if err := a.Sync(t.Context()); err != nil {
		t.Errorf("Sync: %v", err)
	}
	wantList(t, a, "f", []*archive.Entry{number("f", 0), number("f", 1), number("f", 2)})
	wantEntry(t, a, number("f", 0))
	wantNone(t, a, "f", e.Key)
	closeNow(t, a)
	a = h.open(t)
	wantLen(t, a, "f", 3)
}
