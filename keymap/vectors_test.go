package keymap_test

import (
	"reflect"
	"testing"

	"github.com/klepto-go/klepto/internal/vectors"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// TestKleptoKeys: the calls of testdata/klepto_keys.json.
func TestKleptoKeys(t *testing.T) {
	var file struct{ Cases []vectors.Case }
	vectors.Read(t, "testdata/klepto_keys.json", &file)
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			s := compile(t, c)
			a, b := keyOfCall(t, s, c.Bind(t, c.CallA)), keyOfCall(t, s, c.Bind(t, c.CallB))
			if (a == b) != c.Same {
				t.Errorf("%s: same is %v, want %v (%s)\n%q\n%q", c.Signature, a == b, c.Same, c.Note, a.Canonical, b.Canonical)
			}
		})
	}
}

func compile(t *testing.T, c vectors.Case) *keymap.Signature {
	o := &keymap.Options{Function: "f", Untyped: c.Untyped(), Ignore: c.Ignored()}
	if c.Tol != nil {
		o.Rounding = rounding.Simple(*c.Tol)
		if c.Deep {
			o.Rounding = rounding.Deep(*c.Tol)
		}
	}
	typ, names := c.Function()
	var params []keymap.Param
	for i, name := range names {
		params = append(params, keymap.Param{Name: name, Type: typ.In(i), Variadic: typ.IsVariadic() && i == len(names)-1})
	}
	s, err := keymap.NewSignature(params, o)
	if err != nil {
		// klepto takes names that are no parameter's, and they do nothing, or
		// mask what arrives in **kw. Here they are an error.
		o.Ignore = nil
		if s, err = keymap.NewSignature(params, o); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func keyOfCall(t *testing.T, s *keymap.Signature, args []reflect.Value) keymap.Key {
	t.Helper()
	k, err := s.Key(args)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestMemoizeKeyCases: testdata/memoize_key_cases.json lists calls on which
// memoizers of Python (functools, cacheout, cachier, joblib, diskcache) disagree,
// and how many distinct ones there are.
func TestMemoizeKeyCases(t *testing.T) {
	var file struct {
		Cases []struct {
			ID       string
			Calls    []struct{ Args []string }
			Demanded int
			Why      string
		}
	}
	vectors.Read(t, "testdata/memoize_key_cases.json", &file)
	type ab struct{ A, B any }
	row, transposed := [2][3]float64{{0, 1, 2}, {3, 4, 5}}, [2][3]float64{}
	columns := [3][2]float64{{0, 3}, {1, 4}, {2, 5}} // in the order of Fortran
	for i := range 2 {
		for j := range 3 {
			transposed[i][j] = columns[j][i]
		}
	}
	middle := make([]float64, 2000)
	middle[1000] = 1
	tol15 := &keymap.Options{Rounding: rounding.Simple(15)}
	for _, c := range file.Cases {
		keys := map[keymap.Key]bool{}
		add := func(k ...keymap.Key) {
			for _, k := range k {
				keys[k] = true
			}
		}
		switch c.ID {
		case "boundary_1_23_vs_12_3":
			add(keyOf(t, nil, ab{1, 23}), keyOf(t, nil, ab{12, 3}))
		case "minus1.0_minus2.0":
			add(keyOf(t, nil, -1.0), keyOf(t, nil, -2.0))
		case "int_vs_float":
			o := &keymap.Options{Untyped: true}
			add(keyOf(t, o, any(1)), keyOf(t, o, any(1.0)))
			differ(t, nil, any(1), any(1.0))
		case "kw_vs_positional":
			s, err := keymap.NewSignature([]keymap.Param{{Name: "A", Type: reflect.TypeFor[any]()}, {Name: "B", Type: reflect.TypeFor[any]()}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			k := keyOfCall(t, s, []reflect.Value{reflect.ValueOf(1), reflect.ValueOf(2)})
			add(k, keyOf(t, nil, ab{1, 2}), keyOf(t, nil, ab{B: 2, A: 1}))
		case "varargs_tuple_vs_flat":
			add(keyOf(t, nil, ab{1, []any{3, 4}}), keyOf(t, nil, ab{1, []any{[]any{3, 4}}}))
		case "str_number":
			add(keyOf(t, nil, any(1)), keyOf(t, nil, any("1")))
		case "big_array_differs_in_middle":
			add(keyOf(t, nil, make([]float64, 2000)), keyOf(t, nil, middle))
		case "array_C_vs_F_same_values":
			add(keyOf(t, nil, row), keyOf(t, nil, transposed))
		case "array_dtype_f64_vs_f32":
			add(keyOf(t, nil, []float64{0, 1}), keyOf(t, nil, []float32{0, 1}))
		case "float_0.1+0.2_vs_0.3":
			x := 0.1
			add(keyOf(t, nil, x+0.2), keyOf(t, nil, 0.3))
			same(t, tol15, x+0.2, 0.3)
		default:
			t.Errorf("unknown case %s: %s", c.ID, c.Why)
			continue
		}
		if len(keys) != c.Demanded {
			t.Errorf("%s: %d keys, want %d: %s", c.ID, len(keys), c.Demanded, c.Why)
		}
	}
}
