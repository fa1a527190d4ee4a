package keymap_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func sameRounding(a, b rounding.Rounding) bool { return a == b }

func ExampleDecode() {
	type heat struct {
		Nu float64 `klepto:"name=nu"`
		N  int     `klepto:"name=n"`
	}
	k, err := keymap.New[heat](&keymap.Options{Function: "heat", Rounding: rounding.Deep(3)})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := k.Key(&heat{Nu: 0.10000001, N: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := keymap.Decode(key.Canonical)
	fmt.Println(call.Function, call.Rounding, err)
	for _, a := range call.Args {
		fmt.Println(a.Name, a.Value)
	}
	fmt.Println(key)
	// Output:
	// heat deep(3) <nil>
	// nu 0.1
	// n 4
	// 34ce5cd76ea2293708858084c876e9d9
}

func TestDecode(t *testing.T) {
	type point struct{ X, Y float32 }
	two := uint8(2)
	type in struct {
		B    bool
		I    int
		U    uint16
		S    string
		F    []float32
		Z    complex64
		Raw  []byte
		P    point
		Ps   []point
		M    map[string][]int8
		Ptr  *uint8
		Nil  *int
		None []int
		T    time.Time
		D    [2]time.Duration
		Any  []any
		L    loop
		Tol  float64 `klepto:"tol=1"`
		Out  int     `klepto:"ignore"`
	}
	at := time.Date(2026, 7, 1, 12, 0, 0, 5, time.UTC)
	x := in{true, -3, 4, "a\x00ß", []float32{1.5, 2}, 1 + 2i, []byte("raw"), point{1, 2}, []point{{3, 4}},
		map[string][]int8{"b": {1}, "a": nil}, &two, nil, nil, at, [2]time.Duration{1, 2},
		[]any{nil, 1, "x", celsius(2), point{5, 6}}, loop{V: 1, Next: &loop{V: 2}}, 1.26, 9}
	key := keyOf(t, &keymap.Options{Function: "f", Version: "v2", Rounding: rounding.Deep(6)}, x)
	got, err := keymap.Decode(key.Canonical)
	pt := func(x, y float32) keymap.Struct { return keymap.Struct{{Name: "X", Value: x}, {Name: "Y", Value: y}} }
	lp := func(v float64, next any) keymap.Struct {
		return keymap.Struct{{Name: "V", Value: v}, {Name: "Next", Value: next}, {Name: "Any"}}
	}
	want := keymap.Call{Function: "f", Version: "v2", Rounding: rounding.Deep(6), Args: []keymap.Arg{
		{Name: "B", Value: true}, {Name: "I", Value: int64(-3)}, {Name: "U", Value: uint16(4)}, {Name: "S", Value: "a\x00ß"},
		{Name: "F", Value: []float32{1.5, 2}}, {Name: "Z", Value: complex64(1 + 2i)}, {Name: "Raw", Value: []byte("raw")},
		{Name: "P", Value: pt(1, 2)}, {Name: "Ps", Value: []any{pt(3, 4)}},
		{Name: "M", Value: keymap.Map{{Key: "a"}, {Key: "b", Value: []int8{1}}}},
		{Name: "Ptr", Value: uint8(2)}, {Name: "Nil"}, {Name: "None"}, {Name: "T", Value: at}, {Name: "D", Value: []time.Duration{1, 2}},
		{Name: "Any", Value: []any{nil, int64(1), "x", keymap.Named{Type: "github.com/klepto-go/klepto/keymap_test.celsius", Value: 2.0},
			keymap.Named{Type: "github.com/klepto-go/klepto/keymap_test.point", Value: pt(5, 6)}}},
		{Name: "L", Value: lp(1, lp(2, nil))}, {Name: "Tol", Rounding: rounding.Deep(1), Value: 1.3},
	}}
	if d := cmp.Diff(want, got, cmp.Comparer(sameRounding)); err != nil || d != "" {
		t.Error(err, d)
	}
	// Every way to cut or lengthen a key makes it no key.
	for n := range len(key.Canonical) {
		if c, err := keymap.Decode(key.Canonical[:n]); !errors.Is(err, keymap.ErrFormat) {
			t.Fatalf("the first %d bytes are %v, %v", n, c, err)
		}
	}
	if _, err := keymap.Decode(key.Canonical + "x"); !errors.Is(err, keymap.ErrFormat) {
		t.Error(err)
	}
}

// TestDecodeRefuses what no Keymap writes, some of it made to exhaust memory.
func TestDecodeRefuses(t *testing.T) {
	head := "\x01\x01f\x00\x04none\x01\x01x"
	huge := "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
	for name, in := range map[string]string{
		"empty":                 "",
		"format":                "\x02\x01f\x00\x04none\x00",
		"huge function":         "\x01" + huge,
		"rounding":              "\x01\x01f\x00\x05deep(\x00",
		"empty rounding":        "\x01\x01f\x00\x00\x00",
		"huge count":            "\x01\x01f\x00\x04none" + huge,
		"long zero":             "\x01\x01f\x00\x04none\x80\x00",
		"varint beyond 64 bits": "\x01\x01f\x00\x04none\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
		"two names":             "\x01\x01f\x00\x04none\x02\x01x?\x01x?\x00\x00",
		"unknown type":          head + "z",
		"bool":                  head + "?\x02",
		"minus zero":            head + "d\x00\x00\x00\x00\x00\x00\x00\x80",
		"other NaN":             head + "f\x01\x00\xc0\x7f",
		"nanoseconds":           head + "t\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
		"huge slice":            head + "[d" + huge,
		"slice of nothing":      head + "[{\x00" + huge,
		"array of nothing":      head + "A" + huge + "{\x00",
		"huge array":            head + "A" + huge + "?",
		"huge arrays":           head + strings.Repeat("A"+huge, 50) + "?",
		"map of nothing":        head + "M{\x00{\x00" + huge,
		"map order":             head + "MBB\x03\x02\x00\x01\x00",
		"map values order":      head + "MBB\x03\x01\x02\x01\x01",
		"pointer":               head + "*?\x02\x00",
		"endless type":          head + "{\x01\x01x^\x00",
		"far type":              head + "*^\x05\x00",
		"endless array":         head + "A\x01^\x00",
		"array around itself":   head + "A\x00[^\x01",
		"name outside":          head + "=\x01Td",
		"two type names":        head + "e=\x01T=\x01T?\x01",
		"number":                head + "N?\x01",
		"number not simplest":   head + "Nd\x00\x00\x00\x00\x00\x00\xf0\x3f",
		"matrix of ints":        head + "m\x01Mq\x00\x00",
		"matrix sides":          head + "m\x01Md" + huge + huge,
		"matrix 0 by 1":         head + "m\x01Md\x00\x01",
		"deep types":            head + strings.Repeat("*", 1_000_000),
		"deep values":           head + "*^\x00" + strings.Repeat("\x01", 1_000_000),
		"deep structs":          head + strings.Repeat("{\x01\x00", 5000) + "*^\x83\x27" + strings.Repeat("\x01", 1_000_000),
		"deep interfaces":       head + "e" + strings.Repeat("[e\x02", 300_000),
		"none as tolerance":     "\x01\x01f\x00\x04none\x01\x01x~\x04none?\x00",
	} {
		if c, err := keymap.Decode(in); !errors.Is(err, keymap.ErrFormat) && name != "array around itself" {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}
