package drivertest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// named is a value of the suite, with the name of its subtest.
type named struct {
	name string
	value.Value
}

func array(elem value.Elem, data any, shape ...int) *value.Array {
	return &value.Array{Elem: elem, Shape: shape, Data: data}
}

func scalar(elem value.Elem, data any) *value.Array { return array(elem, data) }

func text(s ...string) *value.Array { return array(value.String, s, len(s)) }

// Bit patterns that a detour through another type, or through text, would lose.
var (
	float64s = []float64{0, math.Copysign(0, -1), 1. / 3, math.SmallestNonzeroFloat64, math.MaxFloat64,
		0x1p-1030, math.Inf(1), math.Inf(-1), math.Float64frombits(0x7ff8000000000abc), // quiet NaN with a payload
		math.Float64frombits(0xfff8000000000001), math.Float64frombits(0x7ff0000000000001)} // negative, signaling
	float32s = []float32{0, float32(math.Copysign(0, -1)), 1. / 3, math.SmallestNonzeroFloat32, math.MaxFloat32,
		0x1p-130, float32(math.Inf(1)), float32(math.Inf(-1)), math.Float32frombits(0x7fc00abc),
		math.Float32frombits(0xffc00001), math.Float32frombits(0x7fa00001)}
	complex128s = []complex128{0, complex(float64s[1], float64s[8]), complex(math.Inf(-1), 1./3), complex(float64s[9], 0)}
	complex64s  = []complex64{0, complex(float32s[1], float32s[8]), complex(float32s[7], 1./3), complex(float32s[9], 0)}
	strs        = []string{"", "plain", "Grüße, 世界 🙂", "NUL\x00inside", "\x00", "ends\x00", "invalid \xff\xfe\xc3\x28 UTF-8",
		"one line\nanother\ttab\r\n", " spaces ", strings.Repeat("long ", 20_000)}
)

// leaves has an array of each element type, with its extremes.
var leaves = []*value.Array{
	array(value.Bool, []bool{false, true, true}, 3),
	array(value.Int8, []int8{math.MinInt8, -1, 0, math.MaxInt8}, 4),
	array(value.Int16, []int16{math.MinInt16, -1, 0, math.MaxInt16}, 4),
	array(value.Int32, []int32{math.MinInt32, -1, 0, math.MaxInt32}, 4),
	array(value.Int64, []int64{math.MinInt64, -1, 0, 1<<53 + 1, math.MaxInt64}, 5),
	array(value.Uint8, []uint8{0, 1, 0x80, math.MaxUint8}, 4),
	array(value.Uint16, []uint16{0, 1, math.MaxUint16}, 3),
	array(value.Uint32, []uint32{0, 1, math.MaxUint32}, 3),
	array(value.Uint64, []uint64{0, 1<<53 + 1, math.MaxUint64}, 3),
	array(value.Float32, float32s, len(float32s)),
	array(value.Float64, float64s, len(float64s)),
	array(value.Complex64, complex64s, len(complex64s)),
	array(value.Complex128, complex128s, len(complex128s)),
	array(value.String, strs, len(strs)),
	array(value.Time, []int64{value.NaT, value.NaT + 1, -1, 0, epoch.UnixNano(), math.MaxInt64}, 6),
	array(value.Duration, []int64{math.MinInt64, 0, math.MaxInt64}, 3),
}

