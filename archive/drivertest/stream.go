package drivertest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// rowsOf are the elements i·row … of a pattern, as rows of a stream.
func rowsOf(from, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sqrt(float64(from + i))
	}
	return x
}

// lacking returns an array that comes in slabs.
func lacking(e value.Elem, shape ...int) *value.Array { return &value.Array{Elem: e, Shape: shape} }

func create(t *testing.T, a *archive.Archive, e *archive.Entry) *archive.Writer {
	t.Helper()
	w, err := a.Create(t.Context(), e)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return w
}

func commit(t *testing.T, w *archive.Writer) {
	t.Helper()
	if err := w.Commit(t.Context()); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

func add[T archive.Element](t *testing.T, w *archive.Writer, member string, rows []T) {
	t.Helper()
	if err := archive.Append(t.Context(), w, member, rows); err != nil {
		t.Fatalf("Append %d elements to %q: %v", len(rows), member, err)
	}
}

// wantStreamed checks that an entry that came in slabs is what Put makes of the whole.
func wantStreamed(t *testing.T, a *archive.Archive, want *archive.Entry) {
	t.Helper()
	wantEntry(t, a, want)
	wantList(t, a, want.Call.Function, []*archive.Entry{want})
	sum, err := archive.Sum(want.Key, want.Value)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := a.Stat(t.Context(), want.Call.Function, want.Key); err != nil || e.Sum != sum ||
		e.Bytes != value.Size(want.Value) || e.Shape != value.Describe(want.Value) {
		t.Errorf("Stat = %+v, %v; want sum %x, %d bytes, shape %q", e, err, sum, value.Size(want.Value), value.Describe(want.Value))
	}
	if p, err := a.Verify(t.Context(), &archive.VerifyOptions{Functions: []string{want.Call.Function}}); err != nil || p.Done != 1 {
		t.Errorf("Verify = %+v, %v", p, err)
	}
}

// testStream writes an array in slabs of many sizes, of a number of rows that is
// declared or not, from a few bytes to what no driver keeps to itself until the end.
func testStream(t *testing.T, h Harness) {
	a := h.open(t)
	for i, c := range []struct {
		rows, row, slab int
		declared        bool
	}{
		{5, 3, 1, true}, {5, 3, 5, false}, {0, 3, 1, true}, {0, 3, 1, false},
		{1000, 17, 7, true}, {1000, 17, 333, false}, {3, 1 << 19, 1, true}, {3, 1 << 19, 2, false}, {50_000, 25, 1024, true}, {50_000, 25, 4999, false},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			meta := value.Meta{Units: "K", LongName: "temperature", Axes: []string{"t", "x"}}
			want := entry(fmt.Sprint("f", i), i, &value.Array{Meta: meta, Elem: value.Float64, Shape: []int{c.rows, c.row}, Data: rowsOf(0, c.rows*c.row)})
			begun := *want
			shape := []int{c.rows, c.row}
			if !c.declared {
				shape[0] = -1
			}
			begun.Value = &value.Array{Meta: meta, Elem: value.Float64, Shape: shape}
			w := create(t, a, &begun)
			shape[0], shape[1] = 7, 7 // the caller's again
			for from := 0; from < c.rows; from += c.slab {
				n := min(c.slab, c.rows-from)
				slab := rowsOf(from*c.row, n*c.row)
				add(t, w, "", slab)
				clear(slab)
			}
			wantNone(t, a, want.Call.Function, want.Key)
			commit(t, w)
			wantStreamed(t, a, want)
			if err := w.Abort(); err != nil {
				t.Errorf("Abort after Commit = %v", err)
			}
			if err := w.Commit(t.Context()); !errors.Is(err, archive.ErrClosed) {
				t.Errorf("Commit again = %v; want ErrClosed", err)
			}
		})
	}
}

