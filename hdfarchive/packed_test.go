package hdfarchive_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// inFile runs f on the group at the path in a file that is no archive's now.
func inFile(t *testing.T, file string, path []string, f func(g *h5.Group) error) {
	t.Helper()
	x, err := h5.Open(file, &h5.FileOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	g, err := x.Root()
	for _, name := range path {
		if err == nil {
			g, err = g.Group(name)
		}
	}
	if err == nil {
		err = f(g)
	}
	if err = errors.Join(err, x.Close()); err != nil {
		t.Fatal(err)
	}
}

// places counts the rows and the objects of a function, and names the columns.
func places(t *testing.T, file, function string) (rows, objects int, columns string) {
	t.Helper()
	inFile(t, file, []string{function}, func(g *h5.Group) error {
		entries, err := g.Group("entries")
		if err != nil {
			return err
		}
		if objects, _, err = entries.Info(); err != nil {
			return err
		}
		p, err := g.Group("packed")
		if errors.Is(err, h5.ErrAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		i, err := p.Stat("rows")
		if err != nil {
			return err
		}
		var names []string
		for _, m := range i.Type.Members {
			names = append(names, m.Name)
		}
		rows, columns = i.Shape[0], strings.Join(names, " ")
		return nil
	})
	return rows, objects, columns
}

// same wants the archive to give an entry back, but for its sum.
func same(t *testing.T, a *archive.Archive, want *archive.Entry) {
	t.Helper()
	got, err := a.Get(t.Context(), want.Call.Function, want.Key)
	if err != nil {
		t.Errorf("Get: %v", err)
		return
	}
	stat, err := a.Stat(t.Context(), want.Call.Function, want.Key)
	if err != nil || stat.Value != nil {
		t.Errorf("Stat = %v, %v", stat, err)
		return
	}
	if !value.Equal(got.Value, want.Value) {
		t.Errorf("value %s, want %s", value.Describe(got.Value), value.Describe(want.Value))
	}
	for _, e := range []*archive.Entry{got, stat} {
		if e.Key != want.Key || e.GoType != want.GoType || e.Call.Function != want.Call.Function || e.Call.Version != want.Call.Version ||
			e.Call.Rounding != want.Call.Rounding || e.Sum != got.Sum || e.Shape != value.Describe(want.Value) || e.Bytes != value.Size(want.Value) {
			t.Errorf("got %+v\nwant %+v", e, want)
		}
		p, q := e.Provenance, want.Provenance
		if !p.Created.Equal(q.Created) || p.Elapsed != q.Elapsed || p.Host != q.Host || p.Go != q.Go || p.Build != q.Build || p.VCS != q.VCS {
			t.Errorf("provenance %+v, want %+v", p, q)
		}
		if !value.Equal(&value.Struct{Fields: e.Call.Args}, &value.Struct{Fields: want.Call.Args}) {
			t.Errorf("arguments %v, want %v", e.Call.Args, want.Call.Args)
		}
	}
}

func structOf(fields ...any) *value.Struct {
	s := &value.Struct{}
	for i := 0; i < len(fields); i += 2 {
		s.Fields = append(s.Fields, value.Field{Name: fields[i].(string), Value: fields[i+1].(value.Value)})
	}
	return s
}

// TestPackedValues says what becomes a row, with which columns, and wants each back
// bit for bit.
func TestPackedValues(t *testing.T) {
	described := number(2)
	described.Units, described.LongName, described.Axes = "1/s", "größe", []string{}
	point := structOf("x", number(math.Copysign(0, -1)), "on", array(value.Bool, []bool{true}), "z", array(value.Complex64, []complex64{complex(float32(math.Inf(1)), 2)}))
	const ends = " created seconds sum key form check"
	for _, c := range []struct {
		name    string
		v       value.Value
		args    []any
		columns string // "": an object
	}{
		{"float", number(math.Float64frombits(0x7ff0000000000001)), []any{"F", number(0.5), "k", described}, "F k value" + ends},
		{"bool", array(value.Bool, []bool{true}), []any{"b", array(value.Bool, []bool{false})}, "b value" + ends},
		{"int", array(value.Int8, []int8{-128}), []any{"n", integer(math.MinInt64), "u", array(value.Uint16, []uint16{7})}, "n u value" + ends},
		{"complex", array(value.Complex128, []complex128{complex(math.NaN(), -1)}), []any{"z", array(value.Complex64, []complex64{1i})}, "z value" + ends},
		{"time", array(value.Time, []int64{value.NaT}), []any{"t", array(value.Time, []int64{5}), "d", array(value.Duration, []int64{-1})}, "t d value" + ends},
		{"text as argument", number(1), []any{"mode", text("größe"), "empty", text("")}, "mode empty value" + ends},
		{"struct", point, []any{"p", structOf("x", number(1), "y", number(2))}, "p.x p.y x on z" + ends},
		{"struct in struct", structOf("p", structOf("a", integer(1)), "q", described), []any{"n", integer(1)}, "n p.a q" + ends},
		{"point", vector(3, 1), []any{"x", vector(10, 0)}, strings.Join([]string{"x[0] x[1] x[2] x[3] x[4] x[5] x[6] x[7] x[8] x[9] value[0] value[1] value[2]", ends}, "")},
		{"names that are taken", structOf("form", number(1), "F", number(2), "a/b", number(3)), []any{"F", number(1), "key", number(2), "arg_key", number(3)},
			"F arg_key arg_arg_key result_form result_F a/b" + ends},
		{"no arguments", number(1), nil, "value created seconds sum form check"},
		{"text", text("a"), []any{"n", integer(1)}, ""},
		{"series", vector(5, 0), []any{"n", integer(1)}, ""},
		{"empty", vector(0, 0), []any{"n", integer(1)}, ""},
		{"matrix", array(value.Float64, []float64{1, 2, 3, 4}, 2, 2), []any{"n", integer(1)}, ""},
		{"null", value.Null{}, []any{"n", integer(1)}, ""},
		{"empty struct", structOf(), []any{"n", integer(1)}, ""},
		{"struct with text", structOf("x", number(1), "s", text("a")), []any{"n", integer(1)}, ""},
		{"long argument", number(1), []any{"u", vector(17, 1)}, ""},
		{"long text", number(1), []any{"s", text(strings.Repeat("x", 33))}, ""},
		{"text with NUL", number(1), []any{"s", text("a\x00")}, ""},
		{"argument null", number(1), []any{"s", value.Null{}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.h5")
			a := opened(t, hdfarchive.Open, path, nil)
			e := entry("packed", 1, c.v, c.args...)
			e.Call.Version, e.Call.Rounding, e.GoType = "v\xff\n", "deep(6)", "main.R"
			e.Provenance.Host, e.Provenance.Go, e.Provenance.Build, e.Provenance.VCS = "h", "go", "b", "v"
			put(t, a, e)
			same(t, a, e)
			closeNow(t, a)
			a = opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
			same(t, a, e)
			wantListed(t, a, "packed", e)
			fns, err := a.Functions(t.Context())
			if err != nil || len(fns) != 1 || fns[0].Name != "packed" || fns[0].Version != "v\xff\n" || fns[0].Rounding != "deep(6)" ||
				len(fns[0].Args) != len(c.args)/2 || fns[0].Entries != 1 {
				t.Errorf("Functions = %+v, %v", fns, err)
			}
			closeNow(t, a)
			rows, objects, columns := places(t, path, "packed")
			if (rows == 1) == (objects == 1) || columns != c.columns {
				t.Errorf("%d rows of %q, %d objects, want columns %q", rows, columns, objects, c.columns)
			}
		})
	}
}

// TestPackedPromotion changes what a function returns, and back.
func TestPackedPromotion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	var all []*archive.Entry
	for n := range 30 {
		v := []value.Value{number(1), vector(20, 1), structOf("x", number(1)), integer(2), structOf("u", vector(9, 1))}[n%5]
		e := entry("f", n, v, "n", integer(int64(n)))
		if n >= 15 {
			e.Call.Version, e.Provenance.Host = "2", fmt.Sprint("host", n%2)
		}
		all = append(all, e)
		put(t, a, e)
	}
	check := func(rows, objects int) {
		t.Helper()
		wantListed(t, a, "f", all...)
		for _, e := range all {
			same(t, a, e)
		}
		if n, err := a.Len(t.Context(), "f"); n != len(all) || err != nil {
			t.Errorf("Len = %d, %v", n, err)
		}
		closeNow(t, a)
		if r, o, _ := places(t, path, "f"); r != rows || o != objects {
			t.Errorf("%d rows and %d objects, want %d and %d", r, o, rows, objects)
		}
		a = opened(t, hdfarchive.Open, path, nil)
	}
	check(6, 24)
	for i, e := range all { // each becomes what its neighbour was
		e.Value = all[(i+1)%30].Value
	}
	put(t, a, all...)
	check(5+0, 25)
	for _, e := range all {
		e.Value = number(3)
	}
	put(t, a, all...)
	check(30, 0)
	for _, e := range all {
		e.Value = series(3)
	}
	put(t, a, all...)
	check(0, 30)
	closeNow(t, a)
}

// withKey gives an entry a key of the given bytes.
func withKey(e *archive.Entry, canonical string) *archive.Entry {
	e.Key = keymap.Key{Canonical: canonical, Digest: keymap.Digest(xxh3.HashString128(canonical))}
	e.Key.Name = e.Key.Digest.String()
	return e
}

// TestPackedKeys has keys that differ where, and as long as, the first did not tell.
func TestPackedKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Sync: hdfarchive.SyncOff})
	var all []*archive.Entry
	add := func(canonical string, args ...any) {
		e := withKey(entry("f", len(all), number(float64(len(all))), args...), canonical)
		all = append(all, e)
		put(t, a, e)
	}
	for n := range 3 {
		add(fmt.Sprintf("prefix%08d", n), "n", integer(1))
	}
	add("prefiy00000000", "n", integer(1)) // one byte earlier
	add("Prefix00000000", "n", integer(1))
	add("x", "n", integer(1))
	add(strings.Repeat("long ", 40), "n", integer(1))
	add(strings.Repeat("long!", 40), "n", integer(1))
	add(strings.Repeat("Long!", 40), "n", integer(1))
	add(strings.Repeat("p", 3000)+"1", "n", integer(1))
	add(strings.Repeat("p", 3000)+"2", "n", integer(1))
	add("q"+strings.Repeat("p", 2999)+"2", "n", integer(1)) // a form of its own: so much is no row
	add(strings.Repeat("p", 5000), "n", integer(1))         // no row
	other := entry("f", 100, number(100), "n", integer(1))  // a name of its own
	other.Key.Name = "a/b\x00"
	all = append(all, other)
	put(t, a, other)
	forged := entry("f", 101, number(101), "n", integer(1)) // the digest of another
	forged.Key.Canonical += "?"
	all = append(all, forged)
	put(t, a, forged)
	collision := all[0].Key
	collision.Canonical += "!"
	for range 2 {
		for _, e := range all {
			same(t, a, e)
		}
		if e, err := a.Get(t.Context(), "f", collision); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("Get of another key with the same digest = %v, %v", e, err)
		}
		if err := a.Delete(t.Context(), "f", collision); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("Delete of another key with the same digest: %v", err)
		}
		closeNow(t, a)
		if rows, objects, _ := places(t, path, "f"); rows != len(all)-3 || objects != 3 {
			t.Errorf("%d rows and %d objects of %d", rows, objects, len(all))
		}
		a = opened(t, hdfarchive.Open, path, nil)
	}
	closeNow(t, a)
}

