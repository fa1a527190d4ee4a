package value_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/value"
)

// source turns fuzz bytes into well-formed trees; a spent source gives zeros.
type source struct{ b []byte }

func (s *source) next(n int) int {
	if len(s.b) == 0 {
		return 0
	}
	x := int(s.b[0])
	s.b = s.b[1:]
	return x % n
}

func (s *source) uint64() uint64 {
	var w [8]byte
	n := copy(w[:], s.b)
	s.b = s.b[n:]
	return binary.LittleEndian.Uint64(w[:])
}

func (s *source) text() string {
	n := min(s.next(5), len(s.b))
	t := string(s.b[:n])
	s.b = s.b[n:]
	return t
}

func (s *source) meta() (m value.Meta) {
	if s.next(4) == 3 {
		m = value.Meta{Units: fmt.Sprint("m", s.next(3)), LongName: strings.ToValidUTF8(s.text(), "?")}
	}
	return m
}

func (s *source) array(shape ...int) *value.Array {
	a := &value.Array{Meta: s.meta(), Elem: value.Elem(1 + s.next(int(value.Duration))), Shape: shape}
	n := a.Len()
	a.Data = a.Elem.Make(n)
	d := reflect.ValueOf(a.Data)
	for i := range n {
		switch e := d.Index(i); {
		case e.Kind() == reflect.String:
			e.SetString(s.text())
		case e.Kind() == reflect.Bool:
			e.SetBool(s.next(2) == 1)
		case e.CanInt():
			e.SetInt(int64(s.uint64()))
		case e.CanUint():
			e.SetUint(s.uint64())
		case e.Kind() == reflect.Float32:
			a.Data.([]float32)[i] = math.Float32frombits(uint32(s.uint64()))
		case e.Kind() == reflect.Float64:
			a.Data.([]float64)[i] = math.Float64frombits(s.uint64())
		case e.Kind() == reflect.Complex64:
			a.Data.([]complex64)[i] = complex(math.Float32frombits(uint32(s.uint64())), 1)
		default:
			a.Data.([]complex128)[i] = complex(1, math.Float64frombits(s.uint64()))
		}
	}
	return a
}

func (s *source) tree(depth int) value.Value {
	kind := s.next(8)
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return value.Null{}
	case 1:
		return s.array()
	case 2:
		return s.array(s.next(4))
	case 3:
		return s.array(s.next(3), s.next(3), s.next(3))
	case 4:
		t := &value.Table{Meta: s.meta(), N: s.next(3)}
		for i := range s.next(3) {
			t.Columns = append(t.Columns, value.Column{Name: fmt.Sprint("$c", i), Array: s.array(t.N, 1+s.next(2))})
		}
		return t
	case 5:
		v := &value.Struct{Meta: s.meta()}
		prefix := []string{"f", "$", "\x00", "<&>\u2028"}[s.next(4)]
		for i := range s.next(4) {
			v.Fields = append(v.Fields, value.Field{Name: fmt.Sprint(prefix, i), Value: s.tree(depth - 1)})
		}
		return v
	case 6:
		v := &value.List{Meta: s.meta()}
		for range s.next(4) {
			v.Items = append(v.Items, s.tree(depth-1))
		}
		return v
	default:
		m := &value.Map{Meta: s.meta(), Keys: s.array(s.next(4))}
		for range m.Keys.Shape[0] {
			m.Items = append(m.Items, s.tree(depth-1))
		}
		if value.Validate(m) != nil { // keys out of order, or of a type that has none
			m.Keys = &value.Array{Elem: value.Uint8, Shape: m.Keys.Shape, Data: []uint8{0, 1, 2}[:len(m.Items)]}
		}
		return m
	}
}

// sameMeta compares what value.Equal leaves out.
func sameMeta(a, b value.Value) bool {
	same := func(a, b value.Meta) bool {
		return a.Units == b.Units && a.LongName == b.LongName && slices.Equal(a.Axes, b.Axes)
	}
	switch a := a.(type) {
	case *value.Array:
		return same(a.Meta, b.(*value.Array).Meta)
	case *value.Table:
		b := b.(*value.Table)
		return same(a.Meta, b.Meta) && slices.EqualFunc(a.Columns, b.Columns, func(a, b value.Column) bool { return sameMeta(a.Array, b.Array) })
	case *value.Struct:
		b := b.(*value.Struct)
		return same(a.Meta, b.Meta) && slices.EqualFunc(a.Fields, b.Fields, func(a, b value.Field) bool { return sameMeta(a.Value, b.Value) })
	case *value.List:
		b := b.(*value.List)
		return same(a.Meta, b.Meta) && slices.EqualFunc(a.Items, b.Items, sameMeta)
	case *value.Map:
		b := b.(*value.Map)
		return same(a.Meta, b.Meta) && sameMeta(a.Keys, b.Keys) && slices.EqualFunc(a.Items, b.Items, sameMeta)
	}
	return true
}

// canonicalBytes and hex forms for tests of sums and encodings.
func canonicalBytes(t testing.TB, v value.Value) string {
	var b []byte
	w := writerFunc(func(p []byte) (int, error) { b = append(b, p...); return len(p), nil })
	if err := value.WriteCanonical(w, v); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

var seeds = [][]byte{
	nil, {1, 0, 10, 1, 2, 3, 4, 5, 6, 7, 8}, {2, 3, 0, 11, 9, 9, 9},
	{5, 0, 1, 3, 6, 2, 1, 0, 0, 7, 1, 0, 13, 2, 'a', 'b', 4, 3, 1, 2, 2, 0, 9, 1},
	{3, 0, 0, 2, 2, 0, 12}, {7, 0, 3, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3},
	{1, 3, 1, 2, 0xff, 0xfe, 13, 1, 0xff}, {6, 3, 2, 1, 'x', 3, 5, 1, 2, 4, 0, 2, 2, 0, 13, 3, 'a', 0, 'b'},
}

func FuzzTree(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, []byte{1})
	}
	f.Fuzz(func(t *testing.T, b, c []byte) {
		v := (&source{b}).tree(4)
		if err := value.Validate(v); err != nil {
			t.Fatal(err)
		}
		if w := value.Clone(v); !value.Equal(v, w) || !sameMeta(v, w) {
			t.Error("a clone differs")
		}
		w := (&source{c}).tree(4)
		if value.Equal(v, w) != (canonicalBytes(t, v) == canonicalBytes(t, w)) {
			t.Errorf("Equal and canonical bytes disagree on %s and %s", value.Describe(v), value.Describe(w))
		}
		for _, d := range value.Diff(v, v, 0, 0) {
			t.Errorf("a tree differs from itself: %v", d)
		}
	})
}
