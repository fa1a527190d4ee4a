package drivertest

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

func testEmpty(t *testing.T, h Harness) {
	a := h.open(t)
	wantNone(t, a, "f", key("f", 1))
	wantList(t, a, "f", nil)
	wantLen(t, a, "f", 0)
	if fns, err := a.Functions(t.Context()); len(fns) != 0 || err != nil {
		t.Errorf("Functions = %v, %v; want none", fns, err)
	}
	if err := a.Delete(t.Context(), "f", key("f", 1)); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Delete = %v; want ErrNotFound", err)
	}
	if err := a.Sync(t.Context()); err != nil {
		t.Errorf("Sync: %v", err)
	}
}

func testPutGet(t *testing.T, h Harness) {
	a := h.open(t)
	e, other := number("f", 1), number("g", 1)
	put(t, a, e)
	wantEntry(t, a, e)
	wantNone(t, a, "f", key("f", 2))
	wantNone(t, a, "g", e.Key)

	other.Key = e.Key // the function is part of the identity, whatever the key
	put(t, a, other)
	wantEntry(t, a, e)
	wantEntry(t, a, other)
	wantList(t, a, "f", []*archive.Entry{e})
	wantList(t, a, "g", []*archive.Entry{other})
}

func testProvenance(t *testing.T, h Harness) {
	a := h.open(t)
	none := number("f", 1)
	none.Provenance = archive.Provenance{}
	none.Call.Version, none.Call.Rounding, none.GoType = "", "", ""
	odd := number("f", 2)
	odd.Provenance = archive.Provenance{
		Created: time.Date(1969, 7, 20, 20, 17, 40, 1, time.FixedZone("here", -4*3600)),
		Elapsed: math.MaxInt64,
		Host:    "Knoten-7 \"ü\"\n",
		Go:      "devel go1.27-0123456 X:simd",
		Build:   "(devel)",
		VCS:     "☃",
	}
	odd.Call.Version = "v2 \"beta\" {}"
	odd.GoType = "map[string]struct { U []float64 \"klepto:\\\"units=K\\\"\" }"
	put(t, a, odd, none)
	wantEntry(t, a, none)
	wantEntry(t, a, odd)
	wantList(t, a, "f", []*archive.Entry{none, odd}) // year 1 is before 1969
}

func testReplace(t *testing.T, h Harness) {
	a := h.open(t)
	first, second := number("f", 1), number("f", 1)
	second.Value = scalar(value.Float64, []float64{-1})
	second.Provenance.Created = epoch.Add(time.Hour)
	second.Provenance.Host = "another"
	put(t, a, number("f", 2), first)
	put(t, a, second)
	wantEntry(t, a, second)
	wantList(t, a, "f", []*archive.Entry{number("f", 2), second})
	wantLen(t, a, "f", 2)
}

// testReplaceKind replaces a value of each kind by one of the next.
func testReplaceKind(t *testing.T, h Harness) {
	a := h.open(t)
	for _, v := range values() {
		e := entry("f", 1, v.Value)
		put(t, a, e)
		wantEntry(t, a, e)
		if t.Failed() {
			t.Fatalf("at %s", v.name)
		}
	}
	wantLen(t, a, "f", 1)
}

func testPutIfAbsent(t *testing.T, h Harness) {
	a := h.open(t)
	first, second := number("f", 1), number("f", 1)
	second.Value = text("second")
	for i, e := range []*archive.Entry{first, second} {
		stored, err := a.PutIfAbsent(t.Context(), e)
		if want := i == 0; stored != want || err != nil {
			t.Errorf("PutIfAbsent %d = %v, %v; want %v", i, stored, err, want)
		}
	}
	wantEntry(t, a, first)
	if err := a.Delete(t.Context(), "f", first.Key); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if stored, err := a.PutIfAbsent(t.Context(), second); !stored || err != nil {
		t.Errorf("PutIfAbsent after Delete = %v, %v; want true", stored, err)
	}
	wantEntry(t, a, second)
}

// testLarge puts values whose sums a driver may get later than the values.
func testLarge(t *testing.T, h Harness) {
	a := h.open(t)
	const n = 1 << 20 // 8 MiB
	array := func(first float64) value.Value {
		x := make([]float64, n)
		for i := range x {
			x[i] = first + float64(i)
		}
		return &value.Array{Elem: value.Float64, Shape: []int{n / 1024, 1024}, Data: x}
	}
	alone := entry("f", 1, array(1))
	member := entry("f", 2, &value.Struct{Fields: []value.Field{{Name: "u", Value: array(2)}, {Name: "mean", Value: scalar(value.Float64, []float64{1})}}})
	for range 2 {
		put(t, a, alone, member)
		wantEntry(t, a, alone)
		wantEntry(t, a, member)
		wantList(t, a, "f", []*archive.Entry{alone, member})
		alone.Value, member.Value = member.Value, alone.Value // each over the other kind
	}
	stored, fresh := *alone, entry("f", 3, array(3))
	stored.Value = member.Value
	for _, e := range []*archive.Entry{fresh, alone} { // alone has a value that was not put again
		if got, err := a.PutIfAbsent(t.Context(), e); got != (e == fresh) || err != nil {
			t.Errorf("PutIfAbsent = %v, %v; want %v", got, err, e == fresh)
		}
	}
	wantEntry(t, a, &stored)
	wantEntry(t, a, fresh)
	if _, err := a.Verify(t.Context(), nil); err != nil {
		t.Errorf("Verify: %v", err)
	}
}

