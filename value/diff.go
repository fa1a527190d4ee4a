package value

import (
	"bytes"
	"fmt"
	"math"
	"math/cmplx"
	"slices"
)

// Difference is one way in which two trees differ: a number of elements of one
// array, or something that stops the comparison below Path.
type Difference struct {
	Path   string // "u", "rows.x", "[3].name"
	Detail string // "float64[2] against float64[3]", "3 of 100 elements, …"
	// For elements of arrays, else zero:
	Count  int     // how many differ
	First  []int   // index of the first that does
	MaxAbs float64 // largest |a-b| of them
	MaxRel float64 // largest |a-b| / |b| of them
}

// String returns "path: detail".
func (d Difference) String() string {
	if d.Path == "" {
		return d.Detail
	}
	return d.Path + ": " + d.Detail
}

// Diff compares a with the reference b and returns what differs, nothing where
// they agree. Floats and complex numbers agree by the rule of numpy's isclose,
//
//	|a-b| <= atol + rtol*|b|
//
// infinities only when equal, and a NaN with any NaN (equal_nan, as in
// numpy.testing), so that a tree agrees with itself. rtol and atol are not
// negative. All else agrees when equal; Meta is not compared. A tree that is
// malformed, see Validate, agrees with none.
func Diff(a, b Value, rtol, atol float64) []Difference {
	d := differ{rtol: rtol, atol: atol}
	for i, v := range []Value{a, b} {
		if err := Validate(v); err != nil {
			d.differ("", "the %s is malformed: %v", []string{"first", "second"}[i], err)
			return d.found
		}
	}
	d.compare("", a, b)
	return d.found
}

type differ struct {
	rtol, atol float64
	found      []Difference
}

func (d *differ) differ(path, format string, args ...any) {
	d.found = append(d.found, Difference{Path: path, Detail: fmt.Sprintf(format, args...)})
}

