package keymap

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// tree reads a value as one that records hold. The canonical bytes have been found
// good.
func (d *decoder) tree(t *typeNode) (any, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.leave()
	switch t.code {
	case codeNamed:
		return d.tree(t.elem)
	case codeString:
		s, err := d.text()
		return textOf(s), err
	case codePointer:
		if b, err := d.byte(); err != nil || b == 0 {
			return nil, err
		}
		return d.trees(t.elem)
	case codeFrozen:
		if b, err := d.byte(); err != nil || b == 0 {
			return nil, err
		}
		s, err := d.take(len(FrozenSum{}))
		return []byte(s), err
	case codeInterface:
		return d.dynamicTree()
	case codeSlice:
		n, err := d.length(1)
		if err != nil || n < 0 {
			return nil, err
		}
		return d.list(t.elem, n)
	case codeArray:
		return d.list(t.elem, t.n)
	case codeMap:
		n, err := d.length(1)
		if err != nil || n < 0 {
			return nil, err
		}
		all := make([]any, n)
		for i := range all {
			if all[i], err = d.trees(t.key, t.elem); err != nil {
				return nil, err
			}
		}
		return all, nil
	case codeStruct:
		all := make([]any, len(t.members))
		for i, m := range t.members {
			var err error
			if all[i], err = d.tree(m.typ); err != nil {
				return nil, err
			}
		}
		return all, nil
	case codeMatrix:
		r, err := d.uvarint()
		if err != nil {
			return nil, err
		}
		c, err := d.uvarint()
		if err != nil {
			return nil, err
		}
		data, err := d.list(t.elem, int(r*c))
		return []any{r, c, data}, err
	case codeNumber:
		c, err := d.byte()
		if err != nil {
			return nil, err
		}
		x, err := d.tree(&typeNode{code: c})
		return []any{string(rune(c)), x}, err
	}
	return d.leaf(t.code)
}

