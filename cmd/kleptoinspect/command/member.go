package command

import (
	"fmt"
	"math/cmplx"
	"strconv"
	"strings"
	"time"

	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// member is a leaf of the tree of a value: an array, a scalar, a column of a
// table, or null.
type member struct {
	path  string       // "" is the value itself; "u", "runs[3].t", "m[key]"
	array *value.Array // nil for null
	table string       // path of the table that it is a column of
	inTab bool
}

// membersOf returns the leaves of a value in their order.
func membersOf(v value.Value) []member { return walk(nil, "", v) }

func walk(to []member, path string, v value.Value) []member {
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch v := v.(type) {
	case *value.Array:
		return append(to, member{path: path, array: v})
	case *value.Table:
		for _, c := range v.Columns {
			to = append(to, member{path: join(c.Name), array: c.Array, table: path, inTab: true})
		}
	case *value.Struct:
		for _, f := range v.Fields {
			to = walk(to, join(f.Name), f.Value)
		}
	case *value.List:
		for i, item := range v.Items {
			to = walk(to, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case *value.Map:
		for i, item := range v.Items {
			to = walk(to, fmt.Sprintf("%s[%s]", path, element(v.Keys, i)), item)
		}
	default:
		return append(to, member{path: path})
	}
	return to
}

// name is how a listing shows the member.
func (m member) name() string {
	if m.path == "" {
		return "(value)"
	}
	return m.path
}

// dtype is the element type and shape, e.g. "float64[128 128]".
func (m member) dtype() string {
	if m.array == nil {
		return "null"
	}
	return value.Describe(m.array)
}

// scalar reports whether the member is one element.
func (m member) scalar() bool { return m.array != nil && len(m.array.Shape) == 0 }

// choose returns the member of this path, or an error that lists them.
func choose(members []member, path string) (member, error) {
	var names []string
	for _, m := range members {
		if m.path == path || m.name() == path {
			return m, nil
		}
		names = append(names, m.name())
	}
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return member{}, fmt.Errorf("no member %q; the value has %s", path, strings.Join(names, ", "))
}

// floats returns the elements as float64: booleans as 0 and 1, durations in
// seconds, complex numbers by their absolute value, which the label then says.
func (m member) floats() ([]float64, render.Label, error) {
	if m.array == nil {
		return nil, render.Label{}, fmt.Errorf("%s is null; there is nothing to draw", m.name())
	}
	a := m.array
	l := render.Label{Name: m.path, Units: a.Units}
	if a.LongName != "" {
		l.Name = a.LongName
	}
	switch d := a.Data.(type) {
	case []float64:
		return d, l, nil
	case []string:
		return nil, l, fmt.Errorf("%s is text; only numbers can be drawn", m.name())
	case []complex64:
		l.Name = "|" + l.Name + "|"
		return convert(d, func(x complex64) float64 { return cmplx.Abs(complex128(x)) }), l, nil
	case []complex128:
		l.Name = "|" + l.Name + "|"
		return convert(d, cmplx.Abs), l, nil
	}
	if a.Elem == value.Time {
		return nil, l, fmt.Errorf("%s is a time; only numbers can be drawn", m.name())
	}
	if a.Elem == value.Duration && l.Units == "" {
		l.Units = "s"
	}
	out := make([]float64, a.Len())
	for i := range out {
		c := element(a, i)
		if c.kind == boolean {
			c.n = integer(int64(b2i(c.b)))
		}
		out[i] = c.n.float64()
	}
	return out, l, nil
}

func convert[T any](in []T, f func(T) float64) []float64 {
	out := make([]float64, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return out
}

// statistics of a member with numbers. Min and Max are exact; of complex
// numbers they are those of the absolute value.
type statistics struct {
	min, max number
	mean     float64
	nan, inf int
}

// stats returns nil for members without numbers, and for scalars.
func (m member) stats() *statistics {
	if m.array == nil || m.array.Len() == 0 || len(m.array.Shape) == 0 {
		return nil
	}
	x, _, err := m.floats()
	if err != nil {
		return nil
	}
	sum := render.Summarize(x)
	s := &statistics{min: float(sum.Min), max: float(sum.Max), mean: sum.Mean, nan: sum.NaN, inf: sum.Inf}
	switch d := m.array.Data.(type) {
	case []int64:
		if m.array.Elem == value.Int64 {
			s.exact(len(d), func(i int) number { return integer(d[i]) })
		}
	case []uint64:
		s.exact(len(d), func(i int) number { return number{kind: 'u', u: d[i]} })
	case []float32:
		s.min.kind, s.max.kind = 's', 's'
	}
	return s
}

// exact finds the extremes of integers that float64 does not hold.
func (s *statistics) exact(n int, at func(int) number) {
	s.min, s.max = at(0), at(0)
	for i := 1; i < n; i++ {
		if v := at(i); v.compare(s.min) < 0 {
			s.min = v
		} else if v.compare(s.max) > 0 {
			s.max = v
		}
	}
}

// elapsed shows a compute time with its unit.
func elapsed(d time.Duration) string { return seconds(d) + " s" }

// plural writes a number of things: "1 entry", "3 entries".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
