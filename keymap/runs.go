package keymap

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
)

// nan64 and nan32 stand for every NaN.
const (
	nan64 = 0x7ff8000000000000
	nan32 = 0x7fc00000
)

// run appends n numbers that lie behind each other, as o says.
func (e *encoder) run(b []byte, o *op, q unsafe.Pointer, n int) []byte {
	switch o.code {
	case opRaw:
		src := unsafe.Slice((*byte)(q), n*int(o.size))
		if littleEndian || o.size == 1 {
			return e.bytes(b, src)
		}
		return e.swapped(b, src, int(o.size))
	case opFloat64:
		src := unsafe.Slice((*float64)(q), n)
		if o.round == rounding.None() {
			return e.exact(b, src)
		}
		return e.many(b, src, o.round)
	case opFloat32:
		return e.floats32(b, unsafe.Slice((*float32)(q), n), o.round)
	case opInt:
		for _, x := range unsafe.Slice((*int32)(q), n) {
			b = e.uint64(b, uint64(x))
		}
	case opUint:
		for _, x := range unsafe.Slice((*uint32)(q), n) {
			b = e.uint64(b, uint64(x))
		}
	}
	return b
}

func (e *encoder) uint64(b []byte, x uint64) []byte {
	b = e.room(b, 8)
	binary.LittleEndian.PutUint64(b[len(b)-8:], x)
	return b
}

// swapped appends elements of that size from a big-endian memory.
func (e *encoder) swapped(b, src []byte, size int) []byte {
	for ; len(src) > 0; src = src[size:] {
		b = e.room(b, size)
		for i, x := range src[:size] {
			b[len(b)-1-i] = x
		}
	}
	return b
}

// Adding and taking away shift, 1.5·2^52, rounds what is below 2^51 to an
// integer, half to even. Unless that was halfway, rounding at 0 to 22 digits is
// that and the division by a power of ten (step 3 of the proof in rounding).
const shift = 3 << 51

// exactly rounds what the loop around it cannot. It is kept out of line: it is
// rare, and its call would weigh on the loop.
//
//go:noinline
func (o *op) exactly(x float64) uint64 { return bits64(o.round.Float64(x)) }

// manyFloats is how many are rounded at once.
const manyFloats = 256

func (e *encoder) many(b []byte, src []float64, r rounding.Rounding) []byte {
	var block [manyFloats]float64
	for len(src) > 0 {
		n := min(len(src), len(block))
		r.Float64s(block[:], src[:n])
		b = e.exact(b, block[:n])
		src = src[n:]
	}
	return b
}

// plainFloats is how many are searched for what is not plain at once: more than
// fit the buffer of a stream, so that they are hashed where they lie.
const plainFloats = 4096

// exact appends floats as they are. Nearly all stand in memory as in a key.
func (e *encoder) exact(b []byte, src []float64) []byte {
	for len(src) > 0 {
		block := src[:min(len(src), plainFloats)]
		src = src[len(block):]
		if littleEndian && plain(block) {
			b = e.bytes(b, unsafe.Slice((*byte)(unsafe.Pointer(&block[0])), 8*len(block)))
			continue
		}
		for len(block) > 0 {
			n := min(len(block), manyFloats)
			b = e.floats(b, block[:n])
			block = block[n:]
		}
	}
	return b
}

// plain tells that there is neither a -0 nor a NaN in src. It looks at four at
// a time, through an array so that bounds are checked once for all of them.
func plain(src []float64) bool {
	for ; len(src) >= 4; src = src[4:] {
		x := (*[4]float64)(src)
		if special64(x[0]) || special64(x[1]) || special64(x[2]) || special64(x[3]) {
			return false
		}
	}
	for _, x := range src {
		if special64(x) {
			return false
		}
	}
	return true
}

// special64 tells a -0 or a NaN. Twice the bits, less 1, are above those of
// infinity, as an unsigned integer, for both and for +0.
func special64(x float64) bool {
	const infinity = 0x7ff<<53 - 1
	u := math.Float64bits(x)
	return u<<1-1 > infinity && u != 0
}

// floats appends floats that fit the buffer of a stream.
func (e *encoder) floats(b []byte, src []float64) []byte {
	b = e.room(b, 8*len(src))
	dst := b[len(b)-8*len(src):]
	for _, x := range src {
		binary.LittleEndian.PutUint64(dst, bits64(x))
		dst = dst[8:]
	}
	return b
}

func (e *encoder) floats32(b []byte, src []float32, r rounding.Rounding) []byte {
	var block [manyFloats]float32
	for len(src) > 0 {
		n := min(len(src), len(block))
		r.Float32s(block[:], src[:n])
		b = e.room(b, 4*n)
		dst := b[len(b)-4*n:]
		for i, x := range block[:n] {
			binary.LittleEndian.PutUint32(dst[4*i:], bits32(x))
		}
		src = src[n:]
	}
	return b
}

// bits64 makes -0 0, by adding 0, and every NaN one.
func bits64(x float64) uint64 {
	if x != x {
		return nan64
	}
	return math.Float64bits(x + 0)
}

func bits32(x float32) uint32 {
	if x != x {
		return nan32
	}
	return math.Float32bits(x + 0)
}
