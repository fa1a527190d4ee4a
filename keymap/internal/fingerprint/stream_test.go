package fingerprint_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/keymap/internal/fingerprint"
)

// specials stand where a fast way could miss them.
var specials = []float64{math.Copysign(0, -1), math.NaN(), math.Float64frombits(0xfff0000000000001), 0, math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64}

// record is a stream, and the bytes that it should be the sum of.
type record struct {
	stream fingerprint.Stream
	bytes  []byte
}

func (r *record) write(p []byte) {
	r.stream.Write(p)
	r.bytes = append(r.bytes, p...)
}

func (r *record) floats(src []float64) {
	r.stream.Floats(src)
	for _, x := range src {
		switch {
		case x == 0:
			x = 0
		case x != x:
			x = math.Float64frombits(0x7ff8000000000000)
		}
		r.bytes = binary.LittleEndian.AppendUint64(r.bytes, math.Float64bits(x))
	}
}

func (r *record) check(t *testing.T) {
	t.Helper()
	hi, lo := r.stream.Sum()
	if want := xxh3.Hash128(r.bytes); hi != want.Hi || lo != want.Lo {
		t.Fatalf("sum of %d bytes is %x %x, not %x %x", len(r.bytes), hi, lo, want.Hi, want.Lo)
	}
}

func random(rnd *rand.Rand, n int, withSpecials bool) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	for range n {
		if !withSpecials || rnd.IntN(3) == 0 {
			break
		}
		x[rnd.IntN(n)] = specials[rnd.IntN(len(specials))]
	}
	return x
}

func TestLengths(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	p := make([]byte, 3000)
	for i := range p {
		p[i] = byte(rnd.Uint32())
	}
	for n := range p {
		var whole, split record
		whole.stream.Reset()
		split.stream.Reset()
		whole.write(p[:n])
		whole.check(t)
		for at := 0; at < n; {
			k := min(1+rnd.IntN(600), n-at)
			split.write(p[at : at+k])
			at += k
		}
		split.check(t)
		split.check(t) // a sum ends nothing
		split.write(p[:100])
		split.check(t)
	}
}

func TestFloats(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	p := make([]byte, 300)
	for before := range p { // so that stripes begin at every byte of a float
		for _, n := range []int{0, 1, 7, 31, 255, 256, 257, 300, 1000, 4097} {
			var r record
			r.stream.Reset()
			r.write(p[:before])
			r.floats(random(rnd, n, before%3 > 0))
			r.check(t)
			r.floats(random(rnd, rnd.IntN(600), true))
			r.write(p[:rnd.IntN(100)])
			r.check(t)
		}
	}
}

// TestEveryPlace puts what is special at each place of a slice.
func TestEveryPlace(t *testing.T) {
	x := make([]float64, 700)
	for before := range 9 {
		for i := range x {
			for _, s := range specials[:3] {
				var r record
				r.stream.Reset()
				r.write(make([]byte, before))
				x[i] = s
				r.floats(x)
				r.check(t)
			}
			x[i] = 1
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add(uint64(1), uint16(3), uint16(2000))
	f.Fuzz(func(t *testing.T, seed uint64, before, n uint16) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		var r record
		r.stream.Reset()
		r.write(make([]byte, before))
		r.floats(random(rnd, int(n), true))
		r.write(make([]byte, rnd.IntN(300)))
		r.floats(random(rnd, rnd.IntN(3000), true))
		r.check(t)
	})
}

func BenchmarkFloats(b *testing.B) {
	x := random(rand.New(rand.NewPCG(6, 7)), 1_000_000, false)
	var s fingerprint.Stream
	s.Reset()
	b.SetBytes(8 * int64(len(x)))
	for b.Loop() {
		s.Floats(x)
	}
}

// BenchmarkWhole is the sum of the same bytes with neither a stream nor a look for
// what is special.
func BenchmarkWhole(b *testing.B) {
	p := make([]byte, 8_000_000)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		xxh3.Hash128(p)
	}
}
