package hdfarchive

import (
	"fmt"
	"strings"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// object is a dataset or a group that is to be written. Its data are the memory of
// the value it was made of.
type object struct {
	name     string
	set      *h5.Dataset // nil: a group
	attrs    []h5.Attr   // of the group
	children []*object
	scales   *h5.Scales // of the children, or of set in the group it is in; nil: none

	hollow bool                           // its data came before; see part
	part   *slabs                         // which wrote them, nil where they are few
	within func(write func() error) error // has the parts at hand; nil where there are none
	last   func() (h5.Attr, error)        // an attribute that is computed while the rest is written, or nil
}

// addAttrs gives the object attributes before those it has.
func (o *object) addAttrs(attrs []h5.Attr) {
	if o.set != nil {
		o.set.Attrs = append(attrs, o.set.Attrs...)
	} else {
		o.attrs = append(attrs, o.attrs...)
	}
}

// write makes the object a child of g. Where it fails, a part may be there, which goes with the
// commit.
func (o *object) write(g *h5.Group) error {
	if o.within != nil {
		return o.within(func() error { return o.writeInto(g) })
	}
	err := o.writeInto(g)
	if err != nil || o.last == nil {
		return err
	}
	attr, err := o.last()
	if err != nil {
		return err
	}
	return g.SetAttrs(o.name, []h5.Attr{attr})
}

func (o *object) writeInto(g *h5.Group) error {
	if o.set != nil {
		put := g.Put
		if o.part != nil {
			put = o.part.moveTo(g)
		}
		if err := put(o.name, o.set); err != nil || o.scales == nil {
			return err
		}
		return g.SetScales(o.scales)
	}
	own, err := g.NewGroup(o.name, &h5.GroupOptions{Attrs: o.attrs})
	if err != nil {
		return err
	}
	for _, c := range o.children {
		if err = c.writeInto(own); err != nil {
			break
		}
	}
	if err == nil && o.scales != nil {
		err = own.SetScales(o.scales)
	}
	if e := own.Close(); err == nil {
		err = e
	}
	return err
}

// encode lays a value out as formats of the package documentation say.
func encode(name string, v value.Value) (*object, error) {
	switch v := v.(type) {
	case *value.Array:
		return encodeArray(name, v)
	case *value.Table:
		return encodeTable(name, v)
	case *value.Struct:
		return encodeStruct(name, v)
	case *value.List:
		return encodeList(name, v)
	case *value.Map:
		return encodeMap(name, v)
	case value.Null:
		return &object{name: name, set: &h5.Dataset{Type: h5.IntType(1, true), Null: true}}, nil
	}
	return nil, fmt.Errorf("a value of type %T has no form in HDF5", v)
}

// maxRank is how many dimensions HDF5 has.
const maxRank = 32

func encodeArray(name string, a *value.Array) (*object, error) {
	if s, ok := a.Data.([]string); ok {
		return encodeStrings(name, a, s)
	}
	n := node{}
	if a.Elem == value.Time || a.Elem == value.Duration {
		n.Elem = a.Elem.String()
	}
	o, err := dataset(name, a, n, &h5.Dataset{Type: elemType(a.Elem), Data: view(a.Data)})
	if err == nil {
		o.hollow = a.Data == nil
	}
	return o, err
}

// dataset completes d, which has type and data of a.
func dataset(name string, a *value.Array, n node, d *h5.Dataset) (*object, error) {
	d.Shape = a.Shape
	if len(a.Shape) > maxRank {
		n.Shape, d.Shape = a.Shape, []int{a.Len()}
	}
	attrs, tooLong, err := n.attrs(a.Meta)
	if err != nil {
		return nil, err
	}
	if tooLong != "" {
		return nil, fmt.Errorf("the descriptions of %q are longer than HDF5 can hold", name)
	}
	d.Attrs = attrs
	return &object{name: name, set: d}, nil
}

func encodeStrings(name string, a *value.Array, s []string) (*object, error) {
	size, fits := 0, true
	for _, x := range s {
		size += len(x) + 1
		fits = fits && clean(x)
	}
	if fits {
		text := make([]byte, 0, size)
		for _, x := range s {
			text = append(text, x...)
			text = append(text, 0)
		}
		return dataset(name, a, node{}, &h5.Dataset{Type: h5.TextType(), Data: text})
	}
	if len(a.Shape) == 0 {
		return dataset(name, a, node{}, &h5.Dataset{Type: h5.OpaqueType(len(s[0])), Data: []byte(s[0])})
	}
	// HDF5 has no bytes of varying length without a heap that nothing protects.
	ends := &value.Array{Elem: value.Int64, Shape: a.Shape}
	all := &value.Array{Elem: value.Uint8, Shape: []int{size - len(s)}}
	end, text := make([]int64, len(s)), make([]byte, 0, size)
	for i, x := range s {
		text = append(text, x...)
		end[i] = int64(len(text))
	}
	ends.Data, all.Data = end, text
	return encodeGroup(name, a.Meta, node{Kind: kindStrings}, []string{"bytes", "ends"}, []value.Value{all, ends})
}

// encodeGroup makes a group of named children.
func encodeGroup(name string, m value.Meta, n node, names []string, items []value.Value) (*object, error) {
	attrs, tooLong, err := n.attrs(m)
	if err != nil {
		return nil, err
	}
	o := &object{name: name, attrs: attrs}
	if tooLong != "" {
		o.children = append(o.children, &object{name: treeName,
			set: &h5.Dataset{Type: h5.IntType(1, false), Shape: []int{len(tooLong)}, Data: []byte(tooLong)}})
	}
	for i, item := range items {
		c, err := encode(names[i], item)
		if err != nil {
			return nil, err
		}
		o.children = append(o.children, c)
	}
	o.scales = memberScales(o.children, items, n.Kind == kindStruct || n.Kind == kindTable)
	return o, nil
}

// numbers are names for n children that sort as numbers do.
func numbers(n int) []string {
	names := make([]string, n)
	width := len(fmt.Sprint(max(n-1, 0)))
	for i := range names {
		names[i] = fmt.Sprintf("%0*d", width, i)
	}
	return names
}

// childNames returns escaped names, or numbers where one of them is too long.
func childNames(names []string) (children []string, numbered bool) {
	children = make([]string, len(names))
	for i, name := range names {
		children[i] = escape(name)
		if len(children[i]) > maxName {
			return numbers(len(names)), true
		}
	}
	return children, false
}

func encodeList(name string, l *value.List) (*object, error) {
	return encodeGroup(name, l.Meta, node{Kind: kindList, N: len(l.Items)}, numbers(len(l.Items)), l.Items)
}

// keysName is the child that holds the keys of a map that are not names. No
// escaped name is like it.
const keysName = "%keys"

func encodeMap(name string, m *value.Map) (*object, error) {
	plain := m.Keys.Units == "" && m.Keys.LongName == "" && len(m.Keys.Axes) == 0
	if keys, ok := m.Keys.Data.([]string); ok && plain {
		if names, numbered := childNames(keys); !numbered {
			return encodeGroup(name, m.Meta, node{Kind: kindMap}, names, m.Items)
		}
	}
	names := append([]string{keysName}, numbers(len(m.Items))...)
	items := append([]value.Value{m.Keys}, m.Items...)
	return encodeGroup(name, m.Meta, node{Kind: kindMap, Numbered: true, N: len(m.Items)}, names, items)
}

func encodeStruct(name string, s *value.Struct) (*object, error) {
	var cols []value.Column
	for _, f := range s.Fields {
		a, ok := f.Value.(*value.Array)
		if !ok || len(a.Shape) > 0 {
			cols = nil
			break
		}
		cols = append(cols, value.Column{Name: f.Name, Array: a})
	}
	if o, err := encodeCompound(name, s.Meta, kindStruct, nil, 1, cols); o != nil || err != nil {
		return o, err
	}
	names, items := make([]string, len(s.Fields)), make([]value.Value, len(s.Fields))
	for i, f := range s.Fields {
		names[i], items[i] = f.Name, f.Value
	}
	children, numbered := childNames(names)
	return encodeGroup(name, s.Meta, node{Kind: kindStruct, Fields: names, Numbered: numbered}, children, items)
}

func encodeTable(name string, t *value.Table) (*object, error) {
	if o, err := encodeCompound(name, t.Meta, kindTable, []int{t.N}, t.N, t.Columns); o != nil || err != nil {
		return o, err
	}
	names, items := make([]string, len(t.Columns)), make([]value.Value, len(t.Columns))
	for i, c := range t.Columns {
		names[i], items[i] = c.Name, c.Array
	}
	children, numbered := childNames(names)
	return encodeGroup(name, t.Meta, node{Kind: kindTable, N: t.N, Fields: names, Numbered: numbered}, children, items)
}

// maxCompound is up to where the type of a compound fits into an object's header,
// by a generous estimate of 100 bytes a member beside its name.
const maxCompound = maxAttr

// encodeCompound lays columns of rows elements out as the members of a compound,
// row after row. It returns nil where a member has no fixed size.
func encodeCompound(name string, m value.Meta, kind string, shape []int, rows int, cols []value.Column) (*object, error) {
	if len(cols) == 0 {
		return nil, nil
	}
	n := node{Kind: kind}
	names, types := make([]string, len(cols)), make([]h5.Type, len(cols))
	header, described := 0, false
	for i, c := range cols {
		names[i], types[i] = escape(c.Name), elemType(c.Elem)
		inner := c.Shape[min(len(shape), len(c.Shape)):]
		if c.Elem == value.String || len(inner) > maxRank {
			return nil, nil
		}
		if len(inner) > 0 {
			types[i] = h5.ArrayType(inner, types[i])
		}
		if types[i].Size == 0 {
			return nil, nil
		}
		header += len(names[i]) + 100
		d := member(c.Array)
		n.Members = append(n.Members, d)
		described = described || d.Elem+d.Units+d.LongName+strings.Join(d.Axes, "") != "" || len(d.Axes) > 0
	}
	if header > maxCompound {
		return nil, nil
	}
	if !described {
		n.Members = nil
	}
	attrs, tooLong, err := n.attrs(m)
	if err != nil || tooLong != "" {
		return nil, err
	}
	t := h5.CompoundType(names, types)
	data := make([]byte, rows*t.Size)
	for i, c := range cols {
		from, size := view(c.Data), types[i].Size
		for r := range rows {
			copy(data[r*t.Size+t.Members[i].Offset:], from[r*size:(r+1)*size])
		}
	}
	return &object{name: name, set: &h5.Dataset{Type: t, Shape: shape, Data: data, Attrs: attrs}}, nil
}
