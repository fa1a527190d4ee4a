package driver

import (
	"fmt"
	"strconv"

	"github.com/klepto-go/klepto/value"
)

// Cut returns what is selected of a value that is in memory: a copy of elements, or
// a whole member as it is. Where dst is not nil it receives the elements, as Slicer
// says. An error is a *SelectionError.
func (s *Selection) Cut(v value.Value, dst any) (value.Value, error) {
	for {
		_, rest, ok := s.Next()
		if !ok {
			break
		}
		inner, err := s.member(v)
		if err != nil {
			return nil, err
		}
		v, s = inner, rest
	}
	if s.dims == nil && dst == nil {
		return v, nil
	}
	switch v := v.(type) {
	case *value.Array:
		return s.cutArray(v, dst)
	case *value.Table:
		if dst == nil {
			return s.cutTable(v)
		}
	}
	return nil, s.fail(s.end, "there is no array here, but %s", value.Describe(v))
}

// member finds the member of v that the path names first.
func (s *Selection) member(v value.Value) (value.Value, error) {
	name := s.path[0].name
	var names []string
	switch v := v.(type) {
	case *value.Struct:
		for _, f := range v.Fields {
			if f.Name == name {
				return f.Value, nil
			}
			names = append(names, f.Name)
		}
	case *value.Table:
		for _, c := range v.Columns {
			if c.Name == name {
				return c.Array, nil
			}
			names = append(names, c.Name)
		}
	case *value.Map:
		for i := range v.Items {
			key := KeyName(v.Keys, i)
			if key == name {
				return v.Items[i], nil
			}
			names = append(names, key)
		}
	case *value.List:
		i, err := s.Item(len(v.Items))
		if err != nil {
			return nil, err
		}
		return v.Items[i], nil
	}
	return nil, s.Absent(names)
}

// Item is the number of the item that the path names first, of a list of n.
func (s *Selection) Item(n int) (int, error) {
	i, err := strconv.Atoi(s.path[0].name)
	if err != nil || i < 0 || i >= n {
		return 0, s.fail(s.path[0].at, "there is no item %q in a list of %d; items are called 0, 1, 2, …", s.path[0].name, n)
	}
	return i, nil
}

// KeyName is what a selection calls item i of a map with these keys.
func KeyName(keys *value.Array, i int) string {
	at := func(data any) any {
		switch d := data.(type) {
		case []string:
			return d[i]
		case []bool:
			return d[i]
		case []int8:
			return d[i]
		case []int16:
			return d[i]
		case []int32:
			return d[i]
		case []int64:
			return d[i]
		case []uint8:
			return d[i]
		case []uint16:
			return d[i]
		case []uint32:
			return d[i]
		case []uint64:
			return d[i]
		case []float32:
			return d[i]
		case []float64:
			return d[i]
		}
		return i
	}
	return fmt.Sprint(at(keys.Data))
}

func (s *Selection) cutArray(a *value.Array, dst any) (*value.Array, error) {
	b, err := s.Of(a.Shape)
	if err != nil {
		return nil, err
	}
	data, err := s.Room(a.Elem, b.Len(), dst)
	if err != nil {
		return nil, err
	}
	b.Copy(data, a.Data, a.Shape)
	return &value.Array{Meta: b.Meta(a.Meta), Elem: a.Elem, Shape: b.Shape(), Data: data}, nil
}

// Room returns the slice that n selected elements go to: dst, or a new one where
// that is nil.
func (s *Selection) Room(e value.Elem, n int, dst any) (any, error) {
	if dst == nil {
		return e.Make(n), nil
	}
	as := &value.Array{Elem: e, Shape: []int{n}, Data: dst}
	if value.Validate(as) != nil {
		return nil, s.fail(s.end, "there are %d elements of %v here, for which a slice of type %T and that length is needed", n, e, e.Make(0))
	}
	return dst, nil
}

// cutTable selects rows. One row, by its number, is a Struct.
func (s *Selection) cutTable(t *value.Table) (value.Value, error) {
	b, err := s.Of([]int{t.N})
	if err != nil {
		return nil, err
	}
	var cols []value.Column
	for _, c := range t.Columns {
		a, err := s.cutArray(c.Array, nil)
		if err != nil {
			return nil, err
		}
		cols = append(cols, value.Column{Name: c.Name, Array: a})
	}
	if len(b.kept) > 0 {
		return &value.Table{Meta: t.Meta, N: b.Len(), Columns: cols}, nil
	}
	row := &value.Struct{Meta: t.Meta}
	for _, c := range cols {
		row.Fields = append(row.Fields, value.Field{Name: c.Name, Value: c.Array})
	}
	return row, nil
}

// Copy copies the selected elements of src, the data of an array of the shape, to
// dst, which has the same type and Len elements.
func (b *Slab) Copy(dst, src any, shape []int) {
	switch src := src.(type) {
	case []bool:
		copySlab(b, dst.([]bool), src, shape)
	case []int8:
		copySlab(b, dst.([]int8), src, shape)
	case []int16:
		copySlab(b, dst.([]int16), src, shape)
	case []int32:
		copySlab(b, dst.([]int32), src, shape)
	case []int64:
		copySlab(b, dst.([]int64), src, shape)
	case []uint8:
		copySlab(b, dst.([]uint8), src, shape)
	case []uint16:
		copySlab(b, dst.([]uint16), src, shape)
	case []uint32:
		copySlab(b, dst.([]uint32), src, shape)
	case []uint64:
		copySlab(b, dst.([]uint64), src, shape)
	case []float32:
		copySlab(b, dst.([]float32), src, shape)
	case []float64:
		copySlab(b, dst.([]float64), src, shape)
	case []complex64:
		copySlab(b, dst.([]complex64), src, shape)
	case []complex128:
		copySlab(b, dst.([]complex128), src, shape)
	case []string:
		copySlab(b, dst.([]string), src, shape)
	}
}

func copySlab[T any](b *Slab, dst, src []T, shape []int) {
	if len(shape) == 0 {
		copy(dst, src)
		return
	}
	if len(dst) == 0 {
		return
	}
	stride := make([]int, len(shape)) // elements from one to the next of a dimension
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		stride[i] = n
		n *= shape[i]
	}
	last := len(shape) - 1
	var fill func(i, at int)
	fill = func(i, at int) {
		at += b.Start[i] * stride[i]
		if i == last && b.Step[i] == 1 {
			dst = dst[copy(dst[:b.Count[i]], src[at:]):]
			return
		}
		for range b.Count[i] {
			if i == last {
				dst[0], dst = src[at], dst[1:]
			} else {
				fill(i+1, at)
			}
			at += b.Step[i] * stride[i]
		}
	}
	fill(0, 0)
}
