package value

import (
	"reflect"
	"slices"
	"unsafe"
)

// maxHollow bounds the product of the nonzero dimensions of an Array without
// elements: no data pays for the rows that decoding into Go slices makes.
// A Go value beyond it is stored as a List, which pays.
const maxHollow = 1 << 20

// grid is a node that may form one N-d Array together with its neighbours.
type grid interface {
	node
	ranked
	kind() leaf
	// static sets the dimensions that the type fixes, and -1 for the others.
	static(shape []int)
	// measure sets unknown dimensions and reports whether all agree and
	// nothing is nil.
	measure(p unsafe.Pointer, shape []int) bool
	// fill copies the elements to dst[at:] and returns where the next go.
	fill(p unsafe.Pointer, dst any, at int) (int, error)
	// build sets the Go value from src[at:], whose shape fits, and returns
	// where the next elements are. Slices made this way alias src.
	build(src any, at int, shape []int, p unsafe.Pointer) (int, error)
}

// block is a scalar or an array of arrays of scalars: one run of memory.
type block struct {
	leaf
	shape []int
	count int
	bytes uintptr // in Go memory
}

func (b *block) kind() leaf                         { return b.leaf }
func (b *block) rank() int                          { return len(b.shape) }
func (b *block) static(shape []int)                 { copy(shape, b.shape) }
func (b *block) measure(unsafe.Pointer, []int) bool { return true }
func (b *block) deepen(unsafe.Pointer)              {}
func (b *block) flat() bool                         { return true }
func (b *block) nilable() bool                      { return false }
func (b *block) encode(p unsafe.Pointer) (Value, error) {
	return encodeGrid(b, p, slices.Clone(b.shape))
}
func (b *block) decode(v Value, p unsafe.Pointer) error { return decodeGrid(b, v, p) }

func (b *block) fill(p unsafe.Pointer, dst any, at int) (int, error) {
	return at + b.count, b.gather(dst, at, p, 1, b.bytes, b.count)
}

func (b *block) build(src any, at int, _ []int, p unsafe.Pointer) (int, error) {
	return at + b.count, b.scatter(src, at, p, 1, b.bytes, b.count)
}

func encodeGrid(g grid, p unsafe.Pointer, shape []int) (Value, error) {
	a := &Array{Elem: g.kind().elem(), Shape: shape}
	a.Data = a.Elem.Make(a.Len())
	if _, err := g.fill(p, a.Data, 0); err != nil {
		return nil, err
	}
	return a, nil
}

// decodeGrid checks that v is an Array that fits g and sets *p from it.
func decodeGrid(g grid, v Value, p unsafe.Pointer) error {
	a, ok := v.(*Array)
	if !ok || a.Elem != g.kind().elem() || len(a.Shape) != g.rank() {
		return mismatch(v, "%s", gridName(g))
	}
	want := make([]int, g.rank())
	g.static(want)
	for i, d := range want {
		if d >= 0 && d != a.Shape[i] {
			return mismatch(v, "%s", gridName(g))
		}
	}
	_, err := g.build(a.Data, 0, a.Shape, p)
	return err
}

func gridName(g grid) string {
	shape := make([]int, g.rank())
	g.static(shape)
	return describeShape(g.kind().elem().String(), shape)
}

func mismatch(v Value, format string, args ...any) *Error {
	e := fail(ErrMismatch, format, args...)
	e.Detail = "stored is " + Describe(v) + ", the Go type wants " + e.Detail
	return e
}

// sequence is a slice, or a Go array that is not a block.
type sequence struct {
	typ    reflect.Type
	length int // of a Go array, -1 for a slice
	elem   node
	size   uintptr // of an element in memory
}

// ndarray is a sequence whose elements may form an Array.
type ndarray struct {
	sequence
	inner grid
}

func compileSequence(t reflect.Type, path string, in scope) (node, error) {
	elem, err := compile(t.Elem(), path+"[]", in)
	if err != nil {
		return nil, err
	}
	if g, ok := elem.(grid); ok && g.rank() >= MaxRank {
		return nil, unsupported(path, "%s has more than %d dimensions, which no archive can store", t, MaxRank)
	}
	s := sequence{typ: t, length: -1, elem: elem, size: t.Elem().Size()}
	if t.Kind() == reflect.Array {
		s.length = t.Len()
	}
	switch elem := elem.(type) {
	case *block:
		if s.length >= 0 {
			shape := append([]int{s.length}, elem.shape...)
			if hollow(shape) {
				return nil, unsupported(path, "%s has more than %d rows and no elements", t, maxHollow)
			}
			return &block{leaf: elem.leaf, shape: shape, count: s.length * elem.count, bytes: t.Size()}, nil
		}
		return &ndarray{s, elem}, nil
	case *ndarray:
		return &ndarray{s, elem}, nil
	case *structure:
		if columns, ok := elem.columns(); ok {
			return &table{s, columns}, nil
		}
	}
	return &s, nil
}

func (s *sequence) slice() bool   { return s.length < 0 }
func (s *sequence) nilable() bool { return s.slice() }
func (s *sequence) flat() bool    { return !s.slice() && s.elem.flat() }

// span returns where the elements are and how many; isNil for a nil slice.
func (s *sequence) span(p unsafe.Pointer) (base unsafe.Pointer, n int, isNil bool) {
	if !s.slice() {
		return p, s.length, false
	}
	h := (*header)(p)
	return h.data, h.len, h.data == nil
}

func (s *sequence) at(base unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Add(base, uintptr(i)*s.size)
}

