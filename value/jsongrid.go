package value

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
)

// gridReader reads lists in lists of one element type into the data of an
// Array, and learns the shape, and where it must the type, as it goes.
type gridReader struct {
	*jsonReader
	elem  Elem // 0: unknown until the first element
	shape []int
	rank  int // -1: unknown until the first element
	// read appends the element that is next; data returns all of them.
	read func() error
	data func() any
}

// nested reads an element or a list at the given level of lists.
func (g *gridReader) nested(level int) error {
	if g.element() {
		if g.rank < 0 {
			g.rank = level
		}
		if level != g.rank {
			return g.fail("lists of different depth")
		}
		return g.read()
	}
	if g.peek() != '[' || g.rank >= 0 && level >= g.rank {
		return g.fail("no element of an array")
	}
	if level == len(g.shape) {
		g.shape = append(g.shape, -1)
	}
	n, err := g.each(']', func() error { return g.nested(level + 1) })
	if err != nil {
		return err
	}
	if n == 0 {
		return g.fail("an empty list in an array")
	}
	if g.shape[level] >= 0 && g.shape[level] != n {
		return g.fail("lists of different length")
	}
	g.shape[level] = n
	return nil
}

// element reports whether an element is next, and fixes the type of the array
// by the first.
func (g *gridReader) element() bool {
	c := g.peek()
	switch {
	case g.elem == Complex64 || g.elem == Complex128:
		if c != '[' {
			return false
		}
		// A pair is an element, a list of pairs is not.
		start := g.i
		g.i++
		inner := g.peek()
		g.i = start
		return inner != '['
	case c == '[':
		return false
	case g.elem != 0:
		return true
	case c == '"':
		g.become(String)
	case c == 't' || c == 'f':
		g.become(Bool)
	case c == '-' || '0' <= c && c <= '9':
		g.become(Int64)
		start := g.i
		if isFloat(g.token()) {
			g.become(Float64)
		} else {
			g.loosen()
		}
		g.i = start
	default: // null or an object
		return false
	}
	return true
}

func isFloat(number []byte) bool { return bytes.ContainsAny(number, ".eE") }

// become makes g a reader of elements of type e.
func (g *gridReader) become(e Elem) {
	g.elem = e
	switch e {
	case Bool:
		collect(g, g.bool)
	case Int8:
		collect(g, func() (int8, error) { n, err := g.int(8); return int8(n), err })
	case Int16:
		collect(g, func() (int16, error) { n, err := g.int(16); return int16(n), err })
	case Int32:
		collect(g, func() (int32, error) { n, err := g.int(32); return int32(n), err })
	case Int64, Duration:
		collect(g, func() (int64, error) { return g.int(64) })
	case Uint8:
		collect(g, func() (uint8, error) { n, err := g.uint(8); return uint8(n), err })
	case Uint16:
		collect(g, func() (uint16, error) { n, err := g.uint(16); return uint16(n), err })
	case Uint32:
		collect(g, func() (uint32, error) { n, err := g.uint(32); return uint32(n), err })
	case Uint64:
		collect(g, func() (uint64, error) { return g.uint(64) })
	case Float32:
		collect(g, g.float32)
	case Float64:
		collect(g, g.float64)
	case Complex64:
		collect(g, func() (complex64, error) {
			re, im, err := pair(g, g.float32)
			return complex(re, im), err
		})
	case Complex128:
		collect(g, func() (complex128, error) {
			re, im, err := pair(g, g.float64)
			return complex(re, im), err
		})
	case String:
		collect(g, g.anyText)
	case Time:
		collect(g, g.time)
	}
}

func collect[S any](g *gridReader, next func() (S, error)) {
	s := []S{}
	g.read = func() error {
		x, err := next()
		s = append(s, x)
		return err
	}
	g.data = func() any { return s }
}

// loosen lets an untyped list of integers go on with floats, where all of the
// integers are exact as float64.
func (g *gridReader) loosen() {
	ints := []int64{}
	g.data = func() any { return ints }
	g.read = func() error {
		start := g.i
		if !isFloat(g.token()) {
			g.i = start
			n, err := g.int(64)
			ints = append(ints, n)
			return err
		}
		g.i = start
		g.become(Float64)
		data := make([]float64, 0, len(ints))
		for _, n := range ints {
			x := float64(n)
			if !exact(n) {
				return g.fail("%d is not exact as a float64", n)
			}
			data = append(data, x)
		}
		g.data = func() any { return data }
		g.read = func() error {
			x, err := g.float64()
			data = append(data, x)
			return err
		}
		return g.read()
	}
}

