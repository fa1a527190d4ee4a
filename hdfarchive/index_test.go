package hdfarchive_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// table reads the index of function f of an archive: names of the columns, and rows.
func table(t *testing.T, path, group string) (columns []string, rows int) {
	t.Helper()
	f, err := h5.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := f.Root()
	if err == nil && group != "" {
		g, err = g.Group(group)
	}
	if err != nil {
		t.Fatal(err)
	}
	i, err := g.Stat("index")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range i.Type.Members {
		columns = append(columns, m.Name)
	}
	return columns, i.Shape[0]
}

// series is a value too large for a row.
func series(first float64) *value.Array { return vector(20, first) }

func integer(n int64) *value.Array { return array(value.Int64, []int64{n}) }

// TestIndexColumns lets the arguments of a function change from call to call.
func TestIndexColumns(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries []*archive.Entry
		want    string
	}{
		{"plain", []*archive.Entry{entry("f", 1, series(1), "F", number(1), "k", number(2))}, "id F k created seconds bytes shape"},
		{"no arguments", []*archive.Entry{entry("f", 1, series(1))}, "id created seconds bytes shape"},
		{"arrays are left out", []*archive.Entry{entry("f", 1, series(1), "u", vector(3, 0), "k", number(2))}, "id k created seconds bytes shape"},
		{"names of columns", []*archive.Entry{entry("f", 1, series(1), "id", number(1), "arg_id", number(2), "shape", number(3), "version", number(4))},
			"id arg_id arg_arg_id arg_shape arg_version created seconds bytes shape"},
		{"a new argument", []*archive.Entry{entry("f", 1, series(1), "a", integer(1)), entry("f", 2, series(1), "a", integer(1), "b", number(2)),
			entry("f", 3, series(1), "b", number(2))}, "id a b created seconds bytes shape"},
		{"another type", []*archive.Entry{entry("f", 1, series(1), "a", integer(1)), entry("f", 2, series(1), "a", number(0.5)),
			entry("f", 3, series(1), "a", array(value.Complex128, []complex128{1i})), entry("f", 4, series(1), "a", text("x")),
			entry("f", 5, series(1), "a", vector(4, 0)), entry("f", 6, series(1), "a", value.Null{})}, "id a created seconds bytes shape"},
		{"long texts", []*archive.Entry{entry("f", 1, series(1), "s", text("")), entry("f", 2, series(1), "s", text(strings.Repeat("ü", 1000))),
			entry("f", 3, series(1), "s", text("a\x00\xffb"))}, "id s created seconds bytes shape"},
		{"structs", []*archive.Entry{entry("f", 1, series(1), "k", number(2)), entry("f", 2, series(1), "k", number(2), "Grid", &value.Struct{Fields: []value.Field{
			{Name: "NX", Value: integer(64)}, {Name: "Box", Value: &value.Struct{Fields: []value.Field{{Name: "L", Value: number(0.5)}}}}, {Name: "u", Value: vector(3, 0)}}})},
			"id k Grid.NX Grid.Box.L created seconds bytes shape"},
		{"odd names", []*archive.Entry{entry("f", 1, series(1), "a/b", number(1), " ", number(2), strings.Repeat("n", 1000), number(3))},
			"id a/b   created seconds bytes shape"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.h5")
			for range 2 { // the second time over all
				a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Sync: hdfarchive.SyncOff})
				for _, e := range c.entries {
					put(t, a, e)
				}
				for _, e := range c.entries {
					wantValue(t, a, e)
				}
				wantListed(t, a, "f", c.entries...)
				closeNow(t, a)
				columns, rows := table(t, path, "f")
				if got := strings.Join(columns, " "); got != c.want || rows != len(c.entries) {
					t.Errorf("the index has %d rows of %q, want %d of %q", rows, got, len(c.entries), c.want)
				}
			}
		})
	}
}

