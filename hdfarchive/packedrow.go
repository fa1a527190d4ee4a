package hdfarchive

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// row is an entry laid out as a row, but for what depends on the table.
type row struct {
	e     *driver.Entry
	sig   []byte // the same in all rows of a form, but for the key
	cells []byte // arguments, value, created, seconds, sum
	key   int    // a guess how many bytes at the end of the key differ from call to call
}

// maxRow is how many bytes arguments and value of a row have at most.
const maxRow = 1024

// newRow returns nil where an entry has parts that rows do not hold: arrays with
// more than a few items or one dimension, texts as results, keys with names of
// their own.
func newRow(e *driver.Entry) *row {
	k := e.Key
	if k.Name != k.Digest.String() || k.Digest != keymap.Digest(xxh3.HashString128(k.Canonical)) {
		return nil
	}
	p := e.Provenance
	at, ok := created(p.Created)
	seconds := p.Elapsed.Seconds()
	if !ok || nanoseconds(seconds) != p.Elapsed || len(k.Canonical) > maxPrefix {
		return nil
	}
	r := &row{e: e, sig: make([]byte, 0, 256), cells: make([]byte, 0, 96)}
	for _, s := range [...]string{e.Call.Function, e.Call.Version, e.Call.Rounding, e.GoType, p.Host, p.Go, p.Build, p.VCS, e.Shape} {
		r.sig = appendPart(r.sig, s)
	}
	r.sig = binary.AppendVarint(r.sig, e.Bytes)
	columns := 0
	for _, arg := range e.Call.Args {
		r.sig = appendPart(r.sig, arg.Name)
		if !r.add(arg.Value, &columns, 0, true) {
			return nil
		}
	}
	args := columns
	r.sig = append(r.sig, '=')
	if e.Value != nil && (!r.add(e.Value, &columns, 0, false) || columns == args) {
		return nil
	}
	if columns > maxCells || len(r.cells) > maxRow || len(r.sig) > maxPrefix {
		return nil
	}
	r.cells = le.AppendUint64(r.cells, uint64(at))
	r.cells = le.AppendUint64(r.cells, math.Float64bits(seconds))
	r.cells = le.AppendUint64(r.cells, e.Sum)
	return r
}

// add lays out an argument or a value.
func (r *row) add(v value.Value, columns *int, depth int, arg bool) bool {
	switch v := v.(type) {
	case *value.Array:
		n := 0
		if len(v.Shape) > 0 {
			n = v.Shape[0]
		}
		most := maxItems
		if !arg {
			most = maxResults
		}
		if len(v.Shape) > 1 || len(v.Shape) == 1 && (n < 1 || n > most) {
			return false
		}
		r.sig = append(r.sig, 'a', byte(v.Elem), byte(n))
		r.meta(v.Meta)
		*columns += max(n, 1)
		if v.Elem != value.String {
			r.cells = appendLittle(r.cells, v)
			if arg {
				r.key += v.Elem.Size()*max(n, 1) + min(n, 1)
			}
			return true
		}
		s, ok := v.Data.([]string)
		if !ok || !arg || n > 0 || len(s[0]) > textWidth || !clean(s[0]) {
			return false
		}
		r.key += 1 + textWidth
		r.cells = append(r.cells, s[0]...)
		r.cells = append(r.cells, make([]byte, textWidth-len(s[0]))...)
		return true
	case *value.Struct:
		if depth == maxNested || len(v.Fields) == 0 || len(v.Fields) > maxCells {
			return false
		}
		r.sig = append(r.sig, 's', byte(len(v.Fields)))
		r.meta(v.Meta)
		for _, f := range v.Fields {
			r.sig = appendPart(r.sig, f.Name)
			if !r.add(f.Value, columns, depth+1, arg) {
				return false
			}
		}
		return true
	}
	return false
}

func (r *row) meta(m value.Meta) {
	r.sig = appendPart(r.sig, m.Units)
	r.sig = appendPart(r.sig, m.LongName)
	r.sig = append(r.sig, byte(min(len(m.Axes), 255)))
	for _, a := range m.Axes {
		r.sig = appendPart(r.sig, a)
	}
}

// append writes the row of a table with width bytes for keys, in form number n.
func (r *row) append(b []byte, f *form, n, width int) []byte {
	start := len(b)
	b = append(b, r.cells...)
	return f.seal(b, start, r.e.Key.Canonical[len(f.prefix):], n, width)
}

const (
	fixedSize = 8 + 8 + 8 // created, seconds and sum, before the key of a row
	tailSize  = 2 + 4     // form and check, after it
)

// seal completes the row that begins at start in b, and so far ends before its key.
func (f *form) seal(b []byte, start int, key string, n, width int) []byte {
	b = append(b, key...)
	for range width - len(key) {
		b = append(b, 0)
	}
	b = le.AppendUint16(b, uint16(n))
	return le.AppendUint32(b, f.check(b[start:]))
}

// check protects a row, without its last four bytes, and its form.
func (f *form) check(row []byte) uint32 { return uint32(xxh3.HashSeed(row, f.hash)) }

// parts are the places in a row of a table.
type parts struct {
	size  int // of a row
	width int // of the key in it
}

func (p parts) key(b []byte) []byte { return b[p.size-tailSize-p.width : p.size-tailSize] }

