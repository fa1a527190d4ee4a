package h5

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Requests to C and its replies are little-endian sequences of bytes, 32- and
// 64-bit numbers, and texts: a length, the bytes, a final NUL.

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// BigEndian tells whether numbers in memory have another order than those that this
// package writes.
var BigEndian = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

func appendText(b []byte, s string) []byte {
	b = le.AppendUint32(b, uint32(len(s)))
	b = append(b, s...)
	return append(b, 0)
}

func appendShape(b []byte, shape []int) []byte {
	b = le.AppendUint32(b, uint32(len(shape)))
	for _, n := range shape {
		b = le.AppendUint64(b, uint64(n))
	}
	return b
}

// reader takes a reply apart. After a short read it returns zeros and keeps err.
type reader struct {
	b   []byte
	err error
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		if r.err == nil {
			r.err = fmt.Errorf("%w: a description ends early", ErrRefused)
		}
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) u8() uint8 {
	if p := r.take(1); p != nil {
		return p[0]
	}
	return 0
}

func (r *reader) u32() int {
	if p := r.take(4); p != nil {
		return int(le.Uint32(p))
	}
	return 0
}

func (r *reader) u64() int {
	p := r.take(8)
	if p == nil {
		return 0
	}
	n := le.Uint64(p)
	if n > math.MaxInt && r.err == nil {
		r.err = fmt.Errorf("%w: it declares %d elements", ErrRefused, n)
	}
	return int(n)
}

func (r *reader) text() string {
	p := r.take(r.u32() + 1)
	if p == nil {
		return ""
	}
	return string(p[:len(p)-1])
}

func (r *reader) shape() []int {
	n := r.u32()
	if n > len(r.b)/8 {
		n = len(r.b)/8 + 1 // too short: the loop fails
	}
	shape := make([]int, 0, n)
	for range n {
		shape = append(shape, r.u64())
	}
	return shape
}

// bits is a 64-bit pattern, where u64 is a size.
func (r *reader) bits() uint64 {
	if p := r.take(8); p != nil {
		return le.Uint64(p)
	}
	return 0
}