func (d *differ) compare(path string, a, b Value) {
	switch a := a.(type) {
	case *Array:
		if b, ok := b.(*Array); ok {
			d.arrays(path, a, b)
			return
		}
	case *Table:
		if b, ok := b.(*Table); ok {
			d.tables(path, a, b)
			return
		}
	case *Struct:
		if b, ok := b.(*Struct); ok {
			d.structs(path, a, b)
			return
		}
	case *List:
		if b, ok := b.(*List); ok && len(a.Items) == len(b.Items) {
			for i := range a.Items {
				d.compare(path+index(i), a.Items[i], b.Items[i])
			}
			return
		}
	case *Map:
		if b, ok := b.(*Map); ok {
			d.maps(path, a, b)
			return
		}
	case Null:
		if isNull(b) {
			return
		}
	}
	d.differ(path, "%s against %s", Describe(a), Describe(b))
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (d *differ) structs(path string, a, b *Struct) {
	for i, f := range a.Fields {
		if g := b.field(i, f.Name); g != nil {
			d.compare(join(path, f.Name), f.Value, g)
		} else {
			d.differ(join(path, f.Name), "only in the first")
		}
	}
	for i, f := range b.Fields {
		if a.field(i, f.Name) == nil {
			d.differ(join(path, f.Name), "only in the second")
		}
	}
}

func (d *differ) tables(path string, a, b *Table) {
	if a.N != b.N {
		d.differ(path, "%s against %s", Describe(a), Describe(b))
		return
	}
	for i, c := range a.Columns {
		if e := b.column(i, c.Name); e != nil {
			d.arrays(join(path, c.Name), c.Array, e)
		} else {
			d.differ(join(path, c.Name), "only in the first")
		}
	}
	for i, c := range b.Columns {
		if a.column(i, c.Name) == nil {
			d.differ(join(path, c.Name), "only in the second")
		}
	}
}

func (d *differ) maps(path string, a, b *Map) {
	if a.Keys.Elem != b.Keys.Elem {
		d.differ(path, "%s by %s against %s by %s", Describe(a), a.Keys.Elem, Describe(b), b.Keys.Elem)
		return
	}
	items := make(map[string]Value, len(b.Items))
	for i, item := range b.Items {
		items[keyAt(b, i)] = item
	}
	for i, item := range a.Items {
		key := keyAt(a, i)
		if other, ok := items[key]; ok {
			d.compare(path+key, item, other)
			delete(items, key)
		} else {
			d.differ(path+key, "only in the first")
		}
	}
	for i := range b.Items {
		if key := keyAt(b, i); items[key] != nil {
			d.differ(path+key, "only in the second")
		}
	}
}

// keyAt returns the i-th key as a step of a path, which differs between keys.
func keyAt(m *Map, i int) string { return fmt.Sprintf("[%v]", elementAt(m.Keys, i)) }

func (d *differ) arrays(path string, a, b *Array) {
	if a.Elem != b.Elem || !slices.Equal(a.Shape, b.Shape) {
		d.differ(path, "%s against %s", Describe(a), Describe(b))
		return
	}
	var t tally
	switch x := a.Data.(type) {
	case []float32:
		y := b.Data.([]float32)
		for i := range x {
			t.add(d, i, complex(float64(x[i]), 0), complex(float64(y[i]), 0))
		}
	case []float64:
		y := b.Data.([]float64)
		for i := range x {
			t.add(d, i, complex(x[i], 0), complex(y[i], 0))
		}
	case []complex64:
		y := b.Data.([]complex64)
		for i := range x {
			t.add(d, i, complex128(x[i]), complex128(y[i]))
		}
	case []complex128:
		y := b.Data.([]complex128)
		for i := range x {
			t.add(d, i, x[i], y[i])
		}
	default:
		t.countUnequal(a, b)
	}
	if t.n > 0 {
		d.found = append(d.found, t.difference(path, a, b))
	}
}

// tally counts the elements of one array that differ.
type tally struct {
	n, first int
	abs, rel float64
}

func (t *tally) count(i int) {
	if t.n == 0 {
		t.first = i
	}
	t.n++
}

// countUnequal counts the elements that are not the same bit for bit.
func (t *tally) countUnequal(a, b *Array) {
	if x, ok := a.Data.([]string); ok {
		for i, s := range b.Data.([]string) {
			if x[i] != s {
				t.count(i)
			}
		}
		return
	}
	x, _ := memory(a.Data)
	y, _ := memory(b.Data)
	if bytes.Equal(x, y) {
		return
	}
	for i, size := 0, a.Elem.Size(); i*size < len(x); i++ {
		if !bytes.Equal(x[i*size:][:size], y[i*size:][:size]) {
			t.count(i)
		}
	}
}

func (t *tally) add(d *differ, i int, a, b complex128) {
	switch {
	case a == b || isNaN(a) && isNaN(b):
		return
	case isFinite(a) && isFinite(b):
		abs, ref := cmplx.Abs(a-b), cmplx.Abs(b)
		if abs <= d.atol+d.rtol*ref {
			return
		}
		t.abs = max(t.abs, abs)
		t.rel = max(t.rel, abs/ref)
	default:
		t.abs, t.rel = math.Inf(1), math.Inf(1)
	}
	t.count(i)
}

// isNaN reports whether either part is, as numpy does; cmplx.IsNaN takes an
// infinity beside a NaN for an infinity.
func isNaN(z complex128) bool { return math.IsNaN(real(z)) || math.IsNaN(imag(z)) }

func isFinite(z complex128) bool { return !isNaN(z) && !cmplx.IsInf(z) }

func (t *tally) difference(path string, a, b *Array) Difference {
	first := make([]int, len(a.Shape))
	for i, rest := len(first)-1, t.first; i >= 0; i-- {
		first[i] = rest % a.Shape[i]
		rest /= a.Shape[i]
	}
	detail := fmt.Sprintf("%v against %v", elementAt(a, t.first), elementAt(b, t.first))
	if len(first) > 0 {
		detail = fmt.Sprintf("%d of %d elements, first at %v: %s", t.n, a.Len(), first, detail)
	}
	if t.abs > 0 {
		detail += fmt.Sprintf("; largest difference %.3g, relative %.3g", t.abs, t.rel)
	}
	return Difference{Path: path, Detail: detail, Count: t.n, First: first, MaxAbs: t.abs, MaxRel: t.rel}
}
