package foreign

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// decoder makes values of bytes as they lie in a file.
type decoder struct {
	f    *File
	heap *globalHeap
	left int64 // bytes of memory that may yet be taken
}

func (f *File) decoder() *decoder {
	return &decoder{f: f, heap: newGlobalHeap(f.raw, f.base), left: maxMemory}
}

func checkedValue(v value.Value) error {
	if err := value.Validate(v); err != nil {
		return fmt.Errorf("%w: %w", driver.ErrCorrupt, err)
	}
	return nil
}

func (d *decoder) charge(n int, each int64) error {
	if each > 0 && int64(n) > d.left/each {
		return fmt.Errorf("%w: it takes more than %d MiB of memory; read a part of it", inspect.ErrLimit, maxMemory>>20)
	}
	d.left -= int64(n) * each
	return nil
}

// cost is what an element of a type takes in memory, without what lies in heaps.
func cost(t *h5.ForeignType) int64 {
	const text = 48 // a string, and what the allocator adds
	switch t.Class {
	case h5.ForeignInt, h5.ForeignBits, h5.ForeignTime, h5.ForeignFloat:
		return int64(max(8, t.Size)) + int64(t.Size)
	case h5.ForeignCompound:
		sum := int64(t.Size)
		for i := range t.Members {
			sum += cost(&t.Members[i].Type)
		}
		return sum
	case h5.ForeignArray:
		return int64(t.Size) + int64(t.Size/max(1, t.Base.Size))*cost(t.Base)
	case h5.ForeignOpaque:
		return text + 3*int64(t.Size)
	}
	return text + 2*int64(t.Size)
}

// elements gives access to the bytes of elements of one type.
type elements struct {
	t  *h5.ForeignType
	n  int
	at func(i int) []byte
}

func elementsOf(t *h5.ForeignType, n int, raw []byte) elements {
	return elements{t, n, func(i int) []byte { return raw[i*t.Size : (i+1)*t.Size] }}
}

// value makes a value of a dataset or an attribute.
func (d *decoder) value(t *h5.ForeignType, shape []int, raw []byte) (value.Value, error) {
	size, ok := product(t.Size, shape)
	if !ok || size != int64(len(raw)) {
		return nil, damaged("it has %d bytes, not %v elements of %d", len(raw), shape, t.Size)
	}
	n := len(raw) / t.Size
	if err := d.charge(n, cost(t)); err != nil {
		return nil, err
	}
	e := elementsOf(t, n, raw)
	inner := e.inner()
	switch {
	case inner.Class == h5.ForeignCompound && complexPart(inner) == nil:
		return d.table(e, shape)
	case t.Class == h5.ForeignSequence:
		return d.lists(e, shape)
	}
	a, err := d.array(e)
	if err != nil {
		return nil, err
	}
	a.Shape = slices.Concat(shape, a.Shape[1:])
	return a, checkedValue(a)
}

// inner is the type of what an array type holds.
func (e elements) inner() *h5.ForeignType {
	t := e.t
	for t.Class == h5.ForeignArray {
		t = t.Base
	}
	return t
}

// flat takes array types apart: their elements, and the dimensions of one.
func (e elements) flat() (elements, []int, error) {
	var dims []int
	for e.t.Class == h5.ForeignArray {
		base, outer := e.t.Base, e
		each := 1
		for _, n := range e.t.Dims {
			if n <= 0 || n > e.t.Size || each > e.t.Size/n {
				return e, nil, damaged("an array type of %v", e.t.Dims)
			}
			each *= n
		}
		if base.Size <= 0 || each*base.Size != e.t.Size {
			return e, nil, damaged("an array type of %v elements of %d bytes that takes %d", e.t.Dims, base.Size, e.t.Size)
		}
		dims = append(dims, e.t.Dims...)
		e = elements{base, outer.n * each, func(i int) []byte {
			b := outer.at(i / each)
			return b[i%each*base.Size:][:base.Size]
		}}
	}
	return e, dims, nil
}

// array makes an array of elements; its first dimension is their number.
func (d *decoder) array(e elements) (*value.Array, error) {
	n := e.n
	e, dims, err := e.flat()
	if err != nil {
		return nil, err
	}
	a := &value.Array{Shape: append([]int{n}, dims...)}
	switch e.t.Class {
	case h5.ForeignInt, h5.ForeignBits, h5.ForeignTime:
		err = integers(a, e)
	case h5.ForeignFloat:
		err = floats(a, e)
	case h5.ForeignCompound:
		err = complexes(a, e)
	case h5.ForeignEnum:
		enums(a, e)
	default:
		err = d.texts(a, e)
	}
	return a, err
}

