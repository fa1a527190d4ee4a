package h5

/*
#include "header.h"
*/
import "C"

import (
	"bytes"
	"math/bits"
	"slices"
	"unsafe"
)

// HDF5 takes some 40 µs to open a small dataset, read its attributes one by one and close
// it again. Most entries are one object header with all that belongs to them, which one
// read brings; what follows understands the forms of it that this package writes, and leaves
// all others, and whatever does not fit its checksum, to HDF5.
// The format is chapter IV.A of the HDF5 File Format Specification, version 3.0.

const (
	firstLook = 4 << 10        // most headers of small entries
	maxHeader = maxFetched * 2 // more is for HDF5
)

// findDriver finds what reads bytes of the file as they were committed.
func (f *File) findDriver() error {
	if _, ok := f.backing.(*Journal); !ok {
		return nil
	}
	return call("driver", f.path, func(r *C.k_reply) C.int { return C.k_driver(f.id, r) },
		func(r *C.k_reply) { f.driver = C.int64_t(r.a) })
}

// Committed is Fetch of what was last committed: it must not be asked about objects that
// were written since, by this package or by another that has the file.
func (g *Group) Committed(name string, attrs ...string) (*Info, error) {
	if i := g.header(name, attrs); i != nil {
		return i, nil
	}
	return g.Fetch(name, attrs...)
}

// Flush hands what HDF5 still keeps of its file to the driver, for Skim.
func (g *Group) Flush() error { return g.f.flush() }

// Skim is Glance of what was there at the last Commit or Flush, several times as fast.
func (g *Group) Skim(name string, attrs ...string) (*Info, error) {
	if i := g.header(name, attrs); i != nil {
		return i, nil
	}
	return g.Glance(name, attrs...)
}

// header describes a child by the bytes of its header, or is nil where HDF5 has to.
func (g *Group) header(name string, attrs []string) *Info {
	if g.f.driver == 0 || checkName("stat", name) != nil {
		return nil
	}
	b := make([]byte, firstLook)
	var n, at int64
	err := g.f.use("stat", name, func(r *C.k_reply) C.int {
		return C.k_header(g.id, cstring(name), driverPointer(g.f.driver), pointer(b), C.size_t(len(b)), r)
	}, func(r *C.k_reply) { n, at = int64(r.a), int64(r.b) })
	if err != nil || n == 0 {
		return nil
	}
	size := headerSize(b[:n])
	if size > firstLook && size <= maxHeader {
		b = make([]byte, size)
		if g.f.look(at, b) != nil {
			return nil
		}
		n = int64(size)
	}
	if size <= 0 || int64(size) > n {
		return nil
	}
	i, where := parseHeader(b[:size], attrs, g.f.look)
	if i == nil || where == 0 || i.Stored <= 0 || i.Stored > maxFetched {
		return i
	}
	data := make([]byte, i.Stored)
	if g.f.look(where, data) == nil {
		i.data = data
	}
	return i
}

// look reads bytes at an address of the file.
func (f *File) look(at int64, b []byte) error {
	short := false
	err := f.use("look", "", func(r *C.k_reply) C.int {
		return C.k_look(driverPointer(f.driver), C.uint64_t(at), pointer(b), C.size_t(len(b)), r)
	}, func(r *C.k_reply) { short = int(r.a) < len(b) })
	if err == nil && short {
		err = &Error{Op: "look", Name: f.path, Err: ErrChanged}
	}
	return err
}

// driverPointer is the address that C gave as a number: it is none of Go's memory.
func driverPointer(p C.int64_t) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// What a header of version 2 begins with, and its flags.
const (
	headerSignature = "OHDR\x02"
	partSignature   = "OCHK" // of a further part
	partFrame       = 8      // its signature and checksum
	headerChunkSize = 0x03   // log2 of the bytes that the size of the first part has
	headerOrdered   = 0x04   // messages have the order in which they were made
	headerPhases    = 0x10
	headerTimes     = 0x20
	headerKnown     = 0x3f
)

// headerStart is where the messages of a header begin, and how many bytes they have.
func headerStart(b []byte) (start, size int) {
	if len(b) < 6 || string(b[:5]) != headerSignature || b[5]&^headerKnown != 0 {
		return 0, 0
	}
	at := 6
	if b[5]&headerTimes != 0 {
		at += 16
	}
	if b[5]&headerPhases != 0 {
		at += 4
	}
	width := 1 << (b[5] & headerChunkSize)
	if len(b) < at+width || width > 4 {
		return 0, 0
	}
	for k := range width {
		size |= int(b[at+k]) << (8 * k)
	}
	return at + width, size
}

