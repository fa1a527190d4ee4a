package drivertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

func testFunctions(t *testing.T, h Harness) {
	a := h.open(t)
	old, renewed := number("heat", 1), number("heat", 2)
	renewed.Call.Version, renewed.Call.Rounding = "v2", "significant(4)"
	renewed.Call.Args = []value.Field{{Name: "nu", Value: text("x")}, {Name: "n", Value: value.Null{}}}
	bare := number("bare", 1)
	bare.Call = archive.Call{Function: "bare"}
	put(t, a, renewed, old, bare) // newest by creation, not by when it was put
	for i := range 20 {
		put(t, a, number(fmt.Sprintf("f%02d", i), i))
	}
	fns, err := a.Functions(t.Context())
	if err != nil || len(fns) != 22 {
		t.Fatalf("Functions = %v, %v; want 22", fns, err)
	}
	if !slices.IsSortedFunc(fns, func(a, b archive.Function) int { return compare(a.Name, b.Name) }) {
		t.Errorf("Functions are not sorted: %v", fns)
	}
	wantFunction(t, fns[0], archive.Function{Name: "bare", Entries: 1})
	wantFunction(t, fns[1], archive.Function{Name: "f00", Version: "v1", Rounding: "deep(6)", Args: []string{"n"}, Entries: 1})
	wantFunction(t, fns[21], archive.Function{Name: "heat", Version: "v2", Rounding: "significant(4)", Args: []string{"nu", "n"}, Entries: 2})

	put(t, a, renewed)
	wantLen(t, a, "heat", 2)
	if err := a.Delete(t.Context(), "heat", renewed.Key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	fns, err = a.Functions(t.Context())
	if err != nil || len(fns) != 22 {
		t.Fatalf("Functions after Delete = %v, %v; want 22", fns, err)
	}
	wantFunction(t, fns[21], archive.Function{Name: "heat", Version: "v1", Rounding: "deep(6)", Args: []string{"n"}, Entries: 1})
}

func wantFunction(t *testing.T, got, want archive.Function) {
	t.Helper()
	if got.Name != want.Name || got.Version != want.Version || got.Rounding != want.Rounding ||
		got.Entries != want.Entries || !slices.Equal(got.Args, want.Args) {
		t.Errorf("Functions has %+v, want %+v", got, want)
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// testListOrder puts a thousand entries in no order and wants them by creation,
// then by name.
func testListOrder(t *testing.T, h Harness) {
	const n = 1000
	a := h.open(t)
	entries := make([]*archive.Entry, n)
	for i := range entries {
		e := number("f", i*7919%n)
		e.Provenance.Created = epoch.Add(time.Duration(i%250) * time.Nanosecond)
		entries[i] = e
	}
	if stored, err := a.PutMany(t.Context(), entries); stored != n || err != nil {
		t.Fatalf("PutMany = %d, %v; want %d", stored, err, n)
	}
	slices.SortFunc(entries, func(a, b *archive.Entry) int {
		if c := a.Provenance.Created.Compare(b.Provenance.Created); c != 0 {
			return c
		}
		return compare(a.Key.Name, b.Key.Name)
	})
	wantList(t, a, "f", entries)
	wantLen(t, a, "f", n)
	i := 0
	for e, err := range a.All(t.Context()) {
		if err != nil {
			t.Fatalf("All: %v", err)
		}
		if d := diff(e, entries[i], true); d != "" {
			t.Fatalf("All: entry %d: %s", i, d)
		}
		i++
	}
	if i != n {
		t.Errorf("All yields %d entries, want %d", i, n)
	}
}

// testListReentrant uses the archive from the body of a loop over it.
func testListReentrant(t *testing.T, h Harness) {
	const n = 20
	a := h.open(t)
	for i := range n {
		put(t, a, number("f", i))
	}
	seen := 0
	for e, err := range a.List(t.Context(), "f") {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		if _, err := a.Get(t.Context(), "f", e.Key); err != nil {
			t.Errorf("Get in the loop: %v", err)
		}
		put(t, a, number("g", seen))
		for range a.List(t.Context(), "g") {
			break
		}
		if err := a.Delete(t.Context(), "f", e.Key); err != nil {
			t.Errorf("Delete in the loop: %v", err)
		}
		seen++
	}
	if seen != n {
		t.Errorf("List yields %d entries, want the %d there were at its start", seen, n)
	}
	wantLen(t, a, "f", 0)
	wantLen(t, a, "g", n)
}
