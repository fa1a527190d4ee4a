package value

import (
	"reflect"
	"unsafe"
)

// unfreezer and refreezer are what keymap.Frozen does, which this package does not
// import: its tree is that of what it holds.
type (
	unfreezer     interface{ Unfreeze() any }
	refreezer     interface{ Refreeze(any) }
	fingerprinter interface{ Fingerprint() (string, error) }
)

// frozenIn returns the type that a frozen type holds, which its method Value
// returns.
func frozenIn(t reflect.Type) (reflect.Type, bool) {
	if !t.Implements(reflect.TypeFor[unfreezer]()) || !reflect.PointerTo(t).Implements(reflect.TypeFor[refreezer]()) {
		return nil, false
	}
	m, ok := t.MethodByName("Value")
	if !ok || m.Type.NumIn() != 1 || m.Type.NumOut() != 1 {
		return nil, false
	}
	return m.Type.Out(0), true
}

// frozen is the plan of a type that holds a value nobody changes.
type frozen struct {
	typ, inside reflect.Type
	elem        node
}

func (n *frozen) nilable() bool           { return true }
func (n *frozen) flat() bool              { return true } // copies share what they hold
func (n *frozen) deepen(p unsafe.Pointer) {}

func (n *frozen) encode(p unsafe.Pointer) (Value, error) {
	x := reflect.NewAt(n.typ, p).Interface().(unfreezer).Unfreeze()
	if x == nil {
		return Null{}, nil
	}
	inside := reflect.New(n.inside)
	inside.Elem().Set(reflect.ValueOf(x))
	return n.elem.encode(inside.UnsafePointer())
}

// frozenRecord is frozen in a record.
type frozenRecord struct{ *frozen }

func (n frozenRecord) encode(p unsafe.Pointer) (Value, error) {
	x := reflect.NewAt(n.typ, p).Interface()
	if x.(unfreezer).Unfreeze() == nil {
		return Null{}, nil
	}
	sum, err := x.(fingerprinter).Fingerprint()
	if err != nil { // an argument that is no part of the key need not have one
		return n.frozen.encode(p)
	}
	return &Array{Elem: String, Data: []string{"frozen(" + sum + ")"}}, nil
}

func (n *frozen) decode(v Value, p unsafe.Pointer) error {
	if _, ok := v.(Null); ok && !n.elem.nilable() {
		return nil
	}
	inside := reflect.New(n.inside)
	if err := n.elem.decode(v, inside.UnsafePointer()); err != nil {
		return err
	}
	reflect.NewAt(n.typ, p).Interface().(refreezer).Refreeze(inside.Elem().Interface())
	return nil
}
