package keymap

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/klepto-go/klepto/keymap/internal/fingerprint"
)

// encoder writes canonical bytes. Its methods append to a slice that they are
// handed and return, as the slice may be on the stack of whoever started: held
// in the encoder, it would have to be on the heap.
type encoder struct {
	digest bool    // only the digest is wanted: the slice must not grow
	stream *stream // what outgrew the slice
	depth  int
}

// stream hashes what does not fit the first slice of a digest.
type stream struct {
	hash fingerprint.Stream
	buf  [16 << 10]byte
}

var streams = sync.Pool{New: func() any { return new(stream) }}

// more makes space for n bytes behind b: it grows b, or hashes what stands in it.
// When a digest is wanted, n must not exceed the buffer of a stream.
func (e *encoder) more(b []byte, n int) []byte {
	if e.digest {
		return e.spill(b)
	}
	return slices.Grow(b, n)
}

// spill hashes b and returns an empty buffer in its place.
func (e *encoder) spill(b []byte) []byte {
	if e.stream == nil {
		e.stream = streams.Get().(*stream)
		e.stream.hash.Reset()
	}
	e.stream.hash.Write(b)
	return e.stream.buf[:0]
}

// firstBuffer holds most calls, and is what XXH3 hashes in its quick way for short
// inputs; a larger one would cost more to clear than a
// stream costs the others.
const firstBuffer = 240

// finish returns the digest of everything written, the stream's content and b,
// and gives the stream back.
func (e *encoder) finish(b []byte, err error) (d Digest, _ error) {
	if err == nil {
		e.stream.hash.Write(b)
		d.Hi, d.Lo = e.stream.hash.Sum()
	}
	streams.Put(e.stream)
	return d, err
}

// room appends n bytes to b, the last n of the result, for the caller to fill.
func (e *encoder) room(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = e.more(b, n)
	}
	return b[:len(b)+n]
}

// bytes appends src.
func (e *encoder) bytes(b, src []byte) []byte {
	if cap(b)-len(b) < len(src) {
		b = e.more(b, len(src))
		if e.digest && cap(b) < len(src) {
			e.stream.hash.Write(src)
			return b
		}
	}
	return append(b, src...)
}

func (e *encoder) byte(b []byte, x byte) []byte {
	b = e.room(b, 1)
	b[len(b)-1] = x
	return b
}

func (e *encoder) uvarint(b []byte, x uint64) []byte {
	if cap(b)-len(b) < binary.MaxVarintLen64 {
		b = e.more(b, binary.MaxVarintLen64)
	}
	return binary.AppendUvarint(b, x)
}

func (e *encoder) text(b []byte, s string) []byte {
	if len(s) < 0x80 && cap(b)-len(b) > len(s) {
		return append(append(b, byte(len(s))), s...)
	}
	return e.bytes(e.uvarint(b, uint64(len(s))), unsafe.Slice(unsafe.StringData(s), len(s)))
}

// time appends an instant, of the wall clock and in whatever zone.
func (e *encoder) time(b []byte, t time.Time) []byte {
	b = e.room(b, 12)
	binary.LittleEndian.PutUint64(b[len(b)-12:], uint64(t.Unix()))
	binary.LittleEndian.PutUint32(b[len(b)-4:], uint32(t.Nanosecond()))
	return b
}

// enter counts nesting; leave follows it when it returns nil.
func (e *encoder) enter() error {
	if e.depth++; e.depth > MaxDepth {
		return fmt.Errorf("%w: an argument contains itself, or is nested more than %d deep", ErrCyclic, MaxDepth)
	}
	return nil
}

func (e *encoder) leave() { e.depth-- }

// leaves runs the ops of p from the given one up to the first that leads to other
// values, and returns which that is. Neither b nor what base leads to escapes:
// it doesn't call itself, nor through an interface.
func (e *encoder) leaves(b []byte, p *program, i int, base unsafe.Pointer) ([]byte, int) {
	for {
		if cap(b)-len(b) < p.short {
			b = e.more(b, p.short)
		}
		var n int
		n, i = p.fill(unsafe.Pointer(unsafe.SliceData(b)), len(b), cap(b), i, base)
		b = b[:n]
		switch {
		case i == len(p.ops) || p.ops[i].leads():
			return b, i
		case !p.ops[i].short():
			b = e.leaf(b, &p.ops[i], at(base, p.ops[i].off))
			i++
		}
	}
}

// leaf runs an op of any size that leads to no other values.
func (e *encoder) leaf(b []byte, o *op, q unsafe.Pointer) []byte {
	switch o.code {
	case opString:
		return e.text(b, *(*string)(q))
	case opTime:
		return e.time(b, *(*time.Time)(q))
	case opNumber:
		return e.number(b, o, q)
	case opRuns:
		s := (*sliceHeader)(q)
		return e.run(e.length(b, s), &o.sub.ops[0], s.data, o.sub.ops[0].n*s.len)
	}
	return e.run(b, o, q, o.n)
}

// flat runs the ops of p from the given one, where none needs reflection.
func (e *encoder) flat(b []byte, p *program, i int, base unsafe.Pointer) (_ []byte, err error) {
	for {
		if b, i = e.leaves(b, p, i, base); i == len(p.ops) {
			return b, nil
		}
		o := &p.ops[i]
		if b, err = e.nested(b, o, at(base, o.off)); err != nil {
			return b, err
		}
		i++
	}
}

// nested runs an op that leads to other values.
func (e *encoder) nested(b []byte, o *op, q unsafe.Pointer) (_ []byte, err error) {
	if o.code == opFrozen {
		return e.frozen(b, o.froz, q)
	}
	b, q, n := e.inside(b, o, q)
	if n == 0 {
		return b, nil
	}
	if err = e.enter(); err != nil {
		return b, err
	}
	defer e.leave()
	for i := 0; i < n && err == nil; i++ {
		b, err = e.flat(b, o.sub, 0, at(q, uintptr(i)*o.size))
	}
	return b, err
}

// inside appends what precedes the elements of a slice, an array or a pointer,
// and returns where they are and how many.
func (e *encoder) inside(b []byte, o *op, q unsafe.Pointer) ([]byte, unsafe.Pointer, int) {
	switch o.code {
	case opSlice:
		s := (*sliceHeader)(q)
		return e.length(b, s), s.data, s.len
	case opPointer:
		p := *(*unsafe.Pointer)(q)
		if p == nil {
			return e.byte(b, 0), nil, 0
		}
		return e.byte(b, 1), p, 1
	}
	return b, q, o.n
}

// sliceHeader is the memory of a slice of any type.
type sliceHeader struct {
	data unsafe.Pointer
	len  int
	cap  int
}

// length appends the length of a slice.
func (e *encoder) length(b []byte, s *sliceHeader) []byte {
	if s.data == nil {
		return e.byte(b, 0)
	}
	return e.uvarint(b, uint64(s.len)+1)
}
