package fingerprint

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/zeebo/xxh3"
)

// The algorithm is that of https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md:
// eight accumulators take a stripe at a time, each with another part of the secret,
// and are scrambled after a block of stripes.
const (
	stripe     = 64
	perBlock   = (len(secret) - stripe) / 8 // stripes
	atOnce     = 4096                       // bytes that are looked at for -0 and NaN before others
	most       = 240                        // bytes that are hashed in another way
	lastSecret = len(secret) - stripe - 7
)

const (
	prime32x1 = 0x9E3779B1
	prime32x2 = 0x85EBCA77
	prime32x3 = 0xC2B2AE3D
	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5
	primeMX1  = 0x165667919E3779F9
)

// Stream is a sum under way. Reset it first.
type Stream struct {
	acc  [8]uint64
	n    uint64 // bytes so far
	done int    // stripes of the block that acc has
	held int
	// buf begins with the bytes that acc does not have: one at least, as the last
	// stripe is taken in another way. Its last stripe is what acc took last, unless
	// held bytes have replaced it.
	buf [4 * stripe]byte
}

// Reset begins a sum.
func (s *Stream) Reset() {
	s.acc = [8]uint64{prime32x3, prime64x1, prime64x2, prime64x3, prime64x4, prime32x2, prime64x5, prime32x1}
	s.n, s.done, s.held = 0, 0, 0
}

// Write adds bytes.
func (s *Stream) Write(p []byte) {
	s.n += uint64(len(p))
	if n := len(s.buf) - s.held; len(p) > n {
		if s.held > 0 {
			copy(s.buf[s.held:], p[:n])
			p = p[n:]
			s.flush()
		}
		if len(p) > len(s.buf) {
			end := (len(p) - 1) / stripe * stripe
			s.take(p[:end])
			copy(s.buf[len(s.buf)-stripe:], p[end-stripe:])
			p = p[end:]
		}
	}
	s.held += copy(s.buf[s.held:], p)
}

// flush takes the buffer, which is full.
func (s *Stream) flush() {
	s.take(s.buf[:])
	s.held = 0
}

// take adds whole stripes that are not the last.
func (s *Stream) take(p []byte) {
	accumulate(&s.acc, s.done, p)
	s.done = (s.done + len(p)/stripe) % perBlock
}

// Floats adds the eight bytes of each float, little-endian, with 0 for -0 and the
// same for every NaN.
func (s *Stream) Floats(src []float64) {
	if len(src) < 128 || !littleEndian {
		for len(src) > 0 {
			n := min(len(src), atOnce/8)
			var c plain
			s.Write(c.of(src[:n]))
			src = src[n:]
		}
		return
	}
	s.n += 8 * uint64(len(src))
	memory := unsafe.Slice((*byte)(unsafe.Pointer(&src[0])), 8*len(src))
	at := 0 // in memory
	if s.held > 0 {
		at = len(s.buf) - s.held
		var c plain
		copy(s.buf[s.held:], c.of(src[:(at+7)/8]))
		s.flush()
	}
	for end := at + (len(memory)-at-1)/stripe*stripe; at < end; {
		n := min((end-at)/stripe*stripe, atOnce)
		s.takeFloats(memory[at:at+n], src[at/8:(at+n+7)/8], at%8)
		at += n
	}
	first := (at - stripe) / 8 // of the floats that the last stripe, or what follows, has a part of
	var c plain
	rest := c.of(src[first:])[at-stripe-8*first:]
	copy(s.buf[len(s.buf)-stripe:], rest)
	s.held = copy(s.buf[:], rest[stripe:])
}

// takeFloats adds stripes that are a part of the memory of src, which they begin
// some bytes behind.
func (s *Stream) takeFloats(p []byte, src []float64, behind int) {
	before := s.acc
	if special := accumulateFloats(&s.acc, s.done, p, src); special {
		s.acc = before
		var c plain
		accumulate(&s.acc, s.done, c.of(src)[behind:][:len(p)])
	}
	s.done = (s.done + len(p)/stripe) % perBlock
}

// plain is room for floats as they stand in a key, with one more for stripes that
// begin and end inside of floats.
type plain [atOnce + 8]byte

func (c *plain) of(src []float64) []byte {
	for i, x := range src {
		u := math.Float64bits(x + 0) // which makes -0 0
		if x != x {
			u = nan
		}
		binary.LittleEndian.PutUint64(c[8*i:], u)
	}
	return c[:8*len(src)]
}

// nan stands for every NaN.
const nan = 0x7ff8000000000000

// Sum returns the sum of all that was added.
func (s *Stream) Sum() (hi, lo uint64) {
	if s.n <= most {
		h := xxh3.Hash128(s.buf[:s.held])
		return h.Hi, h.Lo
	}
	t := *s
	var last []byte
	if t.held >= stripe {
		t.take(t.buf[:(t.held-1)/stripe*stripe])
		last = t.buf[t.held-stripe : t.held]
	} else {
		var c [stripe]byte
		n := copy(c[:], t.buf[len(t.buf)-stripe+t.held:])
		copy(c[n:], t.buf[:t.held])
		last = c[:]
	}
	one(&t.acc, last, secret[lastSecret:])
	return merge(&t.acc, ^(t.n * prime64x2), secret[len(secret)-stripe-11:]), merge(&t.acc, t.n*prime64x1, secret[11:])
}

func merge(acc *[8]uint64, sum uint64, secret []byte) uint64 {
	for i := 0; i < len(acc); i += 2 {
		hi, lo := bits.Mul64(acc[i]^word(secret[8*i:]), acc[i+1]^word(secret[8*i+8:]))
		sum += hi ^ lo
	}
	sum = (sum ^ sum>>37) * primeMX1
	return sum ^ sum>>32
}

// littleEndian is whether floats stand in memory as in a key.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
