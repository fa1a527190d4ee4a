package keymap

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// walker writes values that need reflection. It leaves all else to the encoder.
type walker struct {
	encoder
	types *interfaceTypes
}

func (w *walker) walk(b []byte, ops []op, base unsafe.Pointer) (_ []byte, err error) {
	for i := range ops {
		o := &ops[i]
		switch q := at(base, o.off); {
		case o.code == opMap:
			b, err = w.mapping(b, o, q)
		case o.code == opInterface:
			b, err = w.dynamic(b, o, q)
		case o.code == opMatrix:
			b, err = w.matrix(b, o, q)
		case o.sub != nil && o.sub.dynamic:
			b, err = w.nestedDynamic(b, o, q)
		default:
			b, err = w.one(b, o, q)
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// one runs an op that needs no reflection.
func (w *walker) one(b []byte, o *op, q unsafe.Pointer) ([]byte, error) {
	if o.leads() {
		return w.nested(b, o, q)
	}
	return w.leaf(b, o, q), nil
}

// nestedDynamic is nested where something inside needs reflection.
func (w *walker) nestedDynamic(b []byte, o *op, q unsafe.Pointer) (_ []byte, err error) {
	b, q, n := w.inside(b, o, q)
	if err = w.enter(); err != nil {
		return b, err
	}
	defer w.leave()
	for i := 0; i < n && err == nil; i++ {
		b, err = w.walk(b, o.sub.ops, at(q, uintptr(i)*o.size))
	}
	return b, err
}

// mapping appends the pairs of a map in the order of their bytes.
func (w *walker) mapping(b []byte, o *op, q unsafe.Pointer) (_ []byte, err error) {
	m := reflect.NewAt(o.typ, q).Elem()
	if m.IsNil() {
		return w.byte(b, 0), nil
	}
	b = w.uvarint(b, uint64(m.Len())+1)
	if err = w.enter(); err != nil {
		return b, err
	}
	defer w.leave()
	type pair struct{ begin, mid, end int }
	pairs := make([]pair, 0, m.Len())
	in := walker{encoder{depth: w.depth}, w.types}
	var all []byte
	key, val := reflect.New(o.typ.Key()), reflect.New(o.typ.Elem())
	for it := m.MapRange(); it.Next(); {
		p := pair{begin: len(all)}
		key.Elem().SetIterKey(it)
		if all, err = in.walk(all, o.key.ops, key.UnsafePointer()); err != nil {
			return b, err
		}
		p.mid = len(all)
		val.Elem().SetIterValue(it)
		if all, err = in.walk(all, o.sub.ops, val.UnsafePointer()); err != nil {
			return b, err
		}
		p.end = len(all)
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(x, y pair) int { // keys may be equal: NaN, and in interfaces
		return cmp.Or(bytes.Compare(all[x.begin:x.mid], all[y.begin:y.mid]), bytes.Compare(all[x.mid:x.end], all[y.mid:y.end]))
	})
	for _, p := range pairs {
		b = w.bytes(b, all[p.begin:p.end])
	}
	return b, nil
}

// dynamic appends the type of what an interface holds, and then the value.
func (w *walker) dynamic(b []byte, o *op, q unsafe.Pointer) ([]byte, error) {
	v := reflect.NewAt(o.typ, q).Elem().Elem()
	if !v.IsValid() {
		return w.byte(b, codeNil), nil
	}
	t, err := w.types.of(programKey{v.Type(), min(o.depth, deepest), o.round})
	if err != nil {
		return b, err
	}
	x := reflect.New(v.Type())
	x.Elem().Set(v)
	if err := w.enter(); err != nil {
		return b, err
	}
	defer w.leave()
	return w.walk(w.bytes(b, t.signature), t.prog.ops, x.UnsafePointer())
}

// interfaceTypes holds the programs of types that were met in interfaces.
type interfaceTypes struct {
	known   sync.Map // programKey → *interfaceType
	untyped bool
}

type interfaceType struct {
	signature []byte
	prog      *program
}

func newInterfaceTypes(untyped bool) *interfaceTypes { return &interfaceTypes{untyped: untyped} }

// of returns the program of k, compiled at the first meeting.
func (s *interfaceTypes) of(k programKey) (*interfaceType, error) {
	if t, ok := s.known.Load(k); ok {
		return t.(*interfaceType), nil
	}
	c := newCompiler(s.untyped)
	prog, err := c.program(k.typ, k.depth, k.round, k.typ.String())
	if err != nil {
		return nil, inInterface(err)
	}
	if err := c.finish(); err != nil {
		return nil, inInterface(err)
	}
	sign := signer{named: true, untyped: s.untyped}
	text, err := sign.appendType(nil, k.typ, k.depth == 0)
	if err != nil {
		return nil, inInterface(err)
	}
	t, _ := s.known.LoadOrStore(k, &interfaceType{text, prog})
	return t.(*interfaceType), nil
}

func inInterface(err error) error {
	if errors.Is(err, ErrUnkeyable) {
		return fmt.Errorf("%w (the value of an interface)", err)
	}
	return err
}
