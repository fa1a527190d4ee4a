package hdfarchive

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// A form is what many entries of a function have in common: all of an entry but the
// bits that a row holds. It is one line of JSON in the dataset "forms".
type form struct {
	Function string `json:"function,omitempty"` // all texts escaped
	Version  string `json:"version,omitempty"`
	Rounding string `json:"rounding,omitempty"`
	Args     []cell `json:"args,omitempty"`
	Value    *cell  `json:"value,omitempty"`
	GoType   string `json:"go_type,omitempty"`
	Host     string `json:"host,omitempty"`
	Go       string `json:"go,omitempty"`
	Build    string `json:"build,omitempty"`
	VCS      string `json:"vcs,omitempty"`
	Shape    string `json:"shape,omitempty"`
	Bytes    int64  `json:"bytes"`
	Prefix   string `json:"prefix"` // how all keys begin, in hex
	Key      int    `json:"key"`    // how many bytes of a key follow

	text   string // the line
	hash   uint64 // of the line
	prefix string
	common driver.Entry // what Value and the columns do not say
	args   []value.Field
	value  value.Value
	size   int // bytes of arguments and value
}

// cell is an argument or result, or a part of one: a number, text, short array, or
// a struct of such.
type cell struct {
	Name     string   `json:"name,omitempty"`
	Elem     string   `json:"elem,omitempty"` // none: a struct
	Len      int      `json:"len,omitempty"`  // of an array with one dimension
	Units    string   `json:"units,omitempty"`
	LongName string   `json:"long_name,omitempty"`
	Axes     []string `json:"axes,omitempty"`
	Fields   []cell   `json:"fields,omitempty"`
}

// optional escapes a text, but leaves the empty one as it is.
func optional(s string) string {
	if s == "" {
		return ""
	}
	return escape(s)
}

func newCell(name string, v value.Value) cell {
	c := cell{Name: optional(name)}
	var m value.Meta
	switch v := v.(type) {
	case *value.Array:
		m, c.Elem = v.Meta, v.Elem.String()
		if len(v.Shape) > 0 {
			c.Len = v.Shape[0]
		}
	case *value.Struct:
		m = v.Meta
		for _, f := range v.Fields {
			c.Fields = append(c.Fields, newCell(f.Name, f.Value))
		}
	}
	c.Units, c.LongName = optional(m.Units), optional(m.LongName)
	for _, a := range m.Axes {
		c.Axes = append(c.Axes, escape(a))
	}
	return c
}

// newForm makes the form of an entry that newRow accepts. Rows have room for key
// bytes of its key.
func newForm(e *driver.Entry, key int) (*form, error) {
	k := min(key, maxKey, len(e.Key.Canonical))
	p := e.Provenance
	f := &form{
		Function: optional(e.Call.Function), Version: optional(e.Call.Version), Rounding: optional(e.Call.Rounding), GoType: optional(e.GoType),
		Host: optional(p.Host), Go: optional(p.Go), Build: optional(p.Build), VCS: optional(p.VCS),
		Shape: optional(e.Shape), Bytes: e.Bytes,
		Prefix: hex.EncodeToString([]byte(e.Key.Canonical[:len(e.Key.Canonical)-k])), Key: k,
	}
	for _, arg := range e.Call.Args {
		f.Args = append(f.Args, newCell(arg.Name, arg.Value))
	}
	if e.Value != nil {
		c := newCell("", e.Value)
		f.Value = &c
	}
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return parseForm(string(text))
}

// withKey is the form of the same entries where rows have room for key bytes, no
// fewer than before.
func (f *form) withKey(key int) (*form, error) {
	e := f.common
	e.Key.Canonical = f.prefix + string(make([]byte, f.Key))
	e.Call.Args, e.Value = f.args, f.value
	return newForm(&e, key)
}