// values returns the values that every archive gives back as they were.
func values() []named {
	all := []named{
		{"null", value.Null{}},
		{"rank 3", array(value.Int16, ramp[int16](24), 2, 3, 4)},
		{"rank 8", array(value.Uint8, ramp[uint8](256), 2, 2, 2, 2, 2, 2, 2, 2)},
		{"one by one", array(value.Float64, []float64{7}, 1, 1)},
		{"strings in 2-d", array(value.String, []string{"a", "", "c\x00", "\xff"}, 2, 2)},
		{"plain strings", text("a", "bc", "")},
		{"described array", &value.Array{
			Meta: value.Meta{Units: "mol/m³", LongName: "concentration \"of\" U", Axes: []string{"y", "x"}},
			Elem: value.Float32, Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}},
		{"wide", array(value.Float64, noise(1<<19), 1<<9, 1<<10)}, // 4 MiB
		{"long column", array(value.Uint16, ramp[uint16](1<<20), 1<<20)},
		{"many strings", text(strings.Fields(strings.Repeat("many short strings ", 5_000))...)},
	}
	for _, a := range leaves {
		name := fmt.Sprintf("elem %d ", a.Elem)
		all = append(all, named{name + "array", a}, named{name + "empty", array(a.Elem, slice(a, 0, 0), 0)},
			named{name + "0x3", array(a.Elem, slice(a, 0, 0), 0, 3)}, named{name + "2x0x2", array(a.Elem, slice(a, 0, 0), 2, 0, 2)})
		for j := range a.Shape[0] {
			all = append(all, named{fmt.Sprint(name, "scalar ", j), scalar(a.Elem, slice(a, j, j+1))})
		}
	}
	return append(all, trees()...)
}

// trees returns values of more than one node.
func trees() []named {
	point := &value.Struct{Fields: []value.Field{
		{Name: "u", Value: array(value.Float64, noise(12), 3, 4)},
		{Name: "mean", Value: scalar(value.Float64, []float64{math.Copysign(0, -1)})},
		{Name: "label", Value: scalar(value.String, []string{"A\x00B"})},
		{Name: "Ärger/mit.Namen ", Value: scalar(value.Bool, []bool{true})},
		{Name: "missing", Value: value.Null{}},
	}}
	var columns []value.Column
	for i, a := range leaves {
		columns = append(columns, value.Column{Name: fmt.Sprint("c", i), Array: array(a.Elem, slice(a, 0, 2), 2)})
	}
	columns = append(columns, value.Column{Name: "vector", Array: array(value.Float64, noise(6), 2, 3)},
		value.Column{Name: "described", Array: &value.Array{Meta: value.Meta{Units: "K"}, Elem: value.Int32, Shape: []int{2}, Data: []int32{1, 2}}})
	all := []named{
		{"struct", point},
		{"empty struct", &value.Struct{}},
		{"described struct", &value.Struct{Meta: value.Meta{LongName: "state"}, Fields: []value.Field{
			{Name: "t", Value: &value.Array{Meta: value.Meta{Units: "s"}, Elem: value.Float64, Data: []float64{1}}}}}},
		{"nested struct", nest(8, point)},
		{"table", &value.Table{N: 2, Columns: columns}},
		{"table of numbers", &value.Table{N: 3, Columns: []value.Column{
			{Name: "x", Array: array(value.Float64, noise(3), 3)}, {Name: "ok", Array: array(value.Bool, []bool{true, false, true}, 3)}}}},
		{"table without rows", &value.Table{Columns: []value.Column{
			{Name: "x", Array: array(value.Float64, []float64{}, 0)}, {Name: "s", Array: array(value.String, []string{}, 0)}}}},
		{"table without columns", &value.Table{N: 3}},
		{"list", &value.List{Items: []value.Value{point, value.Null{}, text("a"), scalar(value.Int8, []int8{-1})}}},
		{"empty list", &value.List{}},
		{"ragged list", ragged(0, 3, 1, 0, 7)},
		{"ragged in ragged", &value.List{Items: []value.Value{ragged(2, 1), ragged(), ragged(0)}}},
		{"long list", ragged(make([]int, 100)...)},
		{"map", &value.Map{Keys: text("", "\x00", "A", "a", "a/b", "\xff"), Items: []value.Value{
			point, value.Null{}, ragged(1, 2), text(), scalar(value.Int64, []int64{1}), &value.Struct{}}}},
		{"map of numbers", &value.Map{Keys: array(value.Int32, []int32{-3, 0, 9}, 3), Items: []value.Value{
			scalar(value.Float32, float32s[8:9]), scalar(value.Float32, float32s[1:2]), scalar(value.Float32, float32s[2:3])}}},
		{"empty map", &value.Map{Keys: text()}},
		{"map of maps", &value.Map{Keys: array(value.Uint64, []uint64{1, math.MaxUint64}, 2), Items: []value.Value{
			&value.Map{Keys: text("x"), Items: []value.Value{point}}, &value.Map{Keys: array(value.Bool, []bool{}, 0)}}}},
	}
	return append(all, named{"everything", &value.List{Items: plain(all)}})
}