// exact reports whether float64 holds n, and all smaller integers.
func exact(n int64) bool { return -1<<53 <= n && n <= 1<<53 }

func (g *gridReader) bool() (bool, error) {
	t := g.token()
	b, err := strconv.ParseBool(string(t))
	if err != nil || len(t) < 4 { // ParseBool takes 1 and t too
		return false, g.fail("%s is not a bool", t)
	}
	return b, nil
}

func (g *gridReader) int(bits int) (int64, error) {
	t := g.token()
	n, err := strconv.ParseInt(string(t), 10, bits)
	if err != nil {
		return 0, g.fail("%s is not an integer of %d bits", t, bits)
	}
	return n, nil
}

func (g *gridReader) uint(bits int) (uint64, error) {
	t := g.token()
	n, err := strconv.ParseUint(string(t), 10, bits)
	if err != nil {
		return 0, g.fail("%s is not an unsigned integer of %d bits", t, bits)
	}
	return n, nil
}

func (g *gridReader) float64() (float64, error) {
	bits, err := g.float(64)
	return math.Float64frombits(bits), err
}

func (g *gridReader) float32() (float32, error) {
	bits, err := g.float(32)
	return math.Float32frombits(uint32(bits)), err
}

// float reads a number, or one of the strings that stand for what is none, and
// returns its bits: a NaN would not keep its own through a conversion.
func (g *gridReader) float(size int) (bits uint64, err error) {
	if g.peek() == '"' {
		s, err := g.text()
		if err == nil {
			var ok bool
			if bits, ok = notFinite(s, size); !ok {
				err = g.fail("%q is not a float%d", s, size)
			}
		}
		return bits, err
	}
	t := g.token()
	x, err := strconv.ParseFloat(string(t), size)
	if err != nil {
		return 0, g.fail("%s is not a float%d", t, size)
	}
	if !isFloat(t) {
		if n, err := strconv.ParseInt(string(t), 10, 64); err != nil || !exact(n) || n != int64(x) {
			return 0, g.fail("%s is not exact as a float%d", t, size)
		}
	}
	return floatBits(x, size), nil
}

func floatBits(x float64, size int) uint64 {
	if size == 32 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

func notFinite(s string, size int) (bits uint64, ok bool) {
	switch s {
	case "NaN":
		if size == 32 {
			return nanBits32, true
		}
		return nanBits, true
	case "Infinity":
		return floatBits(math.Inf(1), size), true
	case "-Infinity":
		return floatBits(math.Inf(-1), size), true
	}
	payload, ok := strings.CutPrefix(s, "NaN:")
	bits, err := strconv.ParseUint(payload, 16, size)
	x := math.Float64frombits(bits)
	if size == 32 {
		x = float64(math.Float32frombits(uint32(bits)))
	}
	return bits, ok && err == nil && x != x
}

func pair[F any](g *gridReader, part func() (F, error)) (re, im F, err error) {
	if g.peek() != '[' {
		return re, im, g.fail("a complex number is [real, imaginary]")
	}
	parts := make([]F, 0, 2)
	_, err = g.each(']', func() error {
		if len(parts) == 2 {
			return g.fail("a complex number is [real, imaginary]")
		}
		x, err := part()
		parts = append(parts, x)
		return err
	})
	if err == nil && len(parts) != 2 {
		err = g.fail("a complex number is [real, imaginary]")
	}
	if err != nil {
		return re, im, err
	}
	return parts[0], parts[1], nil
}

// anyText reads a string or {"$base64":…}.
func (g *gridReader) anyText() (s string, err error) {
	if g.peek() == '"' {
		return g.text()
	}
	n := 0
	err = g.members(func(name string) error {
		if n++; n > 1 || name != "$base64" {
			return g.fail("a string is a string or {\"$base64\":…}")
		}
		coded, err := g.text()
		if err != nil {
			return err
		}
		b, err := base64.StdEncoding.Strict().DecodeString(coded)
		if err != nil {
			return g.fail("%v", err)
		}
		s = string(b)
		return nil
	})
	if err == nil && n == 0 {
		err = g.fail("a string is a string or {\"$base64\":…}")
	}
	return s, err
}

func (g *gridReader) time() (int64, error) {
	s, err := g.text()
	if err != nil || s == notATime {
		return NaT, err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Before(MinTime) || t.After(MaxTime) {
		return 0, g.fail("%q is not a time of RFC 3339 between %d and %d", s, MinTime.Year(), MaxTime.Year())
	}
	return t.UnixNano(), nil
}
