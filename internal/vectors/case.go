package vectors

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// Read decodes a file of JSON.
func Read(t testing.TB, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(file, err)
	}
}

// Case is a case of klepto_keys.json, recorded from klepto 0.2.9: two calls of a function, and
// whether they are the same call.
type Case struct {
	ID, Signature, Keymap, Note string
	Ignore                      any // a name or a list of them
	Tol                         *int
	Deep, Typed                 bool
	CallA                       Call `json:"call_a"`
	CallB                       Call `json:"call_b"`
	Same                        bool `json:"want_same"` // what is demanded
}

// Call is a call as Python writes it, its arguments as [Call.Bind] decodes them.
type Call struct {
	Args []map[string]any
	Kwds map[string]map[string]any
}

// Untyped reports whether the keymap of the case takes 1 and 1.0 for the same.
func (c Case) Untyped() bool { return !c.Typed && (c.Keymap == "keymap" || c.Keymap == "hashmap") }

// Ignored returns what the keys leave out.
func (c Case) Ignored() []string {
	list, ok := c.Ignore.([]any)
	if !ok {
		list = []any{c.Ignore}
	}
	var names []string
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	return names
}

// Function returns the type of a function of the case's signature, which returns an int, and the names of
// its parameters. All are of any type; *args is variadic where it comes last, **kw is a map.
func (c Case) Function() (reflect.Type, []string) {
	var in []reflect.Type
	var names []string
	for p := range strings.SplitSeq(c.Signature, ", ") {
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

// Bind gives the arguments the places and defaults that Python gives them, for
// a function of [Case.Function].
func (c Case) Bind(t testing.TB, call Call) []reflect.Value {
	t.Helper()
	var in []reflect.Value
	add := func(x any) { in = append(in, reflect.ValueOf(&x).Elem()) } // of type any, as nil is too
	rest, keywords, only := call.Args, map[string]any{}, false
	for name, x := range call.Kwds {
		keywords[name] = decode(t, x)
	}
	for p := range strings.SplitSeq(c.Signature, ", ") {
		name, def, _ := strings.Cut(p, "=")
		keyword, named := keywords[name]
		switch {
		case name == "*":
			only = true
		case strings.HasPrefix(name, "**"):
			in = append(in, reflect.ValueOf(keywords))
		case strings.HasPrefix(name, "*"):
			all := []any{}
			for _, x := range rest {
				all = append(all, decode(t, x))
			}
			in, rest = append(in, reflect.ValueOf(all)), nil
		case len(rest) > 0 && !only:
			add(decode(t, rest[0]))
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
