package hdfarchive

import (
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

const (
	// slabMemory bounds the rows that the arrays of one stream keep until they are worth
	// a write; more than slabUnit does none, unless its rows are larger.
	slabMemory = 64 << 20
	slabUnit   = 8 << 20
	// slabChunk is the size of chunks without filters: beyond HDF5's cache of chunks, of
	// 1 MiB, which they go past on their way to the reader.
	slabChunk = 4 << 20
	// slabBatch bounds what is encoded, and written in one turn, of what comes at once.
	slabBatch = 32 << 20
)

// slabs writes an array of which rows come after rows, as chunks of a dataset that other
// programs find no different from one that was written at once. Rows wait until whole
// chunks can be made of them. Of an array that ends before, nothing is written.
type slabs struct {
	name  string // of the dataset, until it is moved
	array *value.Array
	opts  *Options
	row   int // bytes
	unit  int // bytes that are kept at most

	filters *filters // nil: nothing was written
	chunk   []int
	group   int    // bytes of as many rows as a chunk has
	rows    int    // that were written
	rest    []byte // what came after them

	from *h5.Group // where the dataset is, while it is moved
}

func newSlabs(name string, a *value.Array, parts int, o *Options) *slabs {
	s := &slabs{name: name, array: a, opts: o, row: a.Elem.Size(), unit: min(slabUnit, slabMemory/parts)}
	for _, n := range a.Shape[1:] {
		s.row *= n
	}
	return s
}

// piece is a number of chunks, with the dataset to be made before where they are the first.
type piece struct {
	make   *h5.Dataset
	rows   int // that the dataset has then
	chunks []h5.Placed
	data   []byte
}

// add takes rows, and writes what has become whole chunks.
func (s *slabs) add(data []byte, write func(*piece) error) error {
	if len(s.rest)+len(data) < max(s.unit, s.group) {
		s.rest = append(s.rest, data...)
		return nil
	}
	if s.filters == nil {
		first := data
		if len(s.rest) > len(data) {
			first = s.rest
		}
		if err := s.begin(first); err != nil {
			return err
		}
	}
	if len(s.rest) > 0 { // first what waits, made up to whole chunks
		n := min(len(data), (s.group-len(s.rest)%s.group)%s.group)
		s.rest = append(s.rest, data[:n]...)
		data = data[n:]
		whole := len(s.rest) / s.group * s.group
		if err := s.write(s.rest[:whole], write); err != nil {
			return err
		}
		s.rest = append(s.rest[:0], s.rest[whole:]...)
	}
	if len(s.rest) == 0 {
		whole := len(data) / s.group * s.group
		if err := s.write(data[:whole], write); err != nil {
			return err
		}
		data = data[whole:]
	}
	s.rest = append(s.rest, data...)
	return nil
}

// finish writes what is left, unless that is all.
func (s *slabs) finish(write func(*piece) error) error {
	if s.filters == nil || len(s.rest) == 0 {
		return nil
	}
	err := s.write(s.rest, write)
	s.rest = nil
	return err
}

// begin decides what the dataset will be, by some of its rows.
func (s *slabs) begin(data []byte) (err error) {
	size := s.array.Elem.Size()
	if s.filters, err = chooseFilters(data, size, s.opts); err != nil {
		return err
	}
	most := min(slabChunk, max(minChunk, s.unit))
	if s.filters.any() {
		most = min(most, maxChunk)
	}
	rows := s.array.Shape[0]
	if rows < 0 {
		rows = most
	}
	s.chunk = divide(s.shape(rows), most/size)
	s.group = s.chunk[0] * s.row
	return nil
}

// shape is that of the array with so many rows.
func (s *slabs) shape(rows int) []int { return append([]int{rows}, s.array.Shape[1:]...) }

// write writes rows, which are whole chunks but for the last of the array.
func (s *slabs) write(data []byte, write func(*piece) error) error {
	if len(data) == 0 {
		return nil
	}
	n := len(data) / s.row
	g := &grid{shape: s.shape(n), chunk: s.chunk, size: s.array.Elem.Size()}
	all, batch := g.chunks(), max(1, slabBatch/g.bytes())
	for from := 0; from < all; from += batch {
		end := min(all, from+batch)
		p := &piece{rows: s.rows + n}
		if s.rows == 0 && from == 0 {
			p.make = &h5.Dataset{Type: elemType(s.array.Elem), Encoded: s.filters.encoded(s.chunk), Shape: s.shape(max(0, s.array.Shape[0])), Growing: s.array.Shape[0] < 0}
		}
		bytes, chunks, err := s.encode(g, data, from, end)
		if err != nil {
			return err
		}
		p.data = bytes
		for k, c := range chunks {
			at := g.place(from + k)
			at[0] += s.rows
			p.chunks = append(p.chunks, h5.Placed{Chunk: c, Place: at})
		}
		if err := write(p); err != nil {
			return err
		}
	}
	s.rows += n
	return nil
}

// encode makes chunks of an array. Where they have no filters and lie one after another
// in memory, they are used as they are.
func (s *slabs) encode(g *grid, data []byte, from, end int) ([]byte, []h5.Chunk, error) {
	b := rowsOf(g.shape, 0, g.shape[0])
	first, plain := g.inPiece(g.place(from), b)
	for k := from; k < end && plain && !s.filters.any(); k++ {
		_, plain = g.inPiece(g.place(k), b)
	}
	if s.filters.any() || !plain {
		return g.encode(data, s.filters, from, end)
	}
	chunks := make([]h5.Chunk, end-from)
	for k := range chunks {
		chunks[k].Size = g.bytes()
	}
	return data[first : first+len(chunks)*g.bytes()], chunks, nil
}

// read reads rows that were added: those that are in the dataset with read, which gets
// what selects them.
func (s *slabs) read(row int, to []byte, read func(b *driver.Slab, to []byte) error) error {
	if row < s.rows {
		n := min(len(to)/s.row, s.rows-row)
		if err := read(rowsOf(s.shape(s.rows), row, n), to[:n*s.row]); err != nil {
			return err
		}
		row, to = row+n, to[n*s.row:]
	}
	if len(to) > 0 {
		copy(to, s.rest[(row-s.rows)*s.row:])
	}
	return nil
}

// moveTo writes the dataset that was made as a child of g.
func (s *slabs) moveTo(g *h5.Group) func(name string, d *h5.Dataset) error {
	return func(name string, d *h5.Dataset) error {
		if err := s.from.Move(s.name, g, name); err != nil {
			return err
		}
		return g.SetAttrs(name, d.Attrs)
	}
}

// bind gives the arrays of an object that came in slabs their data.
func (o *object) bind(parts []*slabs) (rest []*slabs, err error) {
	for _, c := range o.children {
		if parts, err = c.bind(parts); err != nil {
			return nil, err
		}
	}
	if !o.hollow {
		return parts, nil
	}
	p := parts[0]
	if p.rows > 0 {
		o.part = p
		return parts[1:], nil
	}
	o.set.Data = p.rest
	return parts[1:], o.compress(p.opts)
}
