package value

import (
	"reflect"
	"unsafe"
)

// CodecOf is CodecFor for a type that is known only at run time. The Go values
// of the codec are reflect.Values of type t; those it returns are addressable.
// Encode copies what is not addressable, and refuses other types with
// ErrMismatch. The trees are those of CodecFor.
func CodecOf(t reflect.Type) (*Codec[reflect.Value], error) {
	n, err := planOf(t)
	if err != nil {
		return nil, err
	}
	r, err := planFor(t, true)
	if err != nil {
		return nil, err
	}
	return &Codec[reflect.Value]{dynamic{t, n}, dynamic{t, r}, typeName(t), n.flat()}, nil
}

// dynamic is the plan of a reflect.Value that holds a typ.
type dynamic struct {
	typ  reflect.Type
	elem node
}

func (n dynamic) nilable() bool { return n.elem.nilable() }
func (n dynamic) flat() bool    { return n.elem.flat() }

func (n dynamic) encode(p unsafe.Pointer) (Value, error) {
	x := *(*reflect.Value)(p)
	if !x.IsValid() {
		return nil, fail(ErrMismatch, "the reflect.Value is invalid, it needs a value of type %s", n.typ)
	}
	if x.Type() != n.typ {
		return nil, fail(ErrMismatch, "a value of type %s stands for one of type %s", x.Type(), n.typ)
	}
	if !x.CanAddr() {
		x = n.copy(x)
	}
	return n.elem.encode(x.Addr().UnsafePointer())
}

func (n dynamic) decode(v Value, p unsafe.Pointer) error {
	x := reflect.New(n.typ)
	*(*reflect.Value)(p) = x.Elem()
	return n.elem.decode(v, x.UnsafePointer())
}

func (n dynamic) deepen(p unsafe.Pointer) {
	x := (*reflect.Value)(p)
	*x = n.copy(*x)
	n.elem.deepen(x.Addr().UnsafePointer())
}

// copy returns an addressable shallow copy.
func (n dynamic) copy(x reflect.Value) reflect.Value {
	c := reflect.New(n.typ).Elem()
	c.Set(x)
	return c
}
