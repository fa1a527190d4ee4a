package keymap

import (
	"fmt"
	"math"
	"time"
)

// structure reads the values of arguments or fields.
func (d *decoder) structure(members []member) (Struct, error) {
	s := make(Struct, 0, min(len(members), ahead))
	for _, m := range members {
		v, err := d.value(m.typ)
		if err != nil {
			return nil, err
		}
		s = append(s, Arg{Name: m.name, Rounding: m.round, Value: v})
	}
	return s, nil
}

// value reads a value of type t.
func (d *decoder) value(t *typeNode) (any, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.leave()
	if t.least() == 0 { // takes memory and no input
		if d.empty--; d.empty < 0 {
			return nil, fmt.Errorf("far more values without content than with one")
		}
	}
	switch t.code {
	case codeNamed:
		v, err := d.value(t.elem)
		return Named{t.name, v}, err
	case codeString:
		return d.text()
	case codeTime:
		return d.time()
	case codeNumber:
		d.untold = true
		return d.number()
	case codePointer:
		d.untold = true
		b, err := d.byte()
		if err != nil || b == 0 {
			return nil, err
		}
		if b > 1 {
			return nil, fmt.Errorf("a pointer marked %d", b)
		}
		return d.value(t.elem)
	case codeFrozen:
		d.untold = true
		return d.frozen()
	case codeInterface:
		d.untold = true
		if len(d.in) > 0 && d.in[0] == codeNil {
			d.in = d.in[1:]
			return nil, nil
		}
		return d.dynamic()
	case codeSlice:
		n, err := d.length(t.elem.least())
		d.untold = d.untold || n < 0 || n == 0 && !t.elem.listed()
		if err != nil || n < 0 {
			return nil, err
		}
		return d.elements(t.elem, n)
	case codeArray:
		d.untold = true
		if t.n > 0 && t.elem.least() == 0 {
			return nil, fmt.Errorf("elements without content")
		}
		if t.n > 0 && t.n > len(d.in)/t.elem.least() {
			return nil, errShort
		}
		return d.elements(t.elem, t.n)
	case codeMap:
		return d.mapping(t)
	case codeStruct:
		return d.structure(t.members)
	case codeMatrix:
		return d.matrix(t)
	}
	return d.scalar(t.code)
}

// listed tells the types whose slices are written with their type before them.
func (t *typeNode) listed() bool { return scalarSize(t.code) > 0 || t.code == codeString }

// dynamic reads what an interface holds. Its type stands alone.
func (d *decoder) dynamic() (any, error) {
	inside := decoder{in: d.in, depth: d.depth, inInterface: true}
	t, err := inside.typ()
	d.in = inside.in
	if err != nil {
		return nil, err
	}
	return d.value(t)
}

func (d *decoder) frozen() (any, error) {
	b, err := d.byte()
	if err != nil || b == 0 {
		return nil, err
	}
	if b > 1 {
		return nil, fmt.Errorf("a frozen value marked %d", b)
	}
	s, err := d.take(len(FrozenSum{}))
	if err != nil {
		return nil, err
	}
	return FrozenSum([]byte(s)), nil
}

func (d *decoder) mapping(t *typeNode) (any, error) {
	n, err := d.length(t.key.least() + t.elem.least())
	d.untold = d.untold || n <= 0
	if err != nil || n < 0 {
		return nil, err
	}
	m := make(Map, 0, min(n, ahead))
	var lastKey, lastValue string
	for range n {
		key, all := len(d.in), d.in
		var p Pair
		if p.Key, err = d.value(t.key); err != nil {
			return nil, err
		}
		val := len(d.in)
		if p.Value, err = d.value(t.elem); err != nil {
			return nil, err
		}
		k, v := all[:key-val], all[key-val:key-len(d.in)]
		if k < lastKey || k == lastKey && v < lastValue {
			return nil, fmt.Errorf("the pairs of a map are not in order")
		}
		lastKey, lastValue = k, v
		m = append(m, p)
	}
	return m, nil
}

func (d *decoder) matrix(t *typeNode) (any, error) {
	r, err := d.uvarint()
	if err != nil {
		return nil, err
	}
	c, err := d.uvarint()
	if err != nil {
		return nil, err
	}
	most := uint64(len(d.in) / scalarSize(t.elem.code))
	if (r == 0) != (c == 0) || r > 0 && c > most/r {
		return nil, errLong
	}
	data, err := d.elements(t.elem, int(r*c))
	return Matrix{t.name, int(r), int(c), data}, err
}

