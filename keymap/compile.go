package keymap

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/klepto-go/klepto/rounding"
)

// programKey tells programs apart: the same type is written differently where
// another rounding holds. Depth counts containers around the value, up to 2, from
// where on every rule treats floats alike.
type programKey struct {
	typ   reflect.Type
	depth int
	round rounding.Rounding
}

const deepest = 2

// compiler turns types into programs, one for each programKey.
type compiler struct {
	programs map[programKey]*program
	untyped  bool
	pending  []func() error // checks of elements whose programs were under way
}

func newCompiler(untyped bool) *compiler {
	return &compiler{programs: map[programKey]*program{}, untyped: untyped}
}

// program returns the program of t, which may still be under way where t
// contains itself.
func (c *compiler) program(t reflect.Type, depth int, r rounding.Rounding, path string) (*program, error) {
	k := programKey{t, min(depth, deepest), r}
	if p, ok := c.programs[k]; ok {
		return p, nil
	}
	p := &program{}
	c.programs[k] = p
	err := c.into(p, t, 0, k.depth, r, path)
	p.done = true
	return p, err
}

// into appends to p what writes a t that lies off bytes from p's base.
func (c *compiler) into(p *program, t reflect.Type, off uintptr, depth int, r rounding.Rounding, path string) error {
	if c.untyped && depth == 0 && isNumber(t) {
		p.add(op{code: opNumber, off: off, n: int(t.Kind()), round: effective(r, depth)})
		return nil
	}
	if code, n := scalarOp(t); n > 0 {
		o := op{code: code, off: off, n: n, size: t.Size() / uintptr(n)}
		if code == opFloat64 || code == opFloat32 {
			o.round = effective(r, depth)
		}
		p.add(o)
		return nil
	}
	if inside, ok := typeInFrozen(t); ok {
		sub, err := c.program(inside, depth, r, path)
		if err != nil {
			return err
		}
		f := &frozen{sumKey{min(depth, deepest), r, c.untyped}, sub, newInterfaceTypes(c.untyped)}
		p.add(op{code: opFrozen, off: off, froz: f})
		return nil
	}
	switch special(t) {
	case codeTime:
		p.add(op{code: opTime, off: off})
		return nil
	case codeMatrix:
		p.add(op{code: opMatrix, off: off, typ: t, round: effective(r, depth+1)})
		return nil
	}
	switch t.Kind() {
	case reflect.String:
		p.add(op{code: opString, off: off})
	case reflect.Struct:
		return c.structure(p, t, off, depth, r, path)
	case reflect.Array:
		return c.array(p, t, off, depth, r, path)
	case reflect.Slice:
		sub, err := c.element(t.Elem(), depth+1, r, path+"[]")
		if err != nil {
			return err
		}
		code := opSlice
		if sub.run(t.Elem().Size()) != nil {
			code = opRuns
		}
		p.add(op{code: code, off: off, size: t.Elem().Size(), sub: sub})
	case reflect.Pointer:
		sub, err := c.program(t.Elem(), depth, r, path)
		if err != nil {
			return err
		}
		p.add(op{code: opPointer, off: off, sub: sub})
	case reflect.Map:
		return c.mapping(p, t, off, depth, r, path)
	case reflect.Interface:
		p.add(op{code: opInterface, off: off, typ: t, round: r, depth: depth})
	default:
		return unkeyable(path, t, "")
	}
	return nil
}

func (c *compiler) structure(p *program, t reflect.Type, off uintptr, depth int, r rounding.Rounding, path string) error {
	fields, err := fieldsOf(t, path)
	if err != nil {
		return err
	}
	for i := range fields {
		f := &fields[i]
		if f.ignore {
			continue
		}
		if f.hasDef {
			return fmt.Errorf("%w: %s: only an argument can have a default, not a field inside one", ErrOption, f.path)
		}
		if err := c.member(p, f, off+f.off, depth+1, r); err != nil {
			return err
		}
	}
	return nil
}

// member appends what writes one field, under its own tolerance if it has one.
func (c *compiler) member(p *program, f *field, off uintptr, depth int, r rounding.Rounding) error {
	if f.hidden {
		return unkeyable(f.path, f.typ, "the field is unexported: export it, or tag it `klepto:\"-\"` if no result depends on it")
	}
	if f.tol {
		if !holdsFloats(f.typ, map[reflect.Type]bool{}) {
			return fmt.Errorf("%w: %s: a tolerance for %s, which holds no floats", ErrOption, f.path, f.typ)
		}
		r = f.round
	}
	return c.into(p, f.typ, off, min(depth, deepest), r, f.path)
}

