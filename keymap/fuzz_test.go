package keymap_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/internal/vectors"
	"github.com/klepto-go/klepto/keymap"
)

// generator makes a call, of any types, of bytes: the same of the same ones.
type generator struct{ in []byte }

func (g *generator) next(n int) int {
	if len(g.in) == 0 {
		return 0
	}
	b := g.in[0]
	g.in = g.in[1:]
	return int(b) % n
}

var scalarTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](),
	reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](),
	reflect.TypeFor[uint64](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](),
	reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
}

func (g *generator) typ(depth int) reflect.Type {
	k := g.next(len(scalarTypes) + 9)
	if k < len(scalarTypes) || depth == 0 {
		return scalarTypes[k%len(scalarTypes)]
	}
	switch k - len(scalarTypes) {
	case 0, 1:
		return reflect.SliceOf(g.typ(depth - 1))
	case 2:
		return reflect.ArrayOf(1+g.next(3), g.typ(depth-1))
	case 3:
		return reflect.MapOf(scalarTypes[g.next(len(scalarTypes))], g.typ(depth-1))
	case 4:
		return reflect.PointerTo(g.typ(depth - 1))
	case 5:
		return reflect.TypeFor[any]()
	case 6:
		return reflect.TypeFor[frozenFloats]()
	}
	var fields []reflect.StructField
	for i := range 1 + g.next(3) {
		fields = append(fields, reflect.StructField{Name: "F" + strconv.Itoa(i), Type: g.typ(depth - 1),
			Tag: reflect.StructTag(fmt.Sprintf(`klepto:"name=%c%d"`, 'a'+g.next(3), i))})
	}
	return reflect.StructOf(fields)
}

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, math.NaN(), math.Inf(1), 256, 1e30}

func (g *generator) fill(v reflect.Value, depth int) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Unix(int64(g.next(3)), int64(g.next(3))).In(time.FixedZone("", 60*g.next(3)))
		return
	case *frozenFloats:
		if g.next(3) > 0 {
			var in []float64
			g.fill(reflect.ValueOf(&in).Elem(), depth-1)
			*x = keymap.Freeze(in)
		}
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.next(2) == 1)
	case reflect.String:
		v.SetString(strings.Repeat(string(rune('a'+g.next(3))), g.next(4)))
	case reflect.Slice:
		if n := g.next(5); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n))
		}
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			g.fill(v.Field(i), depth-1)
		}
	case reflect.Pointer:
		if g.next(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(v.Elem(), depth-1)
		}
	case reflect.Map:
		if n := g.next(5); n > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n - 1 {
				key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				g.fill(key, depth-1)
				g.fill(val, depth-1)
				v.SetMapIndex(key, val)
			}
		}
	case reflect.Interface:
		if depth > 0 && g.next(4) > 0 {
			x := reflect.New(g.typ(depth - 1)).Elem()
			g.fill(x, depth-1)
			v.Set(x)
		}
	default:
		switch {
		case v.CanInt():
			v.SetInt(int64(int8(g.next(256))))
		case v.CanUint():
			v.SetUint(uint64(g.next(256)))
		case v.CanFloat():
			v.SetFloat(floats[g.next(len(floats))])
		case v.CanComplex():
			v.SetComplex(complex(floats[g.next(len(floats))], floats[g.next(len(floats))]))
		}
	}
}

// call returns parameters, arguments, and a text that says in another way what
// makes the key.
func (g *generator) call() (params []keymap.Param, args []reflect.Value, text string) {
	var b strings.Builder
	for i := range 1 + g.next(4) {
		t := g.typ(3)
		x := reflect.New(t).Elem()
		g.fill(x, 3)
		name := string(rune('a'+g.next(3))) + strconv.Itoa(i)
		params, args = append(params, keymap.Param{Name: name, Type: t}), append(args, x)
		fmt.Fprintf(&b, "%s %s = %s\n", name, typeText(t), valueText(x))
	}
	return params, args, b.String()
}

func typeText(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[int]():
		return "int64"
	case t == reflect.TypeFor[uint]():
		return "uint64"
	case t.PkgPath() != "":
		return t.String()
	}
	switch t.Kind() {
	case reflect.Slice:
		return "[]" + typeText(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), typeText(t.Elem()))
	case reflect.Pointer:
		return "*" + typeText(t.Elem())
	case reflect.Map:
		return "map[" + typeText(t.Key()) + "]" + typeText(t.Elem())
	case reflect.Struct:
		s := "struct{"
		for i := range t.NumField() {
			s += string(t.Field(i).Tag) + typeText(t.Field(i).Type) + ";"
		}
		return s + "}"
	}
	return t.String()
}

