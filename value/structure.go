package value

import (
	"errors"
	"reflect"
	"unicode/utf8"
	"unsafe"

	"github.com/klepto-go/klepto/internal/tag"
)

// structure is the plan of a Go struct.
type structure struct {
	fields  []member
	deep    []member // those of fields that hold references
	omitted []member // tagged "-", or "ignore" and of no form as a value: zero in every copy
}

// member is one field of a Go struct; those of embedded structs are members of
// the outer one, as Go lets callers write them.
type member struct {
	name   string
	offset uintptr
	typ    reflect.Type
	node   node
	meta   *Meta
}

func compileStruct(t reflect.Type, path string, in scope) (node, error) {
	s := &structure{}
	seen := map[string]string{}
	for f := range t.Fields() {
		at := path + "." + f.Name
		g, err := tag.Of(f)
		if err != nil {
			return nil, unsupported(path, "%v", err)
		}
		switch {
		case g.Skip:
			s.omitted = append(s.omitted, member{offset: f.Offset, typ: f.Type})
			continue
		case f.Name == "_":
			continue // padding holds nothing
		}
		promote := f.Anonymous && g.Name == f.Name && f.Type.Kind() == reflect.Struct
		if !f.IsExported() && !promote {
			if g.Ignore { // an argument that is no part of the key need not be recorded
				s.omitted = append(s.omitted, member{offset: f.Offset, typ: f.Type})
				continue
			}
			return nil, unsupported(at, "the field is unexported and would be lost; export it or leave it out with `klepto:\"-\"`")
		}
		n, err := compile(f.Type, at, in)
		if err != nil && g.Ignore && errors.Is(err, ErrType) {
			s.omitted = append(s.omitted, member{offset: f.Offset, typ: f.Type})
			continue
		}
		if err != nil {
			return nil, err
		}
		added := []member{{g.Name, f.Offset, f.Type, n, metaOf(g)}}
		if inner, ok := n.(*structure); ok && promote {
			if added[0].meta != nil {
				return nil, unsupported(at, "units and the like belong on the fields of an embedded struct, or give it a name with `klepto:\"name=…\"`")
			}
			added = nil
			for _, m := range inner.fields {
				m.offset += f.Offset
				added = append(added, m)
			}
			for _, m := range inner.omitted {
				m.offset += f.Offset
				s.omitted = append(s.omitted, m)
			}
		}
		for _, m := range added {
			if m.name == "" || !utf8.ValidString(m.name) {
				return nil, unsupported(at, "%q cannot name a field", m.name)
			}
			if other, dup := seen[m.name]; dup {
				return nil, unsupported(at, "the name %q is already that of %s; rename one with `klepto:\"name=…\"`", m.name, other)
			}
			seen[m.name] = at
			if err := m.checkMeta(at); err != nil {
				return nil, err
			}
			s.fields = append(s.fields, m)
			if !m.node.flat() {
				s.deep = append(s.deep, m)
			}
		}
	}
	return s, nil
}

// metaOf returns what a tag says about the value, nil for nothing.
func metaOf(g tag.Tag) *Meta {
	if g.Units == "" && g.LongName == "" && g.Axes == nil {
		return nil
	}
	return &Meta{Units: g.Units, LongName: g.LongName, Axes: g.Axes}
}

func (m *member) checkMeta(path string) error {
	if m.meta == nil {
		return nil
	}
	if err := m.meta.validate(); err != nil {
		return unsupported(path, "%v", err)
	}
	if len(m.meta.Axes) == 0 {
		return nil
	}
	n := m.node
	if p, ok := n.(*pointer); ok {
		n = p.elem
	}
	if r, ok := n.(ranked); ok && r.rank() != len(m.meta.Axes) {
		return unsupported(path, "axes=%v names %d dimensions, the field has %d", m.meta.Axes, len(m.meta.Axes), r.rank())
	}
	return nil
}

func (s *structure) nilable() bool { return false }
func (s *structure) flat() bool    { return len(s.deep) == 0 && len(s.omitted) == 0 }

func (s *structure) encode(p unsafe.Pointer) (Value, error) {
	v := &Struct{Fields: make([]Field, len(s.fields))}
	for i := range s.fields {
		m := &s.fields[i]
		f, err := m.node.encode(unsafe.Add(p, m.offset))
		if err != nil {
			return nil, under("."+m.name, err)
		}
		v.Fields[i] = Field{m.name, describeWith(f, m.meta)}
	}
	return v, nil
}

// decode finds the fields by name, in any order, because an archive may list
// them in its own. All must be there and no others.
func (s *structure) decode(v Value, p unsafe.Pointer) error {
	src, ok := v.(*Struct)
	if !ok {
		return mismatch(v, "a struct")
	}
	for i := range s.fields {
		m := &s.fields[i]
		f := src.field(i, m.name)
		if f == nil {
			return under("."+m.name, mismatch(v, "this field, which is missing"))
		}
		if err := m.node.decode(f, unsafe.Add(p, m.offset)); err != nil {
			return under("."+m.name, err)
		}
	}
	if len(src.Fields) != len(s.fields) {
		return mismatch(v, "%d fields", len(s.fields))
	}
	return nil
}

// field returns the value of the named field, most likely the i-th.
func (s *Struct) field(i int, name string) Value {
	if i < len(s.Fields) && s.Fields[i].Name == name {
		return s.Fields[i].Value
	}
	for _, f := range s.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

func (s *structure) deepen(p unsafe.Pointer) {
	for i := range s.deep {
		s.deep[i].node.deepen(unsafe.Add(p, s.deep[i].offset))
	}
	for _, m := range s.omitted {
		reflect.NewAt(m.typ, unsafe.Add(p, m.offset)).Elem().SetZero()
	}
}
