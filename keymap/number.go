package keymap

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"
)

// number writes a number so that equal ones of different types are the same
// bytes: as int64 where it is one, else as uint64, float64 or complex128, each
// after its code. A float32 counts as the float64 it equals.
func (e *encoder) number(o *op, q unsafe.Pointer) {
	switch reflect.Kind(o.n) {
	case reflect.Bool:
		e.tagged(codeInt64, uint64(*(*uint8)(q)))
	case reflect.Int:
		e.tagged(codeInt64, uint64(*(*int)(q)))
	case reflect.Int8:
		e.tagged(codeInt64, uint64(*(*int8)(q)))
	case reflect.Int16:
		e.tagged(codeInt64, uint64(*(*int16)(q)))
	case reflect.Int32:
		e.tagged(codeInt64, uint64(*(*int32)(q)))
	case reflect.Int64:
		e.tagged(codeInt64, uint64(*(*int64)(q)))
	case reflect.Uint:
		e.unsigned(uint64(*(*uint)(q)))
	case reflect.Uint8:
		e.unsigned(uint64(*(*uint8)(q)))
	case reflect.Uint16:
		e.unsigned(uint64(*(*uint16)(q)))
	case reflect.Uint32:
		e.unsigned(uint64(*(*uint32)(q)))
	case reflect.Uint64:
		e.unsigned(*(*uint64)(q))
	case reflect.Float32:
		e.real(float64(o.round.Float32(*(*float32)(q))))
	case reflect.Float64:
		e.real(o.round.Float64(*(*float64)(q)))
	case reflect.Complex64:
		e.complex(complex128(o.round.Complex64(*(*complex64)(q))))
	case reflect.Complex128:
		e.complex(o.round.Complex128(*(*complex128)(q)))
	}
}

func (e *encoder) tagged(code byte, u uint64) {
	b := e.room(9)
	b[0] = code
	binary.LittleEndian.PutUint64(b[1:], u)
}

func (e *encoder) unsigned(u uint64) {
	if u <= math.MaxInt64 {
		e.tagged(codeInt64, u)
		return
	}
	e.tagged(codeUint64, u)
}

func (e *encoder) real(x float64) {
	switch {
	case x != math.Trunc(x): // NaN too
	case x >= -1<<63 && x < 1<<63:
		e.tagged(codeInt64, uint64(int64(x)))
		return
	case x >= 1<<63 && x < 1<<64:
		e.tagged(codeUint64, uint64(x))
		return
	}
	e.tagged(codeFloat64, bits64(x))
}

func (e *encoder) complex(x complex128) {
	if imag(x) == 0 {
		e.real(real(x))
		return
	}
	e.tagged(codeComplex128, bits64(real(x)))
	binary.LittleEndian.PutUint64(e.room(8), bits64(imag(x)))
}
