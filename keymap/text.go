package keymap

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/klepto-go/klepto/rounding"
)

// String renders the call for people, in full: heat(nu=0.1,n=4), with a version
// heat@v2(nu=0.1,n=4), and with a rounding heat(nu=0.1,n=4)~deep(6). Values that
// differ look different, whatever their types: 1 is an int, 1.0 a float64,
// uint8(1) what it says and "1" a string.
func (c Call) String() string { return string(c.appendText(nil)) }

func (c Call) appendText(b []byte) []byte {
	b = appendName(b, c.Function)
	if c.Version != "" {
		b = appendName(append(b, '@'), c.Version)
	}
	b = append(appendArgs(append(b, '('), c.Args, '='), ')')
	return appendRounding(b, c.Rounding)
}

func appendArgs(b []byte, args []Arg, is byte) []byte {
	for i, a := range args {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(append(appendName(b, a.Name), is), a.Value)
		b = appendRounding(b, a.Rounding)
	}
	return b
}

func appendRounding(b []byte, r rounding.Rounding) []byte {
	if r == rounding.None() {
		return b
	}
	return append(append(b, '~'), r.String()...)
}

// punctuation is what names are quoted for.
const punctuation = "@(),=:~{}\""

// appendName quotes names that would be mistaken for punctuation.
func appendName(b []byte, name string) []byte {
	if strings.ContainsFunc(name, func(r rune) bool {
		return strings.ContainsRune(punctuation, r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar
	}) {
		return strconv.AppendQuote(b, name)
	}
	return append(b, name...)
}

// appendType is appendName for the names of types, which are quoted too where they
// would be mistaken for words and numbers: where no import path and no capital letter
// makes them different.
func appendType(b []byte, name string) []byte {
	path, _, _ := strings.Cut(name, ".")
	switch {
	case name == "" || !unicode.IsLetter(rune(name[0])):
		return strconv.AppendQuote(b, name)
	case path == name && !unicode.IsUpper(rune(name[0])):
		return strconv.AppendQuote(b, name)
	}
	return appendName(b, name)
}

// appendTime renders an instant in UTC, or, in years that RFC 3339 can't write, as
// its seconds since 1970 and nanoseconds.
func appendTime(b []byte, t time.Time) []byte {
	if y := t.Year(); y < 0 || y > 9999 {
		return fmt.Appendf(b, "time(%d,%d)", t.Unix(), t.Nanosecond())
	}
	return t.AppendFormat(b, time.RFC3339Nano)
}

// appendValue renders one of the types that Arg lists.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "nil"...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case string:
		return strconv.AppendQuote(b, v)
	case float64:
		return appendFloat(b, v, 64)
	case complex128:
		return appendComplex(b, v, 64)
	case time.Time:
		return appendTime(b, v)
	case bool, time.Duration:
		return fmt.Append(b, v)
	case float32:
		return append(appendFloat(append(b, "float32("...), float64(v), 32), ')')
	case complex64:
		return appendComplex(append(b, "complex64"...), complex128(v), 32)
	case int8, int16, int32, uint8, uint16, uint32, uint64:
		return fmt.Appendf(b, "%T(%d)", v, v)
	case Named:
		return append(appendValue(append(appendType(b, v.Type), '('), v.Value), ')')
	case Struct:
		return append(appendArgs(append(b, '{'), v, ':'), '}')
	case Map:
		b = append(b, "map{"...)
		for i, p := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(append(appendValue(b, p.Key), ':'), p.Value)
		}
		return append(b, '}')
	case Matrix:
		return appendValue(fmt.Appendf(appendType(b, v.Kind), "(%dx%d)", v.Rows, v.Cols), v.Data)
	case FrozenSum:
		return append(append(append(b, "frozen("...), v.String()...), ')')
	case []byte:
		return append(strconv.AppendQuote(append(b, "bytes("...), string(v)), ')')
	}
	return appendList(b, v)
}

// appendList renders slices, the type of the elements before them.
func appendList(b []byte, v any) []byte {
	switch v := v.(type) {
	case []any:
		return appendItems(append(b, "[]"...), v, appendValue)
	case []float64:
		return appendItems(append(b, "[]float64"...), v, func(b []byte, x float64) []byte { return appendFloat(b, x, 64) })
	case []float32:
		return appendItems(append(b, "[]float32"...), v, func(b []byte, x float32) []byte { return appendFloat(b, float64(x), 32) })
	case []complex128:
		return appendItems(append(b, "[]complex128"...), v, func(b []byte, x complex128) []byte { return appendComplex(b, x, 64) })
	case []complex64:
		return appendItems(append(b, "[]complex64"...), v, func(b []byte, x complex64) []byte { return appendComplex(b, complex128(x), 32) })
	case []string:
		return appendItems(append(b, "[]string"...), v, strconv.AppendQuote)
	case []int8:
		return appendInts(b, v)
	case []int16:
		return appendInts(b, v)
	case []int32:
		return appendInts(b, v)
	case []int64:
		return appendInts(b, v)
	case []uint16:
		return appendInts(b, v)
	case []uint32:
		return appendInts(b, v)
	case []uint64:
		return appendInts(b, v)
	case []time.Duration:
		return appendInts(b, v)
	case []bool:
		return appendInts(b, v)
	}
	return fmt.Appendf(b, "%T(%v)", v, v)
}

func appendInts[T any](b []byte, v []T) []byte {
	return appendItems(fmt.Appendf(b, "%T", v), v, func(b []byte, x T) []byte { return fmt.Append(b, x) })
}

func appendItems[T any](b []byte, v []T, item func([]byte, T) []byte) []byte {
	b = append(b, '{')
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, x)
	}
	return append(b, '}')
}

// appendFloat renders x as Python's repr does, as short as tells it from other
// floats and never like an int.
func appendFloat(b []byte, x float64, bits int) []byte {
	switch a := math.Abs(x); {
	case x != x:
		return append(b, "nan"...)
	case x > math.MaxFloat64:
		return append(b, "inf"...)
	case x < -math.MaxFloat64:
		return append(b, "-inf"...)
	case a != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.AppendFloat(b, x, 'e', -1, bits)
	}
	n := len(b)
	b = strconv.AppendFloat(b, x, 'f', -1, bits)
	if !strings.Contains(string(b[n:]), ".") {
		b = append(b, ".0"...)
	}
	return b
}

func appendComplex(b []byte, z complex128, bits int) []byte {
	b = appendFloat(append(b, '('), real(z), bits)
	if !math.Signbit(imag(z)) || imag(z) != imag(z) {
		b = append(b, '+')
	}
	return append(appendFloat(b, imag(z), bits), "i)"...)
}
