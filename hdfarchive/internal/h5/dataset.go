package h5

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"math/bits"
)

// Dataset describes a dataset to be written.
type Dataset struct {
	Type  Type
	Null  bool  // no data at all: H5S_NULL
	Shape []int // empty: a scalar
	// Chunk makes a dataset whose first dimension can grow, stored in chunks.
	Chunk []int
	// Encoded makes a dataset of chunks that went through their filters already: they
	// are Data then, one after another, or come later by AddChunks. Growing lets its first
	// dimension grow.
	Encoded *Encoded
	Growing bool
	// Data are the elements in C order, in the byte order of the machine, or for
	// Text the strings, each with a final NUL.
	Data  []byte
	Attrs []Attr
}

// Info describes an object of a file.
type Info struct {
	Kind  Kind
	Attrs []Attr

	// Of a dataset:
	Null    bool
	Chunked bool
	Filters int
	Stored  int64 // bytes that its data take in the file
	Shape   []int
	Type    Type
	data    []byte // as Fetch found them; nil where Read has to
	read    bool   // ReadSlab has read some of it: its bytes lie in this file, and no filter is unknown
}

// Attr returns an attribute, or nil.
func (i *Info) Attr(name string) *Attr {
	for k := range i.Attrs {
		if i.Attrs[k].Name == name {
			return &i.Attrs[k]
		}
	}
	return nil
}

// Layouts, as data.c numbers them, and H5D_CHUNKED.
const (
	layoutCompact = iota
	layoutContiguous
	layoutChunked
	layoutEncoded // of a request only
)

// maxCompact is up to where data lie in the object's header: one write instead of
// two, and 314 bytes of overhead.
const maxCompact = 8 << 10

// Put makes a child dataset, which appears as a whole or not at all.
func (g *Group) Put(name string, d *Dataset) error {
	if err := checkName("write", name); err != nil {
		return err
	}
	layout := byte(layoutContiguous)
	switch {
	case d.Encoded != nil:
		layout = layoutEncoded
	case d.Chunk != nil:
		layout = layoutChunked
	case len(d.Data) <= maxCompact && d.Type.Class != Text:
		layout = layoutCompact
	}
	req := make([]byte, 0, 1024)
	req = append(req, layout, 0)
	if d.Null {
		req[1] = 1
	}
	if d.Growing {
		req[1] |= 2
	}
	req = appendShape(req, d.Shape)
	for _, n := range d.Chunk {
		req = le.AppendUint64(req, uint64(n))
	}
	if d.Encoded != nil {
		req = d.Encoded.appendFilters(req)
	}
	req = d.Type.append(req)
	req = appendAttrs(req, d.Attrs)
	if d.Encoded != nil {
		req = d.Encoded.appendChunks(req)
	}
	p, n := request(req)
	return g.f.use("write", name, func(r *C.k_reply) C.int {
		return C.k_put(g.id, cstring(name), p, n, pointer(d.Data), C.size_t(len(d.Data)), r)
	}, nil)
}

// Stat describes a child, or g itself as ".", with the attributes that are asked
// for, or with all. What was written since the last Commit has attributes of class
// Text that cannot be read yet: see Glance.
func (g *Group) Stat(name string, attrs ...string) (*Info, error) { return g.stat(name, attrs, 1, 0) }

// Glance is Stat without the data of attributes of class Text.
func (g *Group) Glance(name string, attrs ...string) (*Info, error) { return g.stat(name, attrs, 0, 0) }

// maxFetched is up to where data come along with a description: opening a dataset
// takes longer than reading so much.
const maxFetched = 64 << 10

// Fetch is Stat that brings along the data of a small dataset, for Read.
func (g *Group) Fetch(name string, attrs ...string) (*Info, error) {
	return g.stat(name, attrs, 1, maxFetched)
}

func (g *Group) stat(name string, attrs []string, texts C.int, data C.uint64_t) (*Info, error) {
	if name != "." {
		if err := checkName("stat", name); err != nil {
			return nil, err
		}
	}
	size, err := g.f.Size()
	if err != nil {
		return nil, err
	}
	req := le.AppendUint32(nil, uint32(len(attrs)))
	for _, a := range attrs {
		req = appendText(req, a)
	}
	p, n := request(req)
	var b []byte
	err = g.f.use("stat", name, func(r *C.k_reply) C.int {
		return C.k_stat(g.id, cstring(name), p, n, texts, data, C.uint64_t(size), r)
	}, func(r *C.k_reply) { b = out(r) })
	if err != nil {
		return nil, err
	}
	r := &reader{b: b}
	i := &Info{Kind: Kind(r.u8())}
	if i.Kind == DataObject {
		i.Null = r.u8() != 0
		i.Chunked = r.u8() == layoutChunked
		i.Filters = int(r.u8())
		i.Stored = int64(r.u64())
		i.Shape = r.shape()
		i.Type = readType(r)
		if n := r.u64(); n > 0 {
			i.data = r.take(n)
		}
	}
	i.Attrs = readAttrs(r)
	if r.err != nil {
		return nil, &Error{Op: "stat", Name: name, Err: ErrRefused, Text: r.err.Error()}
	}
	return i, nil
}

