package value

import (
	"bufio"
	"encoding/binary"
	"io"
)

// WriteCanonical writes the bytes that sums of v are made of, the same on every
// platform and in every release. Two trees have the same bytes if and only if
// they are Equal. All numbers are little-endian; a count is a uint64 and a name
// or string is a count and its bytes:
//
//	Array   'A', the Elem as one byte, count of dimensions, each dimension, the data
//	Table   'T', N, count of columns, each a name and an Array
//	Struct  'S', count of fields, each a name and a value
//	List    'L', count of items, each item
//	Map     'M', the keys as an Array, each item
//	Null    'N'
//
// It returns the first error of w.
func WriteCanonical(w io.Writer, v Value) error { return WriteCanonicalParts(w, v, nil) }

// WriteCanonicalParts is WriteCanonical of a tree whose large arrays are elsewhere:
// where it comes to an Array without Data it calls part, which writes the ElementBytes
// of the array to w itself, and whose error ends the work.
func WriteCanonicalParts(w io.Writer, v Value, part func(*Array) error) error {
	// The buffer only gathers counts and names; data goes past it.
	c := &canonical{Writer: bufio.NewWriterSize(w, 512), part: part}
	c.value(v)
	if c.err != nil {
		return c.err
	}
	return c.Flush()
}

// ElementBytes returns the elements of an Array's Data as WriteCanonical writes them,
// in the same memory where the machine is little-endian; nil for []string.
func ElementBytes(data any) []byte { return swapped(memory(data)) }

// canonical relies on bufio: it keeps the first error, and hands large data
// through without copying.
type canonical struct {
	*bufio.Writer
	part func(*Array) error
	err  error // of part
}

func (c *canonical) value(v Value) {
	switch v := v.(type) {
	case *Array:
		c.array(v)
	case *Table:
		c.WriteByte('T')
		c.count(v.N)
		c.count(len(v.Columns))
		for _, col := range v.Columns {
			c.text(col.Name)
			c.array(col.Array)
		}
	case *Struct:
		c.WriteByte('S')
		c.count(len(v.Fields))
		for _, f := range v.Fields {
			c.text(f.Name)
			c.value(f.Value)
		}
	case *List:
		c.WriteByte('L')
		c.count(len(v.Items))
		for _, item := range v.Items {
			c.value(item)
		}
	case *Map:
		c.WriteByte('M')
		c.array(v.Keys)
		for _, item := range v.Items {
			c.value(item)
		}
	case Null:
		c.WriteByte('N')
	}
}

func (c *canonical) array(a *Array) {
	c.WriteByte('A')
	c.WriteByte(byte(a.Elem))
	c.count(len(a.Shape))
	for _, d := range a.Shape {
		c.count(d)
	}
	if s, ok := a.Data.([]string); ok {
		for _, s := range s {
			c.text(s)
		}
		return
	}
	if a.Data != nil || c.part == nil {
		c.Write(ElementBytes(a.Data))
		return
	}
	if c.Flush() == nil && c.err == nil {
		c.err = c.part(a)
	}
}

func (c *canonical) count(n int) {
	c.Write(binary.LittleEndian.AppendUint64(c.AvailableBuffer(), uint64(n)))
}

func (c *canonical) text(s string) {
	c.count(len(s))
	c.WriteString(s)
}