// Bounds of what parseForm accepts: no row is larger than maxRow, and no text is
// much longer than what it was made of.
const (
	maxCells   = 64 // columns
	maxItems   = 16 // of an array that is an argument: each is a column
	maxResults = 4  // of an array in a result: a point or a quaternion, no series
	maxNested  = 8  // structs in structs
	maxPrefix  = 4096
	textWidth  = 32 // of an argument that is a text
)

// parseForm is the inverse of newForm.
func parseForm(text string) (*form, error) {
	f := &form{text: text, hash: xxh3.HashString(text)}
	if err := json.Unmarshal([]byte(text), f); err != nil {
		return nil, damaged("a form of packed rows: %v", err)
	}
	prefix, err := hex.DecodeString(f.Prefix)
	if err != nil || f.Key < 0 || f.Key > maxKey || len(prefix) > maxPrefix {
		return nil, damaged("the prefix of a form of packed rows")
	}
	f.prefix = string(prefix)
	for _, s := range []struct {
		to   *string
		from string
	}{
		{&f.common.Call.Function, f.Function}, {&f.common.Call.Version, f.Version}, {&f.common.Call.Rounding, f.Rounding}, {&f.common.GoType, f.GoType},
		{&f.common.Provenance.Host, f.Host}, {&f.common.Provenance.Go, f.Go}, {&f.common.Provenance.Build, f.Build},
		{&f.common.Provenance.VCS, f.VCS}, {&f.common.Shape, f.Shape},
	} {
		if *s.to, err = original(s.from); err != nil {
			return nil, err
		}
	}
	f.common.Bytes = f.Bytes
	cells := maxCells
	for i := range f.Args {
		name, err := original(f.Args[i].Name)
		if err != nil {
			return nil, err
		}
		v, err := f.Args[i].zero(&cells, 0)
		if err != nil {
			return nil, err
		}
		f.args = append(f.args, value.Field{Name: name, Value: v})
	}
	if f.Value != nil {
		if f.value, err = f.Value.zero(&cells, 0); err != nil {
			return nil, err
		}
	}
	for _, c := range f.columns() {
		f.size += c.Type.Size
	}
	return f, nil
}

// original undoes optional.
func original(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	s, ok := unescape(s)
	if !ok {
		return "", damaged("a form of packed rows has a text that is not escaped")
	}
	return s, nil
}

// zero makes a value of the cell, without its bits. cells counts the columns that
// may be.
func (c *cell) zero(cells *int, depth int) (value.Value, error) {
	units, err1 := original(c.Units)
	longName, err2 := original(c.LongName)
	m := value.Meta{Units: units, LongName: longName}
	for _, a := range c.Axes {
		a, ok := unescape(a)
		if !ok {
			return nil, damaged("a form of packed rows has an axis without a name")
		}
		m.Axes = append(m.Axes, a)
	}
	if err := cmp.Or(err1, err2); err != nil {
		return nil, err
	}
	if c.Elem == "" {
		s := &value.Struct{Meta: m}
		if depth == maxNested {
			return nil, damaged("a form of packed rows has structs in structs without end")
		}
		for i := range c.Fields {
			name, err := original(c.Fields[i].Name)
			if err != nil {
				return nil, err
			}
			v, err := c.Fields[i].zero(cells, depth+1)
			if err != nil {
				return nil, err
			}
			s.Fields = append(s.Fields, value.Field{Name: name, Value: v})
		}
		return s, nil
	}
	e, err := value.ParseElem(c.Elem)
	if err != nil || c.Len < 0 || c.Len > maxItems || e == value.String && c.Len > 0 {
		return nil, damaged("a form of packed rows has a column that rows cannot have")
	}
	a := &value.Array{Meta: m, Elem: e}
	if c.Len > 0 {
		a.Shape = []int{c.Len}
	}
	if *cells -= max(c.Len, 1); *cells < 0 {
		return nil, damaged("a form of packed rows has more than %d columns", maxCells)
	}
	a.Data = e.Make(a.Len())
	return a, nil
}

