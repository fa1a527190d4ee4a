package value_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/klepto-go/klepto/value"
)

// goTypes has a type for every Elem, the platform's int and uint, and named ones.
var goTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](),
	reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](),
	reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[float32](),
	reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[string](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](), reflect.TypeFor[Kelvin](), reflect.TypeFor[Phase](),
	reflect.TypeFor[time.Month](), reflect.TypeFor[Point](), reflect.TypeFor[Particle](),
}

// shapes are ways to build a type around another.
var shapes = map[string]func(reflect.Type) reflect.Type{
	"T":      func(t reflect.Type) reflect.Type { return t },
	"[]T":    reflect.SliceOf,
	"[0]T":   func(t reflect.Type) reflect.Type { return reflect.ArrayOf(0, t) },
	"[2]T":   func(t reflect.Type) reflect.Type { return reflect.ArrayOf(2, t) },
	"*T":     reflect.PointerTo,
	"map":    func(t reflect.Type) reflect.Type { return reflect.MapOf(reflect.TypeFor[string](), t) },
	"mapint": func(t reflect.Type) reflect.Type { return reflect.MapOf(reflect.TypeFor[int16](), t) },
	"struct": func(t reflect.Type) reflect.Type {
		return reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: reflect.TypeFor[int8]()}, // so that T is not at the start
			{Name: "B", Type: t},
		})
	},
}

// set fills v from the source: nil, empty, short, regular and ragged.
func (s *source) set(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		if ns := int64(s.uint64()); ns > value.NaT && s.next(3) > 0 {
			v.Set(reflect.ValueOf(time.Unix(0, ns).UTC()))
		}
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(s.next(2) == 1)
	case reflect.String:
		v.SetString(s.text())
	case reflect.Float32: // not through a float64, which would change a NaN
		reflect.NewAt(reflect.TypeFor[uint32](), v.Addr().UnsafePointer()).Elem().SetUint(s.uint64() & math.MaxUint32)
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(s.uint64()))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(float64(s.next(9)), -float64(s.next(2))))
	case reflect.Slice:
		switch n := s.next(6); n {
		case 0: // nil
		case 1, 2, 3:
			v.Set(reflect.MakeSlice(v.Type(), n-1, n+1))
		default: // two, so that regular ones are likely
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			s.set(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			s.set(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			s.set(v.Field(i))
		}
	case reflect.Pointer:
		if s.next(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			s.set(v.Elem())
		}
	case reflect.Map:
		n := s.next(4)
		if n == 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range n - 1 {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			s.set(k)
			s.set(e)
			v.SetMapIndex(k, e)
		}
	default:
		if v.CanInt() {
			v.SetInt(int64(s.uint64()) >> (64 - 8*v.Type().Size()))
		} else {
			v.SetUint(s.uint64() >> (64 - 8*v.Type().Size()))
		}
	}
}

