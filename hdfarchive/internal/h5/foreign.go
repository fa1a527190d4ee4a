package h5

/*
#include "foreign.h"
*/
import "C"

import "fmt"

// ForeignClass says what sort of type a ForeignType is.
type ForeignClass uint8

// The classes. Their numbers are those of foreign_type.c.
const (
	ForeignNone     ForeignClass = iota // cannot be read
	ForeignInt                          // Precision bits from bit Offset on
	ForeignFloat                        // a layout of Float
	ForeignString                       // Size bytes, padded as Pad says
	ForeignText                         // variable length: a reference into a heap
	ForeignOpaque                       // bytes, with a Tag
	ForeignCompound                     // Members
	ForeignEnum                         // Names of values of Base
	ForeignArray                        // Dims of Base
	ForeignSequence                     // variable length of Base: a reference into a heap
	ForeignBits                         // a bit field, laid out as an integer
	ForeignRef                          // the address of an object
	ForeignRegion                       // a reference into a heap: an object and a selection
	ForeignTime                         // seconds since 1970, laid out as an integer
)

// ForeignType is the type of elements as they lie in a file.
type ForeignType struct {
	Class     ForeignClass
	Size      int // bytes an element takes in the file, without what lies in heaps
	Signed    bool
	BigEndian bool
	UTF8      bool
	Offset    int // of the lowest bit
	Precision int // bits
	Float     ForeignFloatLayout
	Pad       int    // 0: up to a NUL, 1: NUL, 2: blanks
	Tag       string // of an opaque type
	Members   []ForeignMember
	Names     []ForeignName
	Dims      []int
	Base      *ForeignType
}

// ForeignFloatLayout says where the parts of a floating-point number lie, in bits.
type ForeignFloatLayout struct {
	Sign, Exponent, ExponentSize, Mantissa, MantissaSize int

	Bias    uint64
	Implied bool // the highest bit of the mantissa is not stored
}

// ForeignMember is a member of a compound type.
type ForeignMember struct {
	Name   string
	Offset int // bytes
	Type   ForeignType
}

// ForeignName is a named value of an enumeration, as it would lie in the file.
type ForeignName struct {
	Name  string
	Value [8]byte
}

// ForeignSpace is an extent: no elements at all, one, or an array.
type ForeignSpace struct {
	Null  bool
	Shape []int
	Max   []int // -1: without limit
}

// ForeignFilter is a step of a dataset's compression.
type ForeignFilter struct {
	ID    int
	Value int // its first parameter
	Name  string
}

// ForeignAttr is an attribute. Data are nil where State says why.
type ForeignAttr struct {
	Name  string
	Space ForeignSpace
	Type  ForeignType
	State ForeignState
	Data  []byte
}

// ForeignState says what became of the data of an attribute.
type ForeignState uint8

// The states. Their numbers are those of foreign.c.
const (
	ForeignRead       ForeignState = iota
	ForeignLarge                   // larger than asked for
	ForeignUnreadable              // damaged, or of a type that cannot be read
)

// The layouts of HDF5.
const (
	ForeignCompact = iota
	ForeignContiguous
	ForeignChunked
	ForeignVirtual
)

// ForeignInfo describes an object of any file.
type ForeignInfo struct {
	Kind    Kind
	Address uint64
	Attrs   []ForeignAttr
	Left    int // attributes beyond those asked for

	// Of a dataset, or of a named type:
	Type ForeignType

	// Of a dataset:
	Space    ForeignSpace
	Readable bool // the type is one whose data can be read
	Layout   int
	Partial  bool // chunks that reach over the edge are not filtered
	External int  // how many other files its data lie in
	Stored   int64
	Chunk    []int
	Filters  []ForeignFilter
	Fill     []byte // an element never written; nil: zeros
}

// ForeignChild is a link of a group.
type ForeignChild struct {
	Kind    Kind // of the object behind a hard link, or SoftLink or ExternalLink; DamagedObject
	Name    string
	Address uint64 // of the object behind a hard link
	File    string // of an external link
	Target  string // of a link that is not a hard one
}

// DamagedObject is the kind of what a hard link leads to and cannot be opened.
const DamagedObject Kind = 255

// ForeignBase returns where the file begins behind a user block, and the size of its
// addresses.
func (f *File) ForeignBase() (block int64, addr int, err error) {
	err = f.use("open", f.path, func(r *C.k_reply) C.int { return C.k_foreign_base(f.id, r) },
		func(r *C.k_reply) { block, addr = int64(r.a), int(r.b) })
	return block, addr, err
}

// ForeignChildren lists up to most children by name, after the first skip of them, and
// returns how many there are. Links are described and not followed.
func (g *Group) ForeignChildren(skip, most int) (list []ForeignChild, total int, err error) {
	var b []byte
	err = g.f.use("list", "", func(r *C.k_reply) C.int {
		return C.k_foreign_children(g.id, C.uint64_t(skip), C.uint64_t(most), r)
	}, func(r *C.k_reply) { b, total = out(r), int(r.a) })
	if err != nil {
		return nil, 0, err
	}
	r := &reader{b: b}
	for len(r.b) > 0 && r.err == nil {
		list = append(list, ForeignChild{Kind: Kind(r.u8()), Name: r.text(), Address: r.bits(), File: r.text(), Target: r.text()})
	}
	return list, total, r.err
}