// TestIndexVersions has a column only where there is something to tell apart.
func TestIndexVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	old, renewed := entry("f", 1, series(1)), entry("f", 2, series(2))
	renewed.Call.Version = "2"
	put(t, a, old)
	put(t, a, renewed)
	closeNow(t, a)
	if columns, _ := table(t, path, "f"); !reflect.DeepEqual(columns, []string{"id", "version", "created", "seconds", "bytes", "shape"}) {
		t.Errorf("columns %q", columns)
	}
}

// TestIndexModel puts, replaces and deletes at random, reopening now and then, and
// holds listings and tables against a map.
func TestIndexModel(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			o := &hdfarchive.Options{Sync: hdfarchive.SyncOff}
			a := opened(t, k.open, path, o)
			model := make(map[int]*archive.Entry)
			next := rand.New(rand.NewPCG(1, 2)).IntN
			for step := range 400 {
				n := next(30)
				if next(3) == 0 {
					err := a.Delete(t.Context(), "f", entry("f", n, nil).Key)
					if (err == nil) != (model[n] != nil) {
						t.Fatalf("step %d: Delete = %v, the entry was there: %v", step, err, model[n] != nil)
					}
					delete(model, n)
				} else {
					e := entry("f", n, series(float64(step)), "n", integer(int64(n)))
					e.Provenance.Created = e.Provenance.Created.Add(time.Duration(next(1000)) * time.Hour)
					put(t, a, e)
					model[n] = e
				}
				if step%40 == 39 {
					closeNow(t, a)
					if k.scheme == "hdf" && len(model) > 0 {
						if _, rows := table(t, path, "f"); rows != len(model) {
							t.Fatalf("step %d: the index has %d rows, want %d", step, rows, len(model))
						}
					}
					a = opened(t, k.open, path, o)
				}
				if step%10 != 9 {
					continue
				}
				var last time.Time
				seen := 0
				for e, err := range a.List(t.Context(), "f") {
					if err != nil {
						t.Fatal(err)
					}
					n := int(e.Call.Args[0].Value.(*value.Array).Data.([]int64)[0])
					want := model[n]
					if want == nil || !want.Provenance.Created.Equal(e.Provenance.Created) || e.Provenance.Created.Before(last) {
						t.Fatalf("step %d: List yields entry %d, created %v", step, n, e.Provenance.Created)
					}
					last = e.Provenance.Created
					seen++
				}
				if seen != len(model) {
					t.Fatalf("step %d: List yields %d entries, want %d", step, seen, len(model))
				}
			}
			closeNow(t, a)
		})
	}
}

// TestIndexLost takes the index away, and parts of it, and wants it back.
func TestIndexLost(t *testing.T) {
	var all []*archive.Entry
	for n := range 10 {
		all = append(all, entry("f", n, series(float64(n)), "n", integer(int64(n))))
	}
	for _, name := range []string{"index", "catalog"} {
		path := filepath.Join(t.TempDir(), "a.h5")
		a := opened(t, hdfarchive.Open, path, nil)
		put(t, a, all...)
		closeNow(t, a)
		inFile(t, path, []string{"f"}, func(g *h5.Group) error { return g.Delete(name) })
		for _, mode := range []hdfarchive.Mode{hdfarchive.Read, hdfarchive.ReadWrite, hdfarchive.Read} {
			a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: mode})
			wantListed(t, a, "f", all...)
			if n, err := a.Len(t.Context()); n != 10 || err != nil {
				t.Errorf("Len = %d, %v", n, err)
			}
			closeNow(t, a)
		}
		if _, rows := table(t, path, "f"); rows != 10 {
			t.Errorf("the index has %d rows after it was opened for writing", rows)
		}
	}
}

