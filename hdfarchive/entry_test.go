package hdfarchive_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// kinds are the archives of this package, for tests that hold for both.
var kinds = []struct {
	scheme string
	open   func(path string, o *hdfarchive.Options) (*archive.Archive, error)
}{
	{"hdf", hdfarchive.Open},
	{"hdfdir", hdfarchive.OpenDir},
}

// opened returns an archive that opens, of either kind.
func opened(t testing.TB, open func(path string, o *hdfarchive.Options) (*archive.Archive, error), path string, o *hdfarchive.Options) *archive.Archive {
	t.Helper()
	a, err := open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// openURL returns what a user of the URL opens.
func openURL(t *testing.T, url string) *archive.Archive {
	t.Helper()
	a, err := archive.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func number(x float64) *value.Array { return &value.Array{Elem: value.Float64, Data: []float64{x}} }

func text(s string) *value.Array { return &value.Array{Elem: value.String, Data: []string{s}} }

func vector(n int, first float64) *value.Array {
	x := make([]float64, n)
	for i := range x {
		x[i] = first + float64(i)
	}
	return &value.Array{Elem: value.Float64, Shape: []int{n}, Data: x}
}

// entry makes entry n of a function with arguments given as pairs of name and value.
func entry(function string, n int, v value.Value, args ...any) *archive.Entry {
	canonical := binary.LittleEndian.AppendUint64([]byte(function+"\x00"), uint64(n))
	k := keymap.Key{Canonical: string(canonical), Digest: keymap.Digest(xxh3.Hash128(canonical))}
	k.Name = k.Digest.String()
	e := &archive.Entry{Key: k, Call: archive.Call{Function: function}, Value: v, GoType: "float64",
		Provenance: archive.Provenance{Created: time.Unix(1_700_000_000+int64(n), 0).UTC(), Elapsed: time.Duration(n) * time.Millisecond}}
	for i := 0; i < len(args); i += 2 {
		e.Call.Args = append(e.Call.Args, value.Field{Name: args[i].(string), Value: args[i+1].(value.Value)})
	}
	return e
}

func put(t *testing.T, a *archive.Archive, entries ...*archive.Entry) {
	t.Helper()
	if n, err := a.PutMany(t.Context(), entries); n != len(entries) || err != nil {
		t.Fatalf("PutMany = %d, %v", n, err)
	}
}

func closeNow(t *testing.T, a *archive.Archive) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantValue checks that the archive has the entry with its value.
func wantValue(t *testing.T, a *archive.Archive, e *archive.Entry) {
	t.Helper()
	got, err := a.Get(t.Context(), e.Call.Function, e.Key)
	if err != nil {
		t.Errorf("Get: %v", err)
	} else if !value.Equal(got.Value, e.Value) {
		t.Errorf("Get = %v, want %v", value.Describe(got.Value), value.Describe(e.Value))
	}
}

// wantListed checks that a listing of the function has exactly these entries.
func wantListed(t *testing.T, a *archive.Archive, function string, want ...*archive.Entry) {
	t.Helper()
	var names []string
	for e, err := range a.List(t.Context(), function) {
		if err != nil {
			t.Errorf("List: %v", err)
			return
		}
		names = append(names, e.Key.Name)
	}
	var all []string
	for _, e := range want {
		all = append(all, e.Key.Name)
	}
	if fmt.Sprint(names) != fmt.Sprint(all) {
		t.Errorf("List = %v\nwant %v", names, all)
	}
}