// ForeignStat describes a child, or g itself as ".", with up to most attributes, whose
// data are read where they are not larger than mostBytes.
func (g *Group) ForeignStat(name string, most, mostBytes int) (*ForeignInfo, error) {
	if name != "." {
		if err := checkName("stat", name); err != nil {
			return nil, err
		}
	}
	size, err := g.f.Size()
	if err != nil {
		return nil, err
	}
	var b []byte
	i := &ForeignInfo{}
	err = g.f.use("stat", name, func(r *C.k_reply) C.int {
		return C.k_foreign_stat(g.id, cstring(name), C.uint32_t(most), C.uint64_t(min(int64(mostBytes), size)), r)
	}, func(r *C.k_reply) { b, i.Address, i.Left = out(r), uint64(r.a), int(r.b) })
	if err != nil {
		return nil, err
	}
	r := &reader{b: b}
	i.Kind = Kind(r.u8())
	switch i.Kind {
	case DataObject:
		i.readDataset(r)
	case OtherObject:
		i.Type = readForeignType(r)
	}
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		i.Attrs = append(i.Attrs, readForeignAttr(r))
	}
	i.Left -= len(i.Attrs)
	if r.err != nil {
		return nil, &Error{Op: "stat", Name: name, Err: ErrRefused, Text: r.err.Error()}
	}
	return i, nil
}

func (i *ForeignInfo) readDataset(r *reader) {
	i.Space = readForeignSpace(r)
	i.Type = readForeignType(r)
	i.Readable = r.u8() != 0
	i.Layout = int(r.u8())
	i.Partial = r.u8()&2 != 0 // H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS
	i.External = r.u32()
	i.Stored = int64(r.u64())
	i.Chunk = r.shape()
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		i.Filters = append(i.Filters, ForeignFilter{ID: r.u32(), Value: r.u32(), Name: r.text()})
	}
	i.Fill = append(i.Fill, r.take(r.u32())...)
}

func readForeignAttr(r *reader) ForeignAttr {
	a := ForeignAttr{Name: r.text()}
	if r.u8() != 0 {
		a.Space = readForeignSpace(r)
		a.Type = readForeignType(r)
	}
	a.State = ForeignState(r.u8())
	a.Data = append(a.Data, r.take(r.u64())...)
	return a
}

func readForeignSpace(r *reader) ForeignSpace {
	s := ForeignSpace{Null: r.u8() != 0}
	s.Shape = r.shape()
	for range s.Shape {
		n := r.bits()
		if n > 1<<62 {
			s.Max = append(s.Max, -1)
		} else {
			s.Max = append(s.Max, int(n))
		}
	}
	return s
}

// readForeignType reads what k_foreign_type wrote, which bounds depth and size.
func readForeignType(r *reader) ForeignType {
	const signed, big, utf8, implied = 1, 2, 4, 8
	t := ForeignType{Class: ForeignClass(r.u8())}
	flags := r.u8()
	t.Size = r.u32()
	t.Signed, t.BigEndian, t.UTF8 = flags&signed != 0, flags&big != 0, flags&utf8 != 0
	switch t.Class {
	case ForeignNone:
		t.Signed, t.BigEndian, t.UTF8 = false, false, false // flags name the class of HDF5
	case ForeignInt, ForeignBits, ForeignTime, ForeignFloat:
		t.Offset, t.Precision = r.u32(), r.u32()
		if t.Class == ForeignFloat {
			f := &t.Float
			f.Sign, f.Exponent, f.ExponentSize, f.Mantissa, f.MantissaSize = r.u32(), r.u32(), r.u32(), r.u32(), r.u32()
			f.Bias, f.Implied = r.bits(), flags&implied != 0
		}
	case ForeignString:
		t.Pad = int(r.u8())
	case ForeignOpaque:
		t.Tag = r.text()
	case ForeignEnum:
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			name := ForeignName{Name: r.text()}
			copy(name.Value[:], r.take(8))
			t.Names = append(t.Names, name)
		}
		t.base(r)
	case ForeignCompound:
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			m := ForeignMember{Name: r.text(), Offset: r.u32()}
			m.Type = readForeignType(r)
			t.Members = append(t.Members, m)
		}
	case ForeignArray:
		t.Dims = r.shape()
		t.base(r)
	case ForeignSequence:
		t.base(r)
	}
	return t
}

func (t *ForeignType) base(r *reader) {
	if r.err == nil {
		base := readForeignType(r)
		t.Base = &base
	}
}

// ForeignBlock reads the block of a dataset that begins at start and has count
// elements in each direction, as it lies in the file, into buf. The dataset is not
// chunked.
func (g *Group) ForeignBlock(name string, start, count []int, buf []byte) error {
	if err := checkName("read", name); err != nil {
		return err
	}
	if len(start) != len(count) {
		return fmt.Errorf("%w: a block of %d and %d dimensions", ErrRefused, len(start), len(count))
	}
	req := appendShape(nil, start)
	for _, n := range count {
		req = le.AppendUint64(req, uint64(n))
	}
	p, n := request(req)
	return g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_foreign_read(g.id, cstring(name), p, n, pointer(buf), C.size_t(len(buf)), r)
	}, nil)
}

// ForeignChunk reads the chunk that begins at these coordinates as it is stored, up to
// most bytes, and says by bits which filters it was stored without. Nil where it was
// never written.
func (g *Group) ForeignChunk(name string, at []int, most int) (b []byte, without uint32, err error) {
	if err := checkName("read", name); err != nil {
		return nil, 0, err
	}
	p, n := request(appendShape(nil, at))
	err = g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_foreign_chunk(g.id, cstring(name), p, n, C.uint64_t(most), r)
	}, func(r *C.k_reply) { b, without = out(r), uint32(r.a) })
	return b, without, err
}
