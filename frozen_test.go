package klepto_test

import (
	"context"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// TestFrozenArguments: a frozen argument finds the entry that another process made of
// equal content, and decodes from its name's key as a fingerprint.
func TestFrozenArguments(t *testing.T) {
	type args struct {
		Field keymap.Frozen[[]float64]
		Nu    float64
	}
	a := memory(t)
	runs := 0
	sum := func(_ context.Context, in args) (s float64, _ error) {
		runs++
		for _, x := range in.Field.Value() {
			s += in.Nu * x
		}
		return s, nil
	}
	for range 2 { // the second memo has nothing in memory
		m := memoize(t, sum, klepto.Options{Name: "sum", Archive: a})
		for range 2 {
			got, err := m.Call(t.Context(), args{keymap.Freeze([]float64{1, 2, 3}), 0.5})
			if err != nil || got != 3 {
				t.Fatal(got, err)
			}
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
	m := memoize(t, sum, klepto.Options{Name: "sum", Archive: a})
	if got, err := m.Call(t.Context(), args{keymap.Freeze([]float64{1, 2, 4}), 0.5}); err != nil || got != 3.5 || runs != 2 {
		t.Error(got, err, runs)
	}
}

// TestFrozenArgumentsAreRecordedByFingerprint: wherever they stand, and however
// the function is wrapped, entries don't hold their content.
func TestFrozenArgumentsAreRecordedByFingerprint(t *testing.T) {
	type floats = keymap.Frozen[[]float64]
	type args struct {
		Field floats
		More  []floats
		In    struct{ P *floats }
		None  floats
		Mask  keymap.Frozen[struct{ X float64 }] `klepto:"ignore"`
	}
	field := keymap.Freeze([]float64{1, 2, 3})
	sum, err := field.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	text := &value.Array{Elem: value.String, Data: []string{"frozen(" + sum + ")"}}
	tree := memory(t)
	m := memoize(t, func(context.Context, args) (float64, error) { return 1, nil }, klepto.Options{Name: "tree", Archive: tree})
	in := args{Field: field, More: []floats{field, field}, Mask: keymap.Freeze(struct{ X float64 }{1})}
	in.In.P = &field
	if _, err := m.Call(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	got := onlyEntry(t, tree).Call.Args
	want := []value.Value{text, &value.List{Items: []value.Value{text, text}}, &value.Struct{Fields: []value.Field{{Name: "P", Value: text}}}, value.Null{}}
	for i, w := range want {
		if !value.Equal(got[i].Value, w) {
			t.Errorf("%s: %v, not %v", got[i].Name, got[i].Value, w)
		}
	}
	if mask, ok := got[4].Value.(*value.Array); !ok || mask.Elem != value.String {
		t.Errorf("%v", got[4].Value)
	}

	wrapped := memory(t)
	f, control, err := klepto.Wrap(func(_ floats, _ any, _ any) float64 { return 1 }, &klepto.Options{Name: "wrapped", Archive: wrapped, Names: []string{"f", "x", "y"}})
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	f(field, field, nil)
	for i, arg := range onlyEntry(t, wrapped).Call.Args {
		if want := []value.Value{text, text, value.Null{}}[i]; !value.Equal(arg.Value, want) {
			t.Errorf("%s: %v, not %v", arg.Name, arg.Value, want)
		}
	}
}

func onlyEntry(t *testing.T, a *archive.Archive) *archive.Entry {
	t.Helper()
	var only *archive.Entry
	for e, err := range a.All(t.Context()) {
		if err != nil || only != nil {
			t.Fatal(e, err)
		}
		only = e
	}
	return only
}
