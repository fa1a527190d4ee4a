package keymap_test

import (
	"errors"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// TestSignatureKeymaps: the same call has one key, by whatever keymap.
func TestSignatureKeymaps(t *testing.T) {
	type named struct {
		Nu   float64 `klepto:"name=nu"`
		Name string  `klepto:"name=name"`
		Data any     `klepto:"name=data"`
	}
	type unnamed struct {
		A float64
		B string
		C any
	}
	o := &keymap.Options{Function: "f", Rounding: rounding.Deep(3)}
	s, err := keymap.NewSignature([]keymap.Param{
		{Name: "nu", Type: reflect.TypeFor[float64]()},
		{Name: "name", Type: reflect.TypeFor[string]()},
		{Name: "data", Type: reflect.TypeFor[any]()},
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	args := []reflect.Value{reflect.ValueOf(0.12345), reflect.ValueOf("x"), reflect.ValueOf([]float64{1})}
	want, err := s.Key(args)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := keymap.Bind[unnamed](s)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got keymap.Key, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got.Canonical, err, want.Canonical)
		}
	}
	k, err := s.Keymap().Key(&args)
	check("Keymap", k, err)
	k, err = bound.Key(&unnamed{0.12345, "x", []float64{1}})
	check("Bind", k, err)
	check("New", keyOf(t, o, named{0.12345, "x", []float64{1}}), nil)

	d, err := s.Keymap().Digest(&args)
	if err != nil || d != want.Digest {
		t.Errorf("Digest by position: %v, %v", d, err)
	}
	short := args[:2]
	if _, err := s.Keymap().Digest(&short); !errors.Is(err, keymap.ErrOption) {
		t.Errorf("an argument is missing: %v", err)
	}
	if _, err := s.Keymap().Append(nil, &short); !errors.Is(err, keymap.ErrOption) {
		t.Errorf("an argument is missing: %v", err)
	}
	type other struct {
		A float64
		B int
		C any
	}
	if _, err := keymap.Bind[other](s); !errors.Is(err, keymap.ErrOption) {
		t.Errorf("Bind to other types: %v", err)
	}
	if _, err := keymap.Bind[int](s); !errors.Is(err, keymap.ErrOption) {
		t.Errorf("Bind to an int: %v", err)
	}
}

// TestSoleParameter: a struct without a name is what an In is to New.
func TestSoleParameter(t *testing.T) {
	type params struct {
		Nu  float64   `klepto:"name=nu,tol=2"`
		N   int       `klepto:"default=2"`
		Log io.Writer `klepto:"ignore"`
	}
	sole(t, params{Nu: 0.123, N: 3})
	sole(t, params{Nu: 0.123, N: 2})
	sole(t, time.Unix(1, 2)) // a struct, but a value of its own
}

func sole[In any](t *testing.T, in In) {
	t.Helper()
	o := &keymap.Options{Function: "f"}
	s, err := keymap.NewSignature([]keymap.Param{{Type: reflect.TypeFor[In]()}}, o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Key([]reflect.Value{reflect.ValueOf(in)})
	if want := keyOf(t, o, in); err != nil || got != want {
		t.Errorf("%v: %q, %v; want %q", in, got.Canonical, err, want.Canonical)
	}
}
