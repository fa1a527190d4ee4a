package keymap

import (
	"encoding/binary"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/rounding"
)

// formatByte opens the canonical bytes of this layout.
const formatByte = 1

// plan is a compiled argument list: a fixed prefix and a program, or, where
// arguments have defaults, the pieces of both.
type plan struct {
	head    []byte                  // format, function, version, rounding
	prefix  []byte                  // head and all arguments
	begun   [firstBuffer / 8]uint64 // prefix, where it fits
	all     program
	args    []argument // nil when no argument has a default
	names   []string
	dynamic bool // some value needs reflection
	types   *interfaceTypes
	namer   Namer // nil: the digest
}

// argument is one argument of a plan that has defaults.
type argument struct {
	meta []byte // name, tolerance, type
	prog program
	def  *constant // nil: never left out
}

// newPlan compiles an argument list. It is all that a wrapped function needs
// beside a struct of its arguments.
func newPlan(fields []field, o *Options) (*plan, error) {
	if o == nil {
		o = &Options{}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	fields, err := choose(fields, o)
	if err != nil {
		return nil, err
	}
	p := &plan{types: newInterfaceTypes(o.Untyped), namer: o.Keymap}
	p.head = appendText(appendText(appendText([]byte{formatByte}, o.Function), o.Version), o.Rounding.String())
	c := newCompiler(o.Untyped)
	defaults := false
	metas := make([]byte, 0, 64)
	for i := range fields {
		f := &fields[i]
		var a argument
		if err := c.member(&a.prog, f, f.off, 0, o.Rounding); err != nil {
			return nil, err
		}
		if err := c.member(&p.all, f, f.off, 0, o.Rounding); err != nil {
			return nil, err
		}
		s := signer{untyped: o.Untyped}
		if a.meta, err = s.appendField(nil, f, true); err != nil {
			return nil, err
		}
		if f.hasDef {
			defaults = true
			if a.def, err = newConstant(f, o.Rounding); err != nil {
				return nil, err
			}
		}
		metas = append(metas, a.meta...)
		p.args = append(p.args, a)
		p.names = append(p.names, f.name)
	}
	p.prefix = append(binary.AppendUvarint(slices.Clone(p.head), uint64(len(fields))), metas...)
	copy((*[firstBuffer]byte)(unsafe.Pointer(&p.begun))[:], p.prefix)
	if err := c.finish(); err != nil {
		return nil, err
	}
	p.dynamic = p.all.reachesDynamic()
	if !p.dynamic {
		p.all.shorten()
		for i := range p.args {
			p.args[i].prog.shorten()
		}
	}
	if !defaults {
		p.args = nil
	}
	return p, nil
}

// choose applies Ignore and Tol to the fields.
func choose(fields []field, o *Options) ([]field, error) {
	fields = slices.Clone(fields)
	for _, name := range o.Ignore {
		i, err := find(fields, name, true)
		if err != nil {
			return nil, err
		}
		fields[i].ignore = true
	}
	for _, name := range slices.Sorted(maps.Keys(o.Tol)) {
		i, err := find(fields, name, false)
		if err != nil {
			return nil, err
		}
		f := &fields[i]
		if f.ignore {
			return nil, fmt.Errorf("%w: argument %q has a tolerance in Tol and is ignored", ErrOption, name)
		}
		f.tol, f.round = true, rounding.Deep(o.Tol[name])
	}
	return slices.DeleteFunc(fields, func(f field) bool { return f.ignore }), nil
}

// find returns the argument of that name; in Ignore also by its position, by
// "*", the variadic one, or by "**", a map of keyword arguments.
func find(fields []field, name string, ignore bool) (int, error) {
	for i, f := range fields {
		if f.name == name {
			return i, nil
		}
	}
	if n, err := strconv.Atoi(name); ignore && err == nil && n >= 0 && n < len(fields) {
		return n, nil
	}
	for i, f := range slices.Backward(fields) {
		keywords := f.typ.Kind() == reflect.Map && f.typ.Key().Kind() == reflect.String
		if ignore && (name == "*" && f.variadic || name == "**" && keywords) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: no argument is named %q; there are %s", ErrOption, name, list(fields))
}

func list(fields []field) string {
	if len(fields) == 0 {
		return "none"
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// flat appends a call whose arguments need no reflection; they do not escape.
func (p *plan) flat(e *encoder, b []byte, base unsafe.Pointer) (_ []byte, err error) {
	b, all := p.open(e, b, base)
	if all {
		return e.flat(b, &p.all, 0, base)
	}
	for i := range p.args {
		if a := &p.args[i]; err == nil && !a.left(base) {
			b, err = e.flat(b, &a.prog, 0, base)
		}
	}
	return b, err
}

// walk is flat for plans that need reflection.
func (p *plan) walk(w *walker, b []byte, base unsafe.Pointer) (_ []byte, err error) {
	b, all := p.open(&w.encoder, b, base)
	if all {
		return w.walk(b, p.all.ops, base)
	}
	for i := range p.args {
		if a := &p.args[i]; err == nil && !a.left(base) {
			b, err = w.walk(b, a.prog.ops, base)
		}
	}
	return b, err
}

// open appends the prefix and tells whether it names all arguments.
func (p *plan) open(e *encoder, b []byte, base unsafe.Pointer) ([]byte, bool) {
	n := len(p.args)
	for i := range p.args {
		if p.args[i].left(base) {
			n--
		}
	}
	if n == len(p.args) {
		return e.bytes(b, p.prefix), true
	}
	b = e.uvarint(e.bytes(b, p.head), uint64(n))
	for i := range p.args {
		if a := &p.args[i]; !a.left(base) {
			b = e.bytes(b, a.meta)
		}
	}
	return b, false
}

// left tells whether the argument equals its default and is left out.
func (a *argument) left(base unsafe.Pointer) bool { return a.def != nil && a.def.equal(base) }

// digest hashes a call whose arguments need no reflection. Most calls end in its
// first part and use no memory but the stack: words, a copy of the prefix with room
// behind it, is aligned as an array of bytes is not.
func (p *plan) digest(base unsafe.Pointer) (Digest, error) {
	if p.args != nil || len(p.prefix) > firstBuffer {
		return p.digestOfSome(base)
	}
	words := p.begun
	stack := (*[firstBuffer]byte)(unsafe.Pointer(&words))
	n, i := p.all.quick(unsafe.Pointer(stack), len(p.prefix), len(stack), 0, base)
	if i == len(p.all.ops) {
		return Digest(xxh3.Hash128(stack[:n])), nil
	}
	return p.goOn(stack[:n], i, base)
}

// digestOfSome is digest for calls that may leave defaults out, or have long names.
func (p *plan) digestOfSome(base unsafe.Pointer) (Digest, error) {
	e := encoder{digest: true}
	b, err := p.flat(&e, e.spill(nil), base)
	return e.finish(b, err)
}

// goOn is digest for calls with more than a few scalars: behind what has begun, from
// the given op on.
func (p *plan) goOn(begun []byte, op int, base unsafe.Pointer) (Digest, error) {
	e := encoder{digest: true}
	b, err := e.flat(e.spill(begun), &p.all, op, base)
	return e.finish(b, err)
}

// digestAny and append are for arguments that are on the heap already.
func (p *plan) digestAny(base unsafe.Pointer) (Digest, error) {
	if !p.dynamic {
		return p.digest(base)
	}
	w := walker{encoder{digest: true}, p.types}
	b, err := p.walk(&w, w.spill(nil), base)
	return w.finish(b, err)
}

func (p *plan) append(dst []byte, base unsafe.Pointer) ([]byte, error) {
	if !p.dynamic {
		return p.flat(&encoder{}, dst, base)
	}
	return p.walk(&walker{types: p.types}, dst, base)
}

// key turns canonical bytes into a key.
func (p *plan) key(b []byte, err error) (Key, error) {
	if err != nil {
		return Key{}, err
	}
	k := Key{Canonical: string(b), Digest: Digest(xxh3.Hash128(b))}
	if p.namer == nil {
		k.Name = k.Digest.String()
		return k, nil
	}
	if k.Name, err = p.namer.Name(b); err != nil {
		return Key{}, fmt.Errorf("keymap: %s: %w", p.namer, err)
	}
	return k, nil
}