func valueText(v reflect.Value) string {
	list := func(n int, item func(i int) string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = item(i)
		}
		if v.Kind() == reflect.Map {
			slices.Sort(all)
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	if f, ok := v.Interface().(frozenFloats); ok {
		if f.Unfreeze() == nil {
			return "none"
		}
		return "frozen" + valueText(reflect.ValueOf(f.Value()))
	}
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Float32, reflect.Float64:
		return fmt.Sprint(v.Float() + 0)
	case reflect.Complex64, reflect.Complex128:
		return fmt.Sprint(real(v.Complex())+0, imag(v.Complex())+0)
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + valueText(v.Elem())
	case reflect.Interface:
		return typeText(v.Elem().Type()) + "(" + valueText(v.Elem()) + ")"
	case reflect.Slice, reflect.Array:
		return list(v.Len(), func(i int) string { return valueText(v.Index(i)) })
	case reflect.Struct:
		return list(v.NumField(), func(i int) string { return valueText(v.Field(i)) })
	case reflect.Map:
		keys := v.MapRange()
		return list(v.Len(), func(int) string {
			keys.Next()
			return valueText(keys.Key()) + ":" + valueText(keys.Value())
		})
	}
	return fmt.Sprint(v.Interface())
}

// checkPair keys the calls that a and b describe: they must share their bytes
// exactly where they share the text, and neither's bytes may begin the other's. The same
// is asked of their names where that is wanted: it takes far longer.
func checkPair(t *testing.T, a, b []byte, names bool) {
	t.Helper()
	key := func(in []byte) (keymap.Key, string) {
		params, args, text := (&generator{in}).call()
		s, err := keymap.NewSignature(params, &keymap.Options{Function: "f"})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		k, err := s.Key(args)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		d, err := s.Digest(args)
		if err != nil || d != k.Digest {
			t.Fatalf("%s: digest %v, %v, key %v", text, d, err, k.Digest)
		}
		c, err := keymap.Decode(k.Canonical)
		if err != nil || len(c.Args) != len(args) {
			t.Fatalf("%s: %x: %v", text, k.Canonical, err)
		}
		return k, text
	}
	x, xText := key(a)
	y, yText := key(b)
	if names {
		checkNames(t, x, y)
	}
	if (x == y) != (xText == yText) || x != y && (strings.HasPrefix(x.Canonical, y.Canonical) || strings.HasPrefix(y.Canonical, x.Canonical)) {
		t.Fatalf("keys are the same: %v\n%s%x\n%s%x", x == y, xText, x.Canonical, yText, y.Canonical)
	}
}

// neighbour changes a byte of a, or two.
func neighbour(r *rand.Rand, a []byte) []byte {
	b := bytes.Clone(a)
	for range 1 + r.IntN(2) {
		b[r.IntN(len(b))] += byte(1 + r.IntN(30))
	}
	return b
}

var pairs = flag.Int("pairs", 5_000, "how many pairs of calls TestRandomPairs compares")

func TestRandomPairs(t *testing.T) {
	n := *pairs
	if testing.Short() {
		n = 1_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		a := make([]byte, 1+r.IntN(40))
		for k := range a {
			a[k] = byte(r.Uint32())
		}
		checkPair(t, a, neighbour(r, a), i < 5_000)
	}
}

func FuzzPairs(f *testing.F) {
	f.Add([]byte{0, 13}, []byte{0, 12})
	f.Add([]byte{3, 18, 12, 4, 2}, []byte{3, 19, 12, 4, 2})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) > 200 || len(b) > 200 {
			t.Skip("types grow with the input")
		}
		checkPair(t, a, b, true)
	})
}

func FuzzDecode(f *testing.F) {
	for _, g := range goldenFile(f) {
		f.Add(g.bytes(f))
	}
	f.Fuzz(func(t *testing.T, s string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := keymap.Decode(s)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20+uint64(len(s))*1000 {
			t.Fatalf("%d bytes allocated for %d", used, len(s))
		}
		if err != nil {
			if !errors.Is(err, keymap.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		if _, err := keymap.Decode(s + "\x00"); err == nil {
			t.Fatalf("%q and one byte more are both calls", s)
		}
		if len(s) > 0 {
			if _, err := keymap.Decode(s[:len(s)-1]); err == nil {
				t.Fatalf("%q and one byte less are both calls: %v", s, c)
			}
		}
	})
}

// FuzzDecodeName: names from anywhere are calls or errors, cost no more than their
// length allows, and are what their Namer writes, if it is told the call.
func FuzzDecodeName(f *testing.F) {
	namers := invertible(f)
	for i, g := range goldenFile(f) {
		n := namers[i%len(namers)]
		name, err := n.Name([]byte(g.bytes(f)))
		if err != nil {
			f.Fatal(err)
		}
		if len(name) < 500 {
			f.Add(uint8(i%len(namers)), name)
		}
	}
	f.Fuzz(func(t *testing.T, form uint8, name string) {
		n := namers[int(form)%len(namers)]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := keymap.DecodeName(n, name)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20+uint64(len(name))*5000 {
			t.Fatalf("%s: %d bytes allocated for %d", n, used, len(name))
		}
		switch {
		case err != nil && !errors.Is(err, keymap.ErrFormat):
			t.Fatal(err)
		case err == nil && n.String() == "string" && !strings.HasPrefix(name, c.String()):
			t.Fatalf("%q is read as %s", name, c)
		}
	})
}

func goldenFile(t testing.TB) (g goldens) {
	t.Helper()
	vectors.Read(t, "testdata/golden.json", &g)
	return g
}