// TestPackedModel puts, replaces and deletes at random, rows and objects, one and
// many at a time, and holds the archive against a map.
func TestPackedModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	o := &hdfarchive.Options{Sync: hdfarchive.SyncOff}
	a := opened(t, hdfarchive.Open, path, o)
	model := make(map[int]*archive.Entry)
	next := rand.New(rand.NewPCG(1, 2)).IntN
	for step := range 600 {
		switch next(4) {
		case 0:
			n := next(60)
			err := a.Delete(t.Context(), "f", entry("f", n, nil).Key)
			if (err == nil) != (model[n] != nil) {
				t.Fatalf("step %d: Delete = %v, the entry was there: %v", step, err, model[n] != nil)
			}
			delete(model, n)
		default:
			var batch []*archive.Entry
			for range 1 + next(5) {
				n := next(60)
				e := entry("f", n, number(float64(step)), "n", integer(int64(n)))
				if next(4) == 0 {
					e.Value = series(float64(step))
				}
				e.Provenance.Created = e.Provenance.Created.Add(time.Duration(next(3)) * time.Hour)
				batch = append(batch, e)
				model[n] = e
			}
			put(t, a, batch...)
		}
		if step%50 == 49 {
			closeNow(t, a)
			a = opened(t, hdfarchive.Open, path, o)
		}
		if step%10 != 9 {
			continue
		}
		seen := 0
		var last *archive.Entry
		for e, err := range a.List(t.Context(), "f") {
			if err != nil {
				t.Fatal(err)
			}
			n := int(e.Call.Args[0].Value.(*value.Array).Data.([]int64)[0])
			if want := model[n]; want == nil || !want.Provenance.Created.Equal(e.Provenance.Created) {
				t.Fatalf("step %d: List yields entry %d, created %v", step, n, e.Provenance.Created)
			}
			if last != nil {
				if c := last.Provenance.Created.Compare(e.Provenance.Created); c > 0 || c == 0 && last.Key.Name >= e.Key.Name {
					t.Fatalf("step %d: List is not in order", step)
				}
			}
			last = e
			seen++
		}
		if seen != len(model) {
			t.Fatalf("step %d: List yields %d entries, want %d", step, seen, len(model))
		}
		for _, e := range model {
			wantValue(t, a, e)
		}
	}
	closeNow(t, a)
}
