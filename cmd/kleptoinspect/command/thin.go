package command

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// maxNumbers is how many numbers are drawn of one member, more than a picture has dots.
const maxNumbers = 1 << 24

// thin returns a member with the numbers that are drawn: all of them up to maxNumbers; of
// more every second element, or fourth or eighth…, along the longest dimensions, which its
// slice then says.
func (r *reading) thin(ctx context.Context, m member) (member, error) {
	if m.array == nil || m.array.Len() <= maxNumbers {
		return r.load(ctx, m)
	}
	if _, err := m.label(); err != nil {
		return m, err
	}
	a := *m.array
	steps, count := thinned(a.Shape, maxNumbers)
	kept := 1
	for _, n := range count {
		kept *= n
	}
	numbers, x := make([]float64, 0, kept), []float64(nil)
	const atOnce = 1 << 20 // elements
	room := a.Elem.Make(atOnce)
	at := make([]int, len(a.Shape)) // the index of the next element that is kept
	next, done := 0, 0              // its place in C order, and the elements gone through
	for spec, n := range slabs(a.Shape, atOnce) {
		if next < done+n {
			part, err := r.slab(ctx, m, spec, done, n, room)
			if err != nil {
				return m, err
			}
			x = appendFloats(x[:0], part.Data, a.Elem)
		}
		for ; next < done+n; next = advance(at, steps, a.Shape) {
			numbers = append(numbers, x[next-done])
		}
		done += n
	}
	spec := make([]string, len(steps))
	for d, step := range steps {
		if spec[d] = ":"; step > 1 {
			spec[d] = fmt.Sprintf("::%d", step)
		}
	}
	a.Shape, a.Data = count, nil
	m.array, m.slice, m.read = &a, strings.Join(spec, ","), &gist{numbers: numbers}
	return m, r.replaced(ctx, nil)
}

// thinned finds steps that leave at most so many elements, and how many those are.
func thinned(shape []int, most int) (steps, count []int) {
	steps, count = slices.Repeat([]int{1}, len(shape)), slices.Clone(shape)
	for {
		total, longest := 1, 0
		for d, n := range count {
			total *= n
			if n > count[longest] {
				longest = d
			}
		}
		if total <= most {
			return steps, count
		}
		steps[longest] *= 2
		count[longest] = (count[longest] + 1) / 2
	}
}

// advance moves an index on by steps, and returns its place in C order, which is beyond all
// at the end.
func advance(at, steps, shape []int) int {
	d := len(at) - 1
	for ; d >= 0; d-- {
		if at[d] += steps[d]; at[d] < shape[d] {
			break
		}
		at[d] = 0
	}
	if d < 0 {
		return math.MaxInt
	}
	place := 0
	for d, n := range shape {
		place = place*n + at[d]
	}
	return place
}