// headerSize is how many bytes a header has with its checksum, 0 where it is none.
func headerSize(b []byte) int {
	start, size := headerStart(b)
	if start == 0 {
		return 0
	}
	return start + size + 4
}

// The messages of a header.
const (
	messageNil       = 0x00
	messageSpace     = 0x01
	messageType      = 0x03
	messageFill      = 0x05
	messageLayout    = 0x08
	messageAttr      = 0x0c
	messageMore      = 0x10
	messageAttrInfo  = 0x15
	messageShared    = 0x02 // a flag: the message lies elsewhere
	undefinedAddress = 1<<64 - 1
)

// headerParts bounds how many parts a header has: the first, and continuations of it.
const headerParts = 8

// parseHeader describes a dataset by its header, with those attributes that attrs names; look
// reads further parts of it. where is the address of data that lie outside of it, 0 for none.
// It returns nil for what only HDF5 can tell.
func parseHeader(b []byte, attrs []string, look func(at int64, b []byte) error) (i *Info, where int64) {
	start, size := headerStart(b)
	if start == 0 || len(b) != start+size+4 || !summed(b) {
		return nil, 0
	}
	p := &headerParser{info: Info{Kind: DataObject}, attrs: attrs, head: 4}
	if b[5]&headerOrdered != 0 {
		p.head = 6
	}
	if !p.messages(b[start : start+size]) {
		return nil, 0
	}
	for len(p.more) > 0 {
		next := p.more[0]
		p.more = p.more[1:]
		part := make([]byte, next.size)
		if p.parts++; p.parts >= headerParts || look(next.at, part) != nil || !summed(part) || string(part[:4]) != partSignature {
			return nil, 0
		}
		if !p.messages(part[4 : len(part)-4]) {
			return nil, 0
		}
	}
	i = &p.info
	if len(p.seen) != 3 || !i.holds(i.Stored) {
		return nil, 0
	}
	return i, p.where
}

// summed tells whether b ends with the checksum of what is before.
func summed(b []byte) bool { return le.Uint32(b[len(b)-4:]) == lookup3(b[:len(b)-4]) }

type headerParser struct {
	info  Info
	attrs []string
	head  int // bytes before each message
	seen  []byte
	where int64
	more  []headerPart // still to be read
	parts int          // read, after the first
}

type headerPart struct {
	at   int64
	size int
}

// messages takes up those of one part, and is false where one is not understood.
func (p *headerParser) messages(b []byte) bool {
	for len(b) >= p.head {
		kind, n, flags := b[0], int(le.Uint16(b[1:])), b[3]
		if n > len(b)-p.head || flags&messageShared != 0 {
			return false
		}
		m := &reader{b: b[p.head : p.head+n : p.head+n]}
		b = b[p.head+n:]
		if !p.message(kind, m) || m.err != nil {
			return false
		}
	}
	return true
}

func (p *headerParser) message(kind byte, m *reader) (ok bool) {
	switch kind {
	case messageSpace, messageType, messageLayout:
		if slices.Contains(p.seen, kind) {
			return false
		}
		p.seen = append(p.seen, kind)
	}
	i := &p.info
	switch kind {
	case messageNil, messageFill:
		return true
	case messageSpace:
		i.Shape, ok = messageShape(m)
	case messageType:
		i.Type, ok = messageNumber(m)
	case messageLayout:
		p.where, ok = i.layout(m)
	case messageAttrInfo:
		ok = fewAttributes(m)
	case messageAttr:
		var a *Attr
		if a, ok = messageAttribute(m, p.attrs); a != nil {
			i.Attrs = append(i.Attrs, *a)
		}
	case messageMore:
		at, n := m.bits(), m.bits()
		ok = at > 0 && at < 1<<62 && n >= partFrame && n <= maxHeader
		p.more = append(p.more, headerPart{int64(at), int(n)})
	}
	return ok
}

// holds tells whether n bytes are the elements, neither more nor less.
func (i *Info) holds(n int64) bool {
	_, size, err := i.Elements()
	return err == nil && size == n
}

// messageShape is a dataspace of version 2 that is a scalar or has a shape that stays.
func messageShape(m *reader) (shape []int, ok bool) {
	version, rank, flags, class := m.u8(), int(m.u8()), m.u8(), m.u8()
	if version != 2 || rank > 32 || flags > 1 || class > 1 || (class == 0) != (rank == 0) {
		return nil, false
	}
	shape = make([]int, 0, rank)
	for range rank {
		shape = append(shape, m.u64())
	}
	return shape, true
}

