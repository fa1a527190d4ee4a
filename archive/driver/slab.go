package driver

import "github.com/klepto-go/klepto/value"

// Slab is a selection of the elements of an array: of dimension i, Count[i] elements
// from Start[i], Step[i] apart.
type Slab struct {
	Start, Step, Count []int
	kept               []int // dimensions of the result
}

// Shape returns the dimensions of the result.
func (b *Slab) Shape() []int {
	shape := make([]int, len(b.kept))
	for i, k := range b.kept {
		shape[i] = b.Count[k]
	}
	return shape
}

// Len returns how many elements are selected.
func (b *Slab) Len() int {
	n := 1
	for _, c := range b.Count {
		n *= c
	}
	return n
}

// Meta returns what describes the result of an array that m describes.
func (b *Slab) Meta(m value.Meta) value.Meta {
	if len(m.Axes) == len(b.Count) && len(b.kept) < len(b.Count) {
		axes := make([]string, len(b.kept))
		for i, k := range b.kept {
			axes[i] = m.Axes[k]
		}
		m.Axes = axes
	}
	return m
}

// Of finds the elements that are selected of an array of the shape.
func (s *Selection) Of(shape []int) (*Slab, error) {
	given := 0
	for _, d := range s.dims {
		if d.kind != ellipsis {
			given++
		}
	}
	if given > len(shape) {
		return nil, s.fail(s.dims[len(s.dims)-1].at, "there are %d indices for %d dimensions, of shape %v", given, len(shape), shape)
	}
	b := &Slab{}
	whole := func(n int) {
		for range n {
			k := len(b.Count)
			b.add(0, 1, shape[k], true)
		}
	}
	full := false
	for _, d := range s.dims {
		switch d.kind {
		case ellipsis:
			whole(len(shape) - given)
			full = true
		case index:
			n, at := shape[len(b.Count)], d.start
			if at < 0 {
				at += n
			}
			if at < 0 || at >= n {
				return nil, s.fail(d.at, "index %d is out of range: the dimension has %d elements", d.start, n)
			}
			b.add(at, 1, 1, false)
		case slice:
			start, step, count := d.bounds(shape[len(b.Count)])
			b.add(start, step, count, true)
		}
	}
	if !full {
		whole(len(shape) - given)
	}
	return b, nil
}

func (b *Slab) add(start, step, count int, keep bool) {
	if keep {
		b.kept = append(b.kept, len(b.Count))
	}
	b.Start, b.Step, b.Count = append(b.Start, start), append(b.Step, step), append(b.Count, count)
}

// bounds are those of Python's slice.indices for a dimension of n elements.
func (d *dim) bounds(n int) (start, step, count int) {
	low, high := 0, n // what the bounds are cut off at
	if d.step < 0 {
		low, high = -1, n-1
	}
	clamp := func(x int) int {
		if x < 0 {
			x += n
		}
		return min(max(x, low), high)
	}
	start, stop := clamp(d.start), clamp(d.stop)
	if d.openStart {
		start = low
		if d.step < 0 {
			start = high
		}
	}
	if d.openStop {
		stop = high
		if d.step < 0 {
			stop = low
		}
	}
	switch {
	case d.step > 0 && start < stop:
		count = (stop-start-1)/d.step + 1
	case d.step < 0 && start > stop:
		count = (start-stop-1)/-d.step + 1
	}
	if count <= 1 {
		return start, 1, count
	}
	return start, d.step, count
}
