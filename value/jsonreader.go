package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// UnmarshalJSON reads what MarshalJSON writes. Hand-written JSON may be looser:
// a list of integers and floats is an array of float64, lists that form no
// array are a List. Malformed input is an error that wraps ErrSyntax or
// ErrInvalid and takes no more memory than its own length calls for.
func UnmarshalJSON(data []byte) (Value, error) {
	if !utf8.Valid(data) || !json.Valid(data) {
		return nil, fail(ErrSyntax, "this is not JSON in UTF-8")
	}
	r := jsonReader{s: data}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if err := Validate(v); err != nil {
		return nil, err
	}
	return v, nil
}

// maxNesting bounds the JSON and CBOR containers within each other: each level
// of a tree takes at most three, and an array one for each dimension.
const maxNesting = 4 * MaxDepth

// jsonReader walks over bytes that json.Valid has passed, so that it need not
// look for syntax errors, only for forms that mean nothing here.
type jsonReader struct {
	s     []byte
	i     int
	depth int
}

func (r *jsonReader) fail(format string, args ...any) error {
	e := fail(ErrSyntax, format, args...)
	e.Detail = "JSON at byte " + strconv.Itoa(r.i) + ": " + e.Detail
	return e
}

// peek skips white space and returns the next byte.
func (r *jsonReader) peek() byte {
	for strings.IndexByte(" \t\r\n", r.s[r.i]) >= 0 {
		r.i++
	}
	return r.s[r.i]
}

// take skips c if it is next.
func (r *jsonReader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.i++
	return true
}

// each calls item for the elements of the container that is next, which ends
// with end, and returns how many there were.
func (r *jsonReader) each(end byte, item func() error) (n int, err error) {
	if r.depth++; r.depth > maxNesting {
		return 0, r.fail("nested deeper than %d", maxNesting)
	}
	r.i++
	for ; !r.take(end); n++ {
		if n > 0 {
			r.take(',')
			r.peek()
		}
		if err := item(); err != nil {
			return 0, err
		}
	}
	r.depth--
	return n, nil
}

// members calls f for each member of an object, positioned at its value.
func (r *jsonReader) members(f func(name string) error) error {
	if r.peek() != '{' {
		return r.fail("an object must stand here")
	}
	_, err := r.each('}', func() error {
		name, err := r.text()
		if err != nil {
			return err
		}
		r.take(':')
		r.peek()
		return f(name)
	})
	return err
}

// text reads a string.
func (r *jsonReader) text() (string, error) {
	if r.peek() != '"' {
		return "", r.fail("a string must stand here")
	}
	start := r.i
	plain := true
	for r.i++; r.s[r.i] != '"'; r.i++ {
		if r.s[r.i] == '\\' {
			plain = false
			r.i++
		}
	}
	r.i++
	if plain {
		return string(r.s[start+1 : r.i-1]), nil
	}
	var s string
	if err := json.Unmarshal(r.s[start:r.i], &s); err != nil {
		return "", r.fail("%v", err)
	}
	return s, nil
}

// token returns a number or literal.
func (r *jsonReader) token() string {
	r.peek()
	start := r.i
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n,]}:", r.s[r.i]) < 0 {
		r.i++
	}
	return string(r.s[start:r.i])
}

// skip passes over one value and returns where it starts.
func (r *jsonReader) skip() (start int, err error) {
	c := r.peek()
	start = r.i
	switch c {
	case '{':
		err = r.members(func(string) error { _, err := r.skip(); return err })
	case '[':
		_, err = r.each(']', func() error { _, err := r.skip(); return err })
	case '"':
		_, err = r.text()
	default:
		r.token()
	}
	return start, err
}

func (r *jsonReader) value() (Value, error) {
	switch r.peek() {
	case '{':
		return r.object()
	case '[':
		return r.list()
	case 'n':
		r.token()
		return Null{}, nil
	}
	return r.grid(0)
}

// list reads a list: an array where its elements form one, else a List.
func (r *jsonReader) list() (Value, error) {
	start, depth := r.i, r.depth
	if a, err := r.grid(0); err == nil && a.Len() > 0 {
		return a, nil
	}
	r.i, r.depth = start, depth
	return r.items()
}

func (r *jsonReader) items() (*List, error) {
	l := &List{Items: []Value{}}
	if r.peek() != '[' {
		return nil, r.fail("a list must stand here")
	}
	_, err := r.each(']', func() error {
		v, err := r.value()
		l.Items = append(l.Items, v)
		return err
	})
	return l, err
}

func (r *jsonReader) grid(e Elem) (*Array, error) {
	g := gridReader{jsonReader: r, rank: -1}
	if e != 0 {
		g.become(e)
	}
	if err := g.nested(0); err != nil {
		return nil, err
	}
	if g.elem == 0 {
		return nil, r.fail("an empty list has no type; write {\"$float64\":[],\"shape\":[0]}")
	}
	return &Array{Elem: g.elem, Shape: g.shape, Data: g.data()}, nil
}

func (r *jsonReader) object() (Value, error) {
	start, depth := r.i, r.depth
	s := &Struct{Fields: []Field{}}
	tagged := false
	err := r.members(func(name string) error {
		if tagged = tagged || strings.HasPrefix(name, "$"); tagged {
			if len(s.Fields) > 0 {
				return r.fail("%q after other names; a struct with such a name is written {\"$struct\":{…}}", name)
			}
			_, err := r.skip()
			return err
		}
		v, err := r.value()
		s.Fields = append(s.Fields, Field{name, v})
		return err
	})
	if err != nil || !tagged {
		return s, err
	}
	r.i, r.depth = start, depth
	return r.tagged()
}