// Types of numbers as HDF5 writes them, but for version, sign and order.
var (
	float32Message = []byte{0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	float64Message = []byte{0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0}
)

// messageNumber is the type of a whole number or of one of IEEE's, little-endian.
func messageNumber(m *reader) (t Type, ok bool) {
	class := m.u8()
	if version := class >> 4; version < 1 || version > 3 {
		return t, false
	}
	switch class & 0x0f {
	case 0:
		b := m.take(11) // flags, the size at 3, the offset of the first bit at 7, the number of bits at 9
		if b == nil {
			return t, false
		}
		size := int(le.Uint32(b[3:]))
		plain := b[0]&^8 == 0 && b[1] == 0 && b[2] == 0 && le.Uint16(b[7:]) == 0 && int(le.Uint16(b[9:])) == 8*size
		return IntType(size, b[0]&8 != 0), plain && bits.OnesCount(uint(size)) == 1 && size <= 8
	case 1:
		b := m.take(len(float64Message))
		if bytes.Equal(b, float64Message) {
			return FloatType(8), true
		}
		return FloatType(4), bytes.Equal(b, float32Message)
	}
	return t, false
}

// layout takes up where the data are: within the message, or in one piece at where.
func (i *Info) layout(m *reader) (where int64, ok bool) {
	if m.u8() != 3 {
		return 0, false
	}
	switch m.u8() {
	case layoutCompact:
		n := int(m.u8()) | int(m.u8())<<8
		i.data = m.take(n)
		i.Stored = int64(n)
		return 0, i.data != nil
	case layoutContiguous:
		at, n := m.bits(), m.bits()
		i.Stored = int64(n)
		return int64(at), at != undefinedAddress && at > 0 && at < 1<<62 && n < 1<<62
	}
	return 0, false
}

// fewAttributes tells whether all attributes lie in the header.
func fewAttributes(m *reader) bool {
	version, flags := m.u8(), m.u8()
	if flags&1 != 0 {
		m.take(2)
	}
	return version == 0 && flags&^3 == 0 && m.bits() == undefinedAddress
}

// messageAttribute is an attribute of one element, where attrs has its name, of a class that
// entries have. The others are nil.
func messageAttribute(m *reader, attrs []string) (a *Attr, ok bool) {
	version, flags := m.u8(), m.u8()
	sizes := m.take(6)
	m.u8() // the character set of the name
	if sizes == nil || version != 3 {
		return nil, false
	}
	name := m.take(int(le.Uint16(sizes)))
	if len(name) == 0 || name[len(name)-1] != 0 {
		return nil, false
	}
	name = name[:len(name)-1]
	if !slices.ContainsFunc(attrs, func(s string) bool { return s == string(name) }) {
		return nil, true
	}
	a = &Attr{Name: string(name)}
	a.Type, ok = messageElement(&reader{b: m.take(int(le.Uint16(sizes[2:])))})
	shape, scalar := messageShape(&reader{b: m.take(int(le.Uint16(sizes[4:])))})
	a.Data = m.take(a.Type.Size)
	return a, ok && scalar && len(shape) == 0 && flags == 0 && a.Data != nil
}

// messageElement is the type of an attribute: a text of fixed size, bytes, or a number.
func messageElement(m *reader) (t Type, ok bool) {
	if len(m.b) < 8 {
		return t, false
	}
	size := int(le.Uint32(m.b[4:]))
	switch version, class := m.b[0]>>4, m.b[0]&0x0f; {
	case version < 1 || version > 3:
		return t, false
	case class == 3 && m.b[1]&0x0f == 1 && m.b[1]>>4 <= 1: // padded with NUL; ASCII or UTF-8
		return Type{Class: FixedText, Size: size, UTF8: m.b[1]>>4 == 1}, size > 0
	case class == 5:
		return OpaqueType(size), size > 0
	}
	return messageNumber(m)
}

// lookup3 is the checksum of HDF5's metadata, Bob Jenkins' hashlittle
// (https://burtleburtle.net/bob/c/lookup3.c) with an initial value of 0.
func lookup3(p []byte) uint32 {
	a := 0xdeadbeef + uint32(len(p))
	b, c := a, a
	if len(p) == 0 {
		return c
	}
	for ; len(p) > 12; p = p[12:] {
		a += le.Uint32(p)
		b += le.Uint32(p[4:])
		c += le.Uint32(p[8:])
		a = (a - c) ^ bits.RotateLeft32(c, 4)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 6)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 8)
		b += a
		a = (a - c) ^ bits.RotateLeft32(c, 16)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 19)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 4)
		b += a
	}
	var last [12]byte
	copy(last[:], p)
	a += le.Uint32(last[:])
	b += le.Uint32(last[4:])
	c += le.Uint32(last[8:])
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	return (c ^ b) - bits.RotateLeft32(b, 24)
}
