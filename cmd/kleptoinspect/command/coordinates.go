package command

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// beside is the selection of a member of the same struct.
func (m member) beside(name string) string {
	return m.selection[:strings.LastIndexByte(m.selection, '/')+1] + driver.MemberName(name)
}

// coordinate returns the member that says where the elements of m lie along a dimension: the
// one beside it that has the name of the axis, numbers, one dimension and the same length.
// They are what HDF5 files of archives have as dimension scales.
func coordinate(members []member, m member, d int) (member, bool) {
	if len(m.array.Axes) != len(m.array.Shape) || m.array.Axes[d] == "" {
		return member{}, false
	}
	at := m.beside(m.array.Axes[d])
	i := slices.IndexFunc(members, func(c member) bool { return c.selection == at })
	if i < 0 || at == m.selection || !canPlace(members[i].array, m.array.Shape[d]) {
		return member{}, false
	}
	return members[i], true
}

// canPlace reports whether an array may be the coordinates of n elements.
func canPlace(a *value.Array, n int) bool {
	if a == nil || len(a.Shape) != 1 || a.Shape[0] != n {
		return false
	}
	switch a.Elem {
	case value.Bool, value.Complex64, value.Complex128, value.String, value.Time:
		return false
	}
	return true
}

// places reports whether the member is a coordinate of another one.
func places(members []member, m member) bool {
	return slices.ContainsFunc(members, func(other member) bool {
		if other.array == nil || len(other.array.Axes) != len(other.array.Shape) || other.selection == m.selection {
			return false
		}
		for d, name := range other.array.Axes {
			if other.beside(name) == m.selection && canPlace(m.array, other.array.Shape[d]) {
				return true
			}
		}
		return false
	})
}

// axes returns the dimensions of a part of a member: their names and, where there are any,
// the coordinates, cut as the part is.
func (r *reading) axes(ctx context.Context, whole, part member) ([]render.Axis, error) {
	s, err := driver.ParseSelection("[" + cmp.Or(part.slice, "...") + "]")
	if err != nil {
		return nil, err
	}
	b, err := s.Of(whole.array.Shape)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(b.Count))
	for d := range numbers {
		numbers[d] = strconv.Itoa(d)
	}
	kept := b.Meta(value.Meta{Axes: numbers}).Axes // those that are not a single index
	axes := make([]render.Axis, len(kept))
	for i, number := range kept {
		d, err := strconv.Atoi(number)
		if err != nil {
			return nil, err
		}
		if len(whole.array.Axes) == len(b.Count) {
			axes[i].Name = whole.array.Axes[d]
		}
		c, ok := coordinate(r.members, whole, d)
		if !ok || b.Count[d] == 0 {
			continue
		}
		if c, err = r.cut(ctx, c, span(b.Start[d], b.Step[d], b.Count[d])); err != nil {
			return nil, err
		}
		axes[i] = axisOf(axes[i].Name, c.array)
	}
	return axes, nil
}

// span selects elements start, start+step…, so many of them.
func span(start, step, count int) string {
	end := start + step*(count-1) // the last of them
	switch {
	case step > 0:
		return fmt.Sprintf("%d:%d:%d", start, end+1, step)
	case end == 0:
		return fmt.Sprintf("%d::%d", start, step) // -1 would be the last of all
	}
	return fmt.Sprintf("%d:%d:%d", start, end-1, step)
}

// axisOf is the axis of a dimension with its coordinates.
func axisOf(name string, a *value.Array) render.Axis {
	units := a.Units
	if a.Elem == value.Duration && units == "" {
		units = "s"
	}
	return render.NewAxis(cmp.Or(a.LongName, name), units, appendFloats(nil, a.Data, a.Elem))
}

// squeezed returns the dimensions that are drawn: those of length 1 are left out, as long
// as two are left.
func squeezed(shape []int) []int {
	var kept []int
	over := len(shape) - 2
	for d, n := range shape {
		if n == 1 && over > 0 {
			over--
			continue
		}
		kept = append(kept, d)
	}
	return kept
}

// alongside labels the columns or rows of a heatmap: by their coordinates, or where those
// go to and fro, or are not all numbers, by their indices.
func alongside(a render.Axis) (render.Label, []float64) {
	if a.Values == nil || ordered(a.Values) {
		return a.Label, a.Values
	}
	return render.Label{Name: "index of " + a.Name}, nil
}

// ordered reports whether all values are finite and each is larger than the one before, or
// each smaller.
func ordered(x []float64) bool {
	up, down := true, true
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
		up = up && (i == 0 || v > x[i-1])
		down = down && (i == 0 || v < x[i-1])
	}
	return up || down
}

// axesJSON are the axes of a drawing, with null for the values of those that have none.
func axesJSON(axes []render.Axis) []object {
	out := make([]object, len(axes))
	for i, a := range axes {
		var values any
		if a.Values != nil {
			values = floatsJSON(a.Values)
		}
		out[i] = object{{"name", a.Name}, {"units", a.Units}, {"values", values}}
	}
	return out
}
