package value_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/value"
	"gonum.org/v1/gonum/mat"
)

type (
	Kelvin float64
	Phase  uint8
	Point  struct{ X, Y float64 }

	Particle struct {
		Name  string
		Phase Phase
		At    Point
		V     [3]float32
		T     Kelvin
		Seen  time.Time
		Took  time.Duration
		Alive bool
	}

	Grid struct {
		U, V  [][]float64
		Mean  float64
		Notes map[string][]float64
		Next  *Point
		Parts []Particle
		M     *mat.Dense
		W     mat.VecDense
	}

	base struct{ Seed int64 }

	Embedding struct {
		base
		Point
		*Particle
		Kelvin
		_ [3]byte
		L []int
	}
)

// trip encodes x, checks the tree and its invariants, decodes a copy of it and
// demands what went in: as Go sees it, and bit for bit as the tree sees it.
func trip[T any](x T) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		c, err := value.CodecFor[T]()
		if err != nil {
			t.Fatal(err)
		}
		v, err := c.Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := value.Validate(v); err != nil {
			t.Fatalf("Validate(%s): %v", value.Describe(v), err)
		}
		y, err := c.Decode(value.Clone(v))
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, y T) {
			t.Helper()
			w, err := c.Encode(y)
			if err != nil {
				t.Fatal(err)
			}
			if !value.Equal(v, w) {
				t.Errorf("%s of %s differs: %#v, want %#v", what, value.Describe(v), y, x)
			}
			if !hasNaN(v) && !reflect.DeepEqual(x, y) {
				t.Errorf("%s of %s: %#v, want %#v", what, value.Describe(v), y, x)
			}
		}
		check("round trip", y)
		check("clone", c.Clone(x))
	}
}

