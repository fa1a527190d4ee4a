package klepto_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
)

// The files testdata/klepto_keys.json and testdata/memoize_key_cases.json were
// recorded from Python's memoizers by the project's reference vectors: pairs of
// calls of a function, and whether they are the same call (want_same, demanded).
// Here the functions are wrapped and called; the same call must not run twice.

type keyCase struct {
	ID, Signature, Keymap, Note string
	Ignore                      any
	Tol                         *int
	Deep, Typed                 bool
	CallA                       pythonCall `json:"call_a"`
	CallB                       pythonCall `json:"call_b"`
	Want                        bool       `json:"want_same"`
}

type pythonCall struct {
	Args []map[string]any
	Kwds map[string]map[string]any
}

// unknownNames are the cases that ignore what is no parameter's name: a wrong
// name that klepto lets pass, and names of what arrives in **kw.
var unknownNames = []string{"k060", "k070", "k071"}

func TestKleptoKeysWrapped(t *testing.T) {
	var file struct{ Cases []keyCase }
	readVectors(t, "klepto_keys.json", &file)
	if len(file.Cases) < 40 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			o := klepto.Options{Name: "f", Untyped: !c.Typed && (c.Keymap == "keymap" || c.Keymap == "hashmap")}
			if c.Tol != nil {
				o.Rounding = rounding.Simple(*c.Tol)
				if c.Deep {
					o.Rounding = rounding.Deep(*c.Tol)
				}
			}
			ignore, ok := c.Ignore.([]any)
			if !ok {
				ignore = []any{c.Ignore}
			}
			for _, name := range ignore {
				o.Ignore = append(o.Ignore, fmt.Sprint(name))
			}
			runs := 0
			typ, names := pythonFunction(c.Signature)
			o.Names = names
			f := reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value {
				runs++
				return []reflect.Value{reflect.ValueOf(runs)}
			}).Interface()
			if slices.Contains(unknownNames, c.ID) {
				if _, _, err := klepto.Wrap(f, &o); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", o.Ignore[0])) {
					t.Errorf("ignoring %q: %v", o.Ignore, err)
				}
				o.Ignore = nil
			}
			wrapped, control := wrap(t, f, o)
			for _, call := range []pythonCall{c.CallA, c.CallB} {
				in := call.bind(t, c.Signature)
				if typ.IsVariadic() {
					reflect.ValueOf(wrapped).CallSlice(in)
				} else {
					reflect.ValueOf(wrapped).Call(in)
				}
			}
			if (runs == 1) != c.Want {
				t.Errorf("%s: ran %d times, the calls are the same: %v (%s)", c.Signature, runs, c.Want, c.Note)
			}
			if n := control.Stats().Errors; n != 0 {
				t.Errorf("%d errors", n)
			}
		})
	}
}

// pythonFunction returns a function type for a Python signature: all parameters
// are of any type; *args is variadic where it comes last, **kw is a map.
func pythonFunction(signature string) (reflect.Type, []string) {
	var in []reflect.Type
	var names []string
	for p := range strings.SplitSeq(signature, ", ") {
		name, _, _ := strings.Cut(p, "=")
		switch {
		case name == "*":
			continue
		case strings.HasPrefix(name, "**"):
			in = append(in, reflect.TypeFor[map[string]any]())
		case strings.HasPrefix(name, "*"):
			in = append(in, reflect.TypeFor[[]any]())
		default:
			in = append(in, reflect.TypeFor[any]())
		}
		names = append(names, strings.TrimLeft(name, "*"))
	}
	variadic := in[len(in)-1] == reflect.TypeFor[[]any]()
	return reflect.FuncOf(in, []reflect.Type{reflect.TypeFor[int]()}, variadic), names
}

// bind gives the arguments the places and defaults that Python gives them.
func (c pythonCall) bind(t *testing.T, signature string) []reflect.Value {
	var in []reflect.Value
	add := func(x any) {
		v := reflect.New(reflect.TypeFor[any]()).Elem()
		if x != nil {
			v.Set(reflect.ValueOf(x))
		}
		in = append(in, v)
	}
	rest, keywords, only := c.Args, map[string]any{}, false
	for name, x := range c.Kwds {
		keywords[name] = fromPython(t, x)
	}
	for p := range strings.SplitSeq(signature, ", ") {
		name, def, _ := strings.Cut(p, "=")
		keyword, named := keywords[name]
		switch {
		case name == "*":
			only = true
		case strings.HasPrefix(name, "**"):
			in = append(in, reflect.ValueOf(keywords))
		case strings.HasPrefix(name, "*"):
			in = append(in, reflect.ValueOf(fromPythonList(t, rest)))
			rest = nil
		case len(rest) > 0 && !only:
			add(fromPython(t, rest[0]))
			rest = rest[1:]
		case named:
			add(keyword)
			delete(keywords, name)
		default:
			if n, err := strconv.ParseInt(def, 10, 64); err == nil {
				add(n)
				continue
			}
			x, err := strconv.ParseFloat(def, 64)
			if err != nil {
				t.Fatalf("no argument for %s", p)
			}
			add(x)
		}
	}
	return in
}

func fromPythonList(t *testing.T, list []map[string]any) []any {
	all := []any{}
	for _, x := range list {
		all = append(all, fromPython(t, x))
	}
	return all
}