// maxDeflate is the best ratio of the deflate format: 258 bytes in 2 bits.
const maxDeflate = 1032

// Elements returns how many elements the dataset has and how many bytes they take
// in memory, and refuses what the file does not hold.
func (i *Info) Elements() (n int, size int64, err error) {
	if i.Kind != DataObject || i.Null {
		return 0, 0, fmt.Errorf("%w: it has no elements", ErrChanged)
	}
	product := uint64(1)
	for _, d := range i.Shape {
		hi, lo := bits.Mul64(product, uint64(d))
		if hi != 0 {
			return 0, 0, fmt.Errorf("%w: shape %v", ErrRefused, i.Shape)
		}
		product = lo
	}
	hi, all := bits.Mul64(product, uint64(i.Type.Size))
	room := uint64(i.Stored)
	if i.Type.Class == Text {
		hi, all = bits.Mul64(product, 16) // as stored: length, address, index
	}
	if i.Filters > 0 {
		room *= maxDeflate
	}
	if hi != 0 || all > room {
		return 0, 0, fmt.Errorf("%w: it declares %v elements of %d bytes but stores %d bytes", ErrRefused, i.Shape, i.Type.Size, i.Stored)
	}
	return int(product), int64(all), nil
}

// Read reads a dataset that i describes as elements of type t into buf, which
// must have the size of exactly those. Numbers come in the order of the machine.
func (g *Group) Read(name string, i *Info, t Type, buf []byte) error {
	if err := checkName("read", name); err != nil {
		return err
	}
	if _, _, err := i.Elements(); err != nil {
		return &Error{Op: "read", Name: name, Err: ErrRefused, Text: err.Error()}
	}
	if len(i.data) > 0 && len(i.data) == len(buf) && i.Type.sameNumber(t) {
		copy(buf, i.data)
		return nil
	}
	return g.get(name, t.append(appendShape(nil, i.Shape)), 0, 0, buf)
}

// ReadSlab is Read of part of the elements: of dimension k, count[k] elements from
// start[k], step[k] apart. The next one with the same i is faster: i must describe the
// dataset as it is.
func (g *Group) ReadSlab(name string, i *Info, t Type, start, step, count []int, buf []byte) error {
	if err := checkName("read", name); err != nil {
		return err
	}
	if _, _, err := i.Elements(); err != nil {
		return &Error{Op: "read", Name: name, Err: ErrRefused, Text: err.Error()}
	}
	if len(start) != len(i.Shape) || len(step) != len(i.Shape) || len(count) != len(i.Shape) {
		return &Error{Op: "read", Name: name, Err: ErrChanged, Text: fmt.Sprintf("a selection of %d dimensions of %d", len(start), len(i.Shape))}
	}
	req := t.append(appendShape(nil, i.Shape))
	for k := range start {
		for _, n := range [...]int{start[k], step[k], count[k]} {
			if n < 0 {
				return &Error{Op: "read", Name: name, Err: ErrRefused, Text: fmt.Sprintf("a selection of %d", n)}
			}
			req = le.AppendUint64(req, uint64(n))
		}
	}
	var known C.int
	if i.read {
		known = 1
	}
	err := g.get(name, req, 1, known, buf)
	i.read = err == nil
	return err
}

func (g *Group) get(name string, req []byte, slab, known C.int, buf []byte) error {
	p, n := request(req)
	return g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_get(g.id, cstring(name), p, n, slab, known, pointer(buf), C.size_t(len(buf)), r)
	}, nil)
}

// ReadText reads a dataset of class Text: its strings, each with a final NUL.
func (g *Group) ReadText(name string, i *Info) ([]byte, error) {
	if err := checkName("read", name); err != nil {
		return nil, err
	}
	count, _, err := i.Elements()
	if err != nil {
		return nil, &Error{Op: "read", Name: name, Err: ErrRefused, Text: err.Error()}
	}
	size, err := g.f.Size()
	if err != nil {
		return nil, err
	}
	var b []byte
	err = g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_get_strings(g.id, cstring(name), C.uint64_t(count), C.uint64_t(size), r)
	}, func(r *C.k_reply) { b = out(r) })
	return b, err
}
