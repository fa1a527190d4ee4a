package rounding_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/klepto-go/klepto/rounding"
)

func ExampleApply() {
	type point struct {
		X, Y  float64
		Label string
		Tail  []float64
		Fine  float64 `klepto:"tol=4"`
	}
	p := point{0.1234567, 2.675, "a", []float64{1.005}, 0.1234567}
	shallow, err := rounding.Apply(rounding.Shallow(2), p)
	fmt.Println(shallow, err)
	deep, err := rounding.Apply(rounding.Deep(2), p)
	fmt.Println(deep, err)
	// Output:
	// {0.12 2.67 a [1.005] 0.1235} <nil>
	// {0.12 2.67 a [1] 0.1235} <nil>
}

type (
	celsius  float64
	vector   []float64
	embedded struct{ E float64 }
	inner    struct {
		F float64
		G []float64
	}
	tree struct {
		X    float64
		Kids []*tree
	}
	link *link // a type that only a cycle or nil can fill
)

// everything has each kind of thing a float can hide in.
type everything struct {
	F64  float64
	F32  float32
	C128 complex128
	C64  complex64
	T    celsius
	I    int
	B    bool
	S    string
	Fs   []float64
	F32s []float32
	Cs   []complex128
	C64s []complex64
	V    vector
	Ts   []celsius
	Arr  [2]float64
	Arrs [2][2]celsius
	IntA [2]int
	Rag  [][]float64
	Nil  []float64
	Zero []float64
	Ints []int
	M    map[float64]float64
	MS   map[string][]float64
	P    *float64
	PP   **inner
	Any  any
	Err  error
	In   inner
	embedded
	Tagged struct {
		A float64 `klepto:"tol=1"`
		B []float64
	} `klepto:"tol=3"`
	Out    []float64 `klepto:"-"`
	When   time.Time
	Big    *big.Int
	Source *rand.PCG
	F      func(float64) float64
	note   string
}

func sample() everything {
	f, in := 2.675, &inner{2.675, []float64{2.675}}
	e := everything{
		F64: 2.675, F32: 1.26, C128: complex(2.675, 1.005), C64: 1.26i, T: 2.675, I: 7, B: true, S: "2.675",
		Fs: []float64{2.675, math.NaN(), math.Inf(1), math.Copysign(0, -1)}, F32s: []float32{1.265}, Cs: []complex128{2.675i},
		C64s: []complex64{1.265}, V: vector{2.675}, Ts: []celsius{2.675}, Arr: [2]float64{2.675, 1},
		Arrs: [2][2]celsius{{2.675}, {1.005}}, Rag: [][]float64{{2.675}, nil, {}, {1, 1.005}}, Zero: []float64{},
		Ints: []int{1, 2}, M: map[float64]float64{2.675: 2.675}, MS: map[string][]float64{"a": {2.675}, "b": nil},
		P: &f, PP: &in, Any: []any{2.675, "x", nil, []float64{2.675}}, In: *in, embedded: embedded{2.675},
		Out: []float64{2.675}, When: time.Unix(1, 2), Big: big.NewInt(5), Source: rand.NewPCG(1, 2), note: "kept",
	}
	e.Tagged.A, e.Tagged.B = 0.12345, []float64{0.12345}
	return e
}

var compare = cmp.Options{
	cmp.AllowUnexported(everything{}, embedded{}),
	cmp.Comparer(same), cmp.Comparer(func(a, b *big.Int) bool { return a == b }),
	cmp.Comparer(func(a, b *rand.PCG) bool { return a == b }),
	cmp.Comparer(func(a, b func(float64) float64) bool { return (a == nil) == (b == nil) }),
}