func (c *compiler) array(p *program, t reflect.Type, off uintptr, depth int, r rounding.Rounding, path string) error {
	if t.Len() == 0 {
		_, err := c.program(t.Elem(), depth+1, r, path+"[]") // only to learn whether it is keyable
		return err
	}
	sub, err := c.element(t.Elem(), depth+1, r, path+"[]")
	if err != nil {
		return err
	}
	if run := sub.run(t.Elem().Size()); run != nil {
		o := *run
		o.off, o.n = off, run.n*t.Len()
		p.add(o)
		return nil
	}
	p.add(op{code: opArray, off: off, n: t.Len(), size: t.Elem().Size(), sub: sub})
	return nil
}

func (c *compiler) mapping(p *program, t reflect.Type, off uintptr, depth int, r rounding.Rounding, path string) error {
	if byAddress(t.Key()) {
		return unkeyable(path, t, "its keys are pointers, or hold some, which differ from run to run; use keys with content")
	}
	key, err := c.program(t.Key(), deepest, rounding.None(), path+"[key]")
	if err != nil {
		return err
	}
	sub, err := c.program(t.Elem(), depth+1, r, path+"[]")
	if err != nil {
		return err
	}
	if key.empty() && sub.empty() {
		return unkeyable(path, t, "its elements have no content")
	}
	p.add(op{code: opMap, off: off, typ: t, key: key, sub: sub})
	return nil
}

// element is program for the elements of slices and arrays, which must write
// at least one byte: a decoder could not bound their number otherwise.
func (c *compiler) element(t reflect.Type, depth int, r rounding.Rounding, path string) (*program, error) {
	p, err := c.program(t, depth, r, path)
	if err != nil {
		return nil, err
	}
	check := func() error {
		if p.empty() {
			return unkeyable(path, t, "an element without content; pass the number of elements instead")
		}
		return nil
	}
	if !p.done {
		c.pending = append(c.pending, check)
		return p, nil
	}
	return p, check()
}

// finish ends the compilation: it checks what could not be checked before, and
// finds the programs that need reflection.
func (c *compiler) finish() error {
	for _, check := range c.pending {
		if err := check(); err != nil {
			return err
		}
	}
	spread(c.programs)
	return nil
}

// empty tells that values of p's type have no content.
func (p *program) empty() bool { return p.done && len(p.ops) == 0 }

// effective is the rounding of a float at that depth: r or none.
func effective(r rounding.Rounding, depth int) rounding.Rounding {
	if r.Applies(depth) {
		return r
	}
	return rounding.None()
}

// scalarOp returns the op of a type of fixed size and how many elements a value
// of it is: 2 for complex numbers, 0 when t is no such type.
func scalarOp(t reflect.Type) (opcode, int) {
	switch t.Kind() {
	case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return opRaw, 1
	case reflect.Int:
		if t.Size() == 4 {
			return opInt, 1
		}
		return opRaw, 1
	case reflect.Uint:
		if t.Size() == 4 {
			return opUint, 1
		}
		return opRaw, 1
	case reflect.Float64:
		return opFloat64, 1
	case reflect.Float32:
		return opFloat32, 1
	case reflect.Complex128:
		return opFloat64, 2
	case reflect.Complex64:
		return opFloat32, 2
	}
	return 0, 0
}

// isNumber tells the types that Options.Untyped makes one.
func isNumber(t reflect.Type) bool {
	_, n := scalarOp(t)
	return n > 0 && t != reflect.TypeFor[time.Duration]()
}

// byAddress tells the types whose == compares addresses.
func byAddress(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return true
	case reflect.Array:
		return byAddress(t.Elem())
	case reflect.Struct:
		if _, ok := typeInFrozen(t); ok {
			return true
		}
		for i := range t.NumField() {
			if special(t) == 0 && byAddress(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// holdsFloats tells whether a rounding can matter to a t.
func holdsFloats(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if inside, ok := typeInFrozen(t); ok {
		return holdsFloats(inside, seen)
	}
	if s := special(t); s != 0 {
		return s == codeMatrix
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
		return holdsFloats(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsFloats(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// article puts the indefinite article before a type, as it is spoken.
func article(t reflect.Type) string {
	s := t.String()
	if strings.IndexByte("aeioAEIO", s[0]) >= 0 || strings.HasPrefix(s, "unsafe") { // but a uint
		return "an " + s
	}
	return "a " + s
}

func unkeyable(path string, t reflect.Type, why string) error {
	if why == "" {
		switch t.Kind() {
		case reflect.Func, reflect.Chan:
			why = "a " + t.Kind().String() + " has no content to compare; take it out of the arguments or tag it `klepto:\"ignore\"`"
		case reflect.Uintptr, reflect.UnsafePointer:
			why = "an address differs from run to run"
		}
	}
	return fmt.Errorf("%w: %s is %s: %s", ErrUnkeyable, path, article(t), why)
}
