package foreign

import (
	"fmt"
	"math"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// bitsOf returns up to 64 bits of a number from bit at on.
func bitsOf(b []byte, big bool, at, n int) uint64 {
	var v uint64
	for k := range n {
		bit := at + k
		i := bit / 8
		if big {
			i = len(b) - 1 - i
		}
		v |= uint64(b[i]>>(bit%8)&1) << k
	}
	return v
}

// word is the whole of a number of up to 8 bytes.
func word(b []byte, big bool) uint64 {
	var v uint64
	for i := range b {
		k := i
		if big {
			k = len(b) - 1 - i
		}
		v |= uint64(b[k]) << (8 * i)
	}
	return v
}

// integerOf reads one integer of a type of up to 64 bits.
func integerOf(t *h5.ForeignType, b []byte) int64 {
	b = b[:min(t.Size, len(b))]
	if len(b) > 8 || t.Offset < 0 || t.Precision <= 0 || t.Offset+t.Precision > 8*len(b) {
		return 0
	}
	v := word(b, t.BigEndian) >> t.Offset << (64 - t.Precision)
	if t.Signed {
		return int64(v) >> (64 - t.Precision)
	}
	return int64(v >> (64 - t.Precision))
}

func integers(a *value.Array, e elements) error {
	t := e.t
	if t.Precision <= 0 || t.Precision > 64 || t.Size > 8 || t.Offset < 0 || t.Offset+t.Precision > 8*t.Size {
		return fmt.Errorf("%w: an integer of %d bits in %d bytes", inspect.ErrRefused, t.Precision, t.Size)
	}
	signed := t.Signed || t.Class == h5.ForeignTime
	width := 1
	for 8*width < t.Precision {
		width *= 2
	}
	a.Elem = map[bool]map[int]value.Elem{
		true:  {1: value.Int8, 2: value.Int16, 4: value.Int32, 8: value.Int64},
		false: {1: value.Uint8, 2: value.Uint16, 4: value.Uint32, 8: value.Uint64},
	}[signed][width]
	a.Data = a.Elem.Make(e.n)
	switch d := a.Data.(type) {
	case []int8:
		fillInts(d, e)
	case []int16:
		fillInts(d, e)
	case []int32:
		fillInts(d, e)
	case []int64:
		fillInts(d, e)
	case []uint8:
		fillInts(d, e)
	case []uint16:
		fillInts(d, e)
	case []uint32:
		fillInts(d, e)
	case []uint64:
		fillInts(d, e)
	}
	return nil
}

func fillInts[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](to []T, e elements) {
	for i := range to {
		to[i] = T(integerOf(e.t, e.at(i)))
	}
}

// enums makes booleans or names.
func enums(a *value.Array, e elements) {
	if isBool(e.t) {
		b := make([]bool, e.n)
		sound := true
		for i := range b {
			v := e.at(i)[0]
			b[i] = v == 1
			sound = sound && v <= 1
		}
		if a.Elem, a.Data = value.Bool, b; sound {
			return
		}
	}
	names := make(map[int64]string, len(e.t.Names))
	for _, n := range e.t.Names {
		names[integerOf(e.t.Base, n.Value[:])] = n.Name
	}
	s := make([]string, e.n)
	for i := range s {
		v := integerOf(e.t.Base, e.at(i))
		name, ok := names[v]
		if !ok {
			name = fmt.Sprint(v)
		}
		s[i] = name
	}
	a.Elem, a.Data = value.String, s
}

func floats(a *value.Array, e elements) error {
	read, single, err := floatReader(e.t)
	if err != nil {
		return err
	}
	if single {
		d := make([]float32, e.n)
		for i := range d {
			d[i] = float32(read(e.at(i)))
		}
		if isIEEE(e.t, 4) { // NaNs keep their bits
			for i := range d {
				d[i] = math.Float32frombits(uint32(word(e.at(i), e.t.BigEndian)))
			}
		}
		a.Elem, a.Data = value.Float32, d
		return nil
	}
	d := make([]float64, e.n)
	for i := range d {
		d[i] = read(e.at(i))
	}
	a.Elem, a.Data = value.Float64, d
	return nil
}

func complexes(a *value.Array, e elements) error {
	part := complexPart(e.t)
	if part == nil {
		return fmt.Errorf("%w: a compound", inspect.ErrRefused)
	}
	read, single, err := floatReader(part)
	if err != nil {
		return err
	}
	r, i := e.t.Members[0].Offset, e.t.Members[1].Offset
	if max(r, i) > e.t.Size-part.Size {
		return damaged("a complex type of %d bytes", e.t.Size)
	}
	at := func(k int) complex128 {
		b := e.at(k)
		return complex(read(b[r:][:part.Size]), read(b[i:][:part.Size]))
	}
	if single {
		d := make([]complex64, e.n)
		for k := range d {
			d[k] = complex64(at(k))
		}
		a.Elem, a.Data = value.Complex64, d
		return nil
	}
	d := make([]complex128, e.n)
	for k := range d {
		d[k] = at(k)
	}
	a.Elem, a.Data = value.Complex128, d
	return nil
}

// isIEEE recognizes the formats of IEEE 754 that Go has.
func isIEEE(t *h5.ForeignType, size int) bool {
	f := map[int]h5.ForeignFloatLayout{
		4: {Sign: 31, Exponent: 23, ExponentSize: 8, MantissaSize: 23, Bias: 127, Implied: true},
		8: {Sign: 63, Exponent: 52, ExponentSize: 11, MantissaSize: 52, Bias: 1023, Implied: true},
	}[size]
	return t.Size == size && t.Offset == 0 && t.Float == f
}

// floatReader returns how a number of this type is read; the nearest float64 where it
// has more digits. single says that float32 holds every number of the type.
func floatReader(t *h5.ForeignType) (read func(b []byte) float64, single bool, err error) {
	switch {
	case isIEEE(t, 4):
		return func(b []byte) float64 { return float64(math.Float32frombits(uint32(word(b, t.BigEndian)))) }, true, nil
	case isIEEE(t, 8):
		return func(b []byte) float64 { return math.Float64frombits(word(b, t.BigEndian)) }, false, nil
	}
	f := t.Float
	top := 8 * t.Size
	if f.ExponentSize < 1 || f.ExponentSize > 30 || f.MantissaSize < 1 || f.Bias > 1<<31 || f.Sign < 0 || f.Exponent < 0 || f.Mantissa < 0 ||
		f.Sign >= top || f.Exponent+f.ExponentSize > top || f.Mantissa+f.MantissaSize > top || t.Size > 64 {
		return nil, false, fmt.Errorf("%w: a floating-point number of %d bytes", inspect.ErrRefused, t.Size)
	}
	keep := min(f.MantissaSize, 64) // of the mantissa; the rest is below half a unit of float64
	special := uint64(1)<<f.ExponentSize - 1
	read = func(b []byte) float64 {
		exponent := bitsOf(b, t.BigEndian, f.Exponent, f.ExponentSize)
		m := bitsOf(b, t.BigEndian, f.Mantissa+f.MantissaSize-keep, keep)
		sign := 1 - 2*float64(bitsOf(b, t.BigEndian, f.Sign, 1))
		fraction := m
		scale := int(exponent) - int(f.Bias) - keep
		if !f.Implied { // the leading bit is stored
			fraction &= 1<<(keep-1) - 1
			scale++
		}
		switch {
		case exponent == special && fraction != 0:
			return math.NaN()
		case exponent == special:
			return math.Inf(int(sign))
		case exponent == 0:
			return sign * math.Ldexp(float64(m), scale+1)
		case !f.Implied:
			return sign * math.Ldexp(float64(m), scale)
		case keep == 64:
			return sign * (math.Ldexp(1, scale+keep) + math.Ldexp(float64(m), scale))
		}
		return sign * math.Ldexp(float64(m|1<<keep), scale)
	}
	return read, f.MantissaSize <= 23 && f.ExponentSize <= 8, nil
}
