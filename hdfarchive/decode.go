package hdfarchive

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// decoder reads one value. In an archive no object has two names and no data are
// stored twice, so a value has at most as many objects and bytes as the file has
// room for; a file with loops, or with one block under a thousand names, ends there.
type decoder struct {
	objects int64
	bytes   int64
	most    int64 // bytes of an array that gets its Data; wholeValue: all do
}

// How much is wanted of a value, where that is no number of bytes.
const (
	withoutValue int64 = -1 // nothing
	wholeValue   int64 = 0
)

// minObject is less than what any object takes in a file.
const minObject = 32

func newDecoder(f *h5.File) (*decoder, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return &decoder{objects: size/minObject + 1, bytes: size}, nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", driver.ErrCorrupt, fmt.Sprintf(format, args...))
}

// child reads the value of a child of g.
func (d *decoder) child(g *h5.Group, name string, depth int) (value.Value, error) {
	i, err := g.Fetch(name, valueAttrs...)
	if err != nil {
		return nil, err
	}
	return d.value(g, name, i, depth)
}

// value reads the value of the child that i describes.
func (d *decoder) value(g *h5.Group, name string, i *h5.Info, depth int) (value.Value, error) {
	if d.objects--; d.objects < 0 || depth > value.MaxDepth {
		return nil, damaged("%q holds more objects than the file has room for", name)
	}
	switch i.Kind {
	case h5.GroupObject:
		return d.group(g, name, i, depth)
	case h5.DataObject:
		return d.dataset(g, name, i)
	}
	return nil, damaged("%q is neither a group nor a dataset", name)
}

func (d *decoder) dataset(g *h5.Group, name string, i *h5.Info) (value.Value, error) {
	if i.Null {
		return value.Null{}, nil
	}
	n, m, err := readNode(i, "")
	if err != nil {
		return nil, err
	}
	count, size, err := i.Elements()
	if err != nil {
		return nil, damaged("%q: %v", name, err)
	}
	if i.Filters > 0 {
		size = min(size, i.Stored) // which Elements held against each other
	}
	if d.bytes -= size; d.bytes < 0 {
		return nil, damaged("%q holds more data than the file has room for", name)
	}
	if n.Kind == kindStruct || n.Kind == kindTable {
		return d.compound(g, name, i, n, m, count, size)
	}
	a := &value.Array{Meta: m, Shape: i.Shape}
	if len(n.Shape) > 0 {
		a.Shape = n.Shape
	}
	if i.Type.Class == h5.Opaque && len(i.Shape) == 0 {
		text := make([]byte, i.Type.Size)
		if err := g.Read(name, i, i.Type, text); err != nil {
			return nil, err
		}
		a.Elem, a.Data = value.String, []string{string(text)}
		return a, valid(a)
	}
	e, ok := typeElem(i.Type)
	if !ok {
		return nil, damaged("%q has elements of a type that archives do not use", name)
	}
	if a.Elem, err = n.elem(e); err != nil {
		return nil, err
	}
	if a.Elem == value.String {
		text, err := g.ReadText(name, i)
		if err != nil {
			return nil, err
		}
		a.Data = split(text, count)
		return a, valid(a)
	}
	if d.leaves(a, len(n.Shape) > 0) {
		return a, nil
	}
	a.Data = a.Elem.Make(count)
	if err := elements(g, name, i, elemType(a.Elem), nil, view(a.Data)); err != nil {
		return nil, err
	}
	trueOrFalse(a)
	return a, valid(a)
}

// leaves tells whether the Data of an array are left to Slice, which does not know shapes
// beyond those of HDF5.
func (d *decoder) leaves(a *value.Array, reshaped bool) bool {
	return d.most != wholeValue && !reshaped && len(a.Shape) > 0 && int64(a.Len())*int64(a.Elem.Size()) > d.most
}

func valid(v value.Value) error {
	if err := value.Validate(v); err != nil {
		return fmt.Errorf("%w: %w", driver.ErrCorrupt, err)
	}
	return nil
}

// split takes n texts apart, each of which ends with a NUL. They share one string.
func split(text []byte, n int) []string {
	s := make([]string, n)
	all := string(text)
	for i := range s {
		s[i], all, _ = strings.Cut(all, "\x00")
	}
	return s
}

