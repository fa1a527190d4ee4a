package keymap_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func newErr[In any](o *keymap.Options) error {
	_, err := keymap.New[In](o)
	return err
}

type loop struct {
	V    float64
	Next *loop
	Any  []loop
}

type selfSlice []selfSlice

type ring struct{ Of any }

func TestNewErrors(t *testing.T) {
	type hidden struct{ a int }
	type deep struct {
		Grid struct {
			Cells []map[string]*hidden
		}
	}
	for _, c := range []struct {
		name string
		err  error
		is   error
		says string
	}{
		{"func", newErr[func()](nil), keymap.ErrUnkeyable, "func()"},
		{"chan", newErr[struct{ Out chan int }](nil), keymap.ErrUnkeyable, ".Out is a chan int"},
		{"uintptr", newErr[struct{ P uintptr }](nil), keymap.ErrUnkeyable, ".P"},
		{"unexported", newErr[hidden](nil), keymap.ErrUnkeyable, "keymap_test.hidden.a is an int: the field is unexported"},
		{"unexported deep", newErr[deep](nil), keymap.ErrUnkeyable, "keymap_test.deep.Grid.Cells[][].a"},
		{"map of pointers", newErr[map[*int]int](nil), keymap.ErrUnkeyable, "keys are pointers"},
		{"empty elements", newErr[[]struct{}](nil), keymap.ErrUnkeyable, "without content"},
		{"ignore", newErr[run](&keymap.Options{Ignore: []string{"Q"}}), keymap.ErrOption, `no argument is named "Q"; there are A, B, C`},
		{"ignore twice", newErr[run](&keymap.Options{Ignore: []string{"A", "A"}}), keymap.ErrOption, "twice"},
		{"ignore index", newErr[run](&keymap.Options{Ignore: []string{"11"}}), keymap.ErrOption, `"11"`},
		{"tol", newErr[run](&keymap.Options{Tol: map[string]int{"a": 1}}), keymap.ErrOption, `"a"`},
		{"tol of int", newErr[run](&keymap.Options{Tol: map[string]int{"N": 1}}), keymap.ErrOption, "holds no floats"},
		{"tol of ignored", newErr[run](&keymap.Options{Tol: map[string]int{"A": 1}, Ignore: []string{"A"}}), keymap.ErrOption, "is ignored"},
		{"rounding", newErr[run](&keymap.Options{Rounding: rounding.Significant(0)}), rounding.ErrDigits, "significant(0)"},
		{"two names", newErr[struct {
			A int `klepto:"name=b"`
			B int `klepto:"name=b"`
		}](nil), keymap.ErrOption, `.A and struct`},
		{"embedded twice", newErr[struct {
			run
			A int
		}](nil), keymap.ErrOption, `both named "A"`},
		{"tag", newErr[struct {
			A int `klepto:"tolerance=3"`
		}](nil), keymap.ErrOption, "tolerance"},
		{"default of a struct", newErr[struct {
			A run `klepto:"default=1"`
		}](nil), keymap.ErrOption, "can have no default"},
		{"default of a slice", newErr[struct {
			A []int `klepto:"default=1"`
		}](nil), keymap.ErrOption, "only be nil"},
		{"bad default", newErr[struct {
			A int8 `klepto:"default=300"`
		}](nil), keymap.ErrOption, `default "300" is no int8`},
		{"default inside", newErr[struct {
			P struct {
				A int `klepto:"default=1"`
			}
		}](nil), keymap.ErrOption, "only an argument can have a default"},
	} {
		if !errors.Is(c.err, c.is) || !strings.Contains(c.err.Error(), c.says) || !strings.HasPrefix(c.err.Error(), "keymap: ") {
			t.Errorf("%s: %v, want %v … %s", c.name, c.err, c.is, c.says)
		}
	}
}

func digestErr[In any](t *testing.T, in In) error {
	t.Helper()
	k := mustNew[In](t, nil)
	_, err := k.Digest(&in)
	_, err2 := k.Key(&in)
	if (err == nil) != (err2 == nil) {
		t.Errorf("Digest says %v, Key %v", err, err2)
	}
	return err
}

