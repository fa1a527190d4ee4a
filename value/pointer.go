package value

import (
	"reflect"
	"unsafe"
)

// pointer is the plan of *T: Null, or what T is. Two pointers to one variable
// come back as two variables.
type pointer struct {
	typ  reflect.Type // T
	elem node
}

// pointee is the only field of the Struct that stands for a pointer to
// something nil, which Null alone could not tell from a nil pointer.
const pointee = "*"

func (n *pointer) nilable() bool { return true }
func (n *pointer) flat() bool    { return false }

func (n *pointer) encode(p unsafe.Pointer) (Value, error) {
	target := *(*unsafe.Pointer)(p)
	if target == nil {
		return Null{}, nil
	}
	v, err := n.elem.encode(target)
	if err == nil && n.elem.nilable() && (isNull(v) || isPointee(v)) {
		v = &Struct{Fields: []Field{{pointee, v}}}
	}
	return v, err
}

func (n *pointer) decode(v Value, p unsafe.Pointer) error {
	if isNull(v) {
		return nil
	}
	if n.elem.nilable() && isPointee(v) {
		v = v.(*Struct).Fields[0].Value
	}
	target := reflect.New(n.typ)
	if err := n.elem.decode(v, target.UnsafePointer()); err != nil {
		return err
	}
	*(*unsafe.Pointer)(p) = target.UnsafePointer()
	return nil
}

func (n *pointer) deepen(p unsafe.Pointer) {
	target := *(*unsafe.Pointer)(p)
	if target == nil {
		return
	}
	c := reflect.New(n.typ)
	c.Elem().Set(reflect.NewAt(n.typ, target).Elem())
	n.elem.deepen(c.UnsafePointer())
	*(*unsafe.Pointer)(p) = c.UnsafePointer()
}

func isNull(v Value) bool {
	_, ok := v.(Null)
	return ok
}

func isPointee(v Value) bool {
	s, ok := v.(*Struct)
	return ok && len(s.Fields) == 1 && s.Fields[0].Name == pointee
}
