package command

import (
	"math/cmplx"
	"reflect"
	"slices"
	"time"

	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// statistics of a member with numbers. Min and Max are exact; of complex
// numbers they are those of the absolute value.
type statistics struct {
	min, max number
	mean     float64
	nan, inf int
}

// stats returns nil for members without numbers, for scalars, and for what was not read.
func (m member) stats() *statistics {
	if m.read != nil {
		return m.read.stats
	}
	if _, err := m.label(); err != nil || m.leftOut() || m.array.Len() == 0 || m.scalar() {
		return nil
	}
	var s measure
	s.add(m.array)
	return s.statistics()
}

// measure gathers the statistics of numbers that come in parts of one type.
type measure struct {
	tally       render.Tally
	elem        value.Elem
	exact       bool // the extremes are least and most, which float64 may not hold
	least, most number
	room        []float64
}

// atOnce is how many elements are converted at a time.
const atOnce = 1 << 12

// add takes a part, which has elements.
func (m *measure) add(a *value.Array) {
	m.elem = a.Elem
	data := reflect.ValueOf(a.Data)
	for i := 0; i < data.Len(); i += atOnce {
		part := data.Slice(i, min(i+atOnce, data.Len())).Interface()
		x := appendFloats(m.room[:0], part, a.Elem)
		m.tally.Add(x)
		m.room = x
	}
	switch d := a.Data.(type) {
	case []int64:
		if a.Elem == value.Int64 {
			m.extremes(integer(slices.Min(d)), integer(slices.Max(d)))
		}
	case []uint64:
		m.extremes(number{kind: 'u', u: slices.Min(d)}, number{kind: 'u', u: slices.Max(d)})
	}
}

func (m *measure) extremes(least, most number) {
	if !m.exact || least.compare(m.least) < 0 {
		m.least = least
	}
	if !m.exact || most.compare(m.most) > 0 {
		m.most = most
	}
	m.exact = true
}

func (m *measure) statistics() *statistics {
	sum := m.tally.Summary()
	s := &statistics{min: float(sum.Min), max: float(sum.Max), mean: sum.Mean, nan: sum.NaN, inf: sum.Inf}
	switch {
	case m.exact:
		s.min, s.max = m.least, m.most
	case m.elem == value.Float32:
		s.min.kind, s.max.kind = 's', 's'
	}
	return s
}

// appendFloats appends elements as float64: booleans as 0 and 1, durations in seconds,
// complex numbers by their absolute value. What is no number appends nothing.
func appendFloats(to []float64, data any, elem value.Elem) []float64 {
	switch d := data.(type) {
	case []bool:
		return convert(to, d, func(x bool) float64 { return float64(b2i(x)) })
	case []int8:
		return convert(to, d, toFloat)
	case []int16:
		return convert(to, d, toFloat)
	case []int32:
		return convert(to, d, toFloat)
	case []int64:
		if elem == value.Duration {
			return convert(to, d, func(x int64) float64 { return time.Duration(x).Seconds() })
		}
		return convert(to, d, toFloat)
	case []uint8:
		return convert(to, d, toFloat)
	case []uint16:
		return convert(to, d, toFloat)
	case []uint32:
		return convert(to, d, toFloat)
	case []uint64:
		return convert(to, d, toFloat)
	case []float32:
		return convert(to, d, toFloat)
	case []float64:
		return append(to, d...)
	case []complex64:
		return convert(to, d, func(x complex64) float64 { return cmplx.Abs(complex128(x)) })
	case []complex128:
		return convert(to, d, cmplx.Abs)
	}
	return to
}

func toFloat[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32](x T) float64 {
	return float64(x)
}

func convert[T any](to []float64, in []T, f func(T) float64) []float64 {
	to = slices.Grow(to, len(in))
	for _, x := range in {
		to = append(to, f(x))
	}
	return to
}
