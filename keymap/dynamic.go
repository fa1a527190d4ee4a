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
	*encoder
	types *interfaceTypes
}

func (p *plan) appendDynamic(dst []byte, base unsafe.Pointer) ([]byte, error) {
	w := walker{&encoder{buf: dst}, p.types}
	if err := p.walk(w, base); err != nil {
		return dst, err
	}
	return w.buf, nil
}

func (p *plan) digestDynamic(base unsafe.Pointer) (Digest, error) {
	d := newDigester()
	defer digesters.Put(d)
	if err := p.walk(walker{&d.encoder, p.types}, base); err != nil {
		return Digest{}, err
	}
	return d.sum(), nil
}

// walk is flat for a call with values that need reflection.
func (p *plan) walk(w walker, base unsafe.Pointer) error {
	if p.open(w.encoder, base) {
		return w.walk(p.all.ops, base)
	}
	for i := range p.args {
		if a := &p.args[i]; !a.left(base) {
			if err := w.walk(a.prog.ops, base); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w walker) walk(ops []op, base unsafe.Pointer) error {
	for i := range ops {
		o := &ops[i]
		var err error
		switch q := at(base, o.off); {
		case o.code == opMap:
			err = w.mapping(o, q)
		case o.code == opInterface:
			err = w.dynamic(o, q)
		case o.code >= opMatrix:
			err = w.matrix(o, q)
		case o.sub != nil && o.sub.dynamic:
			err = w.nested(o, q)
		default:
			err = w.flat(ops[i:i+1], base)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nested writes a slice, array or pointer with something dynamic inside.
func (w walker) nested(o *op, q unsafe.Pointer) error {
	n := o.n
	switch o.code {
	case opSlice:
		s := (*sliceHeader)(q)
		if !w.length(s) {
			return nil
		}
		q, n = s.data, s.len
	case opPointer:
		q, n = *(*unsafe.Pointer)(q), 1
		if q == nil {
			w.byte(0)
			return nil
		}
		w.byte(1)
	}
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	for i := range n {
		if err := w.walk(o.sub.ops, at(q, uintptr(i)*o.size)); err != nil {
			return err
		}
	}
	return nil
}

// mapping writes the pairs of a map in the order of their bytes.
func (w walker) mapping(o *op, q unsafe.Pointer) error {
	m := reflect.NewAt(o.typ, q).Elem()
	if m.IsNil() {
		w.byte(0)
		return nil
	}
	w.uvarint(uint64(m.Len()) + 1)
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	type pair struct{ begin, mid, end int }
	pairs := make([]pair, 0, m.Len())
	in := walker{&encoder{depth: w.depth}, w.types}
	key, val := reflect.New(o.typ.Key()), reflect.New(o.typ.Elem())
	for it := m.MapRange(); it.Next(); {
		p := pair{begin: len(in.buf)}
		key.Elem().SetIterKey(it)
		if err := in.walk(o.key.ops, key.UnsafePointer()); err != nil {
			return err
		}
		p.mid = len(in.buf)
		val.Elem().SetIterValue(it)
		if err := in.walk(o.sub.ops, val.UnsafePointer()); err != nil {
			return err
		}
		p.end = len(in.buf)
		pairs = append(pairs, p)
	}
	b := in.buf
	slices.SortFunc(pairs, func(x, y pair) int { // keys may be equal: NaN, and in interfaces
		return cmp.Or(bytes.Compare(b[x.begin:x.mid], b[y.begin:y.mid]), bytes.Compare(b[x.mid:x.end], b[y.mid:y.end]))
	})
	for _, p := range pairs {
		w.bytes(b[p.begin:p.end])
	}
	return nil
}

// dynamic writes the type of what an interface holds, and then the value.
func (w walker) dynamic(o *op, q unsafe.Pointer) error {
	v := reflect.NewAt(o.typ, q).Elem().Elem()
	if !v.IsValid() {
		w.byte(codeNil)
		return nil
	}
	t, err := w.types.of(programKey{v.Type(), min(o.depth, deepest), o.round})
	if err != nil {
		return err
	}
	w.bytes(t.signature)
	x := reflect.New(v.Type())
	x.Elem().Set(v)
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	return w.walk(t.prog.ops, x.UnsafePointer())
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
	spread(c.programs)
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
