package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/klepto-go/klepto/value"
)

// parted compares what two entries left out, slab by slab.
type parted struct {
	ctx        context.Context
	x, y       *reading
	rtol, atol float64
	found      []value.Difference
}

// compare compares the arrays that either value left out, and returns both values with
// null in their places. at is where they are.
func (d *parted) compare(at member, x, y value.Value) (restX, restY value.Value, err error) {
	if isLeftOut(x) || isLeftOut(y) {
		a, isA := x.(*value.Array)
		b, isB := y.(*value.Array)
		if isA && isB && a.Elem == b.Elem && slices.Equal(a.Shape, b.Shape) {
			err = d.arrays(at, a, b)
		} else {
			d.found = append(d.found, value.Difference{Path: at.path, Detail: value.Describe(x) + " against " + value.Describe(y)})
		}
		return value.Null{}, value.Null{}, err
	}
	a, isA := x.(*value.Struct)
	b, isB := y.(*value.Struct)
	if !isA || !isB {
		return without(x), without(y), nil
	}
	outA, outB := &value.Struct{}, &value.Struct{}
	for _, f := range b.Fields {
		outB.Fields = append(outB.Fields, value.Field{Name: f.Name, Value: without(f.Value)})
	}
	for _, f := range a.Fields {
		i := slices.IndexFunc(b.Fields, func(g value.Field) bool { return g.Name == f.Name })
		if i < 0 {
			outA.Fields = append(outA.Fields, value.Field{Name: f.Name, Value: without(f.Value)})
			continue
		}
		u, v, err := d.compare(at.field(f.Name), f.Value, b.Fields[i].Value)
		if err != nil {
			return nil, nil, err
		}
		outA.Fields = append(outA.Fields, value.Field{Name: f.Name, Value: u})
		outB.Fields[i].Value = v
	}
	return outA, outB, nil
}

func isLeftOut(v value.Value) bool {
	a, ok := v.(*value.Array)
	return ok && member{array: a}.leftOut()
}

// without returns a value with null in the place of arrays that were left out.
func without(v value.Value) value.Value {
	if isLeftOut(v) {
		return value.Null{}
	}
	s, ok := v.(*value.Struct)
	if !ok {
		return v
	}
	out := &value.Struct{}
	for _, f := range s.Fields {
		out.Fields = append(out.Fields, value.Field{Name: f.Name, Value: without(f.Value)})
	}
	return out
}

// arrays compares two arrays of one type and shape.
func (d *parted) arrays(at member, a, b *value.Array) error {
	all := value.Difference{Path: at.path}
	first, done := "", 0
	most := slabBytes / a.Elem.Size()
	var room [2]any
	for i, of := range []*value.Array{a, b} {
		if of.Data == nil {
			room[i] = of.Elem.Make(min(most, of.Len()))
		}
	}
	for spec, count := range slabs(a.Shape, most) {
		at.array = a
		x, err := d.x.slab(d.ctx, at, spec, done, count, room[0])
		if err != nil {
			return err
		}
		at.array = b
		y, err := d.y.slab(d.ctx, at, spec, done, count, room[1])
		if err != nil {
			return err
		}
		for _, some := range value.Diff(x, y, d.rtol, d.atol) {
			if all.Count == 0 {
				i := some.First[0]
				all.First = placeOf(done+i, a.Shape)
				first = fmt.Sprintf("%s against %s", element(x, i), element(y, i))
			}
			all.Count += some.Count
			all.MaxAbs, all.MaxRel = max(all.MaxAbs, some.MaxAbs), max(all.MaxRel, some.MaxRel)
		}
		done += count
	}
	for _, r := range []*reading{d.x, d.y} {
		if err := r.replaced(d.ctx, nil); err != nil {
			return err
		}
	}
	if all.Count > 0 {
		all.Detail = fmt.Sprintf("%d of %d elements, first at %v: %s", all.Count, a.Len(), all.First, first)
		if all.MaxAbs > 0 {
			all.Detail += fmt.Sprintf("; largest difference %.3g, relative %.3g", all.MaxAbs, all.MaxRel)
		}
		d.found = append(d.found, all)
	}
	return nil
}

// placeOf takes a place in C order apart.
func placeOf(i int, shape []int) []int {
	at := make([]int, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		at[d] = i % shape[d]
		i /= shape[d]
	}
	return at
}
