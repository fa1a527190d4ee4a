package command

import (
	"context"
	"errors"
	"strings"
	"unicode/utf16"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/value"
)

// excerpt is what was read of a dataset: all of it up to wholeBytes, for its statistics,
// of larger ones the first and the last elements.
type excerpt struct {
	members []member
	tail    []member // of the end, where the middle was not read
	whole   bool
}

// read reads a dataset, or its ends where it is too large.
func (s *show) read(ctx context.Context, f inspect.File, o *inspect.Object) (*excerpt, error) {
	if s.slice != "" {
		cuts, err := parseSlice(s.slice, o.Shape)
		if err != nil {
			return nil, err
		}
		v, err := readCuts(ctx, f, o, cuts)
		return &excerpt{members: membersOf(v), whole: true}, err
	}
	if o.Bytes <= wholeBytes {
		v, err := f.Read(ctx, o.Path, nil)
		if err == nil || !errors.Is(err, inspect.ErrLimit) {
			return &excerpt{members: membersOf(v), whole: true}, err
		}
	}
	if s.values {
		return nil, usagef("--values of %s; choose a part by --slice", size(o.Bytes))
	}
	head, err := f.Read(ctx, o.Path, end(o.Shape, s.head, false))
	if err != nil {
		return nil, err
	}
	tail, err := f.Read(ctx, o.Path, end(o.Shape, s.head, true))
	return &excerpt{members: membersOf(head), tail: membersOf(tail)}, err
}

// end is a block of the first or last n elements in C order, of one row at most.
func end(shape []int, n int, last bool) *inspect.Block {
	b := &inspect.Block{Start: make([]int, len(shape)), Count: make([]int, len(shape))}
	for d, size := range shape {
		b.Count[d] = min(1, size)
		if d == len(shape)-1 {
			b.Count[d] = min(n, size)
		}
		if last {
			b.Start[d] = size - b.Count[d]
		}
	}
	return b
}

// readCuts reads what a slice chooses, without the dimensions of which it has one index.
func readCuts(ctx context.Context, f inspect.File, o *inspect.Object, cuts []cut) (value.Value, error) {
	b := &inspect.Block{}
	for _, c := range cuts {
		b.Start, b.Count = append(b.Start, c.start), append(b.Count, c.count)
	}
	v, err := f.Read(ctx, o.Path, b)
	if a, ok := v.(*value.Array); ok && err == nil {
		var shape []int
		for i, n := range a.Shape {
			if i >= len(cuts) || !cuts[i].single {
				shape = append(shape, n)
			}
		}
		a.Shape = shape
	}
	return v, err
}

// sample is the first elements of a member and, where the middle was not read, the last.
func (x *excerpt) sample(i, n int) string {
	m := x.members[i]
	if x.whole || m.array == nil || i >= len(x.tail) || x.tail[i].array == nil {
		return m.sample(n)
	}
	first, last := head(m.array, n), head(x.tail[i].array, n)
	return strings.TrimSuffix(strings.TrimSuffix(first, "]"), " …") + " … " + strings.TrimPrefix(last, "[")
}

