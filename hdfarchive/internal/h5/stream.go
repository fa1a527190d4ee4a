package h5

/*
#include "stream.h"
*/
import "C"

// Placed is a chunk with its place, the index of its first element.
type Placed struct {
	Chunk
	Place []int
}

// AddChunks writes chunks of a dataset that was made with Encoded: data has them one
// after another, as the filters of the dataset leave them. A dataset that grows is made
// rows long where it is shorter.
func (g *Group) AddChunks(name string, rows int, chunks []Placed, data []byte) error {
	if err := checkName("write", name); err != nil {
		return err
	}
	if len(chunks) == 0 {
		return nil
	}
	req := le.AppendUint64(nil, uint64(rows))
	req = le.AppendUint32(req, uint32(len(chunks[0].Place)))
	for _, c := range chunks {
		for _, n := range c.Place {
			req = le.AppendUint64(req, uint64(n))
		}
		req = le.AppendUint64(req, uint64(c.Size))
		req = le.AppendUint32(req, c.Past)
	}
	p, n := request(req)
	return g.f.use("write", name, func(r *C.k_reply) C.int {
		return C.k_add_chunks(g.id, cstring(name), p, n, pointer(data), C.size_t(len(data)), r)
	}, nil)
}

// Move takes a child out of g into another group of the file, under another name.
func (g *Group) Move(name string, to *Group, as string) error {
	for _, n := range []string{name, as} {
		if err := checkName("move", n); err != nil {
			return err
		}
	}
	return g.f.use("move", name, func(r *C.k_reply) C.int { return C.k_move(g.id, cstring(name), to.id, cstring(as), r) }, nil)
}
