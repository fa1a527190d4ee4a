package drivertest

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// epoch is when the entries of the suite were computed, by their own account.
var epoch = time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)

// key makes a key as package keymap would, of canonical bytes that nobody can
// mistake for text.
func key(function string, n int) keymap.Key {
	canonical := binary.LittleEndian.AppendUint64([]byte("\x01\x00\xff"+function+"\x00"), uint64(n))
	k := keymap.Key{Canonical: string(canonical), Digest: keymap.Digest(xxh3.Hash128(canonical))}
	k.Name = k.Digest.String()
	return k
}

// entry makes entry n of a function, created n seconds after epoch.
func entry(function string, n int, v value.Value) *archive.Entry {
	return &archive.Entry{
		Key: key(function, n),
		Call: archive.Call{
			Function: function,
			Version:  "v1",
			Rounding: "deep(6)",
			Args:     []value.Field{{Name: "n", Value: scalar(value.Int64, []int64{int64(n)})}},
		},
		Value:  v,
		GoType: "drivertest.Result",
		Provenance: archive.Provenance{
			Created: epoch.Add(time.Duration(n) * time.Second),
			Elapsed: time.Duration(n) * time.Millisecond,
			Host:    "host",
			Go:      "go1.26.0",
			Build:   "example.org/sweep v1.2.3",
			VCS:     "0123456789abcdef+dirty",
		},
	}
}

// number makes entry n with a value that tells it from all others.
func number(function string, n int) *archive.Entry {
	return entry(function, n, scalar(value.Float64, []float64{float64(n) + 0.5}))
}

func put(t *testing.T, a *archive.Archive, entries ...*archive.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := a.Put(t.Context(), e); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
}

// wantEntry checks that Get and Stat return want.
func wantEntry(t *testing.T, a *archive.Archive, want *archive.Entry) {
	t.Helper()
	got, err := a.Get(t.Context(), want.Call.Function, want.Key)
	if err != nil {
		t.Errorf("Get: %v", err)
		return
	}
	if d := diff(got, want, true); d != "" {
		t.Errorf("Get of %q/%q: %s", want.Call.Function, want.Key.Name, d)
	}
	stat, err := a.Stat(t.Context(), want.Call.Function, want.Key)
	if err != nil {
		t.Errorf("Stat: %v", err)
		return
	}
	if d := diff(stat, want, false); d != "" {
		t.Errorf("Stat of %q/%q: %s", want.Call.Function, want.Key.Name, d)
	}
}

// wantNone checks that no method finds the entry.
func wantNone(t *testing.T, a *archive.Archive, function string, k keymap.Key) {
	t.Helper()
	if e, err := a.Get(t.Context(), function, k); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Get = %v, %v; want ErrNotFound", e, err)
	}
	if e, err := a.Stat(t.Context(), function, k); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Stat = %v, %v; want ErrNotFound", e, err)
	}
	if has, err := a.Has(t.Context(), function, k); has || err != nil {
		t.Errorf("Has = %v, %v; want false, nil", has, err)
	}
}

// wantList checks that List of a function yields want, in this order.
func wantList(t *testing.T, a *archive.Archive, function string, want []*archive.Entry) {
	t.Helper()
	n := 0
	for e, err := range a.List(t.Context(), function) {
		if err != nil {
			t.Fatalf("List: entry %d: %v", n, err)
		}
		if n < len(want) {
			if d := diff(e, want[n], false); d != "" {
				t.Errorf("List: entry %d: %s", n, d)
				return
			}
		}
		n++
	}
	if n != len(want) {
		t.Errorf("List of %q yields %d entries, want %d", function, n, len(want))
	}
}

// wantLen checks what Functions and Len count.
func wantLen(t *testing.T, a *archive.Archive, function string, want int) {
	t.Helper()
	n, err := a.Len(t.Context(), function)
	if err != nil || n != want {
		t.Errorf("Len(%q) = %d, %v; want %d", function, n, err, want)
	}
}