// texts makes strings of what is text, or is best shown as text.
func (d *decoder) texts(a *value.Array, e elements) error {
	s := make([]string, e.n)
	a.Elem, a.Data = value.String, s
	for i := range s {
		b := e.at(i)
		switch e.t.Class {
		case h5.ForeignString:
			s[i] = unpad(b, e.t.Pad)
		case h5.ForeignText:
			all, err := d.stored(b, 1)
			if err != nil {
				return err
			}
			if end := bytes.IndexByte(all, 0); end >= 0 {
				all = all[:end]
			}
			s[i] = string(all)
		case h5.ForeignOpaque:
			s[i] = "0x" + hex.EncodeToString(b)
		case h5.ForeignRef:
			s[i] = d.f.name(binary.LittleEndian.Uint64(b))
		case h5.ForeignRegion:
			s[i] = "a region"
		case h5.ForeignSequence:
			v, err := d.sequence(e.t.Base, b)
			if err != nil {
				return err
			}
			s[i] = brief(v)
		default:
			return fmt.Errorf("%w: a type of class %d", inspect.ErrRefused, e.t.Class)
		}
	}
	return nil
}

func unpad(b []byte, pad int) string {
	const untilNUL, blanks = 0, 2
	switch pad {
	case untilNUL:
		if end := bytes.IndexByte(b, 0); end >= 0 {
			b = b[:end]
		}
		return string(b)
	case blanks:
		return strings.TrimRight(string(b), " ")
	}
	return strings.TrimRight(string(b), "\x00")
}

// brief is a short text of a value that stands in a column of a table.
func brief(v value.Value) string {
	const most = 8
	a, ok := v.(*value.Array)
	if !ok {
		return value.Describe(v)
	}
	s := fmt.Sprint(a.Data)
	if f := strings.Fields(s); len(f) > most {
		return strings.Join(f[:most], " ") + " …]"
	}
	return s
}

// stored reads what a reference into a heap leads to: count elements of a size.
func (d *decoder) stored(b []byte, size int) ([]byte, error) {
	count, addr, index := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint64(b[4:]), binary.LittleEndian.Uint32(b[12:])
	if count == 0 || addr == 0 {
		return nil, nil
	}
	all, err := d.heap.object(addr, index)
	if err != nil {
		return nil, err
	}
	if uint64(count)*uint64(size) > uint64(len(all)) {
		return nil, damaged("a text or list of %d × %d bytes has %d in its heap", count, size, len(all))
	}
	return all[:int(count)*size], d.charge(int(count)*size, 1)
}

// sequence reads a list of variable length.
func (d *decoder) sequence(base *h5.ForeignType, b []byte) (value.Value, error) {
	raw, err := d.stored(b, base.Size)
	if err != nil {
		return nil, err
	}
	return d.value(base, []int{len(raw) / base.Size}, raw)
}

// lists makes a list of sequences, one where the shape is that of a scalar.
func (d *decoder) lists(e elements, shape []int) (value.Value, error) {
	if len(shape) == 0 {
		return d.sequence(e.t.Base, e.at(0))
	}
	l := &value.List{Items: make([]value.Value, e.n)}
	for i := range l.Items {
		v, err := d.sequence(e.t.Base, e.at(i))
		if err != nil {
			return nil, err
		}
		l.Items[i] = v
	}
	return l, nil
}

// table makes a table of compounds, whatever their shape, and a struct of one.
func (d *decoder) table(e elements, shape []int) (value.Value, error) {
	n := e.n
	e, dims, err := e.flat()
	if err != nil {
		return nil, err
	}
	t := &value.Table{N: n}
	if err := d.columns(t, "", e, dims); err != nil {
		return nil, err
	}
	if len(shape) > 0 {
		return t, checkedValue(t)
	}
	s := &value.Struct{}
	for _, c := range t.Columns {
		c.Array.Shape = c.Array.Shape[1:]
		s.Fields = append(s.Fields, value.Field{Name: c.Name, Value: c.Array})
	}
	return s, checkedValue(s)
}

// columns adds the members of compounds to a table, of which each row has elements in
// the shape of dims.
func (d *decoder) columns(t *value.Table, prefix string, e elements, dims []int) error {
	for i := range e.t.Members {
		m := &e.t.Members[i]
		if m.Offset < 0 || m.Type.Size <= 0 || m.Offset > e.t.Size-m.Type.Size {
			return damaged("member %q of a type lies outside it", m.Name)
		}
		own := elements{&m.Type, e.n, func(i int) []byte { return e.at(i)[m.Offset:][:m.Type.Size] }}
		if inner := own.inner(); inner.Class == h5.ForeignCompound && complexPart(inner) == nil {
			flat, more, err := own.flat()
			if err != nil {
				return err
			}
			if err := d.columns(t, prefix+m.Name+".", flat, slices.Concat(dims, more)); err != nil {
				return err
			}
			continue
		}
		a, err := d.array(own)
		if err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
		a.Shape = slices.Concat([]int{t.N}, dims, a.Shape[1:])
		t.Columns = append(t.Columns, value.Column{Name: prefix + m.Name, Array: a})
	}
	return nil
}
