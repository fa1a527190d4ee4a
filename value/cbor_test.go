package value_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/klepto-go/klepto/value"
)

func TestCBOR(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string // hex
	}{
		{nil, "f6"},
		{1.0, "fb3ff0000000000000"},
		{math.Float64frombits(0x7ff4000000000001), "fb7ff4000000000001"},
		{float32(1), "fa3f800000"},
		{int64(-1), "20"},
		{int64(math.MinInt64), "3b7fffffffffffffff"},
		{true, "f5"},
		{"κ", "62ceba"},
		{"\xff", "d81b82 66737472696e67 41ff"},
		{int8(-3), "d81b82 64696e7438 22"},
		{uint64(math.MaxUint64), "d81b82 6675696e743634 1bffffffffffffffff"},
		{time.Duration(5), "d81b82 686475726174696f6e 05"},
		{2i, "d81b82 6a636f6d706c6578313238 82fb0000000000000000fb4000000000000000"},
		{[]float64{1}, "d85648000000000000f03f"},
		{[]int16{1, -2}, "d84d440100feff"},
		{[]byte{1, 2}, "d840420102"},
		{[][]float32{{1}, {2}}, "d82882820201d855480000803f00000040"},
		{[][]float64{}, "d82882820000d85640"},
		{[]bool{true}, "d81b83 64626f6f6c 8101 d8404101"},
		{[]string{"a", "\xff"}, "d81b83 66737472696e67 8102 82616141ff"},
		{[]complex64{2i}, "d81b83 69636f6d706c65783634 8101 d855480000000000000040"},
		{Point{1, 2}, "a2 6158 fb3ff0000000000000 6159 fb4000000000000000"},
		{[]*int{nil}, "81f6"},
		{map[int8]bool{1: true}, "d81b83 636d6170 d8484101 81f5"},
		{[]Point{{1, 2}}, "d81b83 657461626c65 01 a2 6158 d85648000000000000f03f 6159 d856480000000000000040"},
		{struct {
			A bool `klepto:"units=m"`
		}{}, "a1 6141 d81b83 646d657461 a165756e697473616d f4"},
	} {
		v, err := value.Of(c.x)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(c.want, " ", "")
		if got := asCBOR.around(t, v); hex.EncodeToString(got) != want {
			t.Errorf("%#v: %x, want %s", c.x, got, want)
		}
	}
}

// What other programs write: byte strings, big-endian typed arrays (RFC 8746),
// integers longer than they need to be.
func TestUnmarshalCBORForeign(t *testing.T) {
	for in, want := range map[string]any{
		"4201ff":                 []byte{1, 255},
		"d8414400010002":         []uint16{1, 2},
		"d852483ff0000000000000": []float64{1},
		"d84b48fffffffffffffffe": []int64{-2},
		"d82882820102d8484200ff": [][]int8{{0, -1}},
		"1b0000000000000001":     int64(1),
		"d81b8265696e74363418ff": int64(255),
		"d81b826474696d6500":     time.Unix(0, 0),
	} {
		b, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(in, err)
		}
		w, err := value.Of(want)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := value.UnmarshalCBOR(b); err != nil || !value.Equal(v, w) {
			t.Errorf("%s: %s, %v, want %s", in, value.Describe(v), err, value.Describe(w))
		}
	}
}

func TestUnmarshalCBORRefuses(t *testing.T) {
	for _, in := range []string{
		"", "ff", "81", "f600", "9f01ff", "f7", "f93c00", "1bffffffffffffffff", "61ff", "a10102", "a2616101616102",
		"9bffffffffffffffff", "5bffffffffffffffff", "d85643000000", "d85680", "d8284100", "d82881f6", "d8288280f6",
		"d828828120d85640", "d82882821b0000010000000000 00d85640", "d82882811a00100001d85640",
		"d81b80", "d81b8101", "d81b826162f6", "d81b8264626f6f6cf5", "d81b8264696e74381880", "d81b826575696e74382 0",
		"d81b8364626f6f6c8101d8404102", "d81b836474696d658101d84041ff", "d81b8369636f6d706c65783634 8101 d85544 00000000",
		"d81b82 69636f6d706c65783634 81fa00000000", "d81b83636d6170f680", "d81b83636d6170d8484201 0182f5f5",
		"d81b83657461626c6520a0", "d81b83657461626c6501a16161f5", "d81b836 46d657461a0f6", "d81b83646d657461a1617801f5", "c101",
		strings.Repeat("81", 600) + "f6",
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(in, " ", ""))
		if err != nil {
			t.Fatal(in, err)
		}
		asCBOR.refuses(t, b)
	}
}

func FuzzCBORRoundTrip(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		data := asCBOR.around(t, (&source{b}).tree(4))
		var any any
		if err := cbor.Unmarshal(data, &any); err != nil {
			t.Fatalf("the library cannot read %x: %v", data, err)
		}
	})
}

func FuzzUnmarshalCBOR(f *testing.F) { asCBOR.fuzz(f) }

func ExampleMarshalCBOR() {
	v, _ := value.Of([]float64{1, 2})
	data, _ := value.MarshalCBOR(v)
	fmt.Printf("%x\n", data)
	// Output: d85650000000000000f03f0000000000000040
}
