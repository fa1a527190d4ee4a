package rounding

import (
	"fmt"
	"reflect"
)

// copying is the state of one Apply: what was copied so far. It keeps what was
// shared in the original shared in the copy, which also keeps the work linear,
// and finds cycles.
type copying struct {
	done map[origin]reflect.Value // the zero Value while a copy is being made
}

// origin is a pointer, map or slice in the original.
type origin struct {
	address uintptr
	length  int // of a slice
	typ     reflect.Type
	at      place
}

// once sets v to the copy that make returns for what v refers to, unless there
// is one already.
func (c *copying) once(v reflect.Value, length int, at place, make func() (reflect.Value, error)) error {
	o := origin{v.Pointer(), length, v.Type(), at}
	if made, ok := c.done[o]; ok {
		if !made.IsValid() {
			return ErrCycle
		}
		v.Set(made)
		return nil
	}
	if c.done == nil {
		c.done = map[origin]reflect.Value{}
	}
	c.done[o] = reflect.Value{}
	made, err := make()
	if err != nil {
		return err
	}
	c.done[o] = made
	v.Set(made)
	return nil
}

func (c compiler) pointerPlan(t reflect.Type) (plan, error) {
	if handedOn(t.Elem()) {
		return nil, nil
	}
	n, err := c.compile(t.Elem())
	if err != nil {
		return nil, err
	}
	return func(c *copying, v reflect.Value, at place) error {
		if v.IsNil() {
			return nil
		}
		return c.once(v, 0, at, func() (reflect.Value, error) {
			p := reflect.New(t.Elem())
			p.Elem().Set(v.Elem())
			return p.Convert(t), n.run(c, p.Elem(), at)
		})
	}, nil
}

// interfacePlan looks up the plan of the value that the interface holds.
func interfacePlan(c *copying, v reflect.Value, at place) error {
	if v.IsNil() {
		return nil
	}
	t := v.Elem().Type()
	p, err := planOf(t)
	if p == nil || err != nil {
		return within(".("+t.String()+")", err)
	}
	e := reflect.New(t).Elem()
	e.Set(v.Elem())
	if err := p(c, e, at); err != nil {
		return within(".("+t.String()+")", err)
	}
	v.Set(e)
	return nil
}

// mapPlan copies a map and rounds its values. They are two levels down, not
// one: klepto's shallow rounding leaves the values of a dict alone.
func (c compiler) mapPlan(t reflect.Type) (plan, error) {
	n, err := c.compile(t.Elem())
	if err != nil {
		return nil, within("[…]", err)
	}
	return func(c *copying, v reflect.Value, at place) error {
		if v.IsNil() {
			return nil
		}
		return c.once(v, 0, at, func() (reflect.Value, error) {
			m := reflect.MakeMapWithSize(t, v.Len())
			for it := v.MapRange(); it.Next(); {
				e := reflect.New(t.Elem()).Elem()
				e.Set(it.Value())
				if err := n.run(c, e, at.down(2)); err != nil {
					return m, within(fmt.Sprintf("[%v]", it.Key()), err)
				}
				m.SetMapIndex(it.Key(), e)
			}
			return m, nil
		})
	}, nil
}

func (c compiler) slicePlan(t reflect.Type) (plan, error) {
	n, err := c.compile(t.Elem())
	if err != nil {
		return nil, within("[]", err)
	}
	bulk := bulkPlan(t.Elem())
	clone := func(v reflect.Value) reflect.Value {
		s := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(s, v)
		return s
	}
	if bulk != nil || n.nothing() {
		return func(_ *copying, v reflect.Value, at place) error {
			if v.IsNil() {
				return nil
			}
			v.Set(clone(v))
			if at = at.down(1); bulk != nil && at.applies() {
				bulk(v, at.rounding)
			}
			return nil
		}, nil
	}
	return func(c *copying, v reflect.Value, at place) error {
		if v.IsNil() {
			return nil
		}
		return c.once(v, v.Len(), at, func() (reflect.Value, error) {
			s := clone(v)
			return s, each(c, n, s, at.down(1))
		})
	}, nil
}

func (c compiler) arrayPlan(t reflect.Type) (plan, error) {
	n, err := c.compile(t.Elem())
	if err != nil {
		return nil, within("[]", err)
	}
	if n.nothing() {
		return nil, nil
	}
	if bulk := bulkPlan(t.Elem()); bulk != nil {
		return func(_ *copying, v reflect.Value, at place) error {
			if at = at.down(1); at.applies() {
				bulk(v.Slice(0, v.Len()), at.rounding)
			}
			return nil
		}, nil
	}
	return func(c *copying, v reflect.Value, at place) error {
		return each(c, n, v, at.down(1))
	}, nil
}

// each runs the plan of an element type on all elements of v.
func each(c *copying, n *node, v reflect.Value, at place) error {
	for i := range v.Len() {
		if err := n.run(c, v.Index(i), at); err != nil {
			return within(index(i), err)
		}
	}
	return nil
}

// scalarPlan rounds a float or complex number of type t, named or not.
func scalarPlan(t reflect.Type) plan {
	one := func(v reflect.Value, r Rounding) { v.SetFloat(r.Float64(v.Float())) }
	switch t.Kind() {
	case reflect.Float32:
		one = func(v reflect.Value, r Rounding) { v.SetFloat(float64(r.Float32(float32(v.Float())))) }
	case reflect.Complex128:
		one = func(v reflect.Value, r Rounding) { v.SetComplex(r.Complex128(v.Complex())) }
	case reflect.Complex64:
		one = func(v reflect.Value, r Rounding) { v.SetComplex(complex128(r.Complex64(complex64(v.Complex())))) }
	}
	return func(_ *copying, v reflect.Value, at place) error {
		if at.applies() {
			one(v, at.rounding)
		}
		return nil
	}
}

// bulkPlan returns what rounds a slice with elements of type t in place, nil if
// t is not one of the four float types itself.
func bulkPlan(t reflect.Type) func(v reflect.Value, r Rounding) {
	switch t {
	case reflect.TypeFor[float64]():
		return func(v reflect.Value, r Rounding) {
			s := floatsOf[float64](v)
			r.Float64s(s, s)
		}
	case reflect.TypeFor[float32]():
		return func(v reflect.Value, r Rounding) {
			s := floatsOf[float32](v)
			r.Float32s(s, s)
		}
	case reflect.TypeFor[complex128]():
		return func(v reflect.Value, r Rounding) {
			s := floatsOf[complex128](v)
			for i, x := range s {
				s[i] = r.Complex128(x)
			}
		}
	case reflect.TypeFor[complex64]():
		return func(v reflect.Value, r Rounding) {
			s := floatsOf[complex64](v)
			for i, x := range s {
				s[i] = r.Complex64(x)
			}
		}
	}
	return nil
}

// floatsOf returns the slice in v, whose type may have a name.
func floatsOf[T any](v reflect.Value) []T {
	return v.Convert(reflect.TypeFor[[]T]()).Interface().([]T)
}