func testBatch(t *testing.T, h Harness) {
	a := h.open(t)
	early, late := number("f", 1), number("f", 1)
	late.Value = text("late")
	entries := []*archive.Entry{early, number("g", 1), number("f", 2), late, number("g", 2)}
	if n, err := a.PutMany(t.Context(), entries); n != len(entries) || err != nil {
		t.Fatalf("PutMany = %d, %v; want %d", n, err, len(entries))
	}
	wantEntry(t, a, late) // the later of two with one key counts
	wantList(t, a, "f", []*archive.Entry{late, entries[2]})
	wantList(t, a, "g", []*archive.Entry{entries[1], entries[4]})

	d := a.Driver()
	first, second := number("h", 1), number("h", 1)
	second.Value = text("second")
	n, err := d.Put(t.Context(), []*archive.Entry{summed(t, first), summed(t, early), summed(t, second)}, true)
	if n != 1 || err != nil {
		t.Errorf("driver's Put of [new, there, new again] if absent = %d, %v; want 1", n, err)
	}
	wantEntry(t, a, first)
	wantEntry(t, a, late)
	if n, err := d.Put(t.Context(), nil, false); n != 0 || err != nil {
		t.Errorf("driver's Put of nothing = %d, %v", n, err)
	}

	keys := []keymap.Key{key("f", 2), key("f", 99), key("f", 1)}
	i := 0
	for e, err := range a.GetMany(t.Context(), "f", keys) {
		if found := i != 1; found != (err == nil) || found && e.Key != keys[i] {
			t.Errorf("GetMany yields %v, %v for key %d", e, err, i)
		}
		i++
	}
	if i != len(keys) {
		t.Errorf("GetMany yields %d pairs for %d keys", i, len(keys))
	}
}

// summed sets what archive.Archive sets before it calls a driver.
func summed(t *testing.T, e *archive.Entry) *archive.Entry {
	t.Helper()
	sum, err := archive.Sum(e.Key, e.Value)
	if err != nil {
		t.Fatal(err)
	}
	c := *e
	c.Sum, c.Bytes, c.Shape = sum, value.Size(e.Value), value.Describe(e.Value)
	return &c
}

func testDelete(t *testing.T, h Harness) {
	a := h.open(t)
	var left []*archive.Entry
	for i, v := range values() {
		e := entry("f", i, v.Value)
		put(t, a, e)
		if i%3 == 0 {
			left = append(left, e)
		}
	}
	for i := range values() {
		if i%3 == 0 {
			continue
		}
		if err := a.Delete(t.Context(), "f", key("f", i)); err != nil {
			t.Errorf("Delete: %v", err)
		}
		if err := a.Delete(t.Context(), "f", key("f", i)); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("Delete again = %v; want ErrNotFound", err)
		}
		wantNone(t, a, "f", key("f", i))
	}
	wantList(t, a, "f", left)
	for _, e := range left {
		wantEntry(t, a, e)
		if err := a.Delete(t.Context(), "f", e.Key); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if fns, err := a.Functions(t.Context()); len(fns) != 0 || err != nil {
		t.Errorf("Functions after the last Delete = %v, %v; want none", fns, err)
	}
	put(t, a, left...)
	wantList(t, a, "f", left)
}

// testCollision stores keys that share digest and name, but not the bytes that
// decide. It asks the driver itself, without the net of package archive.
func testCollision(t *testing.T, h Harness) {
	d := h.open(t).Driver()
	first, second := summed(t, number("f", 1)), summed(t, number("f", 1))
	second.Key.Canonical += "!"
	second = summed(t, second)
	get := func(e *archive.Entry, mayMiss bool) {
		t.Helper()
		for method, f := range map[string]func() (*archive.Entry, error){
			"Get":  func() (*archive.Entry, error) { return d.Get(t.Context(), "f", e.Key) },
			"Stat": func() (*archive.Entry, error) { return d.Stat(t.Context(), "f", e.Key) },
		} {
			got, err := f()
			if mayMiss && errors.Is(err, archive.ErrNotFound) {
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", method, err)
			} else if diff := diff(got, e, method == "Get"); diff != "" {
				t.Errorf("%s: %s", method, diff)
			}
		}
	}
	store := func(e *archive.Entry) {
		t.Helper()
		if n, err := d.Put(t.Context(), []*archive.Entry{e}, true); n != 1 || err != nil {
			t.Errorf("Put if absent = %d, %v; want 1: the key that is there is another one", n, err)
		}
	}
	store(first)
	if e, err := d.Get(t.Context(), "f", second.Key); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Get of a key that collides = %v, %v; want ErrNotFound", e, err)
	}
	if err := d.Delete(t.Context(), "f", second.Key); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Delete of a key that collides = %v; want ErrNotFound", err)
	}
	get(first, false)
	store(second)
	get(second, false)
	get(first, true)
}
