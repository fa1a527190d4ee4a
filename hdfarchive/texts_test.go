package hdfarchive_test

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "heat", ".", "..", "a/b", "%", "%2F", "\x00", "\xff", "größe", strings.Repeat("/", 300), ".klepto.json", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := hdfarchive.Escape(name)
		if back, ok := hdfarchive.Unescape(s); !ok || back != name {
			t.Errorf("unescape(escape(%q)) = %q, %v", name, back, ok)
		}
		if s == "" || strings.ContainsAny(s, "/\x00") || s[0] == '.' || !utf8.ValidString(s) {
			t.Errorf("escape(%q) = %q is no name", name, s)
		}
		if back, ok := hdfarchive.Unescape(name); ok && hdfarchive.Escape(back) != name {
			t.Errorf("unescape(%q) = %q, which escapes otherwise", name, back)
		}
		for _, g := range []string{hdfarchive.GroupName(name), hdfarchive.EntryID(keymap.Key{Name: name})} {
			if len(g) > hdfarchive.MaxName || strings.ContainsRune(g, '/') {
				t.Errorf("%q is no name of a file", g)
			}
		}
		if id := hdfarchive.EntryID(keymap.Key{Name: name}); hdfarchive.Shard(id) == "" || !utf8.ValidString(hdfarchive.Shard(id)) || hdfarchive.Shard(id) == "." || hdfarchive.Shard(id) == ".." {
			t.Errorf("shard(%q) = %q", id, hdfarchive.Shard(id))
		}
	})
}

// FuzzStored has the attributes of an entry read from any text.
func FuzzStored(f *testing.F) {
	f.Add(`{"function":"f","args":{"x":1.0}}`, `{"created":"2024-02-29T12:00:00Z","seconds":1.5}`)
	f.Add(`{"function":{"$string":{"$base64":"/w=="}},"args":null,"digest":1}`, `{"seconds":"x","elapsed_ns":9}`)
	f.Fuzz(func(t *testing.T, call, prov string) {
		id := strings.Repeat("0", 32)
		e, err := hdfarchive.EntryOf(id, "k", call, prov)
		if err != nil {
			return
		}
		if y := e.Provenance.Created.UTC().Year(); y < 0 || y > 9999 {
			return // RFC 3339 reads a year that a zone then pushes over the edge
		}
		call, prov, err = hdfarchive.TextsOf(e)
		if err != nil {
			t.Fatalf("what was read cannot be stored: %v", err)
		}
		e2, err := hdfarchive.EntryOf(id, "k", call, prov)
		if err != nil || !e2.Provenance.Created.Equal(e.Provenance.Created) || e2.Provenance.Elapsed != e.Provenance.Elapsed ||
			e2.Call.Function != e.Call.Function || len(e2.Call.Args) != len(e.Call.Args) {
			t.Errorf("%+v\ncomes back as\n%+v, %v", e, e2, err)
		}
	})
}

// TestSchemaWidens wants a schema that took an entry up to take it up again without
// a change, and rows to have the size of their type.
func TestSchemaWidens(t *testing.T) {
	scalars := []value.Value{
		&value.Array{Elem: value.Bool, Data: []bool{true}},
		&value.Array{Elem: value.Int8, Data: []int8{1}},
		&value.Array{Elem: value.Uint64, Data: []uint64{1 << 63}},
		&value.Array{Elem: value.Float32, Data: []float32{0.1}},
		&value.Array{Elem: value.Float64, Data: []float64{0.1}},
		&value.Array{Elem: value.Complex64, Data: []complex64{1i}},
		&value.Array{Elem: value.Complex128, Data: []complex128{1i}},
		&value.Array{Elem: value.String, Data: []string{"text that is longer than 16 bytes"}},
		&value.Array{Elem: value.Time, Data: []int64{value.NaT}},
		&value.Array{Elem: value.Duration, Data: []int64{1}},
		&value.Array{Elem: value.Float64, Shape: []int{2}, Data: []float64{1, 2}},
		value.Null{},
		nil, // the argument is missing
	}
	call := func(v value.Value) *driver.Entry {
		e := &driver.Entry{Call: driver.Call{Function: "f"}, Shape: "float64"}
		if v != nil {
			e.Call.Args = []value.Field{{Name: "x", Value: v}}
		}
		return e
	}
	for i, a := range scalars {
		for j, b := range scalars {
			var s hdfarchive.Schema
			entries := []*driver.Entry{call(a), call(b), call(a)}
			for _, e := range entries {
				s.Merge("id", e)
			}
			for _, e := range entries {
				if s.Merge("id", e) {
					t.Errorf("%d, %d: an entry changes the schema that has it: %+v", i, j, s)
				}
				if row := s.AppendRow(nil, "id", e); len(row) != s.RowType().Size {
					t.Errorf("%d, %d: a row of %d bytes, its type has %d: %+v", i, j, len(row), s.RowType().Size, s)
				}
			}
		}
	}
}

// TestLargeTexts puts texts that are larger than what HDF5 keeps of a file in memory,
// among others: each entry stays what it is.
func TestLargeTexts(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			var all []*archive.Entry
			for i, n := range []int{1, 300, 1_060_000, 400, 3 << 20, 40 << 20, 2} {
				s := strings.Repeat(string(rune('a'+i)), n)
				for j, v := range []value.Value{
					text(s),
					structOf("text", text(s), "u", vector(100, float64(i))),
					array(value.String, []string{"x", s, "y"}, 3),
					&value.Table{N: 2, Columns: []value.Column{{Name: "s", Array: array(value.String, []string{s, "z"}, 2)}}},
				} {
					all = append(all, entry("f", 10*i+j, v))
				}
			}
			a := opened(t, k.open, path, &hdfarchive.Options{Sync: hdfarchive.SyncOff})
			put(t, a, all[:8]...)
			for _, e := range all[8:] {
				put(t, a, e)
			}
			closeNow(t, a)
			a = opened(t, k.open, path, nil)
			for _, e := range all {
				wantValue(t, a, e)
			}
			wantListed(t, a, "f", all...)
			closeNow(t, a)
		})
	}
}
