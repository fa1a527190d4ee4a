package hdfarchive_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// TestPackedDamage damages rows, forms and the table, and wants the rest whole and
// what is damaged stored again.
func TestPackedDamage(t *testing.T) {
	row := func(n int, change func(b []byte)) func(g *h5.Group) error {
		return func(g *h5.Group) error {
			i, err := g.Stat("rows")
			if err != nil {
				return err
			}
			b := make([]byte, i.Type.Size)
			if err := g.ReadRows("rows", i.Type, n, b); err != nil {
				return err
			}
			change(b)
			return g.WriteRows("rows", i.Type, n, b)
		}
	}
	forms := func(change func(b []byte)) func(g *h5.Group) error {
		return func(g *h5.Group) error {
			i, err := g.Stat("forms")
			if err != nil {
				return err
			}
			b := make([]byte, i.Shape[0])
			if err := g.ReadRows("forms", i.Type, 0, b); err != nil {
				return err
			}
			change(b)
			return g.WriteRows("forms", i.Type, 0, b)
		}
	}
	for _, c := range []struct {
		name   string
		change func(g *h5.Group) error
		whole  int // of 10
		errors int // of a listing
	}{
		{"argument", row(3, func(b []byte) { b[0] ^= 1 }), 9, 1},
		{"value", row(3, func(b []byte) { b[8] ^= 1 }), 9, 1},
		{"key", row(3, func(b []byte) { b[len(b)-8] ^= 1 }), 9, 1},
		{"form of a row", row(3, func(b []byte) { b[len(b)-5] = 7 }), 9, 1},
		{"check", row(3, func(b []byte) { b[len(b)-1] ^= 1 }), 9, 1},
		{"two rows", func(g *h5.Group) error {
			return errors.Join(row(0, func(b []byte) { clear(b) })(g), row(9, func(b []byte) { b[9]++ })(g))
		}, 8, 2},
		{"text of the form", forms(func(b []byte) { b[0]++ }), 0, 1},
		{"value in the form", forms(func(b []byte) { copy(b[strings.Index(string(b), "float64"):], "float32") }), 0, 1},
		{"name in the form", forms(func(b []byte) { copy(b[strings.Index(string(b), "float64"):], "uint64\"") }), 0, 1},
		{"host in the form", forms(func(b []byte) { b[strings.Index(string(b), "here")]++ }), 0, 10},
		{"rows deleted", func(g *h5.Group) error { return g.Delete("rows") }, 0, 1},
		{"forms deleted", func(g *h5.Group) error { return g.Delete("forms") }, 0, 1},
		{"another table", func(g *h5.Group) error {
			return errors.Join(g.Delete("rows"), g.Put("rows", &h5.Dataset{Type: h5.FloatType(8), Shape: []int{1}, Chunk: []int{1}, Data: make([]byte, 8)}))
		}, 0, 1},
		{"no table", func(g *h5.Group) error {
			return errors.Join(g.Delete("rows"), g.Put("rows", &h5.Dataset{Type: h5.FloatType(8), Data: make([]byte, 8)}))
		}, 0, 1},
		{"no rows", func(g *h5.Group) error {
			rows, err := g.Table("rows", h5.FloatType(8))
			if err != nil {
				return err
			}
			return errors.Join(rows.Resize(0), rows.Close())
		}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.h5")
			a := opened(t, hdfarchive.Open, path, nil)
			var all []*archive.Entry
			for n := range 10 {
				e := entry("f", n, number(float64(n)), "n", integer(int64(n)))
				e.Provenance.Host = "here"
				all = append(all, e)
			}
			put(t, a, all...)
			other := entry("g", 1, number(1), "n", integer(1))
			object := entry("f", 10, series(1), "n", integer(1))
			put(t, a, other, object)
			closeNow(t, a)
			inFile(t, path, []string{"f", "packed"}, c.change)
			for _, mode := range []hdfarchive.Mode{hdfarchive.Read, hdfarchive.ReadWrite} {
				a = opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: mode})
				whole := 0
				for _, e := range all {
					got, err := a.Get(t.Context(), "f", e.Key)
					switch {
					case err == nil && !value.Equal(got.Value, e.Value):
						t.Errorf("a wrong value: %v", got.Value)
					case err == nil:
						whole++
					case !errors.Is(err, archive.ErrCorrupt) && !errors.Is(err, archive.ErrNotFound):
						t.Errorf("Get: %v", err)
					}
				}
				same(t, a, other)
				same(t, a, object)
				good, bad := 0, 0
				for _, err := range a.List(t.Context(), "f") {
					if err == nil {
						good++
					} else if bad++; !errors.Is(err, archive.ErrCorrupt) {
						t.Errorf("List yields %v", err)
					}
				}
				if whole != c.whole || good != whole+1 || bad != c.errors {
					t.Errorf("%s: %d entries are whole, a listing has %d and %d errors; want %d, %d errors", mode, whole, good, bad, c.whole, c.errors)
				}
				if mode == hdfarchive.Read {
					closeNow(t, a)
				}
			}
			put(t, a, all...)
			for _, e := range append(all, other, object) {
				same(t, a, e)
			}
			closeNow(t, a)
			a = opened(t, hdfarchive.Open, path, nil)
			// A row whose key was damaged is still there, until it is deleted.
			for e, err := range a.List(t.Context(), "f") {
				if err != nil {
					if err := a.Delete(t.Context(), "f", e.Key); err != nil {
						t.Error(err)
					}
				}
			}
			wantListed(t, a, "f", append(all, object)...)
			closeNow(t, a)
		})
	}
}

// FuzzForm parses forms, which meet bytes from outside.
func FuzzForm(f *testing.F) {
	e := entry("f", 1, structOf("x", number(1), "p", vector(3, 0)), "n", integer(1), "s", text("a"), "q", structOf("r", number(2)))
	text, err := hdfarchive.FormOf(e)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"value":{"elem":"float64","len":4},"prefix":"00","key":8}`)
	f.Add(`{"value":{"fields":[{"name":"%"}]},"args":[{"elem":"string"}],"key":256}`)
	f.Fuzz(func(t *testing.T, text string) {
		again, err := hdfarchive.RewriteForm(text)
		if err != nil {
			return
		}
		if twice, err := hdfarchive.RewriteForm(again); err != nil || twice != again {
			t.Errorf("%s becomes %s, then %s, %v", text, again, twice, err)
		}
	})
}
