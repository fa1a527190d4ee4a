package value

import (
	"encoding/base64"
	"encoding/json"
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

// maxNesting bounds the JSON and CBOR containers within each other: a level of
// a tree takes at most five (meta and map in CBOR, a tag and an array each, and
// the items), and an array one for each dimension and a pair.
const maxNesting = 5*MaxDepth + MaxRank + 1

// jsonReader walks over bytes that json.Valid has passed, so that it need not
// look for syntax errors, only for forms that mean nothing here.
type jsonReader struct {
	s      []byte
	i      int
	depth  int
	wasted int // bytes read again because a list was no array
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

// token returns a number or literal, as part of the input.
func (r *jsonReader) token() []byte {
	r.peek()
	start := r.i
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n,]}:", r.s[r.i]) < 0 {
		r.i++
	}
	return r.s[start:r.i]
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

// list reads a list: an array where its elements form one, else a List, for
// which it starts again. MarshalJSON writes no such list, so that only strange
// hand-written input could make this take long.
func (r *jsonReader) list() (Value, error) {
	start, depth := r.i, r.depth
	a, err := r.grid(0)
	if err == nil {
		return a, nil
	}
	if r.wasted += r.i - start; r.wasted > 4096+8*len(r.s) {
		return nil, r.fail("lists of lists that form no arrays are written {\"$list\":[…]}")
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

// tagged is an object whose first name begins with '$'. MarshalJSON and tools
// that sort names put that one first; at most one other stands beside it.
type tagged struct {
	tag       string
	v         Value
	companion string                // "": none, or it was read
	optional  bool                  // the companion
	read      func() (Value, error) // reads the companion and completes v
}

func (r *jsonReader) object() (Value, error) {
	s := &Struct{Fields: []Field{}}
	var t *tagged
	err := r.members(func(name string) (err error) {
		switch dollar := strings.HasPrefix(name, "$"); {
		case t == nil && !dollar:
			v, err := r.value()
			s.Fields = append(s.Fields, Field{name, v})
			return err
		case t == nil && len(s.Fields) == 0:
			t, err = r.tagged(name)
			return err
		case t != nil && name == t.companion:
			t.companion = ""
			t.v, err = t.read()
			return err
		case t != nil:
			return r.fail("%q does not belong beside %q", name, t.tag)
		}
		return r.fail("%q after other names; a struct with such a name is written {\"$struct\":{…}}", name)
	})
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return s, nil
	case t.companion != "" && !t.optional:
		return nil, r.fail("%q needs %q beside it", t.tag, t.companion)
	}
	return t.v, nil
}

func (r *jsonReader) tagged(tag string) (t *tagged, err error) {
	t = &tagged{tag: tag}
	switch tag {
	case "$struct":
		s := &Struct{Fields: []Field{}}
		t.v = s
		err = r.members(func(name string) error {
			item, err := r.value()
			s.Fields = append(s.Fields, Field{name, item})
			return err
		})
	case "$list":
		t.v, err = r.items()
	case "$map":
		t.v, err = r.textMap()
	case "$keys":
		err = r.keyedMap(t)
	case "$table":
		err = r.table(t)
	case "$meta":
		err = r.described(t)
	default:
		e, unknown := ParseElem(strings.TrimPrefix(tag, "$"))
		if unknown != nil {
			return nil, r.fail("unknown tag %q", tag)
		}
		err = r.typed(e, t)
	}
	return t, err
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

func (r *jsonReader) keyedMap(t *tagged) error {
	keys, err := r.value()
	if err != nil {
		return err
	}
	a, ok := keys.(*Array)
	if !ok {
		return r.fail("the keys of a map are an array")
	}
	t.companion, t.read = "items", func() (Value, error) {
		l, err := r.items()
		if err != nil {
			return nil, err
		}
		return &Map{Keys: a, Items: l.Items}, nil
	}
	return nil
}

func (r *jsonReader) table(t *tagged) error {
	v := &Table{Columns: []Column{}}
	err := r.members(func(name string) error {
		c, err := r.value()
		if err != nil {
			return err
		}
		a, ok := c.(*Array)
		if !ok {
			return r.fail("column %q is not an array", name)
		}
		v.Columns = append(v.Columns, Column{name, a})
		return nil
	})
	t.companion, t.read = "rows", func() (_ Value, err error) {
		if v.N, err = strconv.Atoi(string(r.token())); err != nil {
			return nil, r.fail("rows is an integer")
		}
		return v, nil
	}
	return err
}

func (r *jsonReader) described(t *tagged) error {
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
				return r.fail("axes is a list")
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
	t.companion, t.read = "value", func() (Value, error) {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if isNull(v) || !metaIn(v).empty() {
			return nil, r.fail("$meta belongs to one value that is not null")
		}
		return describeWith(v, &m), nil
	}
	return err
}

// typed reads the data of an array whose type the tag names.
func (r *jsonReader) typed(e Elem, t *tagged) error {
	a, err := r.typedData(e)
	if err != nil {
		return err
	}
	t.v, t.companion, t.optional = a, "shape", true
	t.read = func() (Value, error) {
		a.Shape, err = r.shape()
		return a, err
	}
	return nil
}

func (r *jsonReader) typedData(e Elem) (*Array, error) {
	c := r.peek()
	if e == Uint8 && c == '"' {
		s, err := r.text()
		if err != nil {
			return nil, err
		}
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil {
			return nil, r.fail("%v", err)
		}
		return &Array{Elem: e, Shape: []int{len(b)}, Data: b}, nil
	}
	if c == '[' {
		start := r.i
		if r.i++; r.take(']') {
			return &Array{Elem: e, Shape: []int{0}, Data: e.Make(0)}, nil
		}
		r.i = start
	}
	return r.grid(e)
}

func (r *jsonReader) shape() ([]int, error) {
	shape := []int{}
	if r.peek() != '[' {
		return nil, r.fail("shape is a list of integers")
	}
	_, err := r.each(']', func() error {
		d, err := strconv.Atoi(string(r.token()))
		if err != nil {
			return r.fail("shape is a list of integers")
		}
		shape = append(shape, d)
		return nil
	})
	return shape, err
}
