package keymap

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
)

// formatByte opens the canonical bytes of this layout.
const formatByte = 1

// plan is a compiled argument list: a fixed prefix and a program, or, where
// arguments have defaults, the pieces of both.
type plan struct {
	head    []byte // format, function, version, rounding
	prefix  []byte // head and all arguments
	all     program
	args    []argument // nil when no argument has a default
	names   []string
	dynamic bool // some value needs reflection
	types   *interfaceTypes
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
	p := &plan{types: newInterfaceTypes(o.Untyped)}
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
	spread(c.programs)
	p.dynamic = p.all.reachesDynamic()
	if !defaults {
		p.args = nil
	}
	return p, nil
}

// choose applies Ignore and Tol to the fields by name.
func choose(fields []field, o *Options) ([]field, error) {
	var keyed []field
	used := map[string]bool{}
	for _, f := range fields {
		if slices.Contains(o.Ignore, f.name) {
			used[f.name] = true
			continue
		}
		if digits, ok := o.Tol[f.name]; ok {
			if f.ignore {
				return nil, fmt.Errorf("%w: argument %q has a tolerance in Tol and is ignored by its tag", ErrOption, f.name)
			}
			used[f.name] = true
			f.tol, f.round = true, rounding.Deep(digits)
		}
		if !f.ignore {
			keyed = append(keyed, f)
		}
	}
	for _, name := range append(slices.Clone(o.Ignore), slices.Sorted(maps.Keys(o.Tol))...) {
		if !used[name] {
			return nil, fmt.Errorf("%w: no argument is named %q; there are %s", ErrOption, name, list(fields))
		}
	}
	return keyed, nil
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
		return e.flat(b, p.all.ops, base)
	}
	for i := range p.args {
		if a := &p.args[i]; err == nil && !a.left(base) {
			b, err = e.flat(b, a.prog.ops, base)
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

// digest hashes a call whose arguments need no reflection. Most calls end in
// its first, flat part and use no memory but the stack.
func (p *plan) digest(base unsafe.Pointer) (Digest, error) {
	var stack [firstBuffer]byte
	e := encoder{digest: true}
	if p.args == nil {
		b, n := e.leaves(e.bytes(stack[:0], p.prefix), p.all.ops, base)
		if n == len(p.all.ops) {
			return e.finish(b, nil)
		}
		rest, err := e.flat(e.spill(b), p.all.ops[n:], base)
		return e.finish(rest, err)
	}
	rest, err := p.flat(&e, e.spill(nil), base)
	return e.finish(rest, err)
}

func (p *plan) digestDynamic(base unsafe.Pointer) (Digest, error) {
	w := walker{encoder{digest: true}, p.types}
	b, err := p.walk(&w, w.spill(nil), base)
	return w.finish(b, err)
}

// key turns canonical bytes into a key.
func (p *plan) key(b []byte, err error) (Key, error) {
	if err != nil {
		return Key{}, err
	}
	d := digestOf(b)
	return Key{Canonical: string(b), Digest: d, Name: d.String()}, nil
}
