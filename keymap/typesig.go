package keymap

import (
	"encoding/binary"
	"reflect"
	"time"
)

// The bytes of a type signature; doc.go gives the grammar. Scalars have the
// letters of Python's struct and array modules.
const (
	codeBool       = '?'
	codeInt8       = 'b'
	codeInt16      = 'h'
	codeInt32      = 'i'
	codeInt64      = 'q'
	codeUint8      = 'B'
	codeUint16     = 'H'
	codeUint32     = 'I'
	codeUint64     = 'Q'
	codeFloat32    = 'f'
	codeFloat64    = 'd'
	codeComplex64  = 'F'
	codeComplex128 = 'D'
	codeString     = 's'
	codeTime       = 't'
	codeDuration   = 'u'
	codePointer    = '*'
	codeSlice      = '['
	codeArray      = 'A'
	codeMap        = 'M'
	codeStruct     = '{'
	codeInterface  = 'e'
	codeNil        = '0' // in an interface
	codeNamed      = '=' // in an interface
	codeMatrix     = 'm'
	codeFrozen     = 'z'
	codeNumber     = 'N'
	codeUp         = '^' // a type that contains itself
	codeRounded    = '~' // before the type of an argument or field with a tolerance
)

var scalarCodes = [...]byte{
	reflect.Bool: codeBool, reflect.Int: codeInt64, reflect.Uint: codeUint64,
	reflect.Int8: codeInt8, reflect.Int16: codeInt16, reflect.Int32: codeInt32, reflect.Int64: codeInt64,
	reflect.Uint8: codeUint8, reflect.Uint16: codeUint16, reflect.Uint32: codeUint32, reflect.Uint64: codeUint64,
	reflect.Float32: codeFloat32, reflect.Float64: codeFloat64,
	reflect.Complex64: codeComplex64, reflect.Complex128: codeComplex128,
	reflect.String: codeString,
}

// special returns the code of a type that is keyed as a whole although its
// fields say otherwise, 0 for all others.
func special(t reflect.Type) byte {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return codeTime
	case t == reflect.TypeFor[time.Duration]():
		return codeDuration
	case isMatrix(t) || isComplexMatrix(t):
		return codeMatrix
	}
	if _, ok := typeInFrozen(t); ok {
		return codeFrozen
	}
	return 0
}

// signer writes type signatures. In an interface types count by their names
// too, as the function can tell them apart.
type signer struct {
	named   bool
	untyped bool
	around  []reflect.Type // the types being written, outermost first
}

// appendType appends the signature of t, which must be keyable. Top tells that
// t is an argument itself.
func (s *signer) appendType(dst []byte, t reflect.Type, top bool) ([]byte, error) {
	for i, a := range s.around {
		if a == t {
			return binary.AppendUvarint(append(dst, codeUp), uint64(len(s.around)-1-i)), nil
		}
	}
	if s.untyped && top && isNumber(t) {
		return append(dst, codeNumber), nil
	}
	if c := special(t); c != 0 {
		dst = append(dst, c)
		if inside, ok := typeInFrozen(t); ok {
			s.around = append(s.around, t)
			defer func() { s.around = s.around[:len(s.around)-1] }()
			return s.appendType(dst, inside, top)
		}
		if c == codeMatrix {
			dst = appendText(dst, t.Name())
			if isComplexMatrix(t) {
				return append(dst, codeComplex128), nil
			}
			return append(dst, codeFloat64), nil
		}
		return dst, nil
	}
	if s.named && t.PkgPath() != "" {
		dst = appendText(append(dst, codeNamed), t.PkgPath()+"."+t.Name())
	}
	if k := int(t.Kind()); k < len(scalarCodes) && scalarCodes[k] != 0 {
		return append(dst, scalarCodes[k]), nil
	}
	s.around = append(s.around, t)
	defer func() { s.around = s.around[:len(s.around)-1] }()
	switch t.Kind() {
	case reflect.Pointer:
		return s.appendType(append(dst, codePointer), t.Elem(), top)
	case reflect.Slice:
		return s.appendType(append(dst, codeSlice), t.Elem(), false)
	case reflect.Array:
		return s.appendType(binary.AppendUvarint(append(dst, codeArray), uint64(t.Len())), t.Elem(), false)
	case reflect.Map:
		dst, err := s.appendType(append(dst, codeMap), t.Key(), false)
		if err != nil {
			return nil, err
		}
		return s.appendType(dst, t.Elem(), false)
	case reflect.Interface:
		return append(dst, codeInterface), nil
	case reflect.Struct:
		return s.appendStruct(append(dst, codeStruct), t)
	}
	return nil, unkeyable(t.String(), t, "")
}

func (s *signer) appendStruct(dst []byte, t reflect.Type) ([]byte, error) {
	all, err := fieldsOf(t, t.String())
	if err != nil {
		return nil, err
	}
	keyed := make([]field, 0, len(all))
	for _, f := range all {
		if !f.ignore {
			keyed = append(keyed, f)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(keyed)))
	for i := range keyed {
		if dst, err = s.appendField(dst, &keyed[i], false); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendField appends what the prefix says of an argument, and a struct's
// signature of a field.
func (s *signer) appendField(dst []byte, f *field, top bool) ([]byte, error) {
	dst = appendText(dst, f.name)
	if f.tol {
		dst = appendText(append(dst, codeRounded), f.round.String())
	}
	return s.appendType(dst, f.typ, top)
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