func hasNaN(v value.Value) bool {
	switch v := v.(type) {
	case *value.Array:
		d, _ := v.Data.([]float64)
		for _, x := range d {
			if x != x {
				return true
			}
		}
	case *value.Struct:
		for _, f := range v.Fields {
			if hasNaN(f.Value) {
				return true
			}
		}
	}
	return false
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestRoundTrip(t *testing.T) {
	t.Run("scalars", func(t *testing.T) {
		t.Run("bool", trip(true))
		t.Run("int", trip(math.MinInt))
		t.Run("int8", trip(int8(-128)))
		t.Run("int16", trip(int16(-1)))
		t.Run("int32", trip(int32(math.MaxInt32)))
		t.Run("int64", trip(int64(math.MinInt64)))
		t.Run("uint", trip(uint(math.MaxUint)))
		t.Run("uint8", trip(uint8(255)))
		t.Run("uint16", trip(uint16(65535)))
		t.Run("uint32", trip(uint32(math.MaxUint32)))
		t.Run("uint64", trip(uint64(math.MaxUint64)))
		t.Run("float32", trip(float32(math.SmallestNonzeroFloat32)))
		t.Run("float64", trip(math.SmallestNonzeroFloat64))
		t.Run("NaN payload", trip(math.Float64frombits(0x7ff4dead0000beef)))
		t.Run("-0.0", trip(math.Copysign(0, -1)))
		t.Run("complex64", trip(complex64(complex(1, math.Inf(-1)))))
		t.Run("complex128", trip(complex(math.Copysign(0, -1), 2)))
		t.Run("string", trip("κ\x00\xff"))
		t.Run("time", trip(utc("2024-02-29T12:00:00.000000001Z")))
		t.Run("time earliest", trip(value.MinTime))
		t.Run("time latest", trip(value.MaxTime))
		t.Run("time zero", trip(time.Time{}))
		t.Run("duration", trip(-time.Nanosecond))
		t.Run("named float", trip(Kelvin(273.15)))
		t.Run("enum", trip(Phase(3)))
	})
	t.Run("slices", func(t *testing.T) {
		t.Run("nil", trip([]float64(nil)))
		t.Run("empty", trip([]float64{}))
		t.Run("one", trip([]float64{1}))
		t.Run("bytes", trip([]byte("a\x00\xff")))
		t.Run("strings", trip([]string{"", "a\x00", "\xff"}))
		t.Run("named", trip([]Kelvin{1, 2}))
		t.Run("times", trip([]time.Time{{}, utc("1970-01-01T00:00:00Z")}))
		t.Run("ints", trip([]int{1, -2}))
		t.Run("bools", trip([]bool{true, false}))
		t.Run("arrays", trip([][2]int16{{1, 2}, {3, 4}}))
		t.Run("empty of arrays", trip([][2]int16{}))
		t.Run("of empty arrays", trip([][0]int16{{}, {}}))
		t.Run("pointers", trip([]*float64{nil, new(float64)}))
		t.Run("maps", trip([]map[int8]string{nil, {}, {1: "a", -1: "b"}}))
	})
	t.Run("arrays", func(t *testing.T) {
		t.Run("1", trip([3]float64{1, 2, 3}))
		t.Run("2", trip([2][3]uint8{{1, 2, 3}, {4, 5, 6}}))
		t.Run("empty", trip([0]float64{}))
		t.Run("hollow", trip([2][0]float64{}))
		t.Run("of slices", trip([2][]float64{{1}, {2}}))
		t.Run("of nil", trip([2][]float64{{1}, nil}))
		t.Run("of structs", trip([2]Point{{1, 2}, {3, 4}}))
		t.Run("of maps", trip([1]map[string]bool{{"a": true}}))
		t.Run("times", trip([2]time.Time{{}, value.MaxTime}))
	})
	t.Run("nested", func(t *testing.T) {
		t.Run("nil", trip([][]float64(nil)))
		t.Run("empty", trip([][]float64{}))
		t.Run("empty rows", trip([][]float64{{}, {}}))
		t.Run("nil rows", trip([][]float64{nil, nil}))
		t.Run("nil and empty", trip([][]float64{nil, {}}))
		t.Run("regular", trip([][]float64{{1, 2}, {3, 4}, {5, 6}}))
		t.Run("ragged", trip([][]float64{{1}, {}, {3, 4}}))
		t.Run("3d", trip([][][]int32{{{1, 2}}, {{3, 4}}}))
		t.Run("3d empty", trip([][][]int32{}))
		t.Run("3d {{},{}}", trip([][][]int32{{}, {}}))
		t.Run("3d {{{}}}", trip([][][]int32{{{}}, {{}}}))
		t.Run("3d {{},{{}}}", trip([][][]int32{{}, {{}}}))
		t.Run("3d ragged", trip([][][]int32{{{1}, {2}}, {{3}, {4, 5}}}))
		t.Run("3d nil", trip([][][]int32{{{1}}, {nil}}))
		t.Run("slice array slice", trip([][2][]string{{{"a"}, {"b"}}, {{"c"}, {"d"}}}))
		t.Run("times", trip([][]time.Time{{value.MinTime}, {value.MaxTime}}))
		t.Run("bytes", trip([][]byte{[]byte("ab"), []byte("cd")}))
		t.Run("ragged bytes", trip([][]byte{[]byte("ab"), nil}))
	})
	t.Run("structs", func(t *testing.T) {
		p := Particle{"e\x00", 1, Point{1, 2}, [3]float32{1, 2, 3}, 4, value.MaxTime, 5, true}
		t.Run("empty", trip(struct{}{}))
		t.Run("zero", trip(Grid{}))
		t.Run("full", trip(Grid{
			U: [][]float64{{1, 2}, {3, 4}}, V: [][]float64{{1}, {}}, Mean: math.NaN(),
			Notes: map[string][]float64{"a": {1}, "b": nil, "": {}}, Next: &Point{5, 6},
			Parts: []Particle{p, {}}, M: mat.NewDense(1, 2, []float64{7, 8}), W: *mat.NewVecDense(1, []float64{9}),
		}))
		t.Run("embedded", trip(Embedding{base: base{1}, Point: Point{2, 3}, Particle: &p, Kelvin: 4, L: []int{5}}))
		t.Run("embedded nil", trip(Embedding{}))
		t.Run("table nil", trip([]Particle(nil)))
		t.Run("table empty", trip([]Particle{}))
		t.Run("table", trip([]Particle{p, {}, p}))
		t.Run("tables", trip([][]Point{{{1, 2}}, {}, nil}))
		t.Run("without fields", trip(make([]struct{}, 3)))
		t.Run("without space", trip(make([]struct{ A [0]int }, 3)))
		t.Run("with pointers", trip([]struct{ P *int }{{nil}, {new(int)}}))
		t.Run("with slices", trip([]struct{ S []int }{{nil}, {[]int{}}, {[]int{1}}}))
	})
	t.Run("maps", func(t *testing.T) {
		t.Run("nil", trip(map[string]int(nil)))
		t.Run("empty", trip(map[string]int{}))
		t.Run("string", trip(map[string]int{"b": 1, "a": 2, "": 3, "\xff": 4}))
		t.Run("int", trip(map[int]Point{3: {1, 2}, -3: {}}))
		t.Run("float", trip(map[float64]string{math.Inf(1): "a", -1: "b", 0: "c"}))
		t.Run("bool", trip(map[bool][]int{true: nil, false: {1}}))
		t.Run("nested", trip(map[Phase]map[time.Duration]*int{1: {2: nil}, 0: nil}))
	})
	t.Run("pointers", func(t *testing.T) {
		x := 1.5
		px, nilp, s, nils := &x, (*float64)(nil), []int{1}, []int(nil)
		ppx, pnil := &px, &nilp
		t.Run("nil", trip((*float64)(nil)))
		t.Run("set", trip(&x))
		t.Run("to nil", trip(&nilp))
		t.Run("to set", trip(&px))
		t.Run("triple to set", trip(&ppx))
		t.Run("triple to nil", trip(&pnil))
		t.Run("triple nil", trip(new(**float64)))
		t.Run("to slice", trip(&s))
		t.Run("to nil slice", trip(&nils))
		t.Run("to map", trip(&map[string]int{"a": 1}))
		t.Run("to nil map", trip(new(map[string]int)))
		t.Run("to array", trip(&[2][]int{{1}, nil}))
	})
	t.Run("matrices", func(t *testing.T) {
		t.Run("Dense", trip(mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})))
		t.Run("Dense value", trip(*mat.NewDense(1, 1, []float64{1})))
		t.Run("Dense empty", trip(mat.Dense{}))
		t.Run("Dense nil", trip((*mat.Dense)(nil)))
		t.Run("VecDense", trip(mat.NewVecDense(2, []float64{1, 2})))
		t.Run("CDense", trip(mat.NewCDense(1, 2, []complex128{1, 2i})))
		t.Run("SymDense", trip(mat.NewSymDense(2, []float64{1, 2, 2, 3})))
		t.Run("TriDense upper", trip(mat.NewTriDense(2, mat.Upper, []float64{1, 2, 0, 3})))
		t.Run("TriDense lower", trip(mat.NewTriDense(2, mat.Lower, []float64{1, 0, 2, 3})))
		t.Run("BandDense", trip(mat.NewBandDense(3, 3, 1, 0, []float64{0, 1, 2, 3, 4, 5})))
		t.Run("BandDense wide", trip(mat.NewBandDense(2, 5, 0, 1, []float64{1, 2, 3, 4})))
		t.Run("BandDense tall", trip(mat.NewBandDense(5, 2, 1, 0, []float64{0, 1, 2, 3, 4, 0})))
		t.Run("SymBandDense", trip(mat.NewSymBandDense(3, 1, []float64{1, 2, 3, 4, 5, 0})))
		t.Run("TriBandDense upper", trip(mat.NewTriBandDense(3, 1, mat.Upper, []float64{1, 2, 3, 4, 5, 0})))
		t.Run("TriBandDense lower", trip(mat.NewTriBandDense(3, 1, mat.Lower, []float64{0, 1, 2, 3, 4, 5})))
		t.Run("DiagDense", trip(mat.NewDiagDense(2, []float64{1, 2})))
		t.Run("Tridiag", trip(mat.NewTridiag(3, []float64{1, 2}, []float64{3, 4, 5}, []float64{6, 7})))
		t.Run("Tridiag of one", trip(mat.NewTridiag(1, nil, []float64{3}, nil)))
		t.Run("empty", trip(struct {
			C  mat.CDense
			V  mat.VecDense
			S  mat.SymDense
			T  mat.TriDense
			B  mat.BandDense
			SB mat.SymBandDense
			TB mat.TriBandDense
			D  mat.DiagDense
			TD mat.Tridiag
		}{}))
		t.Run("many", trip([]*mat.Dense{nil, mat.NewDense(1, 1, nil)}))
	})
	t.Run("trees", func(t *testing.T) {
		a := &value.Array{Elem: value.Int8, Shape: []int{2}, Data: []int8{1, 2}}
		t.Run("Value", trip(value.Value(a)))
		t.Run("Array", trip(a))
		t.Run("Array nil", trip((*value.Array)(nil)))
		t.Run("field", trip(struct{ V value.Value }{&value.List{Items: []value.Value{a, value.Null{}}}}))
	})
}