// hdf5Show shows one object of a file.
func (p *program) hdf5Show(ctx context.Context, f inspect.File, name, path string, s *show) error {
	o, err := f.Stat(ctx, path)
	if err != nil {
		return err
	}
	x := &excerpt{whole: true}
	if o.Kind == inspect.Dataset && o.Refused == "" && !o.Null {
		if x, err = s.read(ctx, f, o); err != nil {
			return err
		}
		if s.member != "" {
			if x.members, err = chooseAll(x.members, s.member); err != nil {
				return err
			}
			if !x.whole {
				if x.tail, err = chooseAll(x.tail, s.member); err != nil {
					return err
				}
			}
		}
	}
	var more int
	x.members, more = s.cutMembers(x.members)
	if p.json {
		return p.objectJSON(name, o, x, more, s)
	}
	p.printf("%s  %s\n", p.style(bold, quoteIfNeeded(name)), quoteIfNeeded(o.Path))
	p.hdf5Facts(o)
	if len(o.Attrs) > 0 {
		p.printf("\nattributes\n")
		t := &table{}
		t.column("name", false)
		t.column("type", false)
		t.column("value", false)
		for _, a := range o.Attrs {
			t.rows = append(t.rows, []string{quoteIfNeeded(a.Name), oneLine(a.Type) + shapeSuffix(a.Shape), attrText(a, s.head)})
		}
		t.write(p, "  ")
		if o.MoreAttrs > 0 {
			p.printf("  … %d more\n", o.MoreAttrs)
		}
	}
	if o.Kind == inspect.Group {
		p.printf("\nchildren\n")
		return p.hdf5List(ctx, f, name, path, s.limit)
	}
	if len(x.members) == 0 {
		return nil
	}
	p.printf("\nvalue\n")
	if text, ok := matlabText(o, x.members); ok {
		p.printf("  %s\n", oneLine(text))
		return nil
	}
	if x.whole {
		p.memberTable(x.members, s.head)
	} else {
		t := &table{}
		t.column("member", false)
		t.column("type", false)
		t.column("first and last elements", false)
		for i, m := range x.members {
			t.rows = append(t.rows, []string{oneLine(m.name()), m.array.Elem.String(), x.sample(i, s.head)})
		}
		t.write(p, "  ")
		p.printf("  %s: too large to be read at once; --slice chooses a part\n", size(o.Bytes))
	}
	if more > 0 {
		p.printf("  … %d more; --limit 0 shows all\n", more)
	}
	return nil
}

func (p *program) hdf5Facts(o *inspect.Object) {
	facts := &table{}
	facts.column("", false)
	facts.column("", false)
	fact := func(name, val string) {
		if val != "" {
			facts.rows = append(facts.rows, []string{name, oneLine(val)})
		}
	}
	fact("kind", string(o.Kind))
	fact("type", o.Type)
	if o.Kind == inspect.Dataset {
		fact("shape", extent(o))
		fact("size", size(o.Bytes)+", stored in "+size(o.Stored))
		fact("storage", storage(o))
	}
	facts.write(p, "  ")
}

func shapeSuffix(shape []int) string {
	if len(shape) == 0 {
		return ""
	}
	return shapeText(shape)
}

// attrText is the value of an attribute on one line.
func attrText(a inspect.Attr, n int) string {
	if a.Refused != "" {
		return "not read: " + oneLine(a.Refused)
	}
	var parts []string
	for _, m := range membersOf(a.Value) {
		s := m.sample(max(n, 8))
		if m.path != "" {
			s = m.path + " " + s
		}
		parts = append(parts, s)
		if len(parts) == 8 {
			parts = append(parts, "…")
			break
		}
	}
	return oneLine(strings.Join(parts, ", "))
}

// matlabText is the text of what MATLAB stores as an array of characters.
func matlabText(o *inspect.Object, members []member) (string, bool) {
	if len(members) != 1 || members[0].array == nil {
		return "", false
	}
	units, ok := members[0].array.Data.([]uint16)
	for _, a := range o.Attrs {
		if v, is := a.Value.(*value.Array); ok && is && a.Name == "MATLAB_class" && len(v.Shape) == 0 && element(v, 0).s == "char" {
			return string(utf16.Decode(units)), true
		}
	}
	return "", false
}

func (p *program) objectJSON(name string, o *inspect.Object, x *excerpt, more int, s *show) error {
	attrs := make([]object, len(o.Attrs))
	for i, a := range o.Attrs {
		attrs[i] = object{{"name", a.Name}, {"dtype", a.Type}, {"shape", append([]int{}, a.Shape...)}, {"value", treeJSON(a.Value)}, {"not_read", a.Refused}}
	}
	list := make([]object, len(x.members))
	for i, m := range x.members {
		if !x.whole {
			list[i] = object{{"path", m.path}, {"dtype", m.array.Elem.String()}, {"head", m.cells(s.head)}, {"tail", x.tail[i].cells(s.head)}}
			continue
		}
		if list[i] = memberJSON(m); s.values {
			list[i] = append(list[i], field{"values", m.cells(-1)})
		} else {
			list[i] = append(list[i], field{"head", m.cells(s.head)})
		}
	}
	out := append(object{{"file", name}, {"path", o.Path}, {"kind", string(o.Kind)}}, datasetJSON(o)...)
	return p.writeJSON(append(out, field{"attrs", attrs}, field{"more_attrs", o.MoreAttrs}, field{"members", list}, field{"more_members", more}))
}
