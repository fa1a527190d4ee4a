package hdfarchive

import (
	"runtime"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// maxAhead is how many bytes of encoded chunks are read under the library's lock
// before they are decoded.
const maxAhead = 16 << 20

// elements reads what b selects of a dataset, nil for all, as elements of type t, into
// to. Chunks that went through filters are decoded here: side by side, without the
// lock, and each into no more bytes than a chunk has.
func elements(g *h5.Group, name string, i *h5.Info, t h5.Type, b *driver.Slab, to []byte) error {
	if i.Filters > 0 && len(i.Shape) > 0 && t.Same(i.Type) && !h5.BigEndian {
		return readChunks(g, name, i, b, to)
	}
	if b == nil {
		return g.Read(name, i, t, to)
	}
	return g.ReadSlab(name, i, t, b.Start, b.Step, b.Count, to)
}

func readChunks(g *h5.Group, name string, i *h5.Info, b *driver.Slab, to []byte) error {
	if _, _, err := i.Elements(); err != nil {
		return damaged("%q: %v", name, err)
	}
	if b == nil {
		b = rowsOf(i.Shape, 0, i.Shape[0])
	}
	if b.Len() == 0 {
		return nil
	}
	first, last := b.Start[0], b.Start[0]+b.Step[0]*(b.Count[0]-1)
	first, last = min(first, last), max(first, last)
	c, err := g.Chunks(name, i, first, last-first+1)
	if err != nil {
		return err
	}
	at := &grid{shape: i.Shape, chunk: c.Shape, size: i.Type.Size}
	sizeOf := func(k int) int { return c.Sizes[k-c.First] }
	var wanted []int
	for k := c.First; k < c.First+len(c.Sizes); k++ {
		if !at.touches(k, b) {
			continue
		}
		if sizeOf(k) == 0 {
			return damaged("%q lacks chunk %d", name, k)
		}
		wanted = append(wanted, k)
	}
	for len(wanted) > 0 {
		n, bytes := 0, 0
		var places [][]int
		var sizes []int
		for n < len(wanted) && (n == 0 || bytes+sizeOf(wanted[n]) <= maxAhead) {
			places, sizes = append(places, at.place(wanted[n])), append(sizes, sizeOf(wanted[n]))
			bytes += sizeOf(wanted[n])
			n++
		}
		if int64(bytes) > i.Stored {
			return damaged("%q has chunks of %d bytes in %d", name, bytes, i.Stored)
		}
		stored := buffer(&ahead, bytes)
		past, err := g.ReadChunks(name, places, sizes, stored)
		if err != nil {
			return err
		}
		ends := make([]int, n)
		for k, end := 0, 0; k < n; k++ {
			end += sizes[k]
			ends[k] = end
		}
		err = inParallel(n, runtime.GOMAXPROCS(0), func(k int) error {
			encoded := stored[ends[k]-sizes[k] : ends[k]]
			if from, ok := at.inPiece(places[k], b); ok {
				return decodeChunk(to[from:from+c.Bytes], encoded, c.Filters, past[k], i.Type.Size)
			}
			chunk := scratch(c.Bytes)
			defer scratches.Put(&chunk)
			if err := decodeChunk(chunk, encoded, c.Filters, past[k], i.Type.Size); err != nil {
				return err
			}
			at.scatter(to, chunk, places[k], b)
			return nil
		})
		ahead.Put(&stored)
		if err != nil {
			return err
		}
		wanted = wanted[n:]
	}
	return nil
}

// rowsOf selects n rows of an array of the shape.
func rowsOf(shape []int, from, n int) *driver.Slab {
	b := &driver.Slab{Start: make([]int, len(shape)), Step: make([]int, len(shape)), Count: slices.Clone(shape)}
	for k := range b.Step {
		b.Step[k] = 1
	}
	b.Start[0], b.Count[0] = from, n
	return b
}

// within returns which of the elements that b selects along dimension i, from and to,
// lie in the chunk that begins at place.
func (g *grid) within(b *driver.Slab, i, place int) (from, to int) {
	start, step, n := b.Start[i], b.Step[i], b.Count[i]
	end := place + g.chunk[i]
	if step < 0 { // the same elements from the other side
		to, from = n-first(start+step*(n-1), -step, n, place), n-first(start+step*(n-1), -step, n, end)
		return from, to
	}
	return first(start, step, n, place), first(start, step, n, end)
}

// first is the first of n elements from start on, step apart, that is not before at.
func first(start, step, n, at int) int {
	if at <= start {
		return 0
	}
	return min(n, (at-start+step-1)/step)
}

// touches tells whether something of chunk k is selected.
func (g *grid) touches(k int, b *driver.Slab) bool {
	for i, at := range g.place(k) {
		if from, to := g.within(b, i, at); from >= to {
			return false
		}
	}
	return true
}

// inPiece tells whether the whole array is selected and the chunk is one piece of it,
// and at which byte.
func (g *grid) inPiece(place []int, b *driver.Slab) (from int, ok bool) {
	rows := true // until the first dimension that is not whole
	for i := len(place) - 1; i >= 0; i-- {
		if b.Count[i] != g.shape[i] || b.Step[i] != 1 || place[i]+g.chunk[i] > g.shape[i] || !rows && g.chunk[i] != 1 {
			return 0, false
		}
		rows = rows && g.chunk[i] == g.shape[i]
	}
	for i, at := range place {
		from = from*g.shape[i] + at
	}
	return from * g.size, true
}

// scatter copies the selected elements of a chunk to where they belong in to.
func (g *grid) scatter(to, chunk []byte, place []int, b *driver.Slab) {
	var copyRows func(i, from, into int)
	copyRows = func(i, from, into int) {
		first, end := g.within(b, i, place[i])
		from, into = from*g.chunk[i]-place[i], into*b.Count[i]
		if i == len(place)-1 && b.Step[i] == 1 {
			copy(to[(into+first)*g.size:(into+end)*g.size], chunk[(from+b.Start[i]+first)*g.size:])
			return
		}
		for r := first; r < end; r++ {
			at := from + b.Start[i] + r*b.Step[i]
			if i == len(place)-1 {
				copy(to[(into+r)*g.size:(into+r+1)*g.size], chunk[at*g.size:])
			} else {
				copyRows(i+1, at, into+r)
			}
		}
	}
	copyRows(0, 0, 0)
}
