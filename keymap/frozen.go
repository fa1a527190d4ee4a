package keymap

import (
	"crypto/sha256"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
)

// Frozen carries a large argument together with its fingerprint, so that only
// the first key made of it reads it in full. It stands wherever a T can: as the
// only argument, a field, an element. The zero Frozen holds no value, and is
// keyed as such.
//
// In the key stands the SHA-256 of the canonical bytes of the value, as rounded
// there, in place of the value: 33 bytes, whatever its size. So the key of a call
// with a Frozen[T] is not that of the same call with a T; equal content has equal
// keys, be it frozen once or twice. Decode gives a FrozenSum in its place, as the
// content can't be had from it. Fingerprints are kept for each rounding that
// the value was keyed under.
//
// Archives record a frozen argument by its Fingerprint too: ten thousand results
// of one field don't hold the field ten thousand times. Keep it where it can be
// found again.
//
// A Frozen may be used from many goroutines. Copies share the value.
type Frozen[T any] struct{ content *content }

// content is what all copies of a Frozen share. It has no type parameter, so
// that a program can read it.
type content struct {
	value unsafe.Pointer // to a T
	sums  atomic.Pointer[[]contentSum]
}

// contentSum is the fingerprint of a content under one program.
type contentSum struct {
	under sumKey
	sum   [sha256.Size]byte
}

type sumKey struct {
	depth   int
	round   rounding.Rounding
	untyped bool
}

// Freeze returns v frozen. It does not copy what v refers to: from now on nobody
// may change that, neither the caller nor a function that gets it from Value. A
// change would go unseen, and results would be those of other arguments.
func Freeze[T any](v T) Frozen[T] { return Frozen[T]{&content{value: unsafe.Pointer(&v)}} }

// Value returns the frozen value, the zero T of the zero Frozen. What it refers to
// must not be changed.
func (f Frozen[T]) Value() (v T) {
	if f.content != nil {
		v = *(*T)(f.content.value)
	}
	return v
}

// Unfreeze is Value for those who don't know T: encoders of results that hold a
// Frozen. It is nil for the zero Frozen.
func (f Frozen[T]) Unfreeze() any {
	if f.content == nil {
		return nil
	}
	return f.Value()
}

// Refreeze makes f hold v, which is a T: the inverse of Unfreeze, for decoders. Of
// another type, it panics.
func (f *Frozen[T]) Refreeze(v any) { *f = Freeze(v.(T)) }

// Fingerprint returns, in hex, what stands for the value in keys that don't round
// it; "" for the zero Frozen. A value that can't be keyed is an error.
func (f Frozen[T]) Fingerprint() (string, error) {
	if f.content == nil {
		return "", nil
	}
	exact := frozen{under: sumKey{}}
	sum := f.content.known(exact.under)
	if sum == nil {
		var err error
		t := reflect.TypeFor[T]()
		c := newCompiler(false)
		if exact.prog, err = c.program(t, 0, rounding.None(), t.String()); err != nil {
			return "", err
		}
		if err = c.finish(); err != nil {
			return "", err
		}
		exact.types = newInterfaceTypes(false)
		if sum, err = f.content.sum(&exact, 0); err != nil {
			return "", err
		}
	}
	return FrozenSum(*sum).String(), nil
}

// frozenType is the T of a Frozen.
func (Frozen[T]) frozenType() reflect.Type { return reflect.TypeFor[T]() }

// typeInFrozen returns the T of a Frozen[T].
func typeInFrozen(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Struct || !t.Implements(reflect.TypeFor[interface{ frozenType() reflect.Type }]()) || t.NumField() != 1 || t.Field(0).Type != reflect.TypeFor[*content]() {
		return nil, false
	}
	return reflect.Zero(t).Interface().(interface{ frozenType() reflect.Type }).frozenType(), true
}

// frozen is what an opFrozen needs to make a fingerprint.
type frozen struct {
	under sumKey
	prog  *program
	types *interfaceTypes
}

// frozen appends what stands for a Frozen at q.
func (e *encoder) frozen(b []byte, f *frozen, q unsafe.Pointer) ([]byte, error) {
	c := *(**content)(q)
	if c == nil {
		return e.byte(b, 0), nil
	}
	sum, err := c.sum(f, e.depth)
	if err != nil {
		return b, err
	}
	b = e.room(b, 1+len(sum))
	b[len(b)-1-len(sum)] = 1
	copy(b[len(b)-len(sum):], sum[:])
	return b, nil
}

// sum returns the fingerprint under f, computed at the first call.
func (c *content) sum(f *frozen, depth int) (*[sha256.Size]byte, error) {
	if sum := c.known(f.under); sum != nil {
		return sum, nil
	}
	w := walker{encoder{depth: depth}, f.types}
	b, err := w.walk(nil, f.prog.ops, c.value)
	if err != nil {
		return nil, err
	}
	add := contentSum{f.under, sha256.Sum256(b)}
	for known := c.sums.Load(); ; known = c.sums.Load() {
		var all []contentSum
		if known != nil {
			all = slices.Clone(*known)
		}
		all = append(all, add)
		if c.sums.CompareAndSwap(known, &all) {
			return &all[len(all)-1].sum, nil
		}
	}
}

// known returns the fingerprint under one program; nil if it was not computed yet.
func (c *content) known(under sumKey) *[sha256.Size]byte {
	if sums := c.sums.Load(); sums != nil {
		for i := range *sums {
			if (*sums)[i].under == under {
				return &(*sums)[i].sum
			}
		}
	}
	return nil
}
