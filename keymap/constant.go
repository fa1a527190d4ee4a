package keymap

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/klepto-go/klepto/rounding"
)

// constant is the default of an argument. Floats compare as they are rounded:
// a call that rounds to the default is the call without the argument.
type constant struct {
	op    op             // of the argument, with its offset in the call
	value unsafe.Pointer // the default
	isNil bool           // it is nil
}

func newConstant(f *field, r rounding.Rounding) (*constant, error) {
	v := reflect.New(f.typ)
	switch f.typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if f.def != "nil" && f.def != "" {
			return nil, fmt.Errorf("%w: %s: the default of a %s can only be nil, not %q", ErrOption, f.path, f.typ, f.def)
		}
		return &constant{op: op{off: f.off}, isNil: true}, nil
	}
	if _, n := scalarOp(f.typ); n == 0 && f.typ != reflect.TypeFor[time.Time]() && f.typ.Kind() != reflect.String {
		return nil, fmt.Errorf("%w: %s: a %s can have no default; scalars, strings and times can, and nil for references", ErrOption, f.path, f.typ)
	}
	if err := parse(v.Elem(), f.def); err != nil {
		return nil, fmt.Errorf("%w: %s: default %q is no %s", ErrOption, f.path, f.def, f.typ)
	}
	var p program
	if err := newCompiler(false).member(&p, f, f.off, 0, r); err != nil {
		return nil, err
	}
	return &constant{op: p.ops[0], value: v.UnsafePointer()}, nil
}

// equal tells whether the argument of the call at base is the default.
func (k *constant) equal(base unsafe.Pointer) bool {
	q := at(base, k.op.off)
	if k.isNil { // the first word of pointers, slices, maps and interfaces
		return *(*unsafe.Pointer)(q) == nil
	}
	switch k.op.code {
	case opString:
		return *(*string)(q) == *(*string)(k.value)
	case opTime:
		return (*time.Time)(q).Equal(*(*time.Time)(k.value))
	case opFloat64:
		return slices.EqualFunc(unsafe.Slice((*float64)(q), k.op.n), unsafe.Slice((*float64)(k.value), k.op.n), func(x, y float64) bool {
			return bits64(k.op.round.Float64(x)) == bits64(k.op.round.Float64(y))
		})
	case opFloat32:
		return slices.EqualFunc(unsafe.Slice((*float32)(q), k.op.n), unsafe.Slice((*float32)(k.value), k.op.n), func(x, y float32) bool {
			return bits32(k.op.round.Float32(x)) == bits32(k.op.round.Float32(y))
		})
	}
	n := k.op.n * int(k.op.size)
	return bytes.Equal(unsafe.Slice((*byte)(q), n), unsafe.Slice((*byte)(k.value), n))
}

// parse sets v, a scalar, a string or a time, from the text in a tag.
func parse(v reflect.Value, s string) (err error) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x, err = time.Parse(time.RFC3339Nano, s)
		return err
	case *time.Duration:
		*x, err = time.ParseDuration(s)
		return err
	}
	bits := int(v.Type().Size()) * 8
	switch k := v.Kind(); {
	case k == reflect.String:
		v.SetString(s)
	case k == reflect.Bool:
		var x bool
		x, err = strconv.ParseBool(s)
		v.SetBool(x)
	case v.CanInt():
		var x int64
		x, err = strconv.ParseInt(s, 0, bits)
		v.SetInt(x)
	case v.CanUint():
		var x uint64
		x, err = strconv.ParseUint(s, 0, bits)
		v.SetUint(x)
	case v.CanFloat():
		var x float64
		x, err = strconv.ParseFloat(s, bits)
		v.SetFloat(x)
	case v.CanComplex():
		var x complex128
		x, err = strconv.ParseComplex(s, bits)
		v.SetComplex(x)
	}
	return err
}
