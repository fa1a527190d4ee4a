package drivertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
)

// names would break out of a folder, collide or be refused if a driver used
// them as they are.
var names = []string{
	"", ".", "..", "/", "//", "a", "A", "a/b", "a_b", "a-b", "a b", "a.b", "a\\b", "a:b", "a*b?", "./a", "../a", "/a", "a/",
	"%", "%2F", "a%2Fb", "%25", "~", "=", "_", "-", "'", "\"", "`", "$(x)", "; drop table f; --", "<&>", "#", "@", "+",
	" ", " a", "a ", "a.", "\t", "a\nb", "a\rb", "a\x00b", "\x00", "\xff", "\xc3", "é", "e\u0301", "日本", "🙂", "\u202eabc",
	"index", "entries", "packed", "meta", "index.h5", "LOCK", "con", "NUL", "null", "nil", "0", "main.(*Solver).Run-fm", "main.Solve[...]",
	strings.Repeat("x", 300), strings.Repeat("x", 299) + "y", strings.Repeat("X", 300), strings.Repeat("/", 300), strings.Repeat("世", 300),
}

func testFunctionNames(t *testing.T, h Harness) {
	a := h.open(t)
	for i, name := range names {
		put(t, a, number(name, i))
	}
	for i, name := range names {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			e := number(name, i)
			wantEntry(t, a, e)
			wantList(t, a, name, []*archive.Entry{e})
		})
	}
	fns, err := a.Functions(t.Context())
	if err != nil {
		t.Fatalf("Functions: %v", err)
	}
	var got []string
	for _, f := range fns {
		got = append(got, f.Name)
	}
	if want := slices.Sorted(slices.Values(names)); !slices.Equal(got, want) {
		t.Errorf("Functions = %q\nwant %q", got, want)
	}
	for i, name := range names {
		if err := a.Delete(t.Context(), name, key(name, i)); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if n, err := a.Len(t.Context()); n != 0 || err != nil {
		t.Errorf("Len after all are deleted = %d, %v", n, err)
	}
}

func testKeyNames(t *testing.T, h Harness) {
	a := h.open(t)
	var all []*archive.Entry
	for i, name := range names {
		e := number("f", i)
		if name != "" { // to the archive, an unnamed key is called by its digest
			e.Key.Name = name
		}
		all = append(all, e)
	}
	put(t, a, all...)
	for _, e := range all {
		t.Run(fmt.Sprintf("%.20q", e.Key.Name), func(t *testing.T) { wantEntry(t, a, e) })
	}
	wantList(t, a, "f", all)
	for _, e := range all[1:] {
		if err := a.Delete(t.Context(), "f", e.Key); err != nil {
			t.Errorf("Delete: %v", err)
		}
		wantNone(t, a, "f", e.Key)
	}
	wantList(t, a, "f", all[:1])
}
