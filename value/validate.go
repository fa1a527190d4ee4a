package value

import (
	"math"
	"unicode/utf8"
)

// MaxDepth bounds how deep a tree may be nested. It stops cycles and hostile
// input; Go types stay far below it.
const MaxDepth = 128

// MaxRank bounds the dimensions of an Array, as HDF5 does (H5S_MAX_RANK).
const MaxRank = 32

// Validate checks a tree that was not made by a Codec: known element types,
// Data of the slice that Elem names and as long as Shape says, one axis name a
// dimension and at most MaxRank of them, UTF-8 in Meta, unique and non-empty UTF-8 names, columns of N rows, map keys
// sorted and different, nothing nil, at most MaxDepth levels. The error wraps
// ErrInvalid and names the path. An Array without elements may have at most
// 2^20 rows, so that a few bytes of input cannot ask for much memory.
func Validate(v Value) error { return validate(v, MaxDepth) }

func validate(v Value, depth int) error {
	if depth == 0 {
		return fail(ErrInvalid, "the tree is nested deeper than %d levels, or refers to itself", MaxDepth)
	}
	switch v := v.(type) {
	case *Array:
		return v.validate()
	case *Table:
		return v.validate()
	case *Struct:
		if v == nil {
			break
		}
		if err := v.Meta.validate(); err != nil {
			return err
		}
		if err := validateNames(len(v.Fields), func(i int) string { return v.Fields[i].Name }); err != nil {
			return err
		}
		for _, f := range v.Fields {
			if err := validate(f.Value, depth-1); err != nil {
				return under("."+f.Name, err)
			}
		}
		return nil
	case *List:
		if v == nil {
			break
		}
		if err := v.Meta.validate(); err != nil {
			return err
		}
		return validateItems(v.Items, depth)
	case *Map:
		if v == nil {
			break
		}
		if err := v.Meta.validate(); err != nil {
			return err
		}
		if err := v.validateKeys(); err != nil {
			return err
		}
		return validateItems(v.Items, depth)
	case Null:
		return nil
	}
	return fail(ErrInvalid, "there is a nil where a value should be; use Null{}")
}

func validateItems(items []Value, depth int) error {
	for i, item := range items {
		if err := validate(item, depth-1); err != nil {
			return under(index(i), err)
		}
	}
	return nil
}

func (a *Array) validate() error {
	if a == nil {
		return fail(ErrInvalid, "there is a nil where an array should be")
	}
	if !a.Elem.known() {
		return fail(ErrInvalid, "unknown element type %d", uint8(a.Elem))
	}
	have := elems[a.Elem].len(a.Data)
	if have < 0 {
		return fail(ErrInvalid, "an array of %s holds its data as %T, not as %T", a.Elem, a.Elem.Make(0), a.Data)
	}
	if len(a.Shape) > MaxRank {
		return fail(ErrInvalid, "an array of %d dimensions; at most %d can be stored", len(a.Shape), MaxRank)
	}
	n := 1
	for _, d := range a.Shape {
		if d < 0 {
			return fail(ErrInvalid, "shape %v has a negative dimension", a.Shape)
		}
		if d > 0 && n > math.MaxInt/d {
			return fail(ErrInvalid, "shape %v is larger than memory", a.Shape)
		}
		n *= d
	}
	if n != have {
		return fail(ErrInvalid, "shape %v needs %d elements, there are %d", a.Shape, n, have)
	}
	if n == 0 && hollow(a.Shape) {
		return fail(ErrInvalid, "shape %v has more than %d rows and no elements", a.Shape, maxHollow)
	}
	if len(a.Axes) > 0 && len(a.Axes) != len(a.Shape) {
		return fail(ErrInvalid, "axes %q name %d dimensions, the shape is %v", a.Axes, len(a.Axes), a.Shape)
	}
	return a.Meta.validate()
}

// validate demands text of the text that is for humans.
func (m *Meta) validate() error {
	if m.empty() {
		return nil
	}
	for _, s := range append([]string{m.Units, m.LongName}, m.Axes...) {
		if !utf8.ValidString(s) {
			return fail(ErrInvalid, "%q describes a value but is not UTF-8", s)
		}
	}
	return nil
}

func (t *Table) validate() error {
	if t == nil {
		return fail(ErrInvalid, "there is a nil where a table should be")
	}
	if err := t.Meta.validate(); err != nil {
		return err
	}
	if t.N < 0 || len(t.Columns) == 0 && t.N > maxHollow {
		return fail(ErrInvalid, "a table of %d rows and %d columns", t.N, len(t.Columns))
	}
	if err := validateNames(len(t.Columns), func(i int) string { return t.Columns[i].Name }); err != nil {
		return err
	}
	for _, c := range t.Columns {
		if err := c.Array.validate(); err != nil {
			return under("."+c.Name, err)
		}
		if len(c.Shape) == 0 || c.Shape[0] != t.N {
			return under("."+c.Name, fail(ErrInvalid, "a column of shape %v in a table of %d rows", c.Shape, t.N))
		}
	}
	return nil
}

func (m *Map) validateKeys() error {
	if err := m.Keys.validate(); err != nil {
		return under(".keys", err)
	}
	if len(m.Keys.Shape) != 1 || m.Keys.Shape[0] != len(m.Items) {
		return fail(ErrInvalid, "keys of shape %v for %d items", m.Keys.Shape, len(m.Items))
	}
	if !orderable(m.Keys.Elem) {
		return fail(ErrInvalid, "a map cannot have keys of type %s", m.Keys.Elem)
	}
	if hasNaN(m.Keys.Data) {
		return fail(ErrInvalid, "a map cannot have a NaN as a key")
	}
	order := keyOrder(m.Keys)
	for i := 1; i < len(m.Items); i++ {
		if order(i-1, i) >= 0 {
			return fail(ErrInvalid, "map keys %d and %d are not sorted or the same", i-1, i)
		}
	}
	return nil
}

func hasNaN(data any) bool {
	switch d := data.(type) {
	case []float64:
		for _, x := range d {
			if x != x {
				return true
			}
		}
	case []float32:
		for _, x := range d {
			if x != x {
				return true
			}
		}
	}
	return false
}

// validateNames demands that the n names of one node are usable and different.
func validateNames(n int, name func(i int) string) error {
	var seen map[string]bool
	if n > 16 { // below, looking at all pairs is faster
		seen = make(map[string]bool, n)
	}
	for i := range n {
		s := name(i)
		if s == "" || !utf8.ValidString(s) {
			return fail(ErrInvalid, "%q cannot name a field", s)
		}
		dup := seen[s]
		for j := 0; seen == nil && j < i; j++ {
			dup = dup || name(j) == s
		}
		if dup {
			return fail(ErrInvalid, "two fields are named %q", s)
		}
		if seen != nil {
			seen[s] = true
		}
	}
	return nil
}
