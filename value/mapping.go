package value

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"
)

// mapping is the plan of a Go map.
type mapping struct {
	typ  reflect.Type
	key  *block
	elem node
}

func compileMap(t reflect.Type, path string, in scope) (node, error) {
	key := leafOf(t.Key())
	if key == nil || !orderable(key.elem()) {
		return nil, unsupported(path, "%s cannot be the key of a stored map; use a string, a number or a bool", t.Key())
	}
	elem, err := compile(t.Elem(), path+"[]", in)
	if err != nil {
		return nil, err
	}
	return &mapping{t, &block{leaf: key, count: 1, bytes: t.Key().Size()}, elem}, nil
}

// orderable: the keys of a Map are sorted, so they need an order.
func orderable(e Elem) bool {
	return e != Complex64 && e != Complex128 && e != Time
}

func (m *mapping) nilable() bool { return true }
func (m *mapping) flat() bool    { return false }

func (m *mapping) encode(p unsafe.Pointer) (Value, error) {
	src := reflect.NewAt(m.typ, p).Elem()
	if src.IsNil() {
		return Null{}, nil
	}
	keys := &Array{Elem: m.key.elem(), Data: m.key.elem().Make(src.Len())}
	items := make([]Value, 0, src.Len())
	k, e := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	for it := src.MapRange(); it.Next(); {
		k.Elem().SetIterKey(it)
		e.Elem().SetIterValue(it)
		if _, err := m.key.fill(k.UnsafePointer(), keys.Data, len(items)); err != nil {
			return nil, under(subscript(k.Elem()), err)
		}
		if f := k.Elem(); f.CanFloat() && math.IsNaN(f.Float()) {
			return nil, fail(ErrRange, "a NaN as a map key can never be found again; use another key")
		}
		item, err := m.elem.encode(e.UnsafePointer())
		if err != nil {
			return nil, under(subscript(k.Elem()), err)
		}
		items = append(items, item)
	}
	keys.Shape = []int{len(items)}
	return sortMap(keys, items), nil
}

func subscript(k reflect.Value) string {
	if k.Kind() == reflect.String {
		return fmt.Sprintf("[%q]", k.String())
	}
	return fmt.Sprintf("[%v]", k)
}

func (m *mapping) decode(v Value, p unsafe.Pointer) error {
	if _, ok := v.(Null); ok {
		return nil
	}
	src, ok := v.(*Map)
	if !ok || src.Keys.Elem != m.key.elem() {
		return mismatch(v, "a map by %s", m.key.elem())
	}
	dst := reflect.MakeMapWithSize(m.typ, len(src.Items))
	k, e := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	for i, item := range src.Items {
		if _, err := m.key.build(src.Keys.Data, i, nil, k.UnsafePointer()); err != nil {
			return under(index(i), err)
		}
		e.Elem().SetZero()
		if err := m.elem.decode(item, e.UnsafePointer()); err != nil {
			return under(subscript(k.Elem()), err)
		}
		dst.SetMapIndex(k.Elem(), e.Elem())
	}
	reflect.NewAt(m.typ, p).Elem().Set(dst)
	return nil
}

func (m *mapping) deepen(p unsafe.Pointer) {
	src := reflect.NewAt(m.typ, p).Elem()
	if src.IsNil() {
		return
	}
	dst := reflect.MakeMapWithSize(m.typ, src.Len())
	k, e := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	for it := src.MapRange(); it.Next(); {
		k.Elem().SetIterKey(it)
		e.Elem().SetIterValue(it)
		m.elem.deepen(e.UnsafePointer())
		dst.SetMapIndex(k.Elem(), e.Elem())
	}
	src.Set(dst)
}

// sortMap makes a Map of pairs in any order.
func sortMap(keys *Array, items []Value) *Map {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, keyOrder(keys))
	sorted := &Map{Keys: &Array{Elem: keys.Elem, Shape: keys.Shape}, Items: make([]Value, len(items))}
	sorted.Keys.Data = permute(keys.Data, order)
	for i, j := range order {
		sorted.Items[i] = items[j]
	}
	return sorted
}

// keyOrder compares the elements of keys by index: false before true, numbers
// by size, strings by bytes. Keys must be orderable.
func keyOrder(keys *Array) func(i, j int) int {
	switch d := keys.Data.(type) {
	case []bool:
		return func(i, j int) int { return cmp.Compare(bit(d[i]), bit(d[j])) }
	case []int8:
		return compareAt(d)
	case []int16:
		return compareAt(d)
	case []int32:
		return compareAt(d)
	case []int64:
		return compareAt(d)
	case []uint8:
		return compareAt(d)
	case []uint16:
		return compareAt(d)
	case []uint32:
		return compareAt(d)
	case []uint64:
		return compareAt(d)
	case []float32:
		return compareAt(d)
	case []float64:
		return compareAt(d)
	case []string:
		return compareAt(d)
	}
	return func(int, int) int { return 0 }
}

func compareAt[S cmp.Ordered](d []S) func(i, j int) int {
	return func(i, j int) int { return cmp.Compare(d[i], d[j]) }
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// permute returns data[order[0]], data[order[1]], …
func permute(data any, order []int) any {
	src := reflect.ValueOf(data)
	dst := reflect.MakeSlice(src.Type(), len(order), len(order))
	for i, j := range order {
		dst.Index(i).Set(src.Index(j))
	}
	return dst.Interface()
}
