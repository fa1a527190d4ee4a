package hdfarchive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Slice reads what is selected of an entry's value, by hyperslab where that is
// elements of an array of numbers or rows of a table.
func (a *File) Slice(ctx context.Context, function string, key keymap.Key, sel *driver.Selection, dst any) (v value.Value, err error) {
	err = a.read(ctx, func(s *store) error {
		f, err := s.function(function)
		if err != nil {
			return readError(err)
		}
		if f == nil {
			return driver.ErrNotFound
		}
		if _, err := f.packed.get(key, false); err == nil {
			return errors.ErrUnsupported // rows are read whole
		}
		id := entryID(key)
		var i *h5.Info
		if !s.lent.Load() { // or another package may have changed the entry
			i = f.sliced.of(key)
		}
		known := i != nil
		if !known {
			i, err = statKey(f.entries, id, function, key, f.large(id))
		}
		if err == nil {
			v, err = readSlice(s.file, f.entries, id, i, sel, dst)
		}
		if err == nil && !known && !s.lent.Load() {
			f.sliced.keep(key, i)
		}
		return entryError(err)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (a *hdfdir) Slice(_ context.Context, function string, key keymap.Key, sel *driver.Selection, dst any) (v value.Value, err error) {
	err = a.use(func() error {
		id := entryID(key)
		return withFile(a.file(function, id), func(file *h5.File, root *h5.Group) error {
			i, err := statKey(root, valueName, function, key, func() (*h5.Group, error) { return openLarge(root, valueName) })
			if err != nil {
				return err
			}
			v, err = readSlice(file, root, valueName, i, sel, dst)
			return err
		})
	})
	switch {
	case errors.Is(err, driver.ErrFormat):
		return nil, entryError(fmt.Errorf("%w: %w", driver.ErrCorrupt, err))
	case err != nil:
		return nil, entryError(err)
	}
	return v, nil
}

// sliced remembers the descriptions of entries that were sliced, so that the next slice
// of one needs the library just once. A commit forgets them.
type sliced struct {
	mu    sync.Mutex          // readers share the store's lock
	infos map[string]*h5.Info // by canonical key
}

// maxSliced is how many entries are remembered; one more, and it begins anew.
const maxSliced = 64

// of returns the description of the entry of a key, nil where it is to be read.
func (x *sliced) of(key keymap.Key) *h5.Info {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := x.infos[key.Canonical]; i != nil {
		return clone(i)
	}
	return nil
}

func (x *sliced) keep(key keymap.Key, i *h5.Info) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.infos == nil || len(x.infos) == maxSliced {
		x.infos = make(map[string]*h5.Info)
	}
	x.infos[key.Canonical] = clone(i)
}

func (x *sliced) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.infos = nil
}

// clone is needed because a value may keep a shape, and its owner change it.
func clone(i *h5.Info) *h5.Info {
	c := *i
	c.Shape = slices.Clone(i.Shape)
	return &c
}

// sliceAttrs are the attributes of an entry that a part of its value needs.
var sliceAttrs = append([]string{attrKey}, valueAttrs...)

// statKey describes the entry of a key, without the texts that a part of its value
// needs no more than it needs the rest of the value.
func statKey(g *h5.Group, name, function string, key keymap.Key, large func() (*h5.Group, error)) (*h5.Info, error) {
	i, err := g.Stat(name, sliceAttrs...)
	if errors.Is(err, h5.ErrAbsent) {
		return nil, driver.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	own, plain := unescape(groupName(function))
	if a := i.Attr(attrKey); a != nil && plain && own == function {
		if have, ok := a.Text(); !ok || have != key.Canonical {
			return nil, driver.ErrNotFound
		}
		return i, nil
	}
	// A long key lies elsewhere, and two functions with long names may share a group.
	if i, err = g.Stat(name, entryAttrs...); err != nil {
		return nil, err
	}
	s, err := readStored(name, i, large)
	if err != nil {
		return nil, err
	}
	call, err := parseFields("call", s.call)
	if err != nil {
		return nil, err
	}
	if s.key != key.Canonical || scalar[string](call, "function") != function {
		return nil, driver.ErrNotFound
	}
	return i, nil
}

// readSlice reads what is selected of the value that lies in g under name.
func readSlice(f *h5.File, g *h5.Group, name string, i *h5.Info, sel *driver.Selection, dst any) (value.Value, error) {
	d, err := newDecoder(f)
	if err != nil {
		return nil, err
	}
	return d.slice(g, name, i, sel, dst, 0)
}

// slice reads what is selected of the child that i describes.
func (d *decoder) slice(g *h5.Group, name string, i *h5.Info, sel *driver.Selection, dst any, depth int) (value.Value, error) {
	if d.objects--; d.objects < 0 || depth > value.MaxDepth {
		return nil, damaged("%q holds more objects than the file has room for", name)
	}
	_, _, inner := sel.Next()
	switch {
	case i.Kind == h5.GroupObject && inner:
		return d.sliceGroup(g, name, i, sel, dst, depth)
	case i.Kind == h5.DataObject && !i.Null && (inner || sel.Elements() || dst != nil):
		if v, err := d.sliceData(g, name, i, sel, dst); v != nil || err != nil {
			return v, err
		}
	}
	v, err := d.value(g, name, i, depth)
	if err != nil {
		return nil, err
	}
	return sel.Cut(v, dst)
}

// sliceGroup goes down to the member that is selected of a group.
func (d *decoder) sliceGroup(g *h5.Group, name string, i *h5.Info, sel *driver.Selection, dst any, depth int) (value.Value, error) {
	own, err := g.Group(name)
	if err != nil {
		return nil, err
	}
	v, err := d.sliceChild(own, name, i, sel, dst, depth+1)
	if e := own.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (d *decoder) sliceChild(g *h5.Group, name string, i *h5.Info, sel *driver.Selection, dst any, depth int) (value.Value, error) {
	n, _, err := d.node(g, name, i, depth)
	if err != nil {
		return nil, err
	}
	child, err := d.childOf(g, name, &n, sel, depth)
	if err != nil {
		return nil, err
	}
	ci, err := g.Stat(child, valueAttrs...)
	if err != nil {
		return nil, err
	}
	_, rest, _ := sel.Next()
	return d.slice(g, child, ci, rest, dst, depth)
}

// childOf returns what the member that is selected of a group is called in it.
func (d *decoder) childOf(g *h5.Group, name string, n *node, sel *driver.Selection, depth int) (string, error) {
	member, _, _ := sel.Next()
	switch n.Kind {
	case kindStruct, kindTable:
		at := slices.Index(n.Fields, member)
		if at < 0 {
			return "", sel.Absent(n.Fields)
		}
		if n.Numbered {
			return numbers(len(n.Fields))[at], nil
		}
		children, _ := childNames(n.Fields)
		return children[at], nil
	case kindList:
		at, err := sel.Item(n.N)
		if err != nil {
			return "", err
		}
		return numbers(n.N)[at], nil
	case kindMap:
		keys, err := d.keys(g, name, n, depth)
		if err != nil {
			return "", err
		}
		names := make([]string, keys.Len())
		for i := range names {
			if names[i] = driver.KeyName(keys, i); names[i] != member {
				continue
			}
			if n.Numbered {
				return numbers(len(names))[i], nil
			}
			return escape(member), nil
		}
		return "", sel.Absent(names)
	case kindStrings:
		return "", sel.Absent(nil)
	}
	return "", damaged("%q is a group that no value of an archive is made of", name)
}

// sliceData reads what is selected of a dataset; nil where that takes the whole of it.
func (d *decoder) sliceData(g *h5.Group, name string, i *h5.Info, sel *driver.Selection, dst any) (value.Value, error) {
	n, m, err := readNode(i, "")
	if err != nil {
		return nil, err
	}
	t, row := i.Type, &value.Array{Meta: m, Shape: i.Shape}
	at := sel
	if n.Kind == kindTable && i.Filters == 0 && t.Class == h5.Compound && len(i.Shape) == 1 {
		member, rest, ok := sel.Next()
		k := slices.IndexFunc(t.Members, func(mem h5.Member) bool { return mem.Name == escape(member) })
		if _, _, more := rest.Next(); !ok || more || k < 0 || len(n.Members) > 0 && len(n.Members) != len(t.Members) {
			return nil, nil
		}
		if row, err = column(t, k, i.Shape, n.Members); err != nil {
			return nil, damaged("member %q of %q: %v", member, name, err)
		}
		// The member alone, by its name; it is read for whole rows.
		at, t = rest, h5.CompoundType([]string{t.Members[k].Name}, []h5.Type{t.Members[k].Type})
	} else if _, _, inner := sel.Next(); n.Kind != "" || len(n.Shape) > 0 || inner {
		return nil, nil
	} else if e, ok := typeElem(i.Type); !ok || e == value.String {
		return nil, nil
	} else if row.Elem, err = n.elem(e); err != nil {
		return nil, err
	} else {
		t = elemType(row.Elem)
	}
	return d.slab(g, name, i, t, row, at, dst)
}

// thinMost is how many bytes are read at most to take every so many-th element of them.
const thinMost = 64 << 20

// slab reads the selected elements of an array, each element or row of it as type t.
func (d *decoder) slab(g *h5.Group, name string, i *h5.Info, t h5.Type, a *value.Array, sel *driver.Selection, dst any) (value.Value, error) {
	b, err := sel.Of(a.Shape)
	if err != nil {
		return nil, err
	}
	data, err := sel.Room(a.Elem, b.Len(), dst)
	if err != nil {
		return nil, err
	}
	v := &value.Array{Meta: b.Meta(a.Meta), Elem: a.Elem, Shape: b.Shape(), Data: data}
	if b.Len() == 0 {
		return v, nil
	}
	// The box that is read: forwards, and of a table all elements of its rows.
	rank := len(i.Shape)
	start, step, count := slices.Clone(b.Start[:rank]), slices.Clone(b.Step[:rank]), slices.Clone(b.Count[:rank])
	box := slices.Clone(a.Shape)
	again := &driver.Slab{Start: slices.Clone(b.Start), Step: slices.Clone(b.Step), Count: b.Count}
	direct := rank == len(a.Shape)
	for k := range rank {
		box[k] = count[k]
		again.Start[k], again.Step[k] = 0, 1
		if step[k] < 0 {
			start[k] += step[k] * (count[k] - 1)
			again.Start[k], again.Step[k] = count[k]-1, -1
			step[k] = -step[k]
			direct = false
		}
	}
	if last := rank - 1; i.Chunked && i.Filters == 0 && step[last] > 1 {
		// Of chunks, HDF5 takes a microsecond for each element that stands alone.
		wide := (count[last]-1)*step[last] + 1
		if int64(b.Len()/count[last])*int64(wide)*int64(t.Size) <= thinMost {
			again.Start[last] *= step[last]
			again.Step[last] *= step[last]
			count[last], box[last], step[last] = wide, wide, 1
			direct = false
		}
	}
	switch {
	case rank == 0:
		err = g.Read(name, i, t, view(data)) // a scalar has nothing to select of
	case direct || i.Filters > 0:
		err = elements(g, name, i, t, b, view(data))
	default:
		all := &value.Array{Elem: a.Elem, Shape: box}
		size := int64(all.Len()) * int64(a.Elem.Size())
		if d.bytes -= size; d.bytes < 0 {
			return nil, damaged("%q holds more data than the file has room for", name)
		}
		all.Data = a.Elem.Make(all.Len())
		if err = elements(g, name, i, t, &driver.Slab{Start: start, Step: step, Count: count}, view(all.Data)); err == nil {
			again.Copy(data, all.Data, box)
		}
	}
	if err != nil {
		return nil, err
	}
	trueOrFalse(v)
	return v, valid(v)
}
