package hdfarchive

import (
	"cmp"
	"runtime"
	"sync"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

const (
	minChunked = 64 << 10 // bytes of an array that is worth chunks
	maxChunk   = 1 << 20  // bytes of a chunk, or a little more
	minChunk   = 64 << 10
	sampled    = 128 << 10 // bytes of each of the samples that decide
)

// chunkShape divides an array into some 16 chunks or more: whole rows, as many as go
// into a chunk, so that rows are read in one piece.
func chunkShape(shape []int, size int) []int {
	total := size
	for _, n := range shape {
		total *= n
	}
	return divide(shape, max(1, min(maxChunk, max(minChunk, total/16))/size))
}

// divide returns the shape of chunks of at most so many elements.
func divide(shape []int, most int) []int {
	chunk := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		chunk[i] = max(1, min(shape[i], most))
		most /= chunk[i]
	}
	return chunk
}

// compress encodes the large arrays of an object and its children as the options
// say. It is what takes the time of a Put, and needs no lock.
func (o *object) compress(opts *Options) error {
	for _, c := range o.children {
		if err := c.compress(opts); err != nil {
			return err
		}
	}
	d := o.set
	if d == nil || len(d.Shape) == 0 || len(d.Data) < minChunked || d.Type.Class == h5.Text || d.Chunk != nil || h5.BigEndian {
		return nil
	}
	f, err := chooseFilters(d.Data, d.Type.Size, opts)
	if err != nil || !f.any() {
		return err
	}
	return encodeChunks(d, f)
}

// chooseFilters says what the chunks of an array go through; data are some of it.
func chooseFilters(data []byte, size int, opts *Options) (*filters, error) {
	f := &filters{fletcher: opts.Fletcher32, size: size}
	if opts.Compress == CompressGzip || opts.Compress == CompressAuto {
		shuffle, gain, err := sample(data, size, opts.Level)
		if err != nil {
			return nil, err
		}
		if opts.Compress == CompressGzip || gain >= 0.1 {
			f.level, f.shuffle = opts.Level, shuffle
		}
	}
	return f, nil
}

// any tells whether there is a filter.
func (f *filters) any() bool { return f.level > 0 || f.fletcher }

// sample deflates parts of an array from its beginning, middle and end, as they are
// and shuffled, and returns which is smaller and by how much, of 1.
func sample(data []byte, size, level int) (shuffled bool, gain float64, err error) {
	n := min(sampled, len(data)/3) / size * size
	var plain, mixed, all int
	for _, at := range []int{0, (len(data) - n) / 2 / size * size, (len(data) - n) / size * size} {
		part := data[at : at+n]
		shuffled := make([]byte, n)
		h5.ShuffleBytes(shuffled, part, size)
		for _, to := range []struct {
			data  []byte
			total *int
		}{{part, &plain}, {shuffled, &mixed}} {
			packed, err := deflate(to.data, level)
			if err != nil {
				return false, 0, err
			}
			*to.total += len(packed)
		}
		all += n
	}
	return mixed < plain, 1 - float64(min(plain, mixed))/float64(max(all, 1)), nil
}

// grid is the places of the chunks of an array, in C order.
type grid struct {
	shape, chunk []int
	size         int // bytes of an element
}

func (g *grid) along(i int) int { return (g.shape[i] + g.chunk[i] - 1) / g.chunk[i] }

func (g *grid) chunks() int {
	n := 1
	for i := range g.shape {
		n *= g.along(i)
	}
	return n
}

func (g *grid) bytes() int {
	n := g.size
	for _, c := range g.chunk {
		n *= c
	}
	return n
}

// place is where chunk k begins.
func (g *grid) place(k int) []int {
	at := make([]int, len(g.shape))
	for i := len(at) - 1; i >= 0; i-- {
		n := g.along(i)
		at[i] = k % n * g.chunk[i]
		k /= n
	}
	return at
}

// gather copies the part of an array that chunk k has.
func (g *grid) gather(to, array []byte, k int) {
	place := g.place(k)
	var copyRows func(i, from, into int)
	copyRows = func(i, from, into int) {
		n := min(g.chunk[i], g.shape[i]-place[i])
		from, into = from*g.shape[i]+place[i], into*g.chunk[i]
		if i == len(place)-1 {
			copy(to[into*g.size:], array[from*g.size:(from+n)*g.size])
			return
		}
		for r := range n {
			copyRows(i+1, from+r, into+r)
		}
	}
	copyRows(0, 0, 0)
}

// encodeChunks makes encoded chunks of the data of d.
func encodeChunks(d *h5.Dataset, f *filters) (err error) {
	g := &grid{shape: d.Shape, chunk: chunkShape(d.Shape, d.Type.Size), size: d.Type.Size}
	d.Encoded = f.encoded(g.chunk)
	d.Data, d.Encoded.Chunks, err = g.encode(d.Data, f, 0, g.chunks())
	return err
}

// encoded describes chunks of the shape that went through the filters.
func (f *filters) encoded(chunk []int) *h5.Encoded {
	return &h5.Encoded{Chunk: chunk, Shuffle: f.shuffle, Level: f.level, Fletcher32: f.fletcher}
}

// encode takes chunks from to end of an array through filters, side by side, and
// returns them one after another.
func (g *grid) encode(array []byte, f *filters, from, end int) (all []byte, chunks []h5.Chunk, err error) {
	n := end - from
	encoded, chunks := make([][]byte, n), make([]h5.Chunk, n)
	err = inParallel(n, runtime.GOMAXPROCS(0), func(k int) (err error) {
		raw := make([]byte, g.bytes())
		g.gather(raw, array, from+k)
		encoded[k], chunks[k].Past, err = f.encode(raw)
		chunks[k].Size = len(encoded[k])
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	total := 0
	for _, b := range encoded {
		total += len(b)
	}
	all = make([]byte, 0, total)
	for k, b := range encoded {
		all = append(all, b...)
		encoded[k] = nil
	}
	return all, chunks, nil
}

// inParallel calls f for 0 to n-1, at most so many at a time, and returns the first error.
func inParallel(n, most int, f func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	slots := make(chan struct{}, most)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			errs[i] = f(i)
			<-slots
		})
	}
	wg.Wait()
	return cmp.Or(errs...)
}