// compound reads a Struct of scalars or a Table.
func (d *decoder) compound(g *h5.Group, name string, i *h5.Info, n node, m value.Meta, rows int, size int64) (value.Value, error) {
	t := i.Type
	rank := 0
	if n.Kind == kindTable {
		rank = 1
	}
	if t.Class != h5.Compound || len(i.Shape) != rank || len(n.Members) > 0 && len(n.Members) != len(t.Members) {
		return nil, damaged("%q is no %s", name, n.Kind)
	}
	cols := make([]value.Column, len(t.Members))
	for k, mem := range t.Members {
		a, err := column(t, k, i.Shape, n.Members)
		field, ok := unescape(mem.Name)
		if err != nil || !ok {
			return nil, damaged("member %q of %q: %v", mem.Name, name, err)
		}
		cols[k] = value.Column{Name: field, Array: a}
	}
	if d.bytes -= size; d.bytes < 0 { // the columns, beside the rows
		return nil, damaged("%q holds more data than the file has room for", name)
	}
	data := make([]byte, rows*t.Size)
	if err := elements(g, name, i, t, nil, data); err != nil {
		return nil, err
	}
	for k, c := range cols {
		c.Data = c.Elem.Make(c.Len())
		to, off := view(c.Data), t.Members[k].Offset
		size := len(to) / max(rows, 1)
		for r := range rows {
			copy(to[r*size:(r+1)*size], data[r*t.Size+off:])
		}
		trueOrFalse(c.Array)
	}
	if n.Kind == kindTable {
		v := &value.Table{Meta: m, N: rows, Columns: cols}
		return v, valid(v)
	}
	v := &value.Struct{Meta: m}
	for _, c := range cols {
		v.Fields = append(v.Fields, value.Field{Name: c.Name, Value: c.Array})
	}
	return v, valid(v)
}

// column describes the array that member k of t is in all rows, without its data; described are
// those members that need it.
func column(t h5.Type, k int, outer []int, described []node) (*value.Array, error) {
	a, err := plainColumn(t.Members[k], outer, t.Size)
	if err == nil && len(described) > 0 {
		a.Meta = described[k].meta(a.Meta)
		a.Elem, err = described[k].elem(a.Elem)
	}
	return a, err
}

// plainColumn is column by the type alone, of rows of so many bytes.
func plainColumn(m h5.Member, outer []int, size int) (*value.Array, error) {
	base, shape := m.Type, slices.Clone(outer)
	if base.Class == h5.ArrayOf {
		shape = append(shape, base.Dims...)
		base = *base.Base
	}
	e, ok := typeElem(base)
	if !ok || e == value.String {
		return nil, damaged("its type is one that archives do not use")
	}
	a := &value.Array{Elem: e, Shape: shape}
	inner := e.Size()
	for _, n := range shape[len(outer):] {
		if n <= 0 || inner > size {
			return nil, damaged("its dimensions")
		}
		inner *= n
	}
	if inner != m.Type.Size || m.Offset < 0 || m.Offset > size-inner {
		return nil, damaged("its place")
	}
	return a, nil
}

