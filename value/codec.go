package value

import (
	"reflect"
	"unsafe"
)

// Codec converts the values of one Go type to trees and back, by a plan that
// is compiled once. It is immutable and safe for concurrent use.
type Codec[T any] struct {
	plan   node
	record node
	name   string
	flat   bool
}

// CodecFor returns the codec of T. A type that cannot be stored is an error
// that wraps ErrType and names the path of the field: interfaces, functions,
// channels, unexported fields and types that contain themselves.
func CodecFor[T any]() (*Codec[T], error) {
	t := reflect.TypeFor[T]()
	n, err := planOf(t)
	if err != nil {
		return nil, err
	}
	r, err := planFor(t, true)
	if err != nil {
		return nil, err
	}
	return &Codec[T]{n, r, typeName(t), n.flat()}, nil
}

// Encode returns the tree of x, without copying slices and matrices where
// their memory can serve: x must not change while the tree is in use.
// It fails with ErrRange where x holds a time or map key that no tree can
// hold, and with ErrInvalid where x holds a malformed Value.
func (c *Codec[T]) Encode(x T) (Value, error) { return c.encode(c.plan, &x) }

// Record is Encode for what is written down and not read back, such as the arguments
// that a result was computed from: where x holds a keymap.Frozen, the tree has in
// place of its content the text "frozen(…)" with its fingerprint.
func (c *Codec[T]) Record(x T) (Value, error) { return c.encode(c.record, &x) }

func (c *Codec[T]) encode(plan node, x *T) (Value, error) {
	v, err := plan.encode(unsafe.Pointer(x))
	if err != nil {
		return nil, under(c.name, err)
	}
	return v, nil
}

// Decode returns the Go value of a tree. It takes ownership: the result may
// refer to the memory of v. A tree of another shape or type is an error that
// wraps ErrMismatch and names the path; fields tagged "-" are zero.
func (c *Codec[T]) Decode(v Value) (T, error) {
	var x, zero T
	if err := decodeInto(c.plan, v, unsafe.Pointer(&x)); err != nil {
		return zero, under(c.name, err)
	}
	return x, nil
}

// Clone returns a deep copy of x, which shares nothing with it: nil stays nil,
// empty stays empty, fields tagged "-" become zero.
func (c *Codec[T]) Clone(x T) T {
	if c.flat {
		return x
	}
	return c.deepClone(x)
}

// deepClone is apart because its x is on the heap: flat types need none.
func (c *Codec[T]) deepClone(x T) T {
	c.plan.deepen(unsafe.Pointer(&x))
	return x
}

// Flat reports whether a T holds no references, so that Clone is the identity.
func (c *Codec[T]) Flat() bool { return c.flat }

// Fields reports whether a T is stored as a Struct of the fields of its Go type. A
// time.Time and the matrices of gonum are structs in Go too, but one value.
func (c *Codec[T]) Fields() bool {
	n := c.plan
	if d, ok := n.(dynamic); ok {
		n = d.elem
	}
	_, ok := n.(*structure)
	return ok
}

// Check reports whether values of t can be stored, as CodecFor does.
func Check(t reflect.Type) error {
	_, err := planOf(t)
	return err
}

// Of returns the tree of x, which shares nothing with it; of nil, Null. Use a
// Codec to encode many values of one type, or without copying.
func Of(x any) (Value, error) {
	t := reflect.TypeOf(x)
	if t == nil {
		return Null{}, nil
	}
	n, err := planOf(t)
	if err != nil {
		return nil, err
	}
	p := reflect.New(t)
	p.Elem().Set(reflect.ValueOf(x))
	v, err := n.encode(p.UnsafePointer())
	if err != nil {
		return nil, under(typeName(t), err)
	}
	return Clone(v), nil
}

// To sets *dst, a non-nil pointer, to the Go value of v, which shares nothing
// with it. When it fails *dst is as before.
func To(v Value, dst any) error {
	p := reflect.ValueOf(dst)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fail(ErrType, "To needs a pointer to set, not %T", dst)
	}
	t := p.Type().Elem()
	n, err := planOf(t)
	if err != nil {
		return err
	}
	x := reflect.New(t)
	if err := decodeInto(n, v, x.UnsafePointer()); err != nil {
		return under(typeName(t), err)
	}
	n.deepen(x.UnsafePointer())
	p.Elem().Set(x.Elem())
	return nil
}

// decodeInto checks the tree once, so that the plans need not.
func decodeInto(n node, v Value, p unsafe.Pointer) error {
	if err := Validate(v); err != nil {
		return err
	}
	return n.decode(v, p)
}
