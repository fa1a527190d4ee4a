package keymap

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/rounding"
)

// nan64 and nan32 stand for every NaN.
const (
	nan64 = 0x7ff8000000000000
	nan32 = 0x7fc00000
)

// encoder collects canonical bytes in buf, which grows as needed; or, in a
// digester, hands what doesn't fit buf to its hasher.
type encoder struct {
	buf     []byte
	hash    *xxh3.Hasher // nil where the bytes are wanted
	spilled bool         // the hasher holds the beginning
	depth   int
}

// digester hashes canonical bytes without holding them all. It is pooled whole:
// that costs what clearing a buffer on the stack would, and a buffer on the
// heap may be large.
type digester struct {
	encoder
	hasher xxh3.Hasher
	space  [16 << 10]byte
}

var digesters = sync.Pool{New: func() any { return new(digester) }}

// newDigester returns a digester to be given back by digesters.Put.
func newDigester() *digester {
	d := digesters.Get().(*digester)
	d.encoder = encoder{buf: d.space[:0], hash: &d.hasher}
	return d
}

// sum returns the digest of everything written.
func (d *digester) sum() Digest {
	if !d.spilled {
		return digestOf(d.buf)
	}
	d.spill(d.buf)
	return d.hash.Sum128().Bytes()
}

// room appends n bytes to buf and returns them for the caller to fill. In a
// digester n must not exceed maxRoom.
func (e *encoder) room(n int) []byte {
	k := len(e.buf)
	if cap(e.buf)-k < n {
		e.more(n)
		k = len(e.buf)
	}
	e.buf = e.buf[:k+n]
	return e.buf[k:]
}

const maxRoom = 256

// more makes space for n bytes: it grows buf, or hashes and empties it.
func (e *encoder) more(n int) {
	if e.hash == nil {
		e.buf = slices.Grow(e.buf, n)
		return
	}
	e.spill(e.buf)
	e.buf = e.buf[:0]
}

// spill hashes b, all that precedes it having been hashed.
func (e *encoder) spill(b []byte) {
	if !e.spilled {
		e.hash.Reset()
		e.spilled = true
	}
	e.hash.Write(b) // a Hasher's Write returns no error
}

func digestOf(b []byte) Digest { return xxh3.Hash128(b).Bytes() }

// bytes appends b.
func (e *encoder) bytes(b []byte) {
	if cap(e.buf)-len(e.buf) < len(b) {
		e.more(len(b))
		if len(b) > cap(e.buf) { // in a digester, where buf is empty now
			e.spill(b)
			return
		}
	}
	e.buf = append(e.buf, b...)
}

func (e *encoder) byte(b byte) { e.room(1)[0] = b }

func (e *encoder) uvarint(n uint64) {
	if n < 0x80 {
		e.byte(byte(n))
		return
	}
	var b [binary.MaxVarintLen64]byte
	e.bytes(b[:binary.PutUvarint(b[:], n)])
}

