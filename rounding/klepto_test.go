package rounding_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"reflect"
	"strconv"
	"testing"

	"github.com/klepto-go/klepto/rounding"
)

// A recorded value, as the "encoding" field of testdata/klepto_rounding.json
// explains.
type recorded map[string]json.RawMessage

// value turns a recorded Python value into its Go counterpart: list, tuple and
// set []any, dict map[any]any, ndarray []float64 or a float if it is 0-d.
func (r recorded) value(t *testing.T) any {
	t.Helper()
	read := func(key string, v any) {
		t.Helper()
		if err := json.Unmarshal(r[key], v); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
	}
	text := func(key string) (s string) { read(key, &s); return s }
	items := func(key string) []any {
		var rs []recorded
		read(key, &rs)
		all := []any{}
		for _, r := range rs {
			all = append(all, r.value(t))
		}
		return all
	}
	for key := range r {
		switch key {
		case "f":
			return bits(t, text("bits"))
		case "f32":
			u, err := strconv.ParseUint(text("bits"), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			return math.Float32frombits(uint32(u))
		case "i":
			if n, err := strconv.ParseInt(text("i"), 10, 64); err == nil {
				return n
			}
			n, _ := new(big.Int).SetString(text("i"), 10)
			return n
		case "b":
			var b bool
			read("b", &b)
			return b
		case "s":
			return text("s")
		case "n":
			return nil
		case "bytes":
			b, err := hex.DecodeString(text("bytes"))
			if err != nil {
				t.Fatal(err)
			}
			return b
		case "list", "tuple", "set":
			return items(key)
		case "dict":
			var pairs [][2]recorded
			read("dict", &pairs)
			m := map[any]any{}
			for _, p := range pairs {
				m[p[0].value(t)] = p[1].value(t)
			}
			return m
		case "nd":
			var nd struct {
				Shape []int
				Data  []recorded
			}
			read("nd", &nd)
			data := []float64{}
			for _, d := range nd.Data {
				data = append(data, d.value(t).(float64))
			}
			if len(nd.Shape) == 0 {
				return data[0]
			}
			return data
		}
	}
	t.Fatalf("unknown recorded value %s", r)
	return nil
}

// identical is reflect.DeepEqual with floats compared by their bits.
func identical(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && same(a, b)
	case float32:
		b, ok := b.(float32)
		return ok && same32(a, b)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !identical(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[any]any:
		b, ok := b.(map[any]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if w, ok := b[k]; !ok || !identical(v, w) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

// TestKlepto: testdata/klepto_rounding.json was recorded from the decorators
// simple_round, shallow_round and deep_round of klepto 0.2.9. Where klepto is
// wrong, want_args holds what is right. Through Apply and through Wrap.
func TestKlepto(t *testing.T) {
	text, err := os.ReadFile("testdata/klepto_rounding.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			ID, Func, Note, Go string
			Tol                *int
			Args               []recorded
			Kwds               map[string]recorded
			Want               []recorded          `json:"want_args"`
			Expect             []recorded          `json:"expect_args"`
			ExpectKwds         map[string]recorded `json:"expect_kwds"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	rules := map[string]func(int) rounding.Rounding{
		"simple": rounding.Simple, "shallow": rounding.Shallow, "deep": rounding.Deep,
	}
	ran := 0
	for _, c := range file.Cases {
		if c.Go == "adapt" {
			continue // sets and ranges, which Go does not have
		}
		ran++
		rule := rounding.None()
		if c.Tol != nil {
			rule = rules[c.Func](*c.Tol)
		}
		if c.Want == nil {
			c.Want = c.Expect
		}
		var args []any
		check := func(arg, want recorded) {
			x, w := arg.value(t), want.value(t)
			args = append(args, x)
			got, err := rounding.Apply(rule, x)
			if err != nil || !identical(got, w) {
				t.Errorf("%s (%s): %v of %v = %v, %v, want %v", c.ID, c.Note, rule, x, got, err, w)
			}
			if !identical(x, arg.value(t)) {
				t.Errorf("%s: Apply changed its argument to %v", c.ID, x)
			}
		}
		for i := range c.Args {
			check(c.Args[i], c.Want[i])
		}
		for name := range c.Kwds {
			check(c.Kwds[name], c.ExpectKwds[name])
		}
		f, err := rounding.Wrap(func(args ...any) []any { return args }, &rounding.Options{Rounding: rule})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range f(args...)[:len(c.Want)] {
			if want := c.Want[i].value(t); !identical(got, want) {
				t.Errorf("%s: through Wrap %v, want %v", c.ID, got, want)
			}
		}
	}
	if ran < 36 {
		t.Errorf("only %d cases ran", ran)
	}
}