// testStreamMembers writes a struct with small fields, some known in the end, and
// arrays of every type that come by turns.
func testStreamMembers(t *testing.T, h Harness) {
	const rows, row = 40, 5
	a := h.open(t)
	whole := func() *value.Struct {
		return &value.Struct{Meta: value.Meta{LongName: "run"}, Fields: []value.Field{
			{Name: "steps", Value: scalar(value.Int64, []int64{rows})},
			{Name: "b", Value: array(value.Bool, repeat(rows*row, func(i int) bool { return i%3 == 0 }), rows, row)},
			{Name: "in/ner%", Value: &value.Struct{Fields: []value.Field{
				{Name: "c", Value: array(value.Complex64, repeat(rows*row, func(i int) complex64 { return complex(float32(i), -1) }), rows, row)},
				{Name: "note", Value: text("set", "late")},
			}}},
			{Name: "i", Value: array(value.Int16, repeat(rows*row, func(i int) int16 { return int16(-i) }), rows, row)},
			{Name: "when", Value: array(value.Time, repeat(rows, func(i int) int64 { return int64(i) * 1e9 }), rows)},
			{Name: "energy", Value: scalar(value.Float64, []float64{2.5})},
			{Name: "f", Value: array(value.Float32, repeat(rows*row, func(i int) float32 { return float32(i) / 3 }), rows, row)},
		}}
	}
	want := entry("f", 1, whole())
	begun := *want
	v := whole()
	inner := v.Fields[2].Value.(*value.Struct)
	v.Fields[1].Value = lacking(value.Bool, rows, row)
	inner.Fields[0].Value = lacking(value.Complex64, -1, row)
	inner.Fields[1].Value = nil
	v.Fields[3].Value = lacking(value.Int16, -1, row)
	v.Fields[4].Value = lacking(value.Time, rows)
	v.Fields[5].Value = nil
	v.Fields[6].Value = lacking(value.Float32, rows, row)
	begun.Value = v
	w := create(t, a, &begun)
	for k := 0; k < rows; k += 8 {
		part := func(i int) any { return want.Value.(*value.Struct).Fields[i].Value.(*value.Array).Data }
		c := want.Value.(*value.Struct).Fields[2].Value.(*value.Struct).Fields[0].Value.(*value.Array).Data
		add(t, w, "f", part(6).([]float32)[k*row:(k+8)*row])
		add(t, w, "b", part(1).([]bool)[k*row:(k+8)*row])
		add(t, w, "in%2Fner%25/c", c.([]complex64)[k*row:(k+8)*row])
		add(t, w, "i", part(3).([]int16)[k*row:(k+8)*row])
		add(t, w, "when", part(4).([]int64)[k:k+8])
	}
	for name, x := range map[string]value.Value{"in%2Fner%25/note": text("set", "late"), "energy": scalar(value.Float64, []float64{2.5})} {
		if err := w.Set(name, x); err != nil {
			t.Fatalf("Set: %v", err)
		}
	}
	w.Provenance.Elapsed = 77
	want.Provenance.Elapsed = 77
	commit(t, w)
	wantStreamed(t, a, want)
}

func repeat[T any](n int, f func(i int) T) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = f(i)
	}
	return x
}

// testStreamReplace commits over what is there, of another kind too, and where nothing
// may be there.
func testStreamReplace(t *testing.T, h Harness) {
	a := h.open(t)
	old := number("f", 1)
	put(t, a, old)
	want := entry("f", 1, array(value.Float64, rowsOf(0, 30), 30))
	begun := *want
	begun.Value = lacking(value.Float64, -1)
	w := create(t, a, &begun)
	add(t, w, "", rowsOf(0, 30))
	if stored, err := w.CommitIfAbsent(t.Context()); stored || err != nil {
		t.Errorf("CommitIfAbsent over an entry = %v, %v", stored, err)
	}
	wantEntry(t, a, old)
	for range 2 {
		w = create(t, a, &begun)
		add(t, w, "", rowsOf(0, 30))
		commit(t, w)
		wantStreamed(t, a, want)
	}
	if err := a.Delete(t.Context(), "f", want.Key); err != nil {
		t.Errorf("Delete: %v", err)
	}
	wantNone(t, a, "f", want.Key)
	w = create(t, a, &begun)
	add(t, w, "", rowsOf(0, 30))
	if stored, err := w.CommitIfAbsent(t.Context()); !stored || err != nil {
		t.Errorf("CommitIfAbsent = %v, %v", stored, err)
	}
	wantStreamed(t, a, want)
}

