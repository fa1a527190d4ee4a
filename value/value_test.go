package value_test

import (
	"encoding/hex"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klepto-go/klepto/value"
)

func TestMeta(t *testing.T) {
	type profile struct {
		U []float64   `klepto:"name=u,units=mol/m3,long_name='u, the first',axes=x"`
		W [][]float64 `klepto:"axes=y;x"`
		P []struct {
			At [2]float64 `klepto:"units=m,axes=xy"`
		} `klepto:"long_name=particles"`
		Opt *float64 `klepto:"units=K"`
	}
	v, err := value.Of(profile{U: []float64{1}, W: [][]float64{{1}, {2, 3}}, P: make([]struct {
		At [2]float64 `klepto:"units=m,axes=xy"`
	}, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if err := value.Validate(v); err != nil {
		t.Error(err)
	}
	table := &value.Table{Meta: value.Meta{LongName: "particles"}, N: 2, Columns: []value.Column{
		{"At", &value.Array{Meta: value.Meta{Units: "m", Axes: []string{"row", "xy"}}, Elem: value.Float64, Shape: []int{2, 2}, Data: make([]float64, 4)}},
	}}
	want := &value.Struct{Fields: []value.Field{
		{"u", &value.Array{Meta: value.Meta{Units: "mol/m3", LongName: "u, the first", Axes: []string{"x"}}, Elem: value.Float64, Shape: []int{1}, Data: []float64{1}}},
		{"W", &value.List{Meta: value.Meta{Axes: []string{"y", "x"}}, Items: []value.Value{array(value.Float64, []float64{1}, 1), array(value.Float64, []float64{2, 3}, 2)}}},
		{"P", table},
		{"Opt", value.Null{}},
	}}
	if d := cmp.Diff(value.Value(want), v); d != "" {
		t.Error(d)
	}
}

// A tag describes the field, not the tree that the caller passed.
func TestMetaLeavesTheCallersTreeAlone(t *testing.T) {
	a := array(value.Float64, []float64{1}, 1)
	v, err := value.Of(struct {
		V value.Value `klepto:"units=m"`
	}{a})
	if err != nil || a.Units != "" || v.(*value.Struct).Fields[0].Value.(*value.Array).Units != "m" {
		t.Errorf("%+v, %+v, %v", a, v, err)
	}
}

func TestValidate(t *testing.T) {
	x := array(value.Float64, []float64{1})
	half := 1 << (strconv.IntSize / 2) // half * half overflows to 0
	loop := &value.List{Items: make([]value.Value, 1)}
	loop.Items[0] = loop
	for name, v := range map[string]value.Value{
		"nil":                nil,
		"nil array":          (*value.Array)(nil),
		"nil table":          (*value.Table)(nil),
		"nil struct":         (*value.Struct)(nil),
		"nil list":           (*value.List)(nil),
		"nil map":            (*value.Map)(nil),
		"unknown element":    array(99, []float64{1}),
		"wrong data":         array(value.Int64, []float64{1}),
		"named data":         array(value.Float64, []Kelvin{1}),
		"no data":            array(value.Float64, nil),
		"negative":           array(value.Float64, []float64{}, -1, 0),
		"short":              array(value.Float64, []float64{1}, 2),
		"overflow":           array(value.Float64, []float64{}, math.MaxInt, 2),
		"overflow to 0":      array(value.Float64, []float64{}, half, half),
		"hollow":             array(value.Float64, []float64{}, 1<<20+1, 0),
		"hollow at the end":  array(value.Float64, []float64{}, 0, 1<<20+1),
		"rank":               array(value.Float64, []float64{1}, slices.Repeat([]int{1}, value.MaxRank+1)...),
		"axes":               &value.Array{Meta: value.Meta{Axes: []string{"x"}}, Elem: value.Float64, Data: []float64{1}},
		"units not UTF-8":    &value.List{Meta: value.Meta{Units: "\xff"}},
		"empty name":         structure("", x),
		"name not UTF-8":     structure("\xff", x),
		"names":              structure("a", x, "b", x, "a", x),
		"nil field":          &value.Struct{Fields: []value.Field{{Name: "a"}}},
		"loop":               loop,
		"column of one rank": &value.Table{N: 1, Columns: []value.Column{{"a", x}}},
		"column too short":   &value.Table{N: 2, Columns: []value.Column{{"a", array(value.Float64, []float64{1}, 1)}}},
		"column nil":         &value.Table{N: 2, Columns: []value.Column{{"a", nil}}},
		"rows of nothing":    &value.Table{N: math.MaxInt / 2},
		"negative rows":      &value.Table{N: -1},
		"keys nil":           &value.Map{},
		"keys scalar":        &value.Map{Keys: x, Items: []value.Value{x}},
		"keys unsorted":      &value.Map{Keys: array(value.Int8, []int8{2, 1}, 2), Items: []value.Value{x, x}},
		"keys twice":         &value.Map{Keys: array(value.String, []string{"a", "a"}, 2), Items: []value.Value{x, x}},
		"keys complex":       &value.Map{Keys: array(value.Complex64, []complex64{1}, 1), Items: []value.Value{x}},
		"keys NaN":           &value.Map{Keys: array(value.Float32, []float32{float32(math.NaN())}, 1), Items: []value.Value{x}},
		"keys zeros":         &value.Map{Keys: array(value.Float64, []float64{math.Copysign(0, -1), 0}, 2), Items: []value.Value{x, x}},
		"items too few":      &value.Map{Keys: array(value.Int8, []int8{1}, 1)},
	} {
		if err := value.Validate(v); !errors.Is(err, value.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	deep := value.Value(value.Null{})
	for range value.MaxDepth - 1 {
		deep = &value.List{Items: []value.Value{deep}}
	}
	if err := value.Validate(deep); err != nil {
		t.Error(err)
	}
	many := &value.Struct{}
	for i := range 40 {
		many.Fields = append(many.Fields, value.Field{Name: strings.Repeat("a", i+1), Value: x})
	}
	if err := value.Validate(many); err != nil {
		t.Error(err)
	}
	many.Fields[39].Name = "a"
	if err := value.Validate(many); !errors.Is(err, value.ErrInvalid) {
		t.Error("one name twice among 40 passes")
	}
}

func TestEqualIsBitForBit(t *testing.T) {
	nan := math.Float64frombits(0x7ff8000000000002)
	f := func(x float64) value.Value { return array(value.Float64, []float64{x}) }
	if !value.Equal(f(nan), f(nan)) || value.Equal(f(nan), f(math.NaN())) || value.Equal(f(0), f(math.Copysign(0, -1))) {
		t.Error("floats are compared by value")
	}
	empty := array(value.Float64, []float64{}, 2, 0)
	for _, other := range []value.Value{array(value.Float64, []float64{}, 0, 2), array(value.Float32, []float32{}, 2, 0),
		array(value.Time, []int64{}, 2, 0), value.Null{}, &value.List{}, nil} {
		if value.Equal(empty, other) || value.Equal(other, empty) {
			t.Errorf("an empty array equals %v", other)
		}
	}
	if value.Equal(structure("a", f(1)), structure("b", f(1))) {
		t.Error("names are not compared")
	}
}

func TestSize(t *testing.T) {
	for _, c := range []struct {
		x    any
		want int64
	}{
		{1.0, 8}, {[]complex64{1, 2}, 16}, {"κ", 2}, {[]string{"a", "bc"}, 3}, {true, 1}, {nil, 0}, {[]Point{{}, {}}, 32},
		{map[int32]string{1: "abc"}, 7}, {[][]int16{{1}, {2, 3}}, 6}, {struct{ A, B uint8 }{}, 2},
	} {
		v, err := value.Of(c.x)
		if err != nil || value.Size(v) != c.want {
			t.Errorf("%#v has %d bytes, %v, want %d", c.x, value.Size(v), err, c.want)
		}
	}
}

// These bytes are what stored sums are made of: they never change.
func TestWriteCanonical(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string
	}{
		{nil, "4e"},
		{1.5, "410b 0000000000000000 000000000000f83f"},
		{[]int16{1, -2}, "4103 0100000000000000 0200000000000000 0100feff"},
		{[][]complex64{{2i}}, "410c 0200000000000000 0100000000000000 0100000000000000 0000000000000040"},
		{"ab", "410e 0000000000000000 0200000000000000 6162"},
		{[]bool{true, false}, "4101 0100000000000000 0200000000000000 0100"},
		{Phase(7), "4106 0000000000000000 07"},
		{struct{ A *int }{}, "53 0100000000000000 0100000000000000 41 4e"},
		{[]*int{nil}, "4c 0100000000000000 4e"},
		{map[uint8]*int{3: nil}, "4d 4106 0100000000000000 0100000000000000 03 4e"},
		{[]struct{ A int8 }{{5}}, "54 0100000000000000 0100000000000000 0100000000000000 41 4102 0100000000000000 0100000000000000 05"},
	} {
		v, err := value.Of(c.x)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := hex.EncodeToString([]byte(canonicalBytes(t, v))), strings.ReplaceAll(c.want, " ", ""); got != want {
			t.Errorf("%#v: %s, want %s", c.x, got, want)
		}
	}
	full := errors.New("disk full")
	w := writerFunc(func([]byte) (int, error) { return 0, full })
	if err := value.WriteCanonical(w, array(value.Float64, make([]float64, 1e4), 1e4)); !errors.Is(err, full) {
		t.Errorf("the error of the writer is lost: %v", err)
	}
	if err := value.WriteCanonical(io.Discard, value.Null{}); err != nil {
		t.Error(err)
	}
}

func TestElem(t *testing.T) {
	for e := value.Bool; e <= value.Duration; e++ {
		back, err := value.ParseElem(e.String())
		if err != nil || back != e {
			t.Errorf("%s is read as %s, %v", e, back, err)
		}
		if err := value.Validate(array(e, e.Make(3), 3)); err != nil {
			t.Error(err)
		}
	}
	if _, err := value.ParseElem("float128"); !errors.Is(err, value.ErrInvalid) || !strings.Contains(err.Error(), "complex128") {
		t.Error(err)
	}
	if e := value.Elem(0); e.Make(1) != nil || e.Size() != 0 || e.String() != "elem(0)" {
		t.Error("the zero Elem is none")
	}
}

func TestDiff(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		a, b       any
		rtol, atol float64
		want       string // "": none
	}{
		{1.0, 1.0, 0, 0, ""},
		{1.0, 1.1, 0.1, 0, ""},
		{1.1, 1.0, 0.1, 0, "1.1 against 1; largest difference 0.1, relative 0.1"}, // 0.1 > 0.1*|b|, rounded
		{1e-9, 0.0, 0, 1e-8, ""},
		{1e-9, 0.0, 1, 0, "1e-09 against 0; largest difference 1e-09, relative +Inf"},
		{nan, nan, 0, 0, ""},
		{nan, 1.0, 1, 1, "NaN against 1; largest difference +Inf, relative +Inf"},
		{inf, inf, 0, 0, ""},
		{inf, -inf, 1, 1, "+Inf against -Inf; largest difference +Inf, relative +Inf"},
		{inf, 1e308, 1, 1, "+Inf against 1e+308; largest difference +Inf, relative +Inf"},
		{0.0, math.Copysign(0, -1), 0, 0, ""},
		{2i, 2.5i, 0.2, 0, ""},
		{complex(inf, nan), complex(inf, nan), 0, 0, ""},
		{complex(nan, 1), complex(2, nan), 0, 0, ""},
		{complex(inf, 1), complex(inf, 1), 0, 0, ""},
		{complex(inf, 1), complex(inf, 2), 1, 1, "(+Inf+1i) against (+Inf+2i); largest difference +Inf, relative +Inf"},
		{[]string{"a", "b"}, []string{"a", "c"}, 1, 1, "1 of 2 elements, first at [1]: b against c"},
		{[]bool{true, true}, []bool{true, false}, 1, 1, "1 of 2 elements, first at [1]: true against false"},
		{time.Unix(1, 0), time.Unix(2, 0), 1, 1, "1970-01-01T00:00:01Z against 1970-01-01T00:00:02Z"},
		{[]float32{1, 2, 3}, []float32{1, 2.5, 4}, 0, 0.1, "2 of 3 elements, first at [1]: 2 against 2.5; largest difference 1, relative 0.25"},
		{[][]int{{1, 2}, {3, 4}}, [][]int{{1, 2}, {5, 4}}, 1, 1, "1 of 4 elements, first at [1 0]: 3 against 5"},
		{[]float64{1}, []float64{1, 2}, 0, 0, "float64[1] against float64[2]"},
		{1, 1.0, 0, 0, "int64 against float64"},
		{"a", "b", 0, 0, "a against b"},
		{Point{1, 2}, Point{1, 3}, 0, 0, "Y: 2 against 3; largest difference 1, relative 0.333"},
		{Point{}, struct{ X, Z float64 }{}, 0, 0, "Y: only in the first|Z: only in the second"},
		{[]Point{{1, 2}}, []Point{{1, 3}}, 0, 0, "Y: 1 of 1 elements, first at [0]: 2 against 3; largest difference 1, relative 0.333"},
		{[]Point{{1, 2}}, []Point{}, 0, 0, "table[1]{X Y} against table[0]{X Y}"},
		{map[string]int{"a": 1}, map[string]int{"a": 2}, 0, 0, "[a]: 1 against 2"},
		{map[string]int{"a": 1, "c": 1}, map[string]int{"b": 1, "c": 2}, 0, 0, "[a]: only in the first|[c]: 1 against 2|[b]: only in the second"},
		{map[int]int{1: 1}, map[int8]int{1: 1}, 0, 0, "map[1] by int64 against map[1] by int8"},
		{map[float64]int{1.5: 1}, map[float64]int{}, 0, 0, "[1.5]: only in the first"},
		{[][]int{{1}, nil}, [][]int{{1}, {2, 3}}, 0, 0, "[1]: null against int64[2]"},
		{nil, nil, 0, 0, ""},
	} {
		a, err := value.Of(c.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := value.Of(c.b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range value.Diff(a, b, c.rtol, c.atol) {
			got = append(got, d.String())
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%v, %v: %s, want %s", c.a, c.b, s, c.want)
		}
	}
}

// TestDiffMalformed: a tree that no codec makes is told apart from every other,
// and not followed for ever.
func TestDiffMalformed(t *testing.T) {
	loop := &value.List{Items: []value.Value{nil}}
	loop.Items[0] = loop
	for _, bad := range []value.Value{loop, nil, array(value.Float64, []float64{1}, 2), array(value.Float64, []int8{1}, 1)} {
		good := array(value.Float64, []float64{1, 2}, 2)
		for _, pair := range [][2]value.Value{{bad, bad}, {bad, good}, {good, bad}} {
			if got := value.Diff(pair[0], pair[1], 0, 0); len(got) != 1 || !strings.Contains(got[0].Detail, "malformed") {
				t.Errorf("%T: %v", bad, got)
			}
		}
	}
}

func TestDescribeNested(t *testing.T) {
	v, err := value.Of(struct {
		A Point
		L [][]int
		M map[string]int
		P []Point
	}{L: [][]int{{1}, {}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := value.Describe(v), "A{X Y} L:list[2] M:null P:null"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := value.Describe(nil); got != "nothing" {
		t.Error(got)
	}
}

func TestClonedMetaIsOwn(t *testing.T) {
	a := &value.Array{Meta: value.Meta{Axes: []string{"x"}}, Elem: value.Float64, Shape: []int{1}, Data: []float64{1}}
	c := value.Clone(a).(*value.Array)
	c.Axes[0], c.Shape[0] = "y", 2
	if a.Axes[0] != "x" || a.Shape[0] != 1 {
		t.Error("a clone shares its axes")
	}
}

// TestWriteCanonicalParts writes the elements of one array of a tree by hand.
func TestWriteCanonicalParts(t *testing.T) {
	tree := func(u any) value.Value {
		return &value.Struct{Fields: []value.Field{
			{Name: "n", Value: array(value.Int16, []int16{-2})},
			{Name: "u", Value: &value.Array{Elem: value.Float32, Shape: []int{2, 2}, Data: u}},
			{Name: "s", Value: array(value.String, []string{"last"})},
		}}
	}
	all := []float32{1, 2, 3, 4}
	var want, got strings.Builder
	if err := value.WriteCanonical(&want, tree(all)); err != nil {
		t.Fatal(err)
	}
	err := value.WriteCanonicalParts(&got, tree(nil), func(a *value.Array) error {
		got.Write(value.ElementBytes(all[:3]))
		got.Write(value.ElementBytes(all[3:]))
		return nil
	})
	if err != nil || got.String() != want.String() {
		t.Errorf("in parts, %v:\n%x\nwant\n%x", err, got.String(), want.String())
	}
	refused := errors.New("refused")
	err = value.WriteCanonicalParts(io.Discard, tree(nil), func(*value.Array) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("a part that cannot be written: %v", err)
	}
}