// fromPython decodes the tagged JSON of the vectors. A tuple becomes an array.
func fromPython(t *testing.T, v map[string]any) any {
	t.Helper()
	list := func(x any) (all []any) {
		for _, x := range x.([]any) {
			all = append(all, fromPython(t, x.(map[string]any)))
		}
		return all
	}
	parse := func(x any, base, size int) uint64 {
		n, err := strconv.ParseUint(x.(string), base, size)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for tag, x := range v {
		switch tag {
		case "f":
			return math.Float64frombits(parse(v["bits"], 16, 64))
		case "f32":
			return math.Float32frombits(uint32(parse(v["bits"], 16, 32)))
		case "i":
			n, err := strconv.ParseInt(x.(string), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		case "b", "s", "n":
			return x
		case "list":
			return list(x)
		case "tuple":
			all := list(x)
			array := reflect.New(reflect.ArrayOf(len(all), reflect.TypeFor[any]())).Elem()
			reflect.Copy(array, reflect.ValueOf(all))
			return array.Interface()
		case "dict":
			m := map[any]any{}
			for _, p := range x.([]any) {
				p := list2(p)
				m[fromPython(t, p[0])] = fromPython(t, p[1])
			}
			return m
		case "nd":
			double, single := []float64{}, []float32{}
			for _, x := range list(x.(map[string]any)["data"]) {
				double, single = append(double, x.(float64)), append(single, float32(x.(float64)))
			}
			if x.(map[string]any)["dtype"] == "float32" {
				return single
			}
			return double
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

func list2(pair any) [2]map[string]any {
	p := pair.([]any)
	return [2]map[string]any{p[0].(map[string]any), p[1].(map[string]any)}
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// runsOf wraps a function of the type F and returns how often it runs when call
// makes the calls of a case.
func runsOf[F any](t *testing.T, o klepto.Options, call func(F)) int {
	t.Helper()
	runs := 0
	typ := reflect.TypeFor[F]()
	f := reflect.MakeFunc(typ, func([]reflect.Value) []reflect.Value {
		runs++
		return []reflect.Value{reflect.Zero(typ.Out(0))}
	})
	wrapped, _ := wrap(t, f.Interface().(F), o)
	call(wrapped)
	return runs
}

func TestMemoizeKeyCasesWrapped(t *testing.T) {
	type (
		o     = klepto.Options
		one   = func(any) int
		float = func(float64) int
		field = func(*mat.Dense) int
	)
	middle := make([]float64, 2000)
	middle[1000] = 1
	rows := mat.NewDense(2, 3, []float64{0, 1, 2, 3, 4, 5})
	columns := mat.DenseCopyOf(mat.NewDense(3, 2, []float64{0, 3, 1, 4, 2, 5}).T())
	wide := mat.NewDense(2, 5, []float64{0, 1, 2, 9, 9, 3, 4, 5, 9, 9}).Slice(0, 2, 0, 3).(*mat.Dense)
	tenth := 0.1
	got := map[string]int{
		"boundary_1_23_vs_12_3": runsOf(t, o{}, func(f func(a, b int) int) { f(1, 23); f(12, 3) }),
		"minus1.0_minus2.0":     runsOf(t, o{}, func(f float) { f(-1); f(-2) }),
		"int_vs_float":          runsOf(t, o{Untyped: true}, func(f one) { f(1); f(1.0) }),
		"kw_vs_positional":      keywordRuns(t),
		"varargs_tuple_vs_flat": runsOf(t, o{}, func(f func(a, b int, args ...any) int) { f(1, 2, 3, 4); f(1, 2, []any{3, 4}) }),
		"str_number":            runsOf(t, o{}, func(f one) { f(1); f("1") }),
		"big_array_differs_in_middle": runsOf(t, o{}, func(f func([]float64) int) {
			f(make([]float64, 2000))
			f(middle)
		}),
		"array_C_vs_F_same_values": runsOf(t, o{}, func(f field) { f(rows); f(columns); f(wide) }),
		"array_dtype_f64_vs_f32":   runsOf(t, o{}, func(f one) { f([]float64{0, 1}); f([]float32{0, 1}) }),
		"float_0.1+0.2_vs_0.3":     runsOf(t, o{}, func(f float) { f(tenth + 0.2); f(0.3) }),
	}
	if n := runsOf(t, o{}, func(f one) { f(1); f(1.0) }); n != 2 {
		t.Errorf("int_vs_float, typed: %d runs", n)
	}
	if n := runsOf(t, o{Rounding: rounding.Simple(15)}, func(f float) { f(tenth + 0.2); f(0.3) }); n != 1 {
		t.Errorf("float_0.1+0.2_vs_0.3, rounded to 15 digits: %d runs", n)
	}
	var file struct {
		Cases []struct {
			ID, Why  string
			Demanded int
		}
	}
	readVectors(t, "memoize_key_cases.json", &file)
	for _, c := range file.Cases {
		if n, ok := got[c.ID]; !ok || n != c.Demanded {
			t.Errorf("%s: %d runs, want %d: %s", c.ID, n, c.Demanded, c.Why)
		}
	}
}

// keywordRuns calls f(1, 2) by position, and by name in two orders, with one
// archive behind: all three are one entry.
func keywordRuns(t *testing.T) int {
	type args struct{ A, B int }
	a := memory(t)
	runs := 0
	position, _ := wrap(t, func(a, b int) int { runs++; return a + b }, klepto.Options{Archive: a, Names: []string{"A", "B"}})
	named, _ := wrap(t, func(x args) int { runs++; return x.A + x.B }, klepto.Options{Archive: a})
	m := memoize(t, func(_ context.Context, x args) (int, error) { runs++; return x.A + x.B, nil }, klepto.Options{Archive: a})
	position(1, 2)
	named(args{A: 1, B: 2})
	if _, err := m.Call(t.Context(), args{B: 2, A: 1}); err != nil {
		t.Fatal(err)
	}
	return runs
}
