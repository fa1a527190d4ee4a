package keymap_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// kleptoCase is a case of testdata/klepto_keys.json, recorded from klepto
// 0.2.9: two calls and whether they should share a key.
type kleptoCase struct {
	ID, Signature, Keymap, Note string
	Ignore                      any
	Tol                         *int
	Deep, Typed                 bool
	CallA                       kleptoCall `json:"call_a"`
	CallB                       kleptoCall `json:"call_b"`
	Want                        bool       `json:"want_same"`
}

type kleptoCall struct {
	Args []map[string]any
	Kwds map[string]map[string]any
}

func TestKleptoKeys(t *testing.T) {
	var file struct{ Cases []kleptoCase }
	readJSON(t, "klepto_keys.json", &file)
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			s, params := c.compile(t)
			a, b := c.key(t, s, params, c.CallA), c.key(t, s, params, c.CallB)
			if (a == b) != c.Want {
				t.Errorf("%s: same is %v, want %v (%s)\n%q\n%q", c.Signature, a == b, c.Want, c.Note, a.Canonical, b.Canonical)
			}
		})
	}
}

// compile makes the Python signature one of arguments of any type.
func (c kleptoCase) compile(t *testing.T) (*keymap.Signature, []string) {
	o := &keymap.Options{Function: "f", Untyped: !c.Typed && (c.Keymap == "keymap" || c.Keymap == "hashmap")}
	if c.Tol != nil {
		o.Rounding = rounding.Simple(*c.Tol)
		if c.Deep {
			o.Rounding = rounding.Deep(*c.Tol)
		}
	}
	var params []keymap.Param
	var names []string
	for p := range strings.SplitSeq(c.Signature, ", ") {
		names = append(names, p)
		switch name, _, _ := strings.Cut(p, "="); {
		case name == "*":
		case strings.HasPrefix(name, "**"):
			params = append(params, keymap.Param{Name: name[2:], Type: reflect.TypeFor[map[string]any]()})
		case strings.HasPrefix(name, "*"):
			params = append(params, keymap.Param{Name: name[1:], Type: reflect.TypeFor[[]any]()})
		default:
			params = append(params, keymap.Param{Name: name, Type: reflect.TypeFor[any]()})
		}
	}
	variadic := slices.IndexFunc(params, func(p keymap.Param) bool { return p.Type.Kind() == reflect.Slice })
	if variadic >= 0 && variadic == len(params)-1 {
		params[variadic].Variadic = true
	}
	ignore, ok := c.Ignore.([]any)
	if !ok {
		ignore = []any{c.Ignore}
	}
	for _, name := range ignore {
		o.Ignore = append(o.Ignore, fmt.Sprint(name))
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
	return s, names
}

// key binds the call as Python does, and keys it.
func (c kleptoCase) key(t *testing.T, s *keymap.Signature, params []string, call kleptoCall) keymap.Key {
	var args []reflect.Value
	rest := call.Args
	keywords := map[string]any{}
	for name, v := range call.Kwds {
		keywords[name] = pythonValue(t, v)
	}
	only := false
	for _, p := range params {
		name, def, _ := strings.Cut(p, "=")
		var v any
		switch {
		case name == "*":
			only = true
			continue
		case strings.HasPrefix(name, "**"):
			v = keywords
		case strings.HasPrefix(name, "*"):
			all := []any{}
			for _, x := range rest {
				all = append(all, pythonValue(t, x))
			}
			v, rest = all, nil
		case len(rest) > 0 && !only:
			v, rest = pythonValue(t, rest[0]), rest[1:]
		default:
			if kw, ok := keywords[name]; ok {
				v = kw
				delete(keywords, name)
			} else if n, err := strconv.Atoi(def); err == nil {
				v = n
			} else if x, err := strconv.ParseFloat(def, 64); err == nil {
				v = x
			} else {
				t.Fatalf("no argument for %s", p)
			}
		}
		args = append(args, reflect.ValueOf(v))
	}
	k, err := s.Key(args)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// pythonValue decodes the tagged JSON of the vectors. A tuple becomes an array.
func pythonValue(t *testing.T, v map[string]any) any {
	t.Helper()
	all := func(x any) (list []any) {
		for _, x := range x.([]any) {
			list = append(list, pythonValue(t, x.(map[string]any)))
		}
		return list
	}
	bits := func(size int) uint64 {
		u, err := strconv.ParseUint(v["bits"].(string), 16, size)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for tag, x := range v {
		switch tag {
		case "f":
			return math.Float64frombits(bits(64))
		case "f32":
			return math.Float32frombits(uint32(bits(32)))
		case "i":
			n, err := strconv.ParseInt(x.(string), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		case "b", "s", "n":
			return x
		case "list":
			return all(x)
		case "tuple":
			list := all(x)
			array := reflect.New(reflect.ArrayOf(len(list), reflect.TypeFor[any]())).Elem()
			reflect.Copy(array, reflect.ValueOf(list))
			return array.Interface()
		case "dict":
			m := map[any]any{}
			for _, p := range x.([]any) {
				p := p.([]any)
				m[pythonValue(t, p[0].(map[string]any))] = pythonValue(t, p[1].(map[string]any))
			}
			return m
		case "nd":
			return ndarray(all(x.(map[string]any)["data"]), x.(map[string]any)["dtype"] == "float32")
		case "nd_rule":
			a := make([]float64, 5000)
			for i := range a {
				a[i] = float64(i)
			}
			if strings.Contains(x.(string), "[2500] = -1") {
				a[2500] = -1
			}
			return a
		}
	}
	t.Fatalf("unknown value %v", v)
	return nil
}

func ndarray(data []any, single bool) any {
	a, b := []float64{}, []float32{}
	for _, x := range data {
		a, b = append(a, x.(float64)), append(b, float32(x.(float64)))
	}
	if single {
		return b
	}
	return a
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
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
	readJSON(t, "memoize_key_cases.json", &file)
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
			k, err := s.Key([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf(2)})
			if err != nil {
				t.Fatal(err)
			}
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
