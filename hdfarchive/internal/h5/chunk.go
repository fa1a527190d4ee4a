package h5

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"math/bits"
)

// Filter is a step that chunks go through on their way into a file.
type Filter int

// The filters that HDF5 itself brings and this package lets pass. Their numbers are
// those of H5Zpublic.h.
const (
	Deflate    Filter = 1
	Shuffle    Filter = 2
	Fletcher32 Filter = 3
)

// Encoded says what the chunks of a dataset went through, in the order of the
// fields.
type Encoded struct {
	Chunk      []int // their shape; those at the edges are as large as the others
	Shuffle    bool
	Level      int // of deflate, 1 to 9; 0: not deflated
	Fletcher32 bool
	Chunks     []Chunk // in C order of their places
}

// Chunk is one of a dataset.
type Chunk struct {
	Size int    // bytes it has in the file
	Past uint32 // bit k: it went past filter k
}

func (e *Encoded) appendFilters(b []byte) []byte {
	for _, n := range e.Chunk {
		b = le.AppendUint64(b, uint64(n))
	}
	flag := func(on bool) byte {
		if on {
			return 1
		}
		return 0
	}
	return append(b, flag(e.Shuffle), byte(e.Level), flag(e.Fletcher32))
}

func (e *Encoded) appendChunks(b []byte) []byte {
	b = le.AppendUint32(b, uint32(len(e.Chunks)))
	for _, c := range e.Chunks {
		b = le.AppendUint64(b, uint64(c.Size))
		b = le.AppendUint32(b, c.Past)
	}
	return b
}

// Chunks describes how a dataset is stored in chunks.
type Chunks struct {
	Shape   []int // of a chunk
	Bytes   int   // of a chunk, decoded
	Filters []Filter
	First   int   // number of the first that was asked for, in C order
	Sizes   []int // bytes of that and the next in the file; 0: it is not there
}

// Chunks describes those chunks of a dataset, which i describes, that hold some of n
// elements of the first dimension, from element row on. It refuses a chunk that cannot
// have been made of as many bytes as a chunk has.
func (g *Group) Chunks(name string, i *Info, row, n int) (*Chunks, error) {
	if err := checkName("read", name); err != nil {
		return nil, err
	}
	var b []byte
	c, size := &Chunks{}, uint64(i.Type.Size)
	err := g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_chunks(g.id, cstring(name), C.uint64_t(i.Stored), C.uint64_t(row), C.uint64_t(n), r)
	}, func(r *C.k_reply) { b, c.First = out(r), int(r.a) })
	if err != nil {
		return nil, err
	}
	refuse := func(format string, args ...any) (*Chunks, error) {
		return nil, &Error{Op: "read", Name: name, Err: ErrRefused, Text: fmt.Sprintf(format, args...)}
	}
	r := &reader{b: b}
	for range i.Shape {
		n := r.u64()
		hi, lo := bits.Mul64(size, uint64(n))
		if hi != 0 || n == 0 || lo > 1<<32 { // the most that HDF5 makes
			return refuse("chunks of %d bytes and more", lo)
		}
		size = lo
		c.Shape = append(c.Shape, n)
	}
	c.Bytes = int(size)
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		c.Filters = append(c.Filters, Filter(r.u32()))
	}
	for len(r.b) > 0 && r.err == nil {
		n := r.u64()
		if n > 0 && c.Bytes/maxDeflate > n {
			return refuse("a chunk of %d bytes that stores %d", c.Bytes, n)
		}
		c.Sizes = append(c.Sizes, n)
	}
	if r.err != nil {
		return refuse("%v", r.err)
	}
	return c, nil
}

// ReadChunks reads chunks at their places, as they lie in the file, into buf, one
// after another; sizes are theirs. It returns which filters each went past.
func (g *Group) ReadChunks(name string, places [][]int, sizes []int, buf []byte) (past []uint32, err error) {
	if err := checkName("read", name); err != nil {
		return nil, err
	}
	if len(places) == 0 {
		return nil, nil
	}
	req := le.AppendUint32(nil, uint32(len(places[0])))
	for i, at := range places {
		for _, n := range at {
			req = le.AppendUint64(req, uint64(n))
		}
		req = le.AppendUint64(req, uint64(sizes[i]))
	}
	p, n := request(req)
	var b []byte
	err = g.f.use("read", name, func(r *C.k_reply) C.int {
		return C.k_read_chunks(g.id, cstring(name), p, n, pointer(buf), C.size_t(len(buf)), r)
	}, func(r *C.k_reply) { b = out(r) })
	if err != nil {
		return nil, err
	}
	r := &reader{b: b}
	for range places {
		past = append(past, uint32(r.u32()))
	}
	return past, r.err
}
