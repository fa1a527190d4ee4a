package value

import (
	"reflect"
	"slices"
)

// Clone returns a copy of a well-formed tree that shares nothing with it.
func Clone(v Value) Value {
	switch v := v.(type) {
	case *Array:
		return v.clone()
	case *Table:
		c := &Table{Meta: v.Meta.clone(), N: v.N, Columns: slices.Clone(v.Columns)}
		for i := range c.Columns {
			c.Columns[i].Array = c.Columns[i].Array.clone()
		}
		return c
	case *Struct:
		c := &Struct{Meta: v.Meta.clone(), Fields: slices.Clone(v.Fields)}
		for i := range c.Fields {
			c.Fields[i].Value = Clone(c.Fields[i].Value)
		}
		return c
	case *List:
		return &List{Meta: v.Meta.clone(), Items: cloneItems(v.Items)}
	case *Map:
		return &Map{Meta: v.Meta.clone(), Keys: v.Keys.clone(), Items: cloneItems(v.Items)}
	}
	return v
}

func cloneItems(items []Value) []Value {
	c := slices.Clone(items)
	for i := range c {
		c[i] = Clone(c[i])
	}
	return c
}

func (a *Array) clone() *Array {
	c := &Array{Meta: a.Meta.clone(), Elem: a.Elem, Shape: slices.Clone(a.Shape)}
	switch d := a.Data.(type) {
	case []float64:
		c.Data = slices.Clone(d)
	case []uint8:
		c.Data = slices.Clone(d)
	default:
		src := reflect.ValueOf(d)
		dst := reflect.MakeSlice(src.Type(), src.Len(), src.Len())
		reflect.Copy(dst, src)
		c.Data = dst.Interface()
	}
	return c
}

func (m Meta) clone() Meta {
	m.Axes = slices.Clone(m.Axes)
	return m
}
