package value

import (
	"bytes"
	"slices"
)

// Equal reports whether a and b are the same tree bit for bit: element types,
// shapes, names, order and data, where a NaN equals a NaN of the same payload
// and 0.0 differs from -0.0. Meta, which describes and does not count, is not
// compared: Equal trees have equal canonical bytes, and the reverse.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case *Array:
		b, ok := b.(*Array)
		return ok && equalArrays(a, b)
	case *Table:
		b, ok := b.(*Table)
		return ok && a.N == b.N && slices.EqualFunc(a.Columns, b.Columns, func(a, b Column) bool {
			return a.Name == b.Name && equalArrays(a.Array, b.Array)
		})
	case *Struct:
		b, ok := b.(*Struct)
		return ok && slices.EqualFunc(a.Fields, b.Fields, func(a, b Field) bool {
			return a.Name == b.Name && Equal(a.Value, b.Value)
		})
	case *List:
		b, ok := b.(*List)
		return ok && slices.EqualFunc(a.Items, b.Items, Equal)
	case *Map:
		b, ok := b.(*Map)
		return ok && equalArrays(a.Keys, b.Keys) && slices.EqualFunc(a.Items, b.Items, Equal)
	case Null:
		return isNull(b)
	}
	return a == nil && b == nil
}

func equalArrays(a, b *Array) bool {
	if a.Elem != b.Elem || !slices.Equal(a.Shape, b.Shape) {
		return false
	}
	if s, ok := a.Data.([]string); ok {
		t, ok := b.Data.([]string)
		return ok && slices.Equal(s, t)
	}
	x, wx := memory(a.Data)
	y, wy := memory(b.Data)
	return wx == wy && bytes.Equal(x, y)
}

// Size returns the bytes of the data in v, as an archive would have to store
// them: numbers at their width, strings at their length, map keys included;
// names, shapes and overhead left out.
func Size(v Value) int64 {
	var n int64
	switch v := v.(type) {
	case *Array:
		if s, ok := v.Data.([]string); ok {
			for _, s := range s {
				n += int64(len(s))
			}
			return n
		}
		b, _ := memory(v.Data)
		return int64(len(b))
	case *Table:
		for _, c := range v.Columns {
			n += Size(c.Array)
		}
	case *Struct:
		for _, f := range v.Fields {
			n += Size(f.Value)
		}
	case *List:
		for _, item := range v.Items {
			n += Size(item)
		}
	case *Map:
		n = Size(v.Keys)
		for _, item := range v.Items {
			n += Size(item)
		}
	}
	return n
}