func TestApplyDeep(t *testing.T) {
	x := sample()
	got, err := rounding.Apply(rounding.Deep(2), x)
	if err != nil {
		t.Fatal(err)
	}
	f, in := 2.67, &inner{2.67, []float64{2.67}}
	want := sample()
	want.F64, want.F32, want.C128, want.C64, want.T = 2.67, 1.26, complex(2.67, 1), 1.26i, 2.67
	want.Fs[0], want.F32s[0], want.Cs[0], want.C64s[0] = 2.67, rounding.Round32(1.265, 2), 2.67i, complex(rounding.Round32(1.265, 2), 0)
	want.V[0], want.Ts[0], want.Arr[0], want.Arrs = 2.67, 2.67, 2.67, [2][2]celsius{{2.67}, {1}}
	want.Rag = [][]float64{{2.67}, nil, {}, {1, 1}}
	want.M, want.MS = map[float64]float64{2.675: 2.67}, map[string][]float64{"a": {2.67}, "b": nil}
	want.P, want.PP, want.Any, want.In, want.embedded = &f, &in, []any{2.67, "x", nil, []float64{2.67}}, *in, embedded{2.67}
	want.Tagged.A, want.Tagged.B[0] = 0.1, 0.123
	want.Big, want.Source = x.Big, x.Source
	if d := cmp.Diff(want, got, compare); d != "" {
		t.Error(d)
	}
	before := sample()
	before.Big, before.Source = x.Big, x.Source
	if d := cmp.Diff(before, x, compare); d != "" {
		t.Errorf("Apply changed its argument: %s", d)
	}
	for name, shared := range map[string]bool{
		"slice":     unsafe.SliceData(x.Fs) == unsafe.SliceData(got.Fs),
		"row":       unsafe.SliceData(x.Rag[0]) == unsafe.SliceData(got.Rag[0]),
		"ints":      unsafe.SliceData(x.Ints) == unsafe.SliceData(got.Ints),
		"pointer":   x.P == got.P,
		"pointee":   *x.PP == *got.PP,
		"interface": &x.Any.([]any)[0] == &got.Any.([]any)[0],
		"in map":    unsafe.SliceData(x.MS["a"]) == unsafe.SliceData(got.MS["a"]),
	} {
		if shared {
			t.Errorf("%s is shared with the argument", name)
		}
	}
	if cap(got.Fs) != len(got.Fs) {
		t.Errorf("a copy with room to spare: %d of %d", len(got.Fs), cap(got.Fs))
	}
}

// TestApplyPlain: the types without reflection do what an argument in an
// interface does.
func TestApplyPlain(t *testing.T) {
	for _, r := range []rounding.Rounding{rounding.None(), rounding.Simple(1), rounding.Shallow(1), rounding.Deep(1), rounding.Significant(2)} {
		x, xs := 2.54, []float64{2.54, 1}
		got, err := rounding.Apply(r, x)
		boxed, err2 := rounding.Apply[any](r, x)
		if err != nil || err2 != nil || got != boxed {
			t.Errorf("%v: %v, %v; %v, %v", r, got, err, boxed, err2)
		}
		gots, err := rounding.Apply(r, xs)
		boxed, err2 = rounding.Apply[any](r, xs)
		if d := cmp.Diff(boxed, any(gots)); err != nil || err2 != nil || d != "" || &gots[0] == &xs[0] {
			t.Errorf("%v: %v, %v: %s", r, err, err2, d)
		}
		if none, err := rounding.Apply(r, []float64(nil)); none != nil || err != nil {
			t.Errorf("%v: nil became %v, %v", r, none, err)
		}
	}
}

func TestApplyNone(t *testing.T) {
	x := sample()
	got, err := rounding.Apply(rounding.None(), x)
	if err != nil {
		t.Fatal(err)
	}
	want := x
	want.Tagged.A, want.Tagged.B = 0.1, []float64{0.123}
	if d := cmp.Diff(want, got, compare); d != "" {
		t.Error(d)
	}
	if &x.Fs[0] == &got.Fs[0] || x.Tagged.B[0] != 0.12345 {
		t.Error("shared with the argument")
	}
}

func TestApplyDepth(t *testing.T) {
	simple, shallow := rounding.Simple(1), rounding.Shallow(1)
	p := new(float64)
	*p = 2.54
	for _, c := range []struct {
		name             string
		x, simple, shall any
	}{
		{"float", 2.54, 2.5, 2.5},
		{"slice", []float64{2.54}, []float64{2.54}, []float64{2.5}},
		{"array", [1]float64{2.54}, [1]float64{2.54}, [1]float64{2.5}},
		{"nested", [][]float64{{2.54}}, [][]float64{{2.54}}, [][]float64{{2.54}}},
		{"mixed", []any{2.54, []any{2.54}}, []any{2.54, []any{2.54}}, []any{2.5, []any{2.54}}},
		{"struct", inner{2.54, []float64{2.54}}, inner{2.54, []float64{2.54}}, inner{2.5, []float64{2.54}}},
		{"map", map[string]float64{"a": 2.54}, map[string]float64{"a": 2.54}, map[string]float64{"a": 2.54}}, // as in klepto
		{"embedding", struct{ embedded }{embedded{2.54}}, struct{ embedded }{embedded{2.54}}, struct{ embedded }{embedded{2.54}}},
	} {
		for r, want := range map[rounding.Rounding]any{simple: c.simple, shallow: c.shall} {
			got, err := rounding.Apply(r, c.x)
			if d := cmp.Diff(want, got, cmp.AllowUnexported(embedded{}, struct{ embedded }{})); d != "" || err != nil {
				t.Errorf("%s, %v: %v %s", c.name, r, err, d)
			}
		}
	}
	for _, r := range []rounding.Rounding{simple, shallow} { // a pointer adds no depth
		if got, err := rounding.Apply(r, p); err != nil || *got != 2.5 || *p != 2.54 {
			t.Errorf("%v of a pointer: %v, %v", r, *got, err)
		}
	}
}

