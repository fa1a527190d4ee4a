package value

import (
	"reflect"
	"unsafe"
)

// treeNode returns the plan of the types of the tree itself, which pass
// through: functions may return a Value of their own making.
func treeNode(t reflect.Type) node {
	switch t {
	case reflect.TypeFor[Value]():
		return passing[Value]{}
	case reflect.TypeFor[*Array]():
		return passing[*Array]{}
	case reflect.TypeFor[*Table]():
		return passing[*Table]{}
	case reflect.TypeFor[*Struct]():
		return passing[*Struct]{}
	case reflect.TypeFor[*List]():
		return passing[*List]{}
	case reflect.TypeFor[*Map]():
		return passing[*Map]{}
	case reflect.TypeFor[Null]():
		return passing[Null]{}
	}
	return nil
}

// passing is the plan of a type V of the tree. A nil V is Null; a Null comes
// back as Null{} in a Value, which then is never nil, and as nil elsewhere.
type passing[V Value] struct{}

func (passing[V]) nilable() bool { return true }
func (passing[V]) flat() bool    { return false }

func (passing[V]) encode(p unsafe.Pointer) (Value, error) {
	v := Value(*(*V)(p))
	if v == nil || reflect.ValueOf(v).IsZero() {
		return Null{}, nil
	}
	if err := Validate(v); err != nil {
		return nil, err
	}
	return v, nil
}

func (passing[V]) decode(v Value, p unsafe.Pointer) error {
	if t, ok := v.(V); ok {
		*(*V)(p) = t
		return nil
	}
	if isNull(v) {
		return nil
	}
	return mismatch(v, "a %s", reflect.TypeFor[V]())
}

func (passing[V]) deepen(p unsafe.Pointer) {
	v := Value(*(*V)(p))
	if v == nil || reflect.ValueOf(v).IsZero() {
		return
	}
	if Validate(v) != nil {
		return // a tree around itself has no copy; Encode says so
	}
	*(*V)(p) = Clone(v).(V)
}
