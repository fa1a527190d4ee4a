package value

import (
	"slices"
	"unsafe"
)

// table is a slice or Go array of structs whose fields all have a fixed size:
// it is stored by column, so that a million particles are four arrays and not
// a million objects.
type table struct {
	sequence
	columns []column
}

// column is where one field lies in each struct. A field of an inner struct
// is named "outer.inner".
type column struct {
	name   string
	offset uintptr
	*block
	meta *Meta
}

// columns returns what a slice of s is made of, or false where a field has no
// fixed size or none at all, so that every row of a Table has data.
func (s *structure) columns() ([]column, bool) {
	cols, ok := s.appendColumns(nil, "", 0)
	if !ok {
		return nil, false
	}
	names := map[string]bool{}
	for _, c := range cols {
		if names[c.name] || c.count == 0 || c.rank() == MaxRank {
			return nil, false // a field tagged "a.b" beside a.b, [0]int, or no dimension left
		}
		names[c.name] = true
	}
	return cols, len(cols) > 0
}

func (s *structure) appendColumns(cols []column, prefix string, offset uintptr) ([]column, bool) {
	for _, m := range s.fields {
		switch n := m.node.(type) {
		case *block:
			meta := m.meta
			if meta != nil && meta.Axes != nil {
				c := *meta
				c.Axes = append([]string{"row"}, c.Axes...)
				meta = &c
			}
			cols = append(cols, column{prefix + m.name, offset + m.offset, n, meta})
		case *structure:
			if m.meta != nil || len(n.fields) == 0 {
				return nil, false // a Table has no place for either
			}
			var ok bool
			if cols, ok = n.appendColumns(cols, prefix+m.name+".", offset+m.offset); !ok {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return cols, true
}

func (t *table) encode(p unsafe.Pointer) (Value, error) {
	base, n, isNil := t.span(p)
	if isNil {
		return Null{}, nil
	}
	v := &Table{N: n, Columns: make([]Column, len(t.columns))}
	for i, c := range t.columns {
		a := &Array{Elem: c.elem(), Shape: append([]int{n}, c.shape...)}
		a.Data = a.Elem.Make(n * c.count)
		if c.meta != nil {
			a.Meta = *c.meta
		}
		if n > 0 {
			if err := c.gather(a.Data, 0, unsafe.Add(base, c.offset), n, t.size, c.count); err != nil {
				return nil, under("[]."+c.name, err)
			}
		}
		v.Columns[i] = Column{c.name, a}
	}
	return v, nil
}

func (t *table) decode(v Value, p unsafe.Pointer) error {
	if _, ok := v.(Null); ok && t.slice() {
		return nil
	}
	src, ok := v.(*Table)
	if !ok || len(src.Columns) != len(t.columns) {
		return mismatch(v, "a table of %d columns", len(t.columns))
	}
	from := make([]*Array, len(t.columns))
	for i, c := range t.columns {
		a := src.column(i, c.name)
		if a == nil {
			return under("[]."+c.name, mismatch(v, "this column, which is missing"))
		}
		want := append([]int{src.N}, c.shape...)
		if a.Elem != c.elem() || !slices.Equal(a.Shape, want) {
			return under("[]."+c.name, mismatch(a, "%s", describeShape(c.elem().String(), want)))
		}
		from[i] = a
	}
	base, ok := t.grow(p, src.N)
	if !ok {
		return mismatch(v, "a table of %d rows", t.length)
	}
	if src.N == 0 {
		return nil
	}
	for i, c := range t.columns {
		if err := c.scatter(from[i].Data, 0, unsafe.Add(base, c.offset), src.N, t.size, c.count); err != nil {
			return under("[]."+c.name, err)
		}
	}
	return nil
}

// column returns the named column, most likely the i-th.
func (t *Table) column(i int, name string) *Array {
	if i < len(t.Columns) && t.Columns[i].Name == name {
		return t.Columns[i].Array
	}
	for _, c := range t.Columns {
		if c.Name == name {
			return c.Array
		}
	}
	return nil
}