// testStreamMistakes makes every mistake that ends a stream, and wants nothing stored.
func testStreamMistakes(t *testing.T, h Harness) {
	a := h.open(t)
	begin := func(i int) *archive.Entry {
		e := number("f", i)
		e.Value = &value.Struct{Fields: []value.Field{{Name: "u", Value: lacking(value.Float64, 4, 3)}, {Name: "late"}}}
		return e
	}
	late := scalar(value.Bool, []bool{true})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i, c := range []struct {
		name string
		err  func(w *archive.Writer) error
	}{
		{"another type", func(w *archive.Writer) error { return archive.Append(t.Context(), w, "u", make([]float32, 3)) }},
		{"half a row", func(w *archive.Writer) error { return archive.Append(t.Context(), w, "u", make([]float64, 4)) }},
		{"too many rows", func(w *archive.Writer) error { return archive.Append(t.Context(), w, "u", make([]float64, 15)) }},
		{"no such array", func(w *archive.Writer) error { return archive.Append(t.Context(), w, "v", make([]float64, 3)) }},
		{"no such member", func(w *archive.Writer) error { return w.Set("u", late) }},
		{"a bad value", func(w *archive.Writer) error { return w.Set("late", lacking(value.Float64, 2)) }},
		{"a missing value", func(w *archive.Writer) error {
			add(t, w, "u", make([]float64, 12))
			return w.Commit(t.Context())
		}},
		{"a missing row", func(w *archive.Writer) error {
			add(t, w, "u", make([]float64, 9))
			return errors.Join(w.Set("late", late), w.Commit(t.Context()))
		}},
		{"an ended context", func(w *archive.Writer) error { return archive.Append(ended, w, "u", make([]float64, 3)) }},
		{"a late end", func(w *archive.Writer) error {
			add(t, w, "u", make([]float64, 12))
			return errors.Join(w.Set("late", late), w.Commit(ended))
		}},
		{"abort", func(w *archive.Writer) error {
			add(t, w, "u", make([]float64, 12))
			return errors.Join(w.Set("late", late), w.Abort(), w.Commit(t.Context()))
		}},
	} {
		e := begin(i)
		w := create(t, a, e)
		err := c.err(w)
		if err == nil {
			t.Errorf("%s is no error", c.name)
		}
		if again := w.Commit(t.Context()); again == nil {
			t.Errorf("%s: Commit succeeds afterwards", c.name)
		}
		if err := w.Abort(); err != nil {
			t.Errorf("%s: Abort = %v", c.name, err)
		}
		wantNone(t, a, "f", e.Key)
		wantLen(t, a, "f", 0)
	}
	for name, v := range map[string]value.Value{
		"nothing in slabs": late, "no value": nil, "texts": lacking(value.String, 3), "a scalar": lacking(value.Float64),
		"rows of nothing": lacking(value.Int8, 3, 0), "a negative number": lacking(value.Int8, -2), "two unknown dimensions": lacking(value.Int8, -1, -1),
		"more than any file": lacking(value.Float64, math.MaxInt, 2), "an unknown type": lacking(99, 2),
		"axes of another rank": &value.Array{Meta: value.Meta{Axes: []string{"x"}}, Elem: value.Int8, Shape: []int{2, 2}},
		"an item of a list":    &value.List{Items: []value.Value{lacking(value.Int8, 2)}},
	} {
		e := number("f", 1)
		e.Value = v
		if w, err := a.Create(t.Context(), e); !errors.Is(err, archive.ErrEntry) {
			t.Errorf("Create with %s = %v, %v; want ErrEntry", name, w, err)
		}
	}
}

// testStreamClose closes the archive before a stream is committed.
func testStreamClose(t *testing.T, h Harness) {
	a := h.open(t)
	other := number("g", 1)
	put(t, a, other)
	begun := entry("f", 1, lacking(value.Float64, -1, 1<<17))
	w := create(t, a, begun)
	add(t, w, "", make([]float64, 12<<17)) // 12 MiB
	closeNow(t, a)
	if err := archive.Append(t.Context(), w, "", make([]float64, 1<<17)); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Append after Close = %v; want ErrClosed", err)
	}
	if err := w.Commit(t.Context()); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Commit after Close = %v; want ErrClosed", err)
	}
	if err := w.Abort(); err != nil {
		t.Errorf("Abort after Close = %v", err)
	}
	if !h.Durable {
		return
	}
	a = h.open(t)
	wantNone(t, a, "f", begun.Key)
	wantEntry(t, a, other)
	wantLen(t, a, "f", 0)
	wantLen(t, a, "g", 1)
}

// testStreamSharing has several streams and puts go on at once.
func testStreamSharing(t *testing.T, h Harness) {
	const streams, slabs, slab = 4, 6, 1 << 17
	a := h.open(t)
	var want []*archive.Entry
	var wg sync.WaitGroup
	for i := range streams {
		e := entry("f", i, array(value.Float64, rowsOf(i, slabs*slab), slabs*slab))
		want = append(want, e)
		begun := *e
		begun.Value = lacking(value.Float64, slabs*slab)
		wg.Go(func() {
			w, err := a.Create(t.Context(), &begun)
			if err != nil {
				t.Errorf("Create: %v", err)
				return
			}
			for rows := range slices.Chunk(e.Value.(*value.Array).Data.([]float64), slab) {
				put1(t, a, number("g", i))
				if err := archive.Append(t.Context(), w, "", rows); err != nil {
					t.Errorf("Append: %v", err)
				}
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Errorf("Commit: %v", err)
			}
		})
	}
	wg.Wait()
	wantList(t, a, "f", want)
	for _, e := range want {
		wantEntry(t, a, e)
	}
	wantLen(t, a, "g", streams)
}

func testStreamReadOnly(t *testing.T, h Harness) {
	closeNow(t, h.open(t))
	a := portable(t, h.OpenReadOnly)
	if w, err := a.Create(t.Context(), entry("f", 1, lacking(value.Float64, 3))); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("Create = %v, %v; want ErrReadOnly", w, err)
	}
}