// group reads what is made of children.
func (d *decoder) group(g *h5.Group, name string, i *h5.Info, depth int) (value.Value, error) {
	own, err := g.Group(name)
	if err != nil {
		return nil, err
	}
	v, err := d.children(own, name, i, depth+1)
	if e := own.Close(); err == nil {
		err = e
	}
	if err == nil && d.most == wholeValue { // else there may be parts without Data
		err = valid(v)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// node reads what the children of group g are.
func (d *decoder) node(g *h5.Group, name string, i *h5.Info, depth int) (n node, m value.Meta, err error) {
	tree := ""
	if has, err := g.Has(treeName); err != nil {
		return n, m, err
	} else if has {
		v, err := d.child(g, treeName, depth)
		if err != nil {
			return n, m, err
		}
		if a, ok := v.(*value.Array); ok && a.Elem == value.Uint8 {
			tree = string(a.Data.([]uint8))
		}
	}
	if n, m, err = readNode(i, tree); err != nil {
		return n, m, err
	}
	links, _, err := g.Info()
	if err != nil {
		return n, m, err
	}
	if n.N < 0 || n.Kind == kindList && n.N > links || n.Numbered && n.Kind == kindMap && n.N > links {
		return n, m, damaged("%q has %d children, not %d", name, links, n.N)
	}
	return n, m, nil
}

func (d *decoder) children(g *h5.Group, name string, i *h5.Info, depth int) (value.Value, error) {
	most := d.most
	defer func() { d.most = most }()
	d.most = wholeValue // only fields of structs go without Data
	n, m, err := d.node(g, name, i, depth)
	if err != nil {
		return nil, err
	}
	switch n.Kind {
	case kindStruct:
		d.most = most
		v := &value.Struct{Meta: m}
		err := d.named(g, &n, depth, func(field string, x value.Value) error {
			v.Fields = append(v.Fields, value.Field{Name: field, Value: x})
			return nil
		})
		return v, err
	case kindTable:
		v := &value.Table{Meta: m, N: n.N}
		err := d.named(g, &n, depth, func(field string, x value.Value) error {
			a, ok := x.(*value.Array)
			if !ok {
				return damaged("column %q of %q is no array", field, name)
			}
			v.Columns = append(v.Columns, value.Column{Name: field, Array: a})
			return nil
		})
		return v, err
	case kindList:
		items, err := d.numbered(g, n.N, depth)
		return &value.List{Meta: m, Items: items}, err
	case kindMap:
		return d.mapping(g, name, &n, m, depth)
	case kindStrings:
		return d.strings(g, name, m, depth)
	}
	return nil, damaged("%q is a group that no value of an archive is made of", name)
}

// named reads the children that hold the fields of n, in their order.
func (d *decoder) named(g *h5.Group, n *node, depth int, add func(string, value.Value) error) error {
	children := numbers(len(n.Fields))
	if !n.Numbered {
		children, _ = childNames(n.Fields)
	}
	for i, c := range children {
		v, err := d.child(g, c, depth)
		if err == nil {
			err = add(n.Fields[i], v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) numbered(g *h5.Group, n, depth int) ([]value.Value, error) {
	var items []value.Value
	for _, c := range numbers(n) {
		v, err := d.child(g, c, depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

func (d *decoder) mapping(g *h5.Group, name string, n *node, m value.Meta, depth int) (value.Value, error) {
	v := &value.Map{Meta: m}
	var err error
	if v.Keys, err = d.keys(g, name, n, depth); err != nil {
		return nil, err
	}
	if n.Numbered {
		v.Items, err = d.numbered(g, n.N, depth)
		return v, err
	}
	for _, key := range v.Keys.Data.([]string) {
		item, err := d.child(g, escape(key), depth)
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
	}
	return v, nil
}

// keys reads the keys of a map.
func (d *decoder) keys(g *h5.Group, name string, n *node, depth int) (*value.Array, error) {
	if n.Numbered {
		keys, err := d.child(g, keysName, depth)
		if err != nil {
			return nil, err
		}
		a, ok := keys.(*value.Array)
		if !ok || len(a.Shape) != 1 || a.Len() != n.N {
			return nil, damaged("the keys of %q are no array of %d", name, n.N)
		}
		return a, nil
	}
	links, err := g.Links()
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, len(links))
	for _, l := range links {
		key, ok := unescape(l.Name)
		if !ok {
			return nil, damaged("%q has a child %q that is no escaped name", name, l.Name)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return &value.Array{Elem: value.String, Shape: []int{len(keys)}, Data: keys}, nil
}

// strings reads an array of strings that are not all UTF-8.
func (d *decoder) strings(g *h5.Group, name string, m value.Meta, depth int) (value.Value, error) {
	text, err := d.child(g, "bytes", depth)
	if err != nil {
		return nil, err
	}
	ends, err := d.child(g, "ends", depth)
	if err != nil {
		return nil, err
	}
	t, ok1 := text.(*value.Array)
	e, ok2 := ends.(*value.Array)
	if !ok1 || !ok2 || t.Elem != value.Uint8 || e.Elem != value.Int64 {
		return nil, damaged("%q holds no strings", name)
	}
	all, end := t.Data.([]uint8), e.Data.([]int64)
	s, from := make([]string, len(end)), int64(0)
	for i, to := range end {
		if to < from || to > int64(len(all)) {
			return nil, damaged("string %d of %q ends before it begins", i, name)
		}
		s[i] = string(bytes.Clone(all[from:to]))
		from = to
	}
	return &value.Array{Meta: m, Elem: value.String, Shape: e.Shape, Data: s}, nil
}
