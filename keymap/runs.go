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
		if s, ok := scale(o.round); ok {
			return e.scaled(b, src, s, o.round)
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

// manyFloats is how many are rounded at once.
const manyFloats = 1024

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

// exact appends floats as they are. For a digest they are hashed where they lie.
func (e *encoder) exact(b []byte, src []float64) []byte {
	if e.digest && cap(b)-len(b) < 8*len(src) {
		b = e.spill(b)
		e.stream.hash.Floats(src)
		return b
	}
	for len(src) > 0 {
		n := min(len(src), manyFloats)
		b = e.floats(b, src[:n])
		src = src[n:]
	}
	return b
}

// scaled appends floats rounded by scale.
func (e *encoder) scaled(b []byte, src []float64, s float64, r rounding.Rounding) []byte {
	for len(src) > 0 {
		n := min(len(src), manyFloats)
		b = e.room(b, 8*n)
		dst := b[len(b)-8*n:]
		for i := 0; i < n; i++ {
			if i += scaled(dst[8*i:], src[i:n], s); i < n {
				binary.LittleEndian.PutUint64(dst[8*i:], bits64(r.Float64(src[i])))
			}
		}
		src = src[n:]
	}
	return b
}

// scaled rounds the floats of src to multiples of 1/s, as quick does, and returns
// how many: it stops at the first that needs a closer look.
func scaled(dst []byte, src []float64, s float64) int {
	dst = dst[:8*len(src)]
	for i, x := range src {
		y := float64(x * s)
		r := float64(y+shift) - shift
		if d := y - r; !(d*d < halfway && y*y < tooLarge) {
			return i
		}
		binary.LittleEndian.PutUint64(dst, math.Float64bits(r/s))
		dst = dst[8:]
	}
	return len(src)
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
