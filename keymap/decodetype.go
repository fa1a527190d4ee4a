package keymap

import (
	"fmt"
	"math"

	"github.com/klepto-go/klepto/rounding"
)

// typeNode is a type signature, read.
type typeNode struct {
	code    byte
	n       int       // elements of an array
	name    string    // of a named type or a matrix
	key     *typeNode // of a map
	elem    *typeNode
	members []member
	width   int // fewest bytes of a value; -1 before it is known
}

// member is an argument or a field of a struct.
type member struct {
	name  string
	round rounding.Rounding
	typ   *typeNode
}

// typ reads a signature.
func (d *decoder) typ() (*typeNode, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.leave()
	c, err := d.byte()
	if err != nil {
		return nil, err
	}
	t := &typeNode{code: c, width: -1}
	switch c {
	case codeUp:
		return d.up()
	case codeNamed:
		return t, d.namedType(t)
	case codeInterface, codeString, codeTime, codeDuration, codeNumber:
		return t, nil
	}
	if scalarSize(c) > 0 {
		return t, nil
	}
	d.around = append(d.around, t)
	err = d.container(t)
	d.around = d.around[:len(d.around)-1]
	return t, err
}

func (d *decoder) namedType(t *typeNode) (err error) {
	if !d.inInterface {
		return fmt.Errorf("a type name outside an interface")
	}
	if t.name, err = d.text(); err != nil {
		return err
	}
	if len(d.in) > 0 && (d.in[0] == codeNamed || d.in[0] == codeUp) {
		return fmt.Errorf("type %q has two names", t.name)
	}
	t.elem, err = d.typ()
	return err
}

// container reads what follows the code of a type with types inside.
func (d *decoder) container(t *typeNode) (err error) {
	switch t.code {
	case codePointer, codeSlice, codeFrozen:
	case codeArray:
		n, err := d.uvarint()
		if err != nil {
			return err
		}
		if n > math.MaxInt {
			return errLong
		}
		t.n = int(n)
	case codeMap:
		if t.key, err = d.typ(); err != nil {
			return err
		}
	case codeStruct:
		t.members, err = d.members()
		return err
	case codeMatrix:
		if t.name, err = d.text(); err != nil {
			return err
		}
		if len(d.in) > 0 && d.in[0] != codeFloat64 && d.in[0] != codeComplex128 {
			return fmt.Errorf("a matrix of %q", d.in[0])
		}
	default:
		return fmt.Errorf("unknown type code %q", t.code)
	}
	t.elem, err = d.typ()
	return err
}

// up reads a reference to a type around this one. A value must end somewhere: at
// a nil pointer, slice or map on the way.
func (d *decoder) up() (*typeNode, error) {
	k, err := d.uvarint()
	if err != nil {
		return nil, err
	}
	if k >= uint64(len(d.around)) {
		return nil, fmt.Errorf("a type refers %d types up, where there are %d", k, len(d.around))
	}
	way := d.around[len(d.around)-1-int(k):]
	for _, t := range way {
		if t.code == codePointer || t.code == codeSlice || t.code == codeMap || t.code == codeFrozen {
			return way[0], nil
		}
	}
	return nil, fmt.Errorf("a type contains itself without end")
}

// members reads the number, names, tolerances and types of arguments or fields.
func (d *decoder) members() ([]member, error) {
	n, err := d.count(2)
	if err != nil {
		return nil, err
	}
	all := make([]member, 0, min(n, ahead))
	seen := make(map[string]bool)
	for range n {
		var m member
		if m.name, err = d.text(); err != nil {
			return nil, err
		}
		if seen[m.name] {
			return nil, fmt.Errorf("two arguments or fields are named %q", m.name)
		}
		seen[m.name] = true
		if len(d.in) > 0 && d.in[0] == codeRounded {
			d.in = d.in[1:]
			if m.round, err = d.rounding(); err != nil {
				return nil, err
			}
			if m.round == rounding.None() {
				return nil, fmt.Errorf("argument or field %q has a tolerance of none", m.name)
			}
		}
		if m.typ, err = d.typ(); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// scalarSize is the size of a scalar of fixed size, 0 for other codes.
func scalarSize(code byte) int {
	switch code {
	case codeBool, codeInt8, codeUint8:
		return 1
	case codeInt16, codeUint16:
		return 2
	case codeInt32, codeUint32, codeFloat32:
		return 4
	case codeInt64, codeUint64, codeFloat64, codeComplex64, codeDuration:
		return 8
	case codeComplex128:
		return 16
	}
	return 0
}

// least returns the fewest bytes a value of t takes. It ends, as up has seen to
// it that a type contains itself only where one byte can end the value.
func (t *typeNode) least() int {
	if t.width >= 0 {
		return t.width
	}
	var w float64 // saturates, where an int would overflow
	switch t.code {
	case codeNamed:
		w = float64(t.elem.least())
	case codeArray:
		w = float64(t.n) * float64(t.elem.least())
	case codeStruct:
		for _, m := range t.members {
			w += float64(m.typ.least())
		}
	case codeMatrix:
		w = 2
	case codeTime:
		w = 12
	case codeNumber:
		w = 9
	default:
		w = float64(max(1, scalarSize(t.code)))
	}
	t.width = int(min(w, math.MaxInt32))
	return t.width
}