func (d *decoder) time() (time.Time, error) {
	sec, err := d.fixed(8)
	if err != nil {
		return time.Time{}, err
	}
	ns, err := d.fixed(4)
	if err == nil && ns >= 1e9 {
		err = fmt.Errorf("%d nanoseconds in a second", ns)
	}
	return time.Unix(int64(sec), int64(ns)).UTC(), err
}

// number reads what Options.Untyped writes.
func (d *decoder) number() (any, error) {
	c, err := d.byte()
	if err != nil {
		return nil, err
	}
	v, err := d.scalar(c)
	if err != nil {
		return nil, err
	}
	simple := false // a simpler code would do
	switch x := v.(type) {
	case int64:
	case uint64:
		simple = x <= math.MaxInt64
	case float64:
		simple = x == math.Trunc(x) && x >= -1<<63 && x < 1<<64
	case complex128:
		simple = imag(x) == 0
	default:
		return nil, fmt.Errorf("a number of type %q", c)
	}
	if simple {
		return nil, fmt.Errorf("number %v is not in its simplest form", v)
	}
	return v, nil
}

func (d *decoder) scalar(code byte) (any, error) {
	switch code {
	case codeFloat64:
		return d.float64()
	case codeFloat32:
		return d.float32()
	case codeComplex128:
		return d.complex128()
	case codeComplex64:
		return d.complex64()
	case codeBool:
		return d.bool()
	}
	u, err := d.fixed(scalarSize(code))
	switch code {
	case codeInt8:
		return int8(u), err
	case codeInt16:
		return int16(u), err
	case codeInt32:
		return int32(u), err
	case codeInt64:
		return int64(u), err
	case codeUint8:
		return uint8(u), err
	case codeUint16:
		return uint16(u), err
	case codeUint32:
		return uint32(u), err
	case codeUint64:
		return u, err
	case codeDuration:
		return time.Duration(u), err
	}
	return nil, fmt.Errorf("unknown type code %q", code)
}

func (d *decoder) bool() (bool, error) {
	b, err := d.byte()
	if b > 1 {
		err = fmt.Errorf("a boolean of %d", b)
	}
	return b == 1, err
}

func (d *decoder) complex128() (complex128, error) {
	re, err := d.float64()
	if err != nil {
		return 0, err
	}
	im, err := d.float64()
	return complex(re, im), err
}

func (d *decoder) complex64() (complex64, error) {
	re, err := d.float32()
	if err != nil {
		return 0, err
	}
	im, err := d.float32()
	return complex(re, im), err
}

// elements reads n values of type t, for which the input is long enough.
func (d *decoder) elements(t *typeNode, n int) (any, error) {
	switch t.code {
	case codeBool:
		return each(n, d.bool)
	case codeUint8:
		s, err := d.take(n)
		return []byte(s), err
	case codeInt8:
		return integers[int8](d, n, 1)
	case codeInt16:
		return integers[int16](d, n, 2)
	case codeInt32:
		return integers[int32](d, n, 4)
	case codeInt64:
		return integers[int64](d, n, 8)
	case codeUint16:
		return integers[uint16](d, n, 2)
	case codeUint32:
		return integers[uint32](d, n, 4)
	case codeUint64:
		return integers[uint64](d, n, 8)
	case codeDuration:
		return integers[time.Duration](d, n, 8)
	case codeFloat64:
		return each(n, d.float64)
	case codeFloat32:
		return each(n, d.float32)
	case codeComplex128:
		return each(n, d.complex128)
	case codeComplex64:
		return each(n, d.complex64)
	case codeString:
		return each(n, d.text)
	}
	all := make([]any, 0, min(n, ahead))
	for range n {
		v, err := d.value(t)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// ahead is how many elements room is made for before they are read, where the
// elements may have elements themselves: each level could promise all of the input.
const ahead = 4

func integers[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint16 | ~uint32 | ~uint64](d *decoder, n, size int) ([]T, error) {
	return each(n, func() (T, error) {
		u, err := d.fixed(size)
		return T(u), err
	})
}

// each calls read n times, for elements that have none themselves.
func each[T any](n int, read func() (T, error)) ([]T, error) {
	all := make([]T, n)
	for i := range all {
		var err error
		if all[i], err = read(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