// grow gives the slice at p n zeroed elements and returns them; a Go array has
// them already, if it has that many.
func (s *sequence) grow(p unsafe.Pointer, n int) (unsafe.Pointer, bool) {
	if !s.slice() {
		return p, n == s.length
	}
	reflect.NewAt(s.typ, p).Elem().Set(reflect.MakeSlice(s.typ, n, n))
	return (*header)(p).data, true
}

func (s *sequence) encode(p unsafe.Pointer) (Value, error) {
	base, n, isNil := s.span(p)
	if isNil {
		return Null{}, nil
	}
	l := &List{Items: make([]Value, n)}
	for i := range n {
		v, err := s.elem.encode(s.at(base, i))
		if err != nil {
			return nil, under(index(i), err)
		}
		l.Items[i] = v
	}
	return l, nil
}

func (s *sequence) decode(v Value, p unsafe.Pointer) error {
	if _, ok := v.(Null); ok && s.slice() {
		return nil // *p is zeroed
	}
	l, ok := v.(*List)
	if !ok {
		return mismatch(v, "a list")
	}
	base, ok := s.grow(p, len(l.Items))
	if !ok {
		return mismatch(v, "a list of %d", s.length)
	}
	for i, item := range l.Items {
		if err := s.elem.decode(item, s.at(base, i)); err != nil {
			return under(index(i), err)
		}
	}
	return nil
}

func (s *sequence) deepen(p unsafe.Pointer) {
	base, n, isNil := s.span(p)
	switch {
	case isNil || s.flat():
		return
	case s.slice() && n == 0:
		// A slice of length 0 may have spare capacity that an append would share.
		s.grow(p, 0)
		return
	case s.slice():
		if b, ok := s.elem.(*block); ok && b.count > 0 {
			*(*header)(p) = header{b.dup(base, n*b.count), n, n}
			return
		}
		old := reflect.NewAt(s.typ, p).Elem()
		c := reflect.MakeSlice(s.typ, n, n)
		reflect.Copy(c, old)
		old.Set(c)
		if s.elem.flat() {
			return
		}
		base = (*header)(p).data
	}
	for i := range n {
		s.elem.deepen(s.at(base, i))
	}
}

func (a *ndarray) kind() leaf { return a.inner.kind() }
func (a *ndarray) rank() int  { return 1 + a.inner.rank() }

func (a *ndarray) static(shape []int) {
	shape[0] = a.length
	a.inner.static(shape[1:])
}

func (a *ndarray) measure(p unsafe.Pointer, shape []int) bool {
	base, n, isNil := a.span(p)
	if isNil || shape[0] >= 0 && shape[0] != n {
		return false
	}
	shape[0] = n
	if _, ok := a.inner.(*block); ok {
		return true
	}
	for i := range n {
		if !a.inner.measure(a.at(base, i), shape[1:]) {
			return false
		}
	}
	return true
}

func (a *ndarray) fill(p unsafe.Pointer, dst any, at int) (int, error) {
	base, n, _ := a.span(p)
	if b, ok := a.inner.(*block); ok {
		return at + n*b.count, b.gather(dst, at, base, n, b.bytes, b.count)
	}
	for i := range n {
		var err error
		if at, err = a.inner.fill(a.at(base, i), dst, at); err != nil {
			return 0, under(index(i), err)
		}
	}
	return at, nil
}

func (a *ndarray) encode(p unsafe.Pointer) (Value, error) {
	base, n, isNil := a.span(p)
	if isNil {
		return Null{}, nil
	}
	shape := make([]int, a.rank())
	a.static(shape)
	if !a.measure(p, shape) {
		return a.sequence.encode(p)
	}
	for i, d := range shape {
		shape[i] = max(d, 0) // a dimension that no element showed is empty
	}
	if hollow(shape) {
		return a.sequence.encode(p)
	}
	if b, ok := a.inner.(*block); ok {
		if data := b.alias(base, n*b.count); data != nil {
			return &Array{Elem: b.elem(), Shape: shape, Data: data}, nil
		}
	}
	return encodeGrid(a, p, shape)
}

func (a *ndarray) decode(v Value, p unsafe.Pointer) error {
	switch v.(type) {
	case *Array:
		return decodeGrid(a, v, p)
	case *List, Null:
		return a.sequence.decode(v, p)
	}
	return mismatch(v, "%s", gridName(a))
}

func (a *ndarray) build(src any, at int, shape []int, p unsafe.Pointer) (int, error) {
	n := shape[0]
	if b, ok := a.inner.(*block); ok {
		if n*b.count > 0 && a.slice() {
			if data := b.adopt(src, at); data != nil {
				*(*header)(p) = header{data, n, n}
				return at + n*b.count, nil
			}
		}
		base, _ := a.grow(p, n)
		return at + n*b.count, b.scatter(src, at, base, n, b.bytes, b.count)
	}
	base, _ := a.grow(p, n)
	for i := range n {
		var err error
		if at, err = a.inner.build(src, at, shape[1:], a.at(base, i)); err != nil {
			return 0, under(index(i), err)
		}
	}
	return at, nil
}

// hollow reports whether an Array of this shape has no elements and too many rows.
func hollow(shape []int) bool {
	if !slices.Contains(shape, 0) {
		return false
	}
	rows := 1
	for _, d := range shape {
		if d > maxHollow {
			return true
		}
		if d > 0 {
			rows *= d
		}
		if rows > maxHollow {
			return true
		}
	}
	return false
}
