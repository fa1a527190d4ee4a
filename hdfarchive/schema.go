package hdfarchive

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// schema is what the columns of an index are: one for each argument, or field of one,
// that was a scalar in some call, and the fixed ones. It only ever widens.
type schema struct {
	Args    []argument `json:"args"`
	ID      int        `json:"id"` // widths of texts, in bytes
	Version int        `json:"version"`
	Shape   int        `json:"shape"`
	Rows    bool       `json:"rows"` // there was a row, which lacks what comes new
}

// argument is the column of an argument.
type argument struct {
	Name    string `json:"name"`
	Column  string `json:"column"`
	Elem    string `json:"elem"`
	Width   int    `json:"width,omitempty"`   // of a text
	Missing bool   `json:"missing,omitempty"` // some calls do not have it
}

// The fixed columns. An argument of the same name is called arg_ and its name.
const (
	colID      = "id"
	colVersion = "version" // only where some entry has one
	colCreated = "created" // ns since 1970 UTC
	colSeconds = "seconds"
	colBytes   = "bytes"
	colShape   = "shape"
)

// Bounds of an index: longer texts are cut, further arguments left out. The type of
// a row must fit into the header of an object, and rows be small.
const (
	maxText       = 256
	maxColumns    = 256
	maxColumnName = 128
)

// width rounds the length of a text up, so that a longer one seldom changes the
// type of all rows.
func width(n int) int {
	w := 8
	for w < n && w < maxText {
		w *= 2
	}
	return w
}

func widen(w *int, n int) bool {
	if old := *w; n > 0 || old > 0 {
		*w = max(old, width(n))
		return *w != old
	}
	return false
}

// argScalar is an argument that is one, or one in an argument that is a struct.
type argScalar struct {
	name string // "Grid.NX"
	*value.Array
}

// scalars appends those among arguments.
func scalars(to []argScalar, prefix string, args []value.Field, depth int) []argScalar {
	for _, arg := range args {
		switch v := arg.Value.(type) {
		case *value.Array:
			if len(v.Shape) == 0 {
				to = append(to, argScalar{prefix + arg.Name, v})
			}
		case *value.Struct:
			if depth < maxNested {
				to = scalars(to, prefix+arg.Name+".", v.Fields, depth+1)
			}
		}
	}
	return to
}

// merge makes room for a row and tells whether a column changed.
func (s *schema) merge(id string, e *driver.Entry) (changed bool) {
	changed = widen(&s.ID, len(id))
	changed = widen(&s.Version, len(e.Call.Version)) || changed
	changed = widen(&s.Shape, max(len(e.Shape), 1)) || changed
	all := scalars(nil, "", e.Call.Args, 0)
	have := make(map[string]*value.Array, len(all))
	for _, arg := range all {
		have[arg.name] = arg.Array
	}
	for i := range s.Args {
		old := s.Args[i]
		s.Args[i].merge(have[old.Name])
		changed = changed || s.Args[i] != old
		delete(have, old.Name)
	}
	for _, arg := range all {
		if a := have[arg.name]; a != nil && len(s.Args) < maxColumns && len(arg.name) <= maxColumnName {
			delete(have, arg.name) // once, even where two bear one name
			c := argument{Name: arg.name, Column: s.columnName(arg.name), Elem: a.Elem.String()}
			c.merge(a)
			if s.Rows {
				c.merge(nil)
			}
			s.Args = append(s.Args, c)
			changed = true
		}
	}
	s.Rows = true
	return changed
}

func (s *schema) columnName(arg string) string {
	name := arg
	if !clean(name) || name == "" {
		name = escape(name)
	}
	for taken := true; taken; {
		switch taken = false; name {
		case colID, colVersion, colCreated, colSeconds, colBytes, colShape:
			taken = true
		}
		for _, c := range s.Args {
			taken = taken || c.Column == name
		}
		if taken {
			name = "arg_" + name
		}
	}
	return name
}

// merge widens the column so that it can hold a, or nothing where a is nil.
func (c *argument) merge(a *value.Array) {
	e := c.elem()
	if a == nil {
		c.Missing = true
	} else {
		e = common(e, a.Elem)
	}
	if c.Missing {
		switch e {
		case value.Float32, value.Float64, value.Complex64, value.Complex128, value.String, value.Time:
		default:
			e = value.Float64 // it has a NaN
		}
	}
	c.Elem = e.String()
	if e == value.String {
		n := 1
		if a != nil {
			n = len(cellText(a))
		}
		widen(&c.Width, max(n, 1))
		if n = c.Width; n < 64 && a != nil && a.Elem != value.String {
			c.Width = 64 // what was a number in other rows
		}
	}
}

