package drivertest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
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
	k := keymap.Key{Canonical: string(canonical), Digest: xxh3.Hash128(canonical).Bytes()}
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

// diff says in what an entry differs from the one that was put. got has a value
// only where withValue.
func diff(got, want *archive.Entry, withValue bool) string {
	sum, err := archive.Sum(want.Key, want.Value)
	switch {
	case got == nil:
		return "the entry is nil"
	case err != nil:
		return err.Error()
	case got.Key != want.Key:
		return fmt.Sprintf("Key = %+q, want %+q", got.Key, want.Key)
	case got.Call.Function != want.Call.Function:
		return fmt.Sprintf("Call.Function = %q, want %q", got.Call.Function, want.Call.Function)
	case got.Call.Version != want.Call.Version:
		return fmt.Sprintf("Call.Version = %q, want %q", got.Call.Version, want.Call.Version)
	case got.Call.Rounding != want.Call.Rounding:
		return fmt.Sprintf("Call.Rounding = %q, want %q", got.Call.Rounding, want.Call.Rounding)
	case got.GoType != want.GoType:
		return fmt.Sprintf("GoType = %q, want %q", got.GoType, want.GoType)
	case !got.Provenance.Created.Equal(want.Provenance.Created):
		return fmt.Sprintf("Created = %v, want %v", got.Provenance.Created, want.Provenance.Created)
	case got.Sum != sum:
		return fmt.Sprintf("Sum = %016x, want %016x", got.Sum, sum)
	case got.Bytes != value.Size(want.Value):
		return fmt.Sprintf("Bytes = %d, want %d", got.Bytes, value.Size(want.Value))
	case got.Shape != value.Describe(want.Value):
		return fmt.Sprintf("Shape = %q, want %q", got.Shape, value.Describe(want.Value))
	case !withValue && got.Value != nil:
		return fmt.Sprintf("Value = %v, want none in Stat and List", got.Value)
	}
	p := got.Provenance
	p.Created = want.Provenance.Created
	if p != want.Provenance {
		return fmt.Sprintf("Provenance = %+v, want %+v", p, want.Provenance)
	}
	if len(got.Call.Args) != len(want.Call.Args) {
		return fmt.Sprintf("Call.Args = %v, want %v", got.Call.Args, want.Call.Args)
	}
	for i, arg := range want.Call.Args {
		if name := got.Call.Args[i].Name; name != arg.Name {
			return fmt.Sprintf("argument %d is named %q, want %q", i, name, arg.Name)
		}
		if d := diffValue(got.Call.Args[i].Value, arg.Value); d != "" {
			return fmt.Sprintf("argument %q: %s", arg.Name, d)
		}
	}
	if !withValue {
		return ""
	}
	return diffValue(got.Value, want.Value)
}

// diffValue says in what two values differ, bits and descriptions.
func diffValue(got, want value.Value) string {
	if !value.Equal(got, want) {
		return fmt.Sprintf("value %s is not bit for bit the %s that was put", brief(got), brief(want))
	}
	if d := diffMeta(got, want); d != "" {
		return d
	}
	return ""
}

// brief prints a value, cut where it is long.
func brief(v value.Value) string {
	if v == nil {
		return "nil"
	}
	var s string
	switch v := v.(type) {
	case *value.Array:
		s = fmt.Sprintf("%s %+v", value.Describe(v), v.Data)
	default:
		s = fmt.Sprintf("%T %s", v, value.Describe(v))
	}
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}

// diffMeta compares what Equal leaves out: units, long names, axes. The two
// values are equal.
func diffMeta(got, want value.Value) string {
	g, w := meta(got), meta(want)
	if g.Units != w.Units || g.LongName != w.LongName || !slices.Equal(g.Axes, w.Axes) {
		return fmt.Sprintf("the description of %s is %+v, want %+v", value.Describe(want), g, w)
	}
	gs, ws := children(got), children(want)
	for i := range ws {
		if d := diffMeta(gs[i], ws[i]); d != "" {
			return d
		}
	}
	return ""
}

func meta(v value.Value) value.Meta {
	switch v := v.(type) {
	case *value.Array:
		return v.Meta
	case *value.Table:
		return v.Meta
	case *value.Struct:
		return v.Meta
	case *value.List:
		return v.Meta
	case *value.Map:
		return v.Meta
	}
	return value.Meta{}
}

func children(v value.Value) (all []value.Value) {
	switch v := v.(type) {
	case *value.Table:
		for _, c := range v.Columns {
			all = append(all, c.Array)
		}
	case *value.Struct:
		for _, f := range v.Fields {
			all = append(all, f.Value)
		}
	case *value.List:
		all = v.Items
	case *value.Map:
		all = append([]value.Value{v.Keys}, v.Items...)
	}
	return all
}