// TestDirIndex looks at index.h5 through losses, damage and changes by hand.
func TestDirIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	index := filepath.Join(path, "f", "index.h5")
	a := opened(t, hdfarchive.OpenDir, path, nil)
	defer a.Close()
	var all []*archive.Entry
	for n := range 20 {
		all = append(all, entry("f", n, series(float64(n)), "n", integer(int64(n))))
	}
	put(t, a, all...)
	file := func(e *archive.Entry) string {
		return filepath.Join(path, "f", e.Key.Name[:2], e.Key.Name+".h5")
	}
	for _, c := range []struct {
		name   string
		change func() error
	}{
		{"new", func() error { return nil }},
		{"lost", func() error { return os.Remove(index) }},
		{"damaged", func() error { return os.WriteFile(index, []byte("nonsense"), 0o666) }},
		{"cut", func() error { return os.Truncate(index, 1000) }},
		{"an entry removed by hand", func() error {
			gone := all[3]
			all = append(all[:3:3], all[4:]...)
			return os.Remove(file(gone))
		}},
		{"an entry of another archive", func() error {
			e := entry("f", 30, series(30), "n", integer(30))
			other, err := hdfarchive.OpenDir(filepath.Join(t.TempDir(), "o"), nil)
			if err != nil {
				return err
			}
			put(t, other, e)
			closeNow(t, other)
			all = append(all, e)
			from := strings.Replace(file(e), path, strings.TrimPrefix(other.URL(), "hdfdir:"), 1)
			if err := os.MkdirAll(filepath.Dir(file(e)), 0o777); err != nil {
				return err
			}
			return os.Rename(from, file(e))
		}},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		wantListed(t, a, "f", all...)
		if _, rows := table(t, index, ""); rows != len(all) {
			t.Errorf("%s: index.h5 has %d rows, want %d", c.name, rows, len(all))
		}
	}
	// A damaged entry is told as such, and the others are listed.
	if err := os.WriteFile(file(all[0]), []byte("nonsense"), 0o666); err != nil {
		t.Fatal(err)
	}
	good, bad := 0, 0
	for e, err := range a.List(t.Context(), "f") {
		if err != nil {
			bad++
			if e == nil || e.Key.Name != all[0].Key.Name || !strings.Contains(err.Error(), file(all[0])) {
				t.Errorf("List yields %v, %v", e, err)
			}
			continue
		}
		good++
	}
	if good != len(all)-1 || bad != 1 {
		t.Errorf("List yields %d entries and %d errors", good, bad)
	}
	put(t, a, all[0])
	wantListed(t, a, "f", all...)
}

// TestOrphans wants temporary files gone that nobody will finish, and no others.
func TestOrphans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	a := opened(t, hdfarchive.OpenDir, path, nil)
	defer a.Close()
	e := entry("f", 1, series(1))
	put(t, a, e)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	shard := filepath.Join(path, "f", e.Key.Name[:2])
	now := time.Now()
	for _, c := range []struct {
		name string
		age  time.Duration
		gone bool
	}{
		{fmt.Sprintf(".klepto-tmp.%s.%d.1", host, 1<<30), time.Hour, true},
		{fmt.Sprintf(".klepto-tmp.%s.%d.2", host, 1<<30), time.Second, false},
		{fmt.Sprintf(".klepto-tmp.%s.%d.3", host, os.Getpid()), time.Hour, false},
		{fmt.Sprintf(".klepto-tmp.%s.%d.4", "elsewhere", 1<<30), time.Hour, false},
		{fmt.Sprintf(".klepto-tmp.%s.%d.5", "elsewhere", 1), 25 * time.Hour, true},
		{".klepto-tmp.", time.Hour, false},
		{"notes.txt", 100 * 24 * time.Hour, false},
	} {
		file := filepath.Join(shard, c.name)
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now.Add(-c.age), now.Add(-c.age)); err != nil {
			t.Fatal(err)
		}
		wantListed(t, a, "f", e)
		if _, err := os.Stat(file); (err != nil) != c.gone {
			t.Errorf("%s, %v old: %v", c.name, c.age, err)
		}
	}
}