func TestApplySharing(t *testing.T) {
	leaf := &tree{X: 2.54}
	root := &tree{X: 2.54, Kids: []*tree{leaf, leaf, nil}}
	got, err := rounding.Apply(rounding.Deep(1), root)
	if err != nil {
		t.Fatal(err)
	}
	if got.Kids[0] != got.Kids[1] || got.Kids[0] == leaf || got.Kids[0].X != 2.5 || leaf.X != 2.54 || got.Kids[2] != nil {
		t.Errorf("%+v", got)
	}
	for range 60 { // 2^60 paths, 61 nodes
		root = &tree{Kids: []*tree{root, root}}
	}
	if _, err := rounding.Apply(rounding.Deep(1), root); err != nil {
		t.Error(err)
	}
	var nested any = 2.54
	for range 60 {
		nested = []any{nested, nested}
	}
	pair := nested.([]any)
	pair[1] = pair[0]
	if _, err := rounding.Apply(rounding.Deep(1), nested); err != nil {
		t.Error(err)
	}
}

func TestApplyCycles(t *testing.T) {
	loop := &tree{X: 1}
	loop.Kids = []*tree{{}, {Kids: []*tree{loop}}}
	list := []any{1.5, nil}
	list[1] = list
	dict := map[string]any{}
	dict["self"] = map[string]any{"up": dict}
	var self link
	self = &self
	var ptr any
	ptr = &ptr
	for name, x := range map[string]any{"tree": loop, "slice": list, "map": dict, "pointer": self, "interface": ptr} {
		for _, r := range []rounding.Rounding{rounding.None(), rounding.Simple(1), rounding.Shallow(1), rounding.Deep(1)} {
			got, err := rounding.Apply(r, x)
			var e *rounding.Error
			if !errors.Is(err, rounding.ErrCycle) || !errors.As(err, &e) || got != nil {
				t.Errorf("%s, %v: %v, %v", name, r, got, err)
			}
		}
	}
	_, err := rounding.Apply(rounding.Deep(1), loop)
	if err == nil || !strings.HasPrefix(err.Error(), "rounding: *rounding_test.tree.Kids[1].Kids[0]") {
		t.Error(err)
	}
}

func TestApplyErrors(t *testing.T) {
	type hidden struct {
		A struct{ Bs []struct{ c float64 } }
	}
	type locked struct {
		mu sync.Mutex
		X  float64
	}
	for _, c := range []struct {
		x    any
		want error
		path string
	}{
		{hidden{}, rounding.ErrHidden, "rounding_test.hidden).A.Bs[].c"},
		{&hidden{}, rounding.ErrHidden, "rounding_test.hidden).A.Bs[].c"},
		{[]any{1, map[string]hidden{"k": {}}}, rounding.ErrHidden, "[1].(map[string]rounding_test.hidden)[…].A.Bs[].c"},
		{&locked{mu: sync.Mutex{}}, rounding.ErrLock, "rounding_test.locked"},
		{struct {
			X float64 `klepto:"tol=x"`
		}{}, nil, `tol needs a number`},
	} {
		got, err := rounding.Apply(rounding.Deep(1), c.x)
		if err == nil || got != nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%T: %v, %v", c.x, got, err)
		}
	}
	if _, err := rounding.Apply(rounding.Significant(0), 1.5); !errors.Is(err, rounding.ErrDigits) {
		t.Error(err)
	}
}

// TestApplyHandedOn: what keeps everything to itself is nobody's to copy.
func TestApplyHandedOn(t *testing.T) {
	type service struct { // exported, but no floats and a lock
		mu sync.Mutex
		N  []int
	}
	s, c := &service{N: []int{1}}, make(chan float64)
	got, err := rounding.Apply(rounding.Deep(1), []any{s, c, time.Local, nil})
	if err != nil || got[0] != any(s) || got[1] != any(c) || got[2] != any(time.Local) || got[3] != nil {
		t.Error(got, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := map[*service]float64{s: 1.26}
	if got, err := rounding.Apply(rounding.Deep(1), x); err != nil || got[s] != 1.3 {
		t.Error(got, err)
	}
}

func TestApplyConcurrently(t *testing.T) {
	type fresh struct {
		A []tree
		B map[string]any
	}
	x := fresh{[]tree{{X: 1.26}}, map[string]any{"a": []float64{1.26}}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := rounding.Apply(rounding.Deep(1), x)
			if err != nil || got.A[0].X != 1.3 || got.B["a"].([]float64)[0] != 1.3 {
				t.Error(got, err)
			}
		})
	}
	wg.Wait()
}
