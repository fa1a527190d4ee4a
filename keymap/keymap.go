package keymap

import (
	"reflect"
	"slices"
	"unsafe"
)

// Keymap makes the keys of calls whose arguments are an In. It never changes
// after New and may be used from many goroutines.
type Keymap[In any] struct {
	plan *plan
	heap bool // the arguments have to be on the heap
	// signature is set where an In is a []reflect.Value, by position.
	signature *Signature
}

// New compiles how an In is keyed. A struct In names its arguments by its
// fields; any other In is one argument named "x". New reports a type that
// cannot be keyed, by the path of the field, names in o that are no argument's,
// two arguments of one name, and tags that do not fit.
func New[In any](o *Options) (*Keymap[In], error) {
	t := reflect.TypeFor[In]()
	args := []field{{name: "x", typ: t, path: t.String()}}
	if isArguments(t) {
		var err error
		if args, err = fieldsOf(t, t.String()); err != nil {
			return nil, err
		}
	}
	p, err := newPlan(args, o)
	if err != nil {
		return nil, err
	}
	return &Keymap[In]{plan: p, heap: p.dynamic}, nil
}

// Append appends the canonical bytes of the call to dst. When it fails, the
// result is of no use.
func (k *Keymap[In]) Append(dst []byte, in *In) ([]byte, error) {
	if k.heap {
		base, err := k.base(clone(in))
		if err != nil {
			return dst, err
		}
		return k.plan.append(dst, base)
	}
	return k.plan.flat(&encoder{}, dst, unsafe.Pointer(in))
}

// Digest returns the fingerprint of the canonical bytes without building them
// in full. It allocates nothing unless In holds a map, an interface or a matrix.
func (k *Keymap[In]) Digest(in *In) (Digest, error) {
	if !k.heap {
		return k.plan.digest(unsafe.Pointer(in))
	}
	base, err := k.base(clone(in))
	if err != nil {
		return Digest{}, err
	}
	return k.plan.digestAny(base)
}

// Key returns the key of the call.
func (k *Keymap[In]) Key(in *In) (Key, error) {
	var stack [2 * firstBuffer]byte
	return k.plan.key(k.Append(stack[:0], in))
}

// Prefix returns what the canonical bytes of every call begin with that gives all of
// its arguments: the name and version of the function, the rounding, and the names and
// types of the arguments. Keymaps make the same keys only where it is the same.
func (k *Keymap[In]) Prefix() string { return string(k.plan.prefix) }

// Names returns the names of the arguments that make the key, in their order;
// ignored ones are left out.
func (k *Keymap[In]) Names() []string { return slices.Clone(k.plan.names) }

// base is where the plan finds the arguments of in, which is on the heap.
func (k *Keymap[In]) base(in *In) (unsafe.Pointer, error) {
	if k.signature != nil {
		return k.signature.load(*any(in).(*[]reflect.Value))
	}
	return unsafe.Pointer(in), nil
}

// clone moves the arguments to the heap, where reflection needs them, so that
// for all other plans they stay on the caller's stack.
func clone[In any](in *In) *In {
	c := new(In)
	*c = *in
	return c
}