func (e *encoder) text(s string) {
	e.uvarint(uint64(len(s)))
	e.bytes(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// enter counts nesting; leave follows it when it returns nil.
func (e *encoder) enter() error {
	if e.depth++; e.depth > MaxDepth {
		return fmt.Errorf("%w: an argument contains itself, or is nested more than %d deep", ErrCyclic, MaxDepth)
	}
	return nil
}

func (e *encoder) leave() { e.depth-- }

// flat runs ops that need no reflection. Nothing base leads to escapes through
// it, which is why it neither calls through an interface nor keeps a pointer.
func (e *encoder) flat(ops []op, base unsafe.Pointer) error {
	for i := range ops {
		o := &ops[i]
		q := at(base, o.off)
		switch o.code {
		case opRaw, opInt, opUint, opFloat64, opFloat32:
			e.run(o, q, o.n)
		case opString:
			e.text(*(*string)(q))
		case opTime:
			e.time((*time.Time)(q))
		case opNumber:
			e.number(o, q)
		case opSlice:
			if err := e.slice(o, q); err != nil {
				return err
			}
		case opArray:
			for j := range o.n {
				if err := e.flat(o.sub.ops, at(q, uintptr(j)*o.size)); err != nil {
					return err
				}
			}
		case opPointer:
			p := *(*unsafe.Pointer)(q)
			if p == nil {
				e.byte(0)
				continue
			}
			e.byte(1)
			if err := e.enter(); err != nil {
				return err
			}
			if err := e.flat(o.sub.ops, p); err != nil {
				return err
			}
			e.leave()
		}
	}
	return nil
}

// sliceHeader is the memory of a slice of any type.
type sliceHeader struct {
	data unsafe.Pointer
	len  int
	cap  int
}

// length writes the length of a slice, and tells whether elements follow.
func (e *encoder) length(s *sliceHeader) bool {
	if s.data == nil {
		e.byte(0)
		return false
	}
	e.uvarint(uint64(s.len) + 1)
	return s.len > 0
}

func (e *encoder) slice(o *op, q unsafe.Pointer) error {
	s := (*sliceHeader)(q)
	if !e.length(s) {
		return nil
	}
	if run := o.sub.run(o.size); run != nil {
		e.run(run, s.data, run.n*s.len)
		return nil
	}
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	for i := range s.len {
		if err := e.flat(o.sub.ops, at(s.data, uintptr(i)*o.size)); err != nil {
			return err
		}
	}
	return nil
}

// time writes an instant: the wall clock's, in whatever zone.
func (e *encoder) time(t *time.Time) {
	b := e.room(12)
	binary.LittleEndian.PutUint64(b, uint64(t.Unix()))
	binary.LittleEndian.PutUint32(b[8:], uint32(t.Nanosecond()))
}

// run writes n numbers that lie behind each other, as o says.
func (e *encoder) run(o *op, q unsafe.Pointer, n int) {
	switch o.code {
	case opRaw:
		if littleEndian || o.size == 1 {
			e.bytes(unsafe.Slice((*byte)(q), n*int(o.size)))
			return
		}
		e.swapped(unsafe.Slice((*byte)(q), n*int(o.size)), int(o.size))
	case opInt:
		for _, x := range unsafe.Slice((*int32)(q), n) {
			binary.LittleEndian.PutUint64(e.room(8), uint64(x))
		}
	case opUint:
		for _, x := range unsafe.Slice((*uint32)(q), n) {
			binary.LittleEndian.PutUint64(e.room(8), uint64(x))
		}
	case opFloat64:
		e.floats(unsafe.Slice((*float64)(q), n), o.round)
	case opFloat32:
		e.floats32(unsafe.Slice((*float32)(q), n), o.round)
	}
}

// swapped writes elements of that size from a big-endian memory.
func (e *encoder) swapped(src []byte, size int) {
	for ; len(src) > 0; src = src[size:] {
		dst := e.room(size)
		for i, b := range src[:size] {
			dst[size-1-i] = b
		}
	}
}

// chunk is how many elements of that size to write at once: as many of the n as
// fit the space that is left, or a fresh buffer.
func (e *encoder) chunk(n, size int) int {
	if e.hash == nil {
		return n
	}
	space := cap(e.buf) - len(e.buf)
	if space < maxRoom {
		space = maxRoom
	}
	return min(n, space/size)
}

func (e *encoder) floats(src []float64, r rounding.Rounding) {
	for len(src) > 0 {
		n := e.chunk(len(src), 8)
		dst := e.room(8 * n)
		if r == (rounding.Rounding{}) {
			putFloats(dst, src[:n])
		} else {
			for i, x := range src[:n] {
				binary.LittleEndian.PutUint64(dst[8*i:], bits64(r.Float64(x)))
			}
		}
		src = src[n:]
	}
}

func (e *encoder) floats32(src []float32, r rounding.Rounding) {
	for len(src) > 0 {
		n := e.chunk(len(src), 4)
		dst := e.room(4 * n)
		for i, x := range src[:n] {
			binary.LittleEndian.PutUint32(dst[4*i:], bits32(r.Float32(x)))
		}
		src = src[n:]
	}
}

func putFloats(dst []byte, src []float64) {
	dst = dst[:8*len(src)]
	for i, x := range src {
		binary.LittleEndian.PutUint64(dst[8*i:], bits64(x))
	}
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