func TestCallErrors(t *testing.T) {
	l := &loop{V: 1}
	l.Next = l
	wide := loop{Any: make([]loop, 3)}
	wide.Any[1].Any = wide.Any
	slice := make(selfSlice, 2)
	slice[1] = slice
	r := &ring{}
	r.Of = map[string]any{"back": r}
	var unset mat.Cholesky
	for _, c := range []struct {
		name string
		err  error
		is   error
	}{
		{"pointer loop", digestErr(t, l), keymap.ErrCyclic},
		{"slice loop", digestErr(t, wide), keymap.ErrCyclic},
		{"self slice", digestErr(t, slice), keymap.ErrCyclic},
		{"interface loop", digestErr(t, r), keymap.ErrCyclic},
		{"func in an interface", digestErr(t, any(func() {})), keymap.ErrUnkeyable},
		{"hidden in an interface", digestErr(t, ring{strings.NewReader("")}), keymap.ErrUnkeyable},
		{"pointer key in an interface", digestErr(t, any(map[*int]int{})), keymap.ErrUnkeyable},
		{"matrix without content", digestErr(t, &unset), nil},
	} {
		if !errors.Is(c.err, c.is) {
			t.Errorf("%s: %v, want %v", c.name, c.err, c.is)
		}
	}
	same(t, nil, loop{V: 1, Next: &loop{V: 2}}, loop{V: 1, Next: &loop{V: 2}})
	differ(t, nil, loop{V: 1, Next: &loop{V: 2}}, loop{V: 1, Any: []loop{{V: 2}}})
	differ(t, nil, selfSlice{{}, {}}, selfSlice{{{}}})
}

// TestDeepList: long is not cyclic.
func TestDeepList(t *testing.T) {
	var l *loop
	for i := range 9000 {
		l = &loop{V: float64(i), Next: l}
	}
	keyOf(t, nil, l)
}

func TestSignature(t *testing.T) {
	param := func(name string, x any) keymap.Param { return keymap.Param{Name: name, Type: reflect.TypeOf(x)} }
	s, err := keymap.NewSignature([]keymap.Param{param("Nu", 0.0), param("N", 0), {Name: "Rest", Type: reflect.TypeFor[[]string](), Variadic: true}},
		&keymap.Options{Function: "f", Rounding: rounding.Deep(2)})
	if err != nil {
		t.Fatal(err)
	}
	args := func(x ...any) (v []reflect.Value) {
		for _, x := range x {
			v = append(v, reflect.ValueOf(x))
		}
		return v
	}
	type fields struct {
		Nu   float64
		N    int
		Rest []string
	}
	got, err := s.Key(args(0.123, 4, []string(nil)))
	if want := keyOf(t, &keymap.Options{Function: "f", Rounding: rounding.Deep(2)}, fields{0.124, 4, []string{}}); err != nil || got != want {
		t.Errorf("%x, %v, want %x", got.Canonical, err, want.Canonical)
	}
	if d, err := s.Digest(args(0.123, 4, []string{})); err != nil || d != got.Digest {
		t.Error(d, err)
	}
	for _, bad := range [][]reflect.Value{args(1.0), args(1.0, "x", []string{}), args(1.0, nil, []string{})} {
		if _, err := s.Key(bad); !errors.Is(err, keymap.ErrOption) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	for _, bad := range [][]keymap.Param{
		{param("", 1), param("b", 1)}, {param("a", 1), param("a", 2)}, {{Name: "a", Type: reflect.TypeFor[int](), Variadic: true}},
		{{Name: "a", Type: reflect.TypeFor[[]int](), Variadic: true}, param("b", 1)}, {param("f", func() {})},
	} {
		if _, err := keymap.NewSignature(bad, nil); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// TestManyArguments: more than fit any buffer.
func TestManyArguments(t *testing.T) {
	var params []keymap.Param
	var args []reflect.Value
	for i := range 3000 {
		params = append(params, keymap.Param{Name: fmt.Sprint("f", i), Type: reflect.TypeFor[float64]()},
			keymap.Param{Name: fmt.Sprint("s", i), Type: reflect.TypeFor[string]()})
		args = append(args, reflect.ValueOf(float64(i)), reflect.ValueOf(strings.Repeat("x", i%200)))
	}
	s, err := keymap.NewSignature(params, &keymap.Options{Rounding: rounding.Deep(2)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.Key(args)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := s.Digest(args); err != nil || d != key.Digest {
		t.Errorf("digest %v, %v, key %v", d, err, key.Digest)
	}
	if c, err := keymap.Decode(key.Canonical); err != nil || len(c.Args) != 6000 {
		t.Error(len(c.Args), err)
	}
}
