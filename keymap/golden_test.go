package keymap_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

var update = flag.Bool("update", false, "rewrite testdata/golden.json; old archives become unreadable where keys change")

// golden is a call whose key must never change, on any machine.
type golden struct {
	Name      string `json:"name"`
	Text      string `json:"text"`
	Canonical string `json:"canonical"`
	Digest    string `json:"digest"`
}

func (g golden) bytes(t testing.TB) string {
	t.Helper()
	b, err := hex.DecodeString(g.Canonical)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type goldens []golden

func add[In any](t *testing.T, g *goldens, o *keymap.Options, name string, in In) {
	t.Helper()
	k := keyOf(t, o, in)
	call, err := keymap.Decode(k.Canonical)
	if err != nil {
		t.Fatal(err)
	}
	*g = append(*g, golden{name, call.String(), hex.EncodeToString([]byte(k.Canonical)), k.Digest.String()})
}

// each adds the values of one type, alone, and all in a slice and behind a
// pointer and an interface.
func each[T any](t *testing.T, g *goldens, values ...T) {
	t.Helper()
	name := fmt.Sprintf("%T", values[0])
	for i, v := range values {
		add(t, g, nil, fmt.Sprintf("%s %d", name, i), v)
	}
	add(t, g, nil, "[]"+name, values)
	add(t, g, nil, "*"+name, &values[0])
	add(t, g, nil, "any "+name, any(values[0]))
}

func goldenCalls(t *testing.T) (g goldens) {
	inf, nan := math.Inf(1), math.NaN()
	each(t, &g, false, true)
	each(t, &g, 0, 1, -1, 300, math.MaxInt32, math.MinInt32)
	each[int8](t, &g, 0, -128, 127)
	each[int16](t, &g, 1, -32768, 32767)
	each[int32](t, &g, 1, -1, math.MaxInt32)
	each(t, &g, 1, -1, int64(math.MaxInt64), math.MinInt64)
	each[uint](t, &g, 0, 1, math.MaxUint32)
	each[uint8](t, &g, 0, 255)
	each[uint16](t, &g, 0, 65535)
	each[uint32](t, &g, 0, math.MaxUint32)
	each[uint64](t, &g, 0, math.MaxUint64)
	each(t, &g, 0, math.Copysign(0, -1), 1, -1, 0.1, 0.30000000000000004, 1e300, 5e-324, math.MaxFloat64, inf, -inf, nan)
	each(t, &g, 0, 1, 0.1, math.MaxFloat32, float32(inf), float32(nan))
	each(t, &g, 0, 1+2i, complex(nan, -inf))
	each[complex64](t, &g, 0, 1-2i)
	each(t, &g, "", "a", "ß\x00\xff", string(make([]byte, 200)))
	each(t, &g, time.Time{}, time.Unix(0, 0), time.Date(2026, 7, 1, 12, 30, 0, 123456789, time.FixedZone("", -3600)))
	each(t, &g, 0, time.Second, -1)
	each(t, &g, []float64(nil), []float64{}, []float64{1, 0.5})
	each(t, &g, []byte("bytes"), nil)
	each(t, &g, [][]float64{{1}, {}, nil, {2, 3}}, nil)
	each(t, &g, [3]float64{1, 2, 3}, [3]float64{nan})
	each(t, &g, [2][2]int{{1, 2}, {3, 4}})
	add(t, &g, nil, "[0]int", [0]int{})
	each(t, &g, []string{"a", "", "b"})
	each(t, &g, []bool{true, false})
	each(t, &g, map[string]float64{"b": 1, "a": 2, "": 3, "aa": 4}, nil, map[string]float64{})
	each(t, &g, map[int]string{-1: "x", 1: "y", 256: "z"})
	each(t, &g, map[[2]int8]bool{{1, 2}: true, {0, 3}: false})
	each(t, &g, map[string]map[string]int{"a": {"b": 1}, "c": nil})
	each(t, &g, map[any]any{1: "a", "1": 2.5, 1.0: nil})
	each(t, &g, []any{nil, 1, 2.5, "x", []any{true}, map[string]any{"k": int8(1)}})
	add(t, &g, nil, "no arguments", struct{}{})
	each(t, &g, aRun, run{})
	each(t, &g, loop{V: 1, Next: &loop{V: 2, Any: []loop{{V: 3}}}}, loop{})
	each(t, &g, selfSlice{{}, nil, {{}}})
	each(t, &g, celsius(36.6))
	each(t, &g, *mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, nan}), mat.Dense{})
	each(t, &g, *mat.NewVecDense(3, []float64{1, 2, 3}))
	each(t, &g, *mat.NewSymDense(2, []float64{1, 2, 0, 3}))
	each(t, &g, *mat.NewCDense(1, 2, []complex128{1, 2i}))
	add(t, &g, nil, "mat.Matrix", mat.Matrix(mat.NewDense(1, 1, []float64{7})))
	long := make([]float64, 5000)
	for i := range long {
		long[i] = float64(i) / 7
	}
	add(t, &g, nil, "5000 floats", long[:100])
	type tagged struct {
		Nu    float64   `klepto:"name=nu,tol=4"`
		Field []float64 `klepto:"tol=2"`
		Order int       `klepto:"default=2"`
		Log   func()    `klepto:"ignore"`
		P     struct {
			X float64 `klepto:"tol=0"`
			Y float64
		}
	}
	x := tagged{Nu: 0.123456, Field: []float64{1.005, 2.675, -0.001}, Order: 2}
	x.P.X, x.P.Y = 2.5, 2.5
	for _, r := range []rounding.Rounding{rounding.None(), rounding.Simple(3), rounding.Shallow(0), rounding.Deep(-1), rounding.Deep(30), rounding.Significant(3)} {
		o := &keymap.Options{Function: "heat", Version: "v1.2.3", Rounding: r}
		add(t, &g, o, "tagged "+r.String(), x)
		x.Order++
		add(t, &g, o, "tagged "+r.String()+fmt.Sprintf(" order %d", x.Order), x)
		x.Order = 2
		add(t, &g, o, "run "+r.String(), aRun)
		add(t, &g, o, "slice "+r.String(), long[:40])
		add(t, &g, o, "float32 "+r.String(), []float32{1.25, 2.5, 123.456})
		add(t, &g, o, "nested "+r.String(), map[string][]any{"a": {1.2345, []float64{2.3456}}})
	}
	each(t, &g, keymap.Freeze([]float64{1.25, 2.5, nan}), keymap.Frozen[[]float64]{})
	each(t, &g, keymap.Freeze(map[string]any{"b": 1, "a": []float32{0.1}}))
	add(t, &g, nil, "frozen matrix", keymap.Freeze(mat.NewDense(1, 2, []float64{1, 2})))
	add(t, &g, &keymap.Options{Function: "heat", Rounding: rounding.Deep(1)}, "frozen deep(1)", keymap.Freeze(long))
	for i, x := range []any{1, true, 1.0, 1.5, uint64(math.MaxUint64), float32(0.1), 2 + 0i, 1i, nan, "1", nil} {
		add(t, &g, &keymap.Options{Untyped: true}, fmt.Sprintf("untyped %d", i), x)
	}
	return g
}

// TestGolden: the keys of old archives stay valid. Run it with -update only
// when new calls have been added.
func TestGolden(t *testing.T) {
	got := goldenCalls(t)
	if *update {
		b, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/golden.json", append(b, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want := goldenFile(t)
	if len(want) != len(got) || len(want) < 200 {
		t.Fatalf("%d golden keys for %d calls", len(want), len(got))
	}
	calls := map[string]string{}
	for i, w := range want {
		if got[i] != w {
			t.Errorf("the key of %s changed:\n%+v\n%+v", w.Name, w, got[i])
		}
		calls[w.Name] = w.Canonical
	}
	if len(calls) != len(want) {
		t.Errorf("%d names for %d calls", len(calls), len(want))
	}
}