// Columns of a row beside those of arguments and value.
const (
	colSum   = "sum"
	colKey   = "key"   // what follows the prefix in the key, zeros after its end
	colForm  = "form"  // number of the form
	colCheck = "check" // of the row and its form
)

// valueColumn is what the result is called that has no name.
const valueColumn = "value"

// columns are those of arguments and value, in order.
func (f *form) columns() []h5.Member {
	var cols []h5.Member
	taken := map[string]bool{colCreated: true, colSeconds: true, colSum: true, colKey: true, colForm: true, colCheck: true}
	add := func(prefix, path string, t h5.Type) {
		for taken[path] {
			path = prefix + path
		}
		taken[path] = true
		cols = append(cols, h5.Member{Name: path, Type: t})
	}
	var walk func(prefix, path string, v value.Value)
	walk = func(prefix, path string, v value.Value) {
		switch v := v.(type) {
		case *value.Struct:
			for _, x := range v.Fields {
				name := columnText(x.Name)
				if path != "" {
					name = path + "." + name
				}
				walk(prefix, name, x.Value)
			}
		case *value.Array:
			if path == "" {
				path = valueColumn
			}
			t := elemType(v.Elem)
			switch {
			case v.Elem == value.String:
				add(prefix, path, h5.FixedTextType(textWidth))
			case len(v.Shape) == 0:
				add(prefix, path, t)
			default:
				for i := range v.Shape[0] {
					add(prefix, fmt.Sprintf("%s[%d]", path, i), t)
				}
			}
		}
	}
	for _, arg := range f.args {
		walk("arg_", columnText(arg.Name), arg.Value)
	}
	walk("result_", "", f.value)
	return cols
}

// columnText is a name as HDF5 can hold it, cut where it is very long: those of the
// form count.
func columnText(name string) string {
	if !clean(name) || name == "" {
		name = escape(name)
	}
	if len(name) > maxColumnName {
		name = strings.ToValidUTF8(name[:maxColumnName], "")
	}
	return name
}

// rowType is the type of the rows of a table with this form.
func (f *form) rowType(key int) h5.Type {
	var names []string
	var types []h5.Type
	add := func(name string, t h5.Type) { names, types = append(names, name), append(types, t) }
	for _, c := range f.columns() {
		add(c.Name, c.Type)
	}
	add(colCreated, h5.IntType(8, true))
	add(colSeconds, h5.FloatType(8))
	add(colSum, h5.IntType(8, false))
	if key > 0 {
		// Bytes, as a text because pandas cannot show opaque columns.
		add(colKey, h5.Type{Class: h5.FixedText, Size: key})
	}
	add(colForm, h5.IntType(2, false))
	add(colCheck, h5.IntType(4, false))
	return h5.CompoundType(names, types)
}

// sameColumns tells whether rows of both forms fit into one table.
func (f *form) sameColumns(g *form) bool {
	return slices.EqualFunc(f.columns(), g.columns(), func(a, b h5.Member) bool {
		return a.Name == b.Name && a.Type.Class == b.Type.Class && a.Type.Size == b.Type.Size && a.Type.Signed == b.Type.Signed
	})
}

// holds tells whether the canonical bytes of a key can be in a row of this form.
func (f *form) holds(canonical string) bool {
	return len(canonical) == len(f.prefix)+f.Key && strings.HasPrefix(canonical, f.prefix)
}

// created is how rows write a time, and whether they can: NaT is the zero time.
func created(t time.Time) (ns int64, ok bool) {
	if t.IsZero() {
		return value.NaT, true
	}
	return t.UnixNano(), !t.Before(value.MinTime) && !t.After(value.MaxTime)
}

// digestOf is the digest that package keymap makes of canonical bytes.
func digestOf(canonical []byte) keymap.Digest { return keymap.Digest(xxh3.Hash128(canonical)) }