// tagged reads an object whose first name begins with '$'.
func (r *jsonReader) tagged() (v Value, err error) {
	var tag string
	at := map[string]int{} // where each member's value starts
	err = r.members(func(name string) error {
		if tag == "" {
			tag = name
		}
		if _, dup := at[name]; dup {
			return r.fail("%q stands twice", name)
		}
		var err error
		at[name], err = r.skip()
		return err
	})
	if err != nil {
		return nil, err
	}
	end, depth := r.i, r.depth
	if r.depth++; r.depth > maxNesting {
		return nil, r.fail("nested deeper than %d", maxNesting)
	}
	// use positions r at a member and crosses it off.
	use := func(name string) bool {
		i, ok := at[name]
		if ok {
			r.i = i
			delete(at, name)
		}
		return ok
	}
	use(tag)
	switch tag {
	case "$struct":
		s := &Struct{Fields: []Field{}}
		v, err = s, r.members(func(name string) error {
			item, err := r.value()
			s.Fields = append(s.Fields, Field{name, item})
			return err
		})
	case "$list":
		v, err = r.items()
	case "$map":
		v, err = r.textMap()
	case "$keys":
		v, err = r.keyedMap(use)
	case "$table":
		v, err = r.table(use)
	case "$meta":
		v, err = r.described(use)
	default:
		e, unknown := ParseElem(strings.TrimPrefix(tag, "$"))
		if unknown != nil {
			return nil, r.fail("unknown tag %q", tag)
		}
		v, err = r.typed(e, use)
	}
	if err != nil {
		return nil, err
	}
	for name := range at {
		return nil, r.fail("%q does not belong beside %q", name, tag)
	}
	r.i, r.depth = end, depth
	return v, nil
}

func (r *jsonReader) textMap() (Value, error) {
	keys := []string{}
	items := []Value{}
	err := r.members(func(name string) error {
		v, err := r.value()
		keys, items = append(keys, name), append(items, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sortMap(&Array{Elem: String, Shape: []int{len(keys)}, Data: keys}, items), nil
}

func (r *jsonReader) keyedMap(use func(string) bool) (Value, error) {
	keys, err := r.value()
	if err != nil {
		return nil, err
	}
	a, ok := keys.(*Array)
	if !ok || !use("items") {
		return nil, r.fail("a map needs an array of keys and items")
	}
	l, err := r.items()
	if err != nil {
		return nil, err
	}
	return &Map{Keys: a, Items: l.Items}, nil
}

func (r *jsonReader) table(use func(string) bool) (Value, error) {
	t := &Table{Columns: []Column{}}
	err := r.members(func(name string) error {
		v, err := r.value()
		if err != nil {
			return err
		}
		a, ok := v.(*Array)
		if !ok {
			return r.fail("column %q is not an array", name)
		}
		t.Columns = append(t.Columns, Column{name, a})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !use("rows") {
		return nil, r.fail("a table needs rows")
	}
	if t.N, err = strconv.Atoi(r.token()); err != nil {
		return nil, r.fail("rows must be an integer")
	}
	return t, nil
}

func (r *jsonReader) described(use func(string) bool) (Value, error) {
	var m Meta
	seen := map[string]bool{}
	err := r.members(func(name string) (err error) {
		if seen[name] {
			return r.fail("%q stands twice", name)
		}
		seen[name] = true
		switch name {
		case "units":
			m.Units, err = r.text()
		case "long_name":
			m.LongName, err = r.text()
		case "axes":
			if r.peek() != '[' {
				return r.fail("axes must be a list")
			}
			_, err = r.each(']', func() error {
				s, err := r.text()
				m.Axes = append(m.Axes, s)
				return err
			})
		default:
			err = r.fail("unknown %q in $meta", name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !use("value") {
		return nil, r.fail("$meta needs a value")
	}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if isNull(v) || !metaIn(v).empty() {
		return nil, r.fail("$meta belongs to one value that is not null")
	}
	return describeWith(v, &m), nil
}

func (r *jsonReader) typed(e Elem, use func(string) bool) (Value, error) {
	a := &Array{Elem: e}
	start := r.i
	var err error
	if e == Uint8 && r.peek() == '"' {
		s, err := r.text()
		if err != nil {
			return nil, err
		}
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil {
			return nil, r.fail("%v", err)
		}
		a.Data, a.Shape = b, []int{len(b)}
	} else if bytes.HasPrefix(r.s[start:], []byte("[")) && r.emptyList() {
		a.Data, a.Shape = e.Make(0), []int{0}
	} else {
		r.i = start
		if a, err = r.grid(e); err != nil {
			return nil, err
		}
	}
	if !use("shape") {
		return a, nil
	}
	shape, err := r.value()
	if err != nil {
		return nil, err
	}
	s, ok := shape.(*Array)
	if ok && s.Elem == Int64 && len(s.Shape) == 1 {
		a.Shape = make([]int, len(s.Data.([]int64)))
		for i, d := range s.Data.([]int64) {
			if d < 0 || d > math.MaxInt {
				return nil, r.fail("a dimension of %d", d)
			}
			a.Shape[i] = int(d)
		}
		return a, nil
	}
	return nil, r.fail("shape must be a list of integers")
}

// emptyList reports whether [] is next, and skips its '['.
func (r *jsonReader) emptyList() bool {
	r.i++
	return r.peek() == ']'
}