func plain(all []named) (vs []value.Value) {
	for _, n := range all {
		vs = append(vs, n.Value)
	}
	return vs
}

// nest puts a value depth structs deep.
func nest(depth int, v value.Value) value.Value {
	for i := range depth {
		v = &value.Struct{Fields: []value.Field{{Name: fmt.Sprint("level", i), Value: v}, {Name: "n", Value: text("x")}}}
	}
	return v
}

func ragged(lengths ...int) *value.List {
	l := new(value.List)
	for _, n := range lengths {
		l.Items = append(l.Items, array(value.Float64, noise(n), n))
	}
	return l
}

// noise returns n floats that no compression shortens.
func noise(n int) []float64 {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float64, n)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	return x
}

func ramp[T int16 | uint8 | uint16](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(i)
	}
	return x
}

// slice returns Data[i:j] of an array.
func slice(a *value.Array, i, j int) any {
	switch d := a.Data.(type) {
	case []bool:
		return d[i:j]
	case []int8:
		return d[i:j]
	case []int16:
		return d[i:j]
	case []int32:
		return d[i:j]
	case []int64:
		return d[i:j]
	case []uint8:
		return d[i:j]
	case []uint16:
		return d[i:j]
	case []uint32:
		return d[i:j]
	case []uint64:
		return d[i:j]
	case []float32:
		return d[i:j]
	case []float64:
		return d[i:j]
	case []complex64:
		return d[i:j]
	case []complex128:
		return d[i:j]
	case []string:
		return d[i:j]
	}
	panic(fmt.Sprintf("drivertest: no element type has data of %T", a.Data))
}

func testValues(t *testing.T, h Harness) {
	a := h.open(t)
	for i, v := range values() {
		t.Run(v.name, func(t *testing.T) {
			e := entry("f", i, v.Value)
			put(t, a, e)
			wantEntry(t, a, e)
		})
	}
	wantLen(t, a, "f", len(values()))
}

func testArguments(t *testing.T, h Harness) {
	a := h.open(t)
	var args []value.Field
	for _, v := range values() {
		if value.Size(v.Value) < 1<<16 {
			args = append(args, value.Field{Name: v.name, Value: v.Value})
		}
	}
	for i, arg := range args {
		t.Run(arg.Name, func(t *testing.T) {
			e := number("one", i)
			e.Call.Args = []value.Field{{Name: "x", Value: arg.Value}}
			put(t, a, e)
			wantEntry(t, a, e)
		})
	}
	t.Run("none", func(t *testing.T) {
		e := number("none", 0)
		e.Call.Args = nil
		put(t, a, e)
		wantEntry(t, a, e)
		wantList(t, a, "none", []*archive.Entry{e})
	})
	t.Run("large", func(t *testing.T) { // and with it a large key, which holds the arguments
		e := number("large", 0)
		e.Call.Args = []value.Field{{Name: "x", Value: array(value.Float64, noise(1<<17), 1<<17)}}
		e.Key.Canonical += strings.Repeat("\x00\xffcanonical", 1<<17)
		put(t, a, e)
		wantEntry(t, a, e)
		wantList(t, a, "large", []*archive.Entry{e})
	})
	t.Run("many", func(t *testing.T) {
		e := number("many", 0)
		e.Call.Args = args
		put(t, a, e)
		wantEntry(t, a, e)
		wantList(t, a, "many", []*archive.Entry{e})
	})
}
