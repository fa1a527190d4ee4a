package keymap

import (
	"math"
	"reflect"
	"unsafe"
)

// number writes a number so that equal ones of different types are the same
// bytes: as int64 where it is one, else as uint64, float64 or complex128, each
// after its code. A float32 counts as the float64 it equals.
func (e *encoder) number(b []byte, o *op, q unsafe.Pointer) []byte {
	switch reflect.Kind(o.n) {
	case reflect.Bool:
		return e.tagged(b, codeInt64, uint64(*(*uint8)(q)))
	case reflect.Int:
		return e.tagged(b, codeInt64, uint64(*(*int)(q)))
	case reflect.Int8:
		return e.tagged(b, codeInt64, uint64(*(*int8)(q)))
	case reflect.Int16:
		return e.tagged(b, codeInt64, uint64(*(*int16)(q)))
	case reflect.Int32:
		return e.tagged(b, codeInt64, uint64(*(*int32)(q)))
	case reflect.Int64:
		return e.tagged(b, codeInt64, uint64(*(*int64)(q)))
	case reflect.Uint:
		return e.unsigned(b, uint64(*(*uint)(q)))
	case reflect.Uint8:
		return e.unsigned(b, uint64(*(*uint8)(q)))
	case reflect.Uint16:
		return e.unsigned(b, uint64(*(*uint16)(q)))
	case reflect.Uint32:
		return e.unsigned(b, uint64(*(*uint32)(q)))
	case reflect.Uint64:
		return e.unsigned(b, *(*uint64)(q))
	case reflect.Float32:
		return e.real(b, float64(o.round.Float32(*(*float32)(q))))
	case reflect.Float64:
		return e.real(b, o.round.Float64(*(*float64)(q)))
	case reflect.Complex64:
		return e.complex(b, complex128(o.round.Complex64(*(*complex64)(q))))
	case reflect.Complex128:
		return e.complex(b, o.round.Complex128(*(*complex128)(q)))
	}
	return b
}

func (e *encoder) tagged(b []byte, code byte, x uint64) []byte { return e.uint64(e.byte(b, code), x) }

func (e *encoder) unsigned(b []byte, x uint64) []byte {
	if x <= math.MaxInt64 {
		return e.tagged(b, codeInt64, x)
	}
	return e.tagged(b, codeUint64, x)
}

func (e *encoder) real(b []byte, x float64) []byte {
	switch {
	case x != math.Trunc(x): // NaN too
	case x >= -1<<63 && x < 1<<63:
		return e.tagged(b, codeInt64, uint64(int64(x)))
	case x >= 1<<63 && x < 1<<64:
		return e.tagged(b, codeUint64, uint64(x))
	}
	return e.tagged(b, codeFloat64, bits64(x))
}

func (e *encoder) complex(b []byte, x complex128) []byte {
	if imag(x) == 0 {
		return e.real(b, real(x))
	}
	return e.uint64(e.tagged(b, codeComplex128, bits64(real(x))), bits64(imag(x)))
}