func TestUnsupported(t *testing.T) {
	type Loop struct{ Next *Loop }
	type Inner struct{ hidden int }
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[struct{ F func() }](), ".F"},
		{reflect.TypeFor[struct{ A struct{ C []chan int } }](), ".A.C[]"},
		{reflect.TypeFor[struct{ I any }](), ".I"},
		{reflect.TypeFor[error](), "error"},
		{reflect.TypeFor[Loop](), "value_test.Loop.Next"},
		{reflect.TypeFor[map[string]Inner](), "[].hidden"},
		{reflect.TypeFor[map[Point]int](), "map[value_test.Point]int"},
		{reflect.TypeFor[map[complex128]int](), "complex128"},
		{reflect.TypeFor[map[time.Time]int](), "time.Time"},
		{reflect.TypeFor[uintptr](), "uintptr"},
		{reflect.TypeFor[struct {
			A int `klepto:"name=b"`
			B int `klepto:"name=b"`
		}](), `"b"`},
		{reflect.TypeFor[struct {
			A int `klepto:"unit=m"`
		}](), `"unit"`},
		{reflect.TypeFor[struct {
			A []float64 `klepto:"axes=y;x"`
		}](), "axes"},
		{reflect.TypeFor[struct {
			Point
			X float64
		}](), `"X"`},
	} {
		err := value.Check(c.typ)
		if !errors.Is(err, value.ErrType) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Check(%s) = %v, want ErrType with %s", c.typ, err, c.want)
		}
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string
	}{
		{[][]float64(nil), "null"},
		{[][]float64{}, "float64[0 0]"},
		{[][]float64{{}, {}}, "float64[2 0]"},
		{[][]float64{{1, 2}, {3, 4}}, "float64[2 2]"},
		{[][]float64{{1}, {2, 3}}, "list[2]"},
		{[][]float64{{1}, nil}, "list[2]"},
		{[][3]bool{}, "bool[0 3]"},
		{[2][]int{{1}, {2}}, "int64[2 1]"},
		{[][2][]int{}, "int64[0 2 0]"},
		{make([][]int8, 1<<20+1), "list[1048577]"},
		{[]Point{{1, 2}}, "table[1]{X Y}"},
		{[]Particle{}, "table[0]{Name Phase At.X At.Y V[3] T Seen Took Alive}"},
		{[]struct{ P *Point }{}, "list[0]"},
		{[][]Point{{}}, "list[1]"},
		{mat.NewDense(2, 3, nil), "float64[2 3]"},
		{mat.NewVecDense(3, nil), "float64[3]"},
		{struct{ U, M *mat.Dense }{mat.NewDense(2, 2, nil), nil}, "U[2 2] M:null"},
		{map[string]int{}, "map[0]"},
		{nil, "null"},
	} {
		v, err := value.Of(c.x)
		if err != nil {
			t.Errorf("Of(%T): %v", c.x, err)
		} else if got := value.Describe(v); got != c.want {
			t.Errorf("Of(%T) is %s, want %s", c.x, got, c.want)
		}
	}
}