func (p parts) form(b []byte) int { return int(le.Uint16(b[p.size-tailSize:])) }

func (p parts) created(b []byte) int64 {
	return int64(le.Uint64(b[p.size-tailSize-p.width-fixedSize:]))
}

// whole tells whether a row is what was written.
func (p parts) whole(b []byte, f *form) bool {
	return f.check(b[:p.size-4]) == le.Uint32(b[p.size-4:])
}

// canonical appends the key of a row.
func (p parts) canonical(to, b []byte, f *form) []byte {
	to = append(to, f.prefix...)
	return append(to, p.key(b)[:f.Key]...)
}

// rowReader makes entries of rows.
type rowReader struct {
	parts
	values bool
	slab   slab
}

// entry returns the entry of a row; digest is that of its key.
func (p *rowReader) entry(b []byte, f *form, digest keymap.Digest) *driver.Entry {
	e := p.slab.entry()
	*e = f.common
	e.Key = p.slab.key(f.prefix, p.key(b)[:f.Key], digest)
	at := 0
	if len(f.args) > 0 {
		e.Call.Args = p.slab.fields(len(f.args))
		for i, arg := range f.args {
			e.Call.Args[i] = value.Field{Name: arg.Name, Value: p.value(b, &at, arg.Value)}
		}
	}
	if p.values && f.value != nil {
		e.Value = p.value(b, &at, f.value)
	}
	fixed := b[p.size-tailSize-p.width-fixedSize:]
	if ns := int64(le.Uint64(fixed)); ns != value.NaT {
		e.Provenance.Created = time.Unix(0, ns).UTC()
	}
	e.Provenance.Elapsed = nanoseconds(math.Float64frombits(le.Uint64(fixed[8:])))
	e.Sum = le.Uint64(fixed[16:])
	return e
}

// value makes the value that is like v and has its bits at *at in the row.
func (p *rowReader) value(b []byte, at *int, v value.Value) value.Value {
	switch v := v.(type) {
	case *value.Array:
		a := p.slab.array()
		a.Meta, a.Elem, a.Shape = cloneMeta(v.Meta), v.Elem, slices.Clone(v.Shape)
		if v.Elem == value.String {
			a.Data = []string{strings.TrimRight(string(b[*at:*at+textWidth]), "\x00")}
			*at += textWidth
			return a
		}
		n := a.Len()
		size := n * a.Elem.Size()
		a.Data = p.slab.data(a.Elem, n, b[*at:*at+size])
		*at += size
		return a
	case *value.Struct:
		s := &value.Struct{Meta: cloneMeta(v.Meta), Fields: make([]value.Field, len(v.Fields))}
		for i, f := range v.Fields {
			s.Fields[i] = value.Field{Name: f.Name, Value: p.value(b, at, f.Value)}
		}
		return s
	}
	return value.Null{}
}

func cloneMeta(m value.Meta) value.Meta {
	m.Axes = slices.Clone(m.Axes)
	return m
}

// slab allocates what entries are made of, many at a time where a listing needs them.
type slab struct {
	many    int // 0: one
	entries []driver.Entry
	arrays  []value.Array
	args    []value.Field
	floats  []float64
	ints    []int64
	texts   strings.Builder // of keys
}

// take takes n elements off the front of a slab.
func take[T any](s *[]T, n, many int) []T {
	if len(*s) < n {
		*s = make([]T, max(n, many))
	}
	t := (*s)[:n:n]
	*s = (*s)[n:]
	return t
}

func (s *slab) entry() *driver.Entry { return &take(&s.entries, 1, s.many)[0] }

// key makes a key of its canonical bytes, which are prefix and rest.
func (s *slab) key(prefix string, rest []byte, digest keymap.Digest) keymap.Key {
	const name = 2 * 16 // digits
	n := len(prefix) + len(rest)
	if s.texts.Cap()-s.texts.Len() < n+name {
		s.texts = strings.Builder{}
		s.texts.Grow(max(1, s.many) * (n + name))
	}
	start := s.texts.Len()
	s.texts.WriteString(prefix)
	s.texts.Write(rest)
	d := digest.Bytes()
	var digits [name]byte
	hex.Encode(digits[:], d[:])
	s.texts.Write(digits[:])
	all := s.texts.String()[start:]
	return keymap.Key{Canonical: all[:n], Digest: digest, Name: all[n:]}
}

func (s *slab) array() *value.Array { return &take(&s.arrays, 1, s.many)[0] }

func (s *slab) fields(n int) []value.Field { return take(&s.args, n, s.many) }

// data makes the elements of an array of their little-endian bytes.
func (s *slab) data(e value.Elem, n int, b []byte) any {
	switch e {
	case value.Float64:
		x := take(&s.floats, n, s.many)
		for i := range x {
			x[i] = math.Float64frombits(le.Uint64(b[8*i:]))
		}
		return x
	case value.Int64, value.Time, value.Duration:
		x := take(&s.ints, n, s.many)
		for i := range x {
			x[i] = int64(le.Uint64(b[8*i:]))
		}
		return x
	}
	x := e.Make(n)
	if _, err := binary.Decode(b, le, x); err != nil {
		return e.Make(n) // not reached: b has the size of n elements
	}
	return x
}