// trees reads one value of each type.
func (d *decoder) trees(types ...*typeNode) (any, error) {
	all := make([]any, len(types))
	for i, t := range types {
		var err error
		if all[i], err = d.tree(t); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (d *decoder) dynamicTree() (any, error) {
	if d.in[0] == codeNil {
		d.in = d.in[1:]
		return nil, nil
	}
	inside := decoder{in: d.in, depth: d.depth, inInterface: true}
	t, sign, err := inside.signature()
	if err != nil {
		return nil, err
	}
	d.in = inside.in
	x, err := d.tree(t)
	return []any{sign, x}, err
}

// list reads n values of type t.
func (d *decoder) list(t *typeNode, n int) (any, error) {
	if _, ok := typedArrays[t.code]; ok || t.code == codeUint8 {
		raw, err := d.take(n * scalarSize(t.code))
		if t.code == codeUint8 {
			return []byte(raw), err
		}
		return numbers{t.code, raw}, err
	}
	all := make([]any, n)
	for i := range all {
		var err error
		if all[i], err = d.tree(t); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// leaf reads a scalar or an instant.
func (d *decoder) leaf(code byte) (any, error) {
	switch code {
	case codeTime:
		t, err := d.time()
		if err != nil {
			return nil, err
		}
		return string(appendTime(nil, t)), nil
	case codeFloat32:
		return d.float32()
	case codeFloat64:
		return d.float64()
	case codeComplex64:
		z, err := d.complex64()
		return []any{real(z), imag(z)}, err
	case codeComplex128:
		z, err := d.complex128()
		return []any{real(z), imag(z)}, err
	case codeBool:
		return d.bool()
	}
	size := scalarSize(code)
	u, err := d.fixed(size)
	switch code {
	case codeUint8, codeUint16, codeUint32, codeUint64:
		return u, err
	}
	shift := 64 - 8*size // extends the sign
	return int64(u) << shift >> shift, err
}

// grower writes canonical bytes of values that records hold. It checks what it
// must in order to go on; whether the bytes are a call, Decode tells.
type grower struct {
	b     []byte
	depth int
}

func (g *grower) value(t *typeNode, x any) error {
	if g.depth++; g.depth > maxNesting {
		return errDeep
	}
	defer func() { g.depth-- }()
	switch t.code {
	case codeNamed:
		return g.value(t.elem, x)
	case codeString:
		b, err := appendTextOf(g.b, x)
		g.b = b
		return err
	case codePointer:
		if x == nil {
			g.b = append(g.b, 0)
			return nil
		}
		g.b = append(g.b, 1)
		return g.values(x, t.elem)
	case codeFrozen:
		if x == nil {
			g.b = append(g.b, 0)
			return nil
		}
		sum, ok := x.([]byte)
		if !ok {
			return fmt.Errorf("%T where a fingerprint is needed", x)
		}
		g.b = append(append(g.b, 1), sum...)
		return nil
	case codeInterface:
		return g.dynamic(x)
	case codeSlice:
		if x == nil {
			g.b = append(g.b, 0)
			return nil
		}
		return g.list(t.elem, x, true)
	case codeArray:
		return g.list(t.elem, x, false)
	case codeMap:
		if x == nil {
			g.b = append(g.b, 0)
			return nil
		}
		pairs, err := listOf(x)
		if err != nil {
			return err
		}
		g.uvarint(uint64(len(pairs)) + 1)
		for _, p := range pairs {
			if err := g.values(p, t.key, t.elem); err != nil {
				return err
			}
		}
		return nil
	case codeStruct:
		items, err := listOf(x)
		if err == nil && len(items) != len(t.members) {
			err = fmt.Errorf("a list of %d for a struct of %d fields", len(items), len(t.members))
		}
		for i := 0; err == nil && i < len(items); i++ {
			err = g.value(t.members[i].typ, items[i])
		}
		return err
	case codeMatrix:
		return g.matrix(t, x)
	case codeNumber:
		parts, err := listOf(x)
		if err != nil || len(parts) != 2 {
			return fmt.Errorf("a number is [type, value], not %.40q", fmt.Sprint(x))
		}
		code, _ := parts[0].(string)
		if len(code) != 1 {
			return fmt.Errorf("%.40q is no type of a number", code)
		}
		g.b = append(g.b, code[0])
		return g.leaf(code[0], parts[1])
	}
	return g.leaf(t.code, x)
}

func (g *grower) uvarint(n uint64) { g.b = binary.AppendUvarint(g.b, n) }

// values writes the items of a list that has one for each type.
func (g *grower) values(x any, types ...*typeNode) error {
	items, err := listOf(x)
	if err != nil {
		return err
	}
	if len(items) != len(types) {
		return fmt.Errorf("a list of %d where one of %d is needed", len(items), len(types))
	}
	for i, t := range types {
		if err := g.value(t, items[i]); err != nil {
			return err
		}
	}
	return nil
}

func (g *grower) dynamic(x any) error {
	if x == nil {
		g.b = append(g.b, codeNil)
		return nil
	}
	parts, err := listOf(x)
	if err != nil || len(parts) != 2 {
		return fmt.Errorf("an interface holds null or [type, value]")
	}
	b, t, err := appendSignature(g.b, parts[0], true)
	if err != nil {
		return err
	}
	g.b = b
	return g.value(t, parts[1])
}

func (g *grower) matrix(t *typeNode, x any) error {
	parts, err := listOf(x)
	if err != nil || len(parts) != 3 {
		return fmt.Errorf("a matrix is [rows, columns, list]")
	}
	for _, side := range parts[:2] {
		n, err := intOf(side)
		if err != nil {
			return err
		}
		g.uvarint(n)
	}
	return g.list(t.elem, parts[2], false)
}

// list writes the elements of a slice, after their number, or of an array.
func (g *grower) list(t *typeNode, x any, counted bool) error {
	if raw, ok := x.([]byte); ok && scalarSize(t.code) > 0 {
		if counted {
			g.uvarint(uint64(len(raw)/scalarSize(t.code)) + 1)
		}
		g.b = append(g.b, raw...)
		return nil
	}
	items, err := listOf(x)
	if err != nil {
		return err
	}
	if counted {
		g.uvarint(uint64(len(items)) + 1)
	}
	for _, item := range items {
		if err := g.value(t, item); err != nil {
			return err
		}
	}
	return nil
}

// leaf writes a scalar or an instant.
func (g *grower) leaf(code byte, x any) error {
	switch code {
	case codeTime:
		s, ok := x.(string)
		if !ok {
			return fmt.Errorf("%T where an instant is needed", x)
		}
		t, err := parseTime(s)
		if err != nil {
			return err
		}
		g.b = binary.LittleEndian.AppendUint64(g.b, uint64(t.Unix()))
		g.b = binary.LittleEndian.AppendUint32(g.b, uint32(t.Nanosecond()))
		return nil
	case codeBool:
		b, ok := x.(bool)
		if !ok {
			return fmt.Errorf("%T where a boolean is needed", x)
		}
		g.b = append(g.b, 0)
		if b {
			g.b[len(g.b)-1] = 1
		}
		return nil
	case codeFloat32, codeFloat64:
		return g.float(code, x)
	case codeComplex64, codeComplex128:
		parts, err := listOf(x)
		if err != nil || len(parts) != 2 {
			return fmt.Errorf("a complex number is [real, imaginary]")
		}
		part := byte(codeFloat32)
		if code == codeComplex128 {
			part = codeFloat64
		}
		if err := g.float(part, parts[0]); err != nil {
			return err
		}
		return g.float(part, parts[1])
	}
	size := scalarSize(code)
	if size == 0 {
		return fmt.Errorf("unknown type code %q", code)
	}
	u, err := intOf(x)
	g.b = append(g.b, binary.LittleEndian.AppendUint64(nil, u)[:size]...)
	return err
}

func (g *grower) float(code byte, x any) error {
	bits := 8 * scalarSize(code)
	f, err := floatOf(x, bits)
	if bits == 32 {
		g.b = binary.LittleEndian.AppendUint32(g.b, bits32(float32(f)))
	} else {
		g.b = binary.LittleEndian.AppendUint64(g.b, bits64(f))
	}
	return err
}

func listOf(x any) ([]any, error) {
	list, ok := x.([]any)
	if !ok {
		return nil, fmt.Errorf("%T where a list is needed", x)
	}
	return list, nil
}

// intOf returns the 64 bits of an integer, which a text may hold.
func intOf(x any) (uint64, error) {
	switch x := x.(type) {
	case int64:
		return uint64(x), nil
	case uint64:
		return x, nil
	case string:
		if i, err := strconv.ParseInt(x, 10, 64); err == nil {
			return uint64(i), nil
		}
		return strconv.ParseUint(x, 10, 64)
	}
	return 0, fmt.Errorf("%T where an integer is needed", x)
}

// floatOf returns a float of the given number of bits, which a text may hold.
func floatOf(x any, bits int) (float64, error) {
	switch x := x.(type) {
	case float64:
		return x, nil
	case string:
		return strconv.ParseFloat(x, bits)
	}
	return math.NaN(), fmt.Errorf("%T where a float is needed", x)
}
