package klepto

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
)

// bind gives arguments the types of the parameters; those of a variadic one
// become a slice.
func (s *signature) bind(args []any) ([]reflect.Value, error) {
	fixed := len(s.params)
	if s.variadic {
		fixed--
	}
	if len(args) < fixed || len(args) > fixed && !s.variadic {
		return nil, fmt.Errorf("%d arguments for %d parameters", len(args), fixed)
	}
	in := make([]reflect.Value, 0, len(s.params))
	for i, p := range s.params[:fixed] {
		x, err := convert(args[i], p.typ)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i, err)
		}
		in = append(in, x)
	}
	if !s.variadic {
		return in, nil
	}
	rest := s.params[fixed].typ
	if more := args[fixed:]; len(more) == 1 && reflect.TypeOf(more[0]) == rest && rest.Elem().Kind() != reflect.Interface {
		return append(in, reflect.ValueOf(more[0])), nil // as in f(x, more...)
	}
	if len(args) == fixed {
		return append(in, reflect.Zero(rest)), nil
	}
	slice := reflect.MakeSlice(rest, len(args)-fixed, len(args)-fixed)
	for i, arg := range args[fixed:] {
		x, err := convert(arg, rest.Elem())
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", fixed+i, err)
		}
		slice.Index(i).Set(x)
	}
	return append(in, slice), nil
}

// convert gives x the type t: what Go assigns, any nil, and what is the same
// number, text or truth in another type, as if x were a constant in the source.
func convert(x any, t reflect.Type) (reflect.Value, error) {
	v := reflect.ValueOf(x)
	switch {
	case !v.IsValid():
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Chan, reflect.Func:
			return reflect.Zero(t), nil
		}
		return v, fmt.Errorf("nil is no %s", t)
	case v.Type().AssignableTo(t):
		c := reflect.New(t).Elem()
		c.Set(v)
		return c, nil
	case v.Kind() == t.Kind() && v.CanConvert(t):
		return v.Convert(t), nil
	case number(v.Type()) && number(t):
		if c := v.Convert(t); exact(v, c) {
			return c, nil
		}
		return v, fmt.Errorf("%v is no %s", x, t)
	}
	return v, fmt.Errorf("a value of type %s is no %s", v.Type(), t)
}

func number(t reflect.Type) bool {
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64 && t.Kind() != reflect.Uintptr
}

// exact reports whether a number survived its conversion. What becomes of one out
// of range differs between machines, so it does not ask by converting back.
func exact(v, c reflect.Value) bool {
	if v.CanFloat() && c.CanFloat() {
		return v.Float() == c.Float() || math.IsNaN(v.Float()) && math.IsNaN(c.Float())
	}
	for _, x := range []reflect.Value{v, c} {
		if x.CanFloat() && math.IsNaN(x.Float()) {
			return false
		}
	}
	return exactly(v).Cmp(exactly(c)) == 0
}

func exactly(v reflect.Value) *big.Float {
	switch {
	case v.CanInt():
		return new(big.Float).SetInt64(v.Int())
	case v.CanUint():
		return new(big.Float).SetUint64(v.Uint())
	}
	return big.NewFloat(v.Float())
}
