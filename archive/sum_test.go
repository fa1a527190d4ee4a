package archive_test

import (
	"math"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// The sums were computed with Python's xxhash 3.0.0 over bytes packed by hand:
//
//	import xxhash, struct
//	key = b"\x01heat\x00\xff"
//	u = b"A" + bytes([11]) + struct.pack("<QQ", 1, 2) + struct.pack("<dd", 1.5, -0.0)
//	print("%016x" % xxhash.xxh3_64_intdigest(key + u))
//
// and for the others, with Q for struct.pack("<Q", …),
//
//	b"A" + bytes([11]) + Q(1) + Q(100000) + struct.pack("<100000d", *range(100000))
//	b"S" + Q(2) + Q(1) + b"u" + u + Q(4) + b"mean" + b"A" + bytes([14]) + Q(0) + Q(3) + b"a\x00b"
func TestSumIsReproducible(t *testing.T) {
	key := keymap.Key{Canonical: "\x01heat\x00\xff"}
	u := &value.Array{Elem: value.Float64, Shape: []int{2}, Data: []float64{1.5, math.Copysign(0, -1)}}
	long := make([]float64, 100_000)
	for i := range long {
		long[i] = float64(i)
	}
	tests := []struct {
		name string
		v    value.Value
		want uint64
	}{
		{"array", u, 0x29772b8695e934f4},
		{"long array", &value.Array{Elem: value.Float64, Shape: []int{len(long)}, Data: long}, 0x3d8f3edeecaf905f},
		{"struct", &value.Struct{Fields: []value.Field{{Name: "u", Value: u},
			{Name: "mean", Value: &value.Array{Elem: value.String, Data: []string{"a\x00b"}}}}}, 0x4c5d682a55645760},
	}
	for _, test := range tests {
		for range 2 { // the second time with a hasher that was used before
			if got, err := archive.Sum(key, test.v); got != test.want || err != nil {
				t.Errorf("Sum of the %s = %016x, %v; want %016x", test.name, got, err, test.want)
			}
		}
	}
}
