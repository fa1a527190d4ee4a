package hdfarchive_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive"
)

// cataloged is entry n, made n seconds after the first; it bears a name where one is given.
func cataloged(n int, name string) *driver.Entry {
	e := entry("f", n, nil, "n", integer(int64(n)))
	e.Provenance.Created = time.Unix(int64(n), 0).UTC()
	e.Shape, e.Bytes = "float64[3]", 24
	if name != "" {
		e.Key.Name = name
	}
	return e
}

// TestCatalog lets rows, texts, deletions and damage follow one another: the last
// record of an id counts.
func TestCatalog(t *testing.T) {
	for _, c := range []struct {
		records string // n: a row, tn: texts, on: one with a name of its own, -: gone, x: damaged
		want    string
	}{
		{"", ""},
		{"1 2 3", "1 2 3"},
		{"3 1 2", "1 2 3"},
		{"1 2 1 1", "1 2"},
		{"1 t1", "1"},
		{"t1 1", "1"},
		{"2 t3 o1 4", "o1 2 3 4"},
		{"1 -1", ""},
		{"1 -1 1 2", "1 2"},
		{"1 -1 t1 -1", ""},
		{"-1 1", "1"},
		{"o1 to1 o2 -o1", "o2"},
		{"o1 -o1 o1", "o1"},
		{"1 x1 2", "2 1!"},
		{"x1 xo2 1 o2", "1 o2"},
		{"xo2 x1 3", "3 1! o2!"},
		{"1 x1 -1", ""},
	} {
		var catalog hdfarchive.Catalog
		names := make(map[string]string)
		for _, r := range strings.Fields(c.records) {
			flag, id := "", r
			if i := strings.IndexAny(r, "123456789o"); i > 0 {
				flag, id = r[:i], r[i:]
			}
			var n int
			if _, err := fmt.Sscan(strings.TrimPrefix(id, "o"), &n); err != nil {
				t.Fatal(err)
			}
			e := cataloged(n, "")
			if id[0] == 'o' {
				e = cataloged(n, "name "+id)
			}
			names[hdfarchive.EntryID(e.Key)] = id
			var err error
			switch flag {
			case "-":
				catalog.Delete(hdfarchive.EntryID(e.Key))
			case "x":
				catalog.Damage(hdfarchive.EntryID(e.Key))
			default:
				err = catalog.Add(e, flag == "t")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		ids, err := catalog.List()
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			plain, bad := strings.CutSuffix(id, "!")
			ids[i] = names[plain]
			if bad {
				ids[i] += "!"
			}
		}
		if i := slices.IndexFunc(ids, func(id string) bool { return strings.HasSuffix(id, "!") }); i >= 0 {
			slices.Sort(ids[i:]) // they come in the order of their digests
		}
		if want := strings.Fields(c.want); !slices.Equal(ids, want) {
			t.Errorf("%q lists %q, want %q", c.records, ids, want)
		}
	}
}

// TestManyRecords lets thousands of records follow one another at random; most ids come
// once, as in any catalog.
func TestManyRecords(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var catalog hdfarchive.Catalog
	want := make(map[string]bool)
	next := 0
	for range 20_000 {
		n := next
		if rng.IntN(10) == 0 {
			n = rng.IntN(next + 1)
		} else {
			next++
		}
		name := ""
		if n%7 == 0 {
			name = fmt.Sprint("name ", n)
		}
		e := cataloged(n, name)
		id := hdfarchive.EntryID(e.Key)
		if rng.IntN(10) == 0 {
			catalog.Delete(id)
			delete(want, id)
			continue
		}
		want[id] = true
		if err := catalog.Add(e, n%5 == 0); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := catalog.List()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	if wanted := slices.Sorted(maps.Keys(want)); !slices.Equal(ids, wanted) {
		t.Errorf("%d ids are listed, want %d", len(ids), len(wanted))
	}
}

// FuzzCatalog has catalogs of any bytes, beside the form of one entry.
func FuzzCatalog(f *testing.F) {
	var catalog hdfarchive.Catalog
	for n, add := range []func(id string) error{
		func(string) error { return catalog.Add(cataloged(0, ""), false) },
		func(string) error { return catalog.Add(cataloged(1, ""), true) },
		func(string) error { return catalog.Add(cataloged(2, "n"), true) },
		func(id string) error { catalog.Damage(id); return nil },
		func(string) error { catalog.Delete("n"); return nil },
	} {
		if err := add(fmt.Sprint(n)); err != nil {
			f.Fatal(err)
		}
		f.Add(slices.Clone(catalog.Bytes))
	}
	f.Add([]byte{1, 'E'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := catalog
		c.Bytes = b
		ids, err := c.List()
		if err != nil {
			return
		}
		again, err := c.Rewrite()
		if err != nil {
			t.Fatal(err)
		}
		if same, err := again.List(); err != nil || !slices.Equal(same, ids) {
			t.Errorf("what was parsed does not parse: %q of %q, %v", same, ids, err)
		}
	})
}
