package value

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// node is the plan of one Go type, compiled once. p points to a Go value of
// that type. Nodes are immutable and safe for concurrent use.
type node interface {
	// encode returns the tree of the Go value. It may alias what the value
	// refers to, never *p itself, which may be a scratch variable.
	encode(p unsafe.Pointer) (Value, error)
	// decode sets a zeroed Go value from a valid tree, whose slices it may keep.
	decode(v Value, p unsafe.Pointer) error
	// deepen turns the shallow copy at p into a deep one.
	deepen(p unsafe.Pointer)
	// flat reports whether a shallow copy is a deep one.
	flat() bool
	// nilable reports whether encode may return Null.
	nilable() bool
}

// ranked is a node that knows the number of dimensions of its Array.
type ranked interface{ rank() int }

// plans holds the compiled plan or error of each type asked for. It is a memo
// of a pure function, as in encoding/json.
var plans sync.Map // planKey -> compiled

type planKey struct {
	typ    reflect.Type
	record bool
}

type compiled struct {
	node node
	err  error
}

func planOf(t reflect.Type) (node, error) { return planFor(t, false) }

// planFor returns the plan of t; with record that of records, see Codec.Record.
func planFor(t reflect.Type, record bool) (node, error) {
	k := planKey{t, record}
	if c, ok := plans.Load(k); ok {
		c := c.(compiled)
		return c.node, c.err
	}
	n, err := compile(t, typeName(t), scope{record: record})
	c, _ := plans.LoadOrStore(k, compiled{n, err})
	return c.(compiled).node, c.(compiled).err
}

// scope is what a plan is compiled for.
type scope struct {
	open   []reflect.Type // those that the type is part of
	record bool
}

// compile makes the plan of t.
func compile(t reflect.Type, path string, in scope) (node, error) {
	if slices.Contains(in.open, t) {
		return nil, unsupported(path, "%s contains itself; store it as slices of nodes that refer to each other by index", t)
	}
	in.open = append(slices.Clip(in.open), t)

	if n := treeNode(t); n != nil {
		return n, nil
	}
	if n := matrixNode(t); n != nil {
		return n, nil
	}
	if inside, ok := frozenIn(t); ok {
		elem, err := compile(inside, path, in)
		if err != nil {
			return nil, err
		}
		n := &frozen{typ: t, inside: inside, elem: elem}
		if in.record && t.Implements(reflect.TypeFor[fingerprinter]()) {
			return frozenRecord{n}, nil
		}
		return n, nil
	}
	if l := leafOf(t); l != nil {
		return &block{leaf: l, count: 1, bytes: t.Size()}, nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return compileSequence(t, path, in)
	case reflect.Struct:
		return compileStruct(t, path, in)
	case reflect.Map:
		return compileMap(t, path, in)
	case reflect.Pointer:
		elem, err := compile(t.Elem(), path, in)
		if err != nil {
			return nil, err
		}
		return &pointer{typ: t.Elem(), elem: elem}, nil
	case reflect.Interface:
		return nil, unsupported(path, "%s is an interface, whose content has no fixed type; use a concrete type or value.Value", t)
	}
	return nil, unsupported(path, "%s values cannot be stored; leave the field out with `klepto:\"-\"`", t.Kind())
}

func unsupported(path, format string, args ...any) error {
	e := fail(ErrType, format, args...)
	e.Path = path
	return e
}

// header is the memory of a slice of any type.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

// typeName names a type in paths; the package-qualified name is enough.
func typeName(t reflect.Type) string {
	s := t.String()
	if len(s) > 60 { // an anonymous struct spells out its fields
		s = strings.TrimSpace(s[:57]) + "…"
	}
	return s
}
