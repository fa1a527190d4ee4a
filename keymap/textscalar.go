package keymap

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// scalar reads a value that ends at a comma or a bracket, the one of a complex number
// included.
func scalar[T any](r *textReader, parse func(string) (T, error)) (T, error) {
	begin := r.in
	pair := r.skip('(')
	s := r.until(",)}")
	if pair && r.skip(')') {
		s = begin[:len(begin)-len(r.in)]
	}
	return parse(s)
}

// list reads the elements of a slice, whose type has been read.
func (r *textReader) list(elem string) (any, error) {
	if err := r.expect('{'); err != nil {
		return nil, err
	}
	switch elem {
	case "":
		return elements(r, r.value)
	case "string":
		return elements(r, r.quoted)
	case "bool":
		return scalars(r, strconv.ParseBool)
	case "time.Duration":
		return scalars(r, time.ParseDuration)
	case "float64":
		return scalars(r, parseFloat64)
	case "float32":
		return scalars(r, parseFloat32)
	case "complex128":
		return scalars(r, parseComplex128)
	case "complex64":
		return scalars(r, func(s string) (complex64, error) {
			x, err := parseComplex(s, 32)
			return complex64(x), err
		})
	case "int8":
		return scalars(r, parseInt[int8](8))
	case "int16":
		return scalars(r, parseInt[int16](16))
	case "int32":
		return scalars(r, parseInt[int32](32))
	case "int64":
		return scalars(r, parseInt[int64](64))
	case "uint16":
		return scalars(r, parseUint[uint16](16))
	case "uint32":
		return scalars(r, parseUint[uint32](32))
	case "uint64":
		return scalars(r, parseUint[uint64](64))
	}
	return nil, fmt.Errorf("%.40q is no type of elements", elem)
}

func scalars[T any](r *textReader, parse func(string) (T, error)) ([]T, error) {
	return elements(r, func() (T, error) { return scalar(r, parse) })
}

func elements[T any](r *textReader, read func() (T, error)) ([]T, error) {
	all := []T{}
	err := r.items('}', func() error {
		x, err := read()
		all = append(all, x)
		return err
	})
	return all, err
}

func parseInt[T ~int8 | ~int16 | ~int32 | ~int64](bits int) func(string) (T, error) {
	return func(s string) (T, error) {
		x, err := strconv.ParseInt(s, 10, bits)
		return T(x), err
	}
}

func parseUint[T ~uint8 | ~uint16 | ~uint32 | ~uint64](bits int) func(string) (T, error) {
	return func(s string) (T, error) {
		x, err := strconv.ParseUint(s, 10, bits)
		return T(x), err
	}
}

func parseFloat64(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

func parseFloat32(s string) (float32, error) {
	x, err := strconv.ParseFloat(s, 32)
	return float32(x), err
}

func parseComplex128(s string) (complex128, error) { return parseComplex(s, 64) }

// parseComplex64 reads what stands between the parentheses of complex64(1.0+2.0i).
func parseComplex64(s string) (complex64, error) {
	x, err := parseComplex("("+s+")", 32)
	return complex64(x), err
}

// parseComplex reads (1.0+2.0i), whose parts have the given number of bits.
// strconv.ParseComplex has its own idea of how NaN and infinities are signed.
func parseComplex(s string, bits int) (complex128, error) {
	inside, ok := strings.CutSuffix(strings.TrimPrefix(s, "("), "i)")
	for i := 1; ok && i < len(inside); i++ {
		if c := inside[i]; (c != '+' && c != '-') || inside[i-1] == 'e' {
			continue
		}
		re, err := strconv.ParseFloat(inside[:i], bits)
		if err != nil {
			return 0, err
		}
		im, err := strconv.ParseFloat(strings.TrimPrefix(inside[i:], "+"), bits)
		return complex(re, im), err
	}
	return 0, fmt.Errorf("%.60q is no complex number", s)
}