func (c *argument) elem() value.Elem {
	e, err := value.ParseElem(c.Elem)
	if err != nil {
		return value.String
	}
	return e
}

// common is the type that holds a and b: themselves, a float, a complex number,
// and at last text.
func common(a, b value.Elem) value.Elem {
	rank := func(e value.Elem) int {
		switch {
		case e >= value.Bool && e <= value.Float64, e == value.Duration:
			return 1
		case e == value.Complex64 || e == value.Complex128:
			return 2
		}
		return 3
	}
	switch {
	case a == b:
		return a
	case max(rank(a), rank(b)) == 1:
		return value.Float64
	case max(rank(a), rank(b)) == 2:
		return value.Complex128
	}
	return value.String
}

// rowType is the type of a row of the index.
func (s *schema) rowType() h5.Type {
	names, types := []string{colID}, []h5.Type{h5.FixedTextType(s.ID)}
	add := func(name string, t h5.Type) { names, types = append(names, name), append(types, t) }
	for _, c := range s.Args {
		t := elemType(c.elem())
		if t.Class == h5.Text {
			t = h5.FixedTextType(c.Width)
		}
		add(c.Column, t)
	}
	if s.Version > 0 {
		add(colVersion, h5.FixedTextType(s.Version))
	}
	add(colCreated, h5.IntType(8, true))
	add(colSeconds, h5.FloatType(8))
	add(colBytes, h5.IntType(8, true))
	add(colShape, h5.FixedTextType(s.Shape))
	return h5.CompoundType(names, types)
}

// appendRow writes a row, little-endian, in the order of rowType.
func (s *schema) appendRow(b []byte, id string, e *driver.Entry) []byte {
	b = appendCut(b, id, s.ID)
	all := scalars(make([]argScalar, 0, 16), "", e.Call.Args, 0)
	for _, c := range s.Args {
		var a *value.Array
		for _, arg := range all {
			if arg.name == c.Name {
				a = arg.Array
			}
		}
		b = c.appendCell(b, a)
	}
	if s.Version > 0 {
		b = appendCut(b, e.Call.Version, s.Version)
	}
	ns, ok := created(e.Provenance.Created)
	if !ok {
		ns = value.NaT
	}
	b = le.AppendUint64(b, uint64(ns))
	b = le.AppendUint64(b, math.Float64bits(e.Provenance.Elapsed.Seconds()))
	b = le.AppendUint64(b, uint64(e.Bytes))
	return appendCut(b, e.Shape, s.Shape)
}

// appendCut writes a text of w bytes, cut between two letters where it is longer.
func appendCut(b []byte, s string, w int) []byte {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > w {
		s = strings.ToValidUTF8(s[:w], "")
	}
	b = append(b, s...)
	return append(b, make([]byte, w-len(s))...)
}

func cellText(a *value.Array) string {
	switch d := a.Data.(type) {
	case []string:
		return d[0]
	case []int64:
		if a.Elem != value.Int64 {
			if v, err := value.MarshalJSON(a); err == nil {
				return string(v)
			}
		}
	}
	return strings.Trim(fmt.Sprint(a.Data), "[]")
}

func (c *argument) appendCell(b []byte, a *value.Array) []byte {
	e := c.elem()
	switch {
	case e == value.String && a == nil:
		return appendCut(b, "", c.Width)
	case e == value.String:
		return appendCut(b, cellText(a), c.Width)
	case a == nil && e == value.Time:
		return le.AppendUint64(b, 1<<63) // NaT
	case a == nil:
		return appendNumber(b, e, complex(math.NaN(), 0))
	case a.Elem == e:
		return appendLittle(b, a)
	}
	return appendNumber(b, e, toComplex(a))
}

// appendNumber writes x as e, which is a float or complex.
func appendNumber(b []byte, e value.Elem, x complex128) []byte {
	switch e {
	case value.Float32:
		return le.AppendUint32(b, math.Float32bits(float32(real(x))))
	case value.Complex64:
		b = le.AppendUint32(b, math.Float32bits(float32(real(x))))
		return le.AppendUint32(b, math.Float32bits(float32(imag(x))))
	case value.Complex128:
		b = le.AppendUint64(b, math.Float64bits(real(x)))
		return le.AppendUint64(b, math.Float64bits(imag(x)))
	}
	return le.AppendUint64(b, math.Float64bits(real(x)))
}

func (s *schema) marshal() (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