// sameGo is reflect.DeepEqual with NaN equal to the same NaN and 0.0 not to -0.0.
func sameGo(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() || a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() {
			return false
		}
		for i := range a.Len() {
			if !sameGo(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || sameGo(a.Elem(), b.Elem()))
	case reflect.Map:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if e := b.MapIndex(it.Key()); !e.IsValid() || !sameGo(it.Value(), e) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.Type() != reflect.TypeFor[time.Time]() {
			for i := range a.NumField() {
				if !sameGo(a.Field(i), b.Field(i)) {
					return false
				}
			}
			return true
		}
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// around demands that x comes back from its tree, and the tree from CBOR and JSON.
func around(t *testing.T, x reflect.Value) {
	t.Helper()
	v, err := value.Of(x.Interface())
	if err != nil {
		t.Fatalf("%s: %v", x.Type(), err)
	}
	asCBOR.around(t, v)
	asJSON.around(t, v)
	y := reflect.New(x.Type())
	if err := value.To(v, y.Interface()); err != nil {
		t.Fatalf("%s: %s: %v", x.Type(), value.Describe(v), err)
	}
	if !sameGo(x, y.Elem()) {
		t.Fatalf("%s: %s: %#v came back as %#v", x.Type(), value.Describe(v), x, y.Elem())
	}
}

// typesAround returns t in every shape, and those in every shape again.
func typesAround(t reflect.Type) []reflect.Type {
	var all []reflect.Type
	for _, outer := range shapes {
		for _, inner := range shapes {
			for _, core := range shapes {
				all = append(all, outer(inner(core(t))))
			}
		}
	}
	slices.SortFunc(all, func(a, b reflect.Type) int { return len(a.String()) - len(b.String()) })
	return slices.Compact(all)
}

// Every scalar in every nesting of slices, arrays, pointers, maps and structs,
// three levels deep, comes back.
func TestEverything(t *testing.T) {
	seed := make([]byte, 512)
	for _, typ := range goTypes {
		for i, typ := range typesAround(typ) {
			if testing.Short() && i%8 != 0 {
				continue
			}
			for variant := range byte(2) {
				for i := range seed {
					seed[i] = byte(i)*(2*variant+1)*37 + variant*11 + byte(i>>3)
				}
				x := reflect.New(typ).Elem()
				(&source{seed}).set(x)
				around(t, x)
			}
		}
	}
}

// Every element type in every shape of array comes back from CBOR and JSON.
func TestEveryArray(t *testing.T) {
	seed := make([]byte, 400)
	for i := range seed {
		seed[i] = byte(i * 73)
	}
	for e := value.Bool; e <= value.Duration; e++ {
		for _, shape := range [][]int{nil, {0}, {1}, {3}, {0, 0}, {2, 0}, {0, 2}, {1, 1}, {2, 3}, {2, 1, 3}, {0, 3, 0}, {1, 1, 1, 1, 2}} {
			s := &source{append([]byte{0, byte(e - 1)}, seed...)}
			a := s.array(shape...)
			if a.Elem != e {
				a.Elem, a.Data = e, e.Make(a.Len())
			}
			t.Run(fmt.Sprint(e, shape), func(t *testing.T) { around(t, reflect.ValueOf(a)) })
		}
	}
}

// The deepest trees and the most dimensions that Validate lets pass are not too
// much for any encoding.
func TestDeepest(t *testing.T) {
	m := value.Meta{Units: "m"}
	v := value.Value(&value.Array{Meta: m, Elem: value.Complex64, Shape: slices.Repeat([]int{1}, value.MaxRank), Data: []complex64{1}})
	for range value.MaxDepth - 1 {
		v = &value.Map{Meta: m, Keys: array(value.Int8, []int8{1}, 1), Items: []value.Value{v}}
	}
	around(t, reflect.ValueOf(v))
	typ := reflect.TypeFor[int8]()
	for range value.MaxRank {
		typ = reflect.SliceOf(typ)
	}
	if err := value.Check(typ); err != nil {
		t.Error(err)
	}
	if err := value.Check(reflect.SliceOf(typ)); !errors.Is(err, value.ErrType) {
		t.Errorf("more than %d dimensions: %v", value.MaxRank, err)
	}
}

func FuzzCodec(f *testing.F) {
	f.Add([]byte{}, uint16(0), uint8(0))
	f.Add([]byte("\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04"), uint16(9), uint8(12))
	f.Add([]byte("\x02\x05\x03\x01\xff\x04\x00\x01\x02\x03"), uint16(200), uint8(22))
	all := make([][]reflect.Type, len(goTypes))
	for i, t := range goTypes {
		all[i] = typesAround(t)
	}
	f.Fuzz(func(t *testing.T, b []byte, shape uint16, core uint8) {
		types := all[int(core)%len(all)]
		x := reflect.New(types[int(shape)%len(types)]).Elem()
		(&source{b}).set(x)
		around(t, x)
	})
}
