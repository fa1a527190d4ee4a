package foreign

import (
	"context"
	"fmt"
	"slices"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// maxChunk is the largest chunk that is taken apart.
const maxChunk = 64 << 20

// Read is that of inspect.File.
func (f *File) Read(ctx context.Context, path string, block *inspect.Block) (v value.Value, err error) {
	err = f.at(ctx, path, func(g *h5.Group, name string) error {
		i, err := g.ForeignStat(name, 0, 0)
		if err != nil {
			return err
		}
		v, err = f.read(ctx, g, name, i, block)
		return err
	})
	return v, err
}

func (f *File) read(ctx context.Context, g *h5.Group, name string, i *h5.ForeignInfo, block *inspect.Block) (value.Value, error) {
	if i.Kind != h5.DataObject {
		return nil, fmt.Errorf("%w: %s is no dataset", inspect.ErrRefused, name)
	}
	if i.Space.Null {
		return value.Null{}, nil
	}
	if why := refusal(i, f.addr); why != "" {
		return nil, fmt.Errorf("%w: %s", inspect.ErrRefused, why)
	}
	if block == nil {
		block = &inspect.Block{Start: make([]int, len(i.Space.Shape)), Count: i.Space.Shape}
	}
	if len(block.Start) != len(i.Space.Shape) || len(block.Count) != len(i.Space.Shape) {
		return nil, fmt.Errorf("%w: a block of %d dimensions of a dataset of %d", inspect.ErrRefused, len(block.Start), len(i.Space.Shape))
	}
	for d, n := range i.Space.Shape {
		if s, c := block.Start[d], block.Count[d]; s < 0 || c < 0 || s > n || c > n-s {
			return nil, fmt.Errorf("%w: elements %d to %d of dimension %d, which has %d", inspect.ErrRefused, s, s+c, d, n)
		}
	}
	size, ok := product(int(max(cost(&i.Type), int64(i.Type.Size))), block.Count)
	if !ok || size > maxMemory {
		return nil, fmt.Errorf("%w: %v elements of %s take more than %d MiB of memory; read a part of it",
			inspect.ErrLimit, block.Count, typeText(&i.Type), maxMemory>>20)
	}
	bytes, _ := product(i.Type.Size, block.Count) // less than size
	raw := make([]byte, bytes)
	var err error
	switch {
	case bytes == 0:
	case i.Layout == h5.ForeignChunked:
		err = readChunks(ctx, g, name, i, block, raw)
	default:
		err = g.ForeignBlock(name, block.Start, block.Count, raw)
	}
	if err != nil {
		return nil, err
	}
	return f.decoder().value(&i.Type, block.Count, raw)
}

// readChunks fills raw with a block of a chunked dataset.
func readChunks(ctx context.Context, g *h5.Group, name string, i *h5.ForeignInfo, block *inspect.Block, raw []byte) error {
	rank := len(i.Space.Shape)
	chunkBytes, ok := product(i.Type.Size, i.Chunk)
	if len(i.Chunk) != rank || rank == 0 || !ok || chunkBytes <= 0 {
		return damaged("chunks of %v", i.Chunk)
	}
	if chunkBytes > maxChunk {
		return fmt.Errorf("%w: its chunks have %d MiB; h5repack makes a copy with smaller ones", inspect.ErrLimit, chunkBytes>>20)
	}
	for k := 0; len(i.Fill) == i.Type.Size && k < len(raw); k += len(i.Fill) {
		copy(raw[k:], i.Fill)
	}
	first, last := make([]int, rank), make([]int, rank)
	for d := range rank {
		first[d] = block.Start[d] / i.Chunk[d]
		last[d] = (block.Start[d] + block.Count[d] - 1) / i.Chunk[d]
	}
	at := slices.Clone(first)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		origin := make([]int, rank)
		partial := false
		for d := range rank {
			origin[d] = at[d] * i.Chunk[d]
			partial = partial || origin[d]+i.Chunk[d] > i.Space.Shape[d]
		}
		// No filter makes a chunk much larger than it is.
		stored, without, err := g.ForeignChunk(name, origin, int(chunkBytes)+int(chunkBytes)/16+4096)
		if err != nil {
			return err
		}
		if stored != nil {
			if i.Partial && partial {
				without = ^uint32(0)
			}
			chunk, err := unfilter(stored, i, without, int(chunkBytes))
			if err != nil {
				return err
			}
			place(raw, block, chunk, origin, i.Chunk, i.Type.Size)
		}
		d := rank - 1
		for ; d >= 0; d-- {
			if at[d]++; at[d] <= last[d] {
				break
			}
			at[d] = first[d]
		}
		if d < 0 {
			return nil
		}
	}
}

// place copies what a chunk and a block have in common into the block.
func place(raw []byte, block *inspect.Block, chunk []byte, origin, dims []int, size int) {
	rank := len(dims)
	from, to := make([]int, rank), make([]int, rank) // in coordinates of the dataset
	for d := range rank {
		from[d] = max(origin[d], block.Start[d])
		to[d] = min(origin[d]+dims[d], block.Start[d]+block.Count[d])
	}
	at := slices.Clone(from)
	run := (to[rank-1] - from[rank-1]) * size
	for {
		source, target := 0, 0
		for d := range rank {
			source = source*dims[d] + at[d] - origin[d]
			target = target*block.Count[d] + at[d] - block.Start[d]
		}
		copy(raw[target*size:][:run], chunk[source*size:][:run])
		d := rank - 2
		for ; d >= 0; d-- {
			if at[d]++; at[d] < to[d] {
				break
			}
			at[d] = from[d]
		}
		if d < 0 {
			return
		}
	}
}
