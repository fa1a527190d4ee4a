package rounding

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
)

// Wrap returns a function of the same type that rounds its arguments and
// passes them on to f: klepto's simple_round, shallow_round and deep_round as
// one decorator. f gets deep copies, as Apply makes them, and can do with them what
// it likes.
//
// Each parameter is an argument, and so is each value given for a variadic one;
// Options.Tol names them by position, "0" the first, the variadic ones
// together. A context that leads is passed on and not counted. If one parameter
// is left and it is a struct, its fields are the arguments instead, as in
// Args.
//
// An argument that cannot be rounded by its type is an error here. One found
// in a call, such as a cycle, is returned by the wrapped function where its last
// result is an error, and is a panic with an *Error where it is not.
func Wrap[F any](f F, o *Options) (F, error) {
	var none F
	fn := reflect.ValueOf(f)
	if !fn.IsValid() || fn.Kind() != reflect.Func || fn.IsNil() {
		return none, fmt.Errorf("rounding: Wrap: %w: %T", ErrFunc, f)
	}
	if o == nil {
		o = &Options{}
	}
	if err := o.Validate(); err != nil {
		return none, err
	}
	rounders, err := parameters(fn.Type(), o)
	if err != nil {
		return none, err
	}
	call := fn.Call
	if fn.Type().IsVariadic() {
		call = fn.CallSlice
	}
	return reflect.MakeFunc(fn.Type(), func(args []reflect.Value) []reflect.Value {
		passed := make([]reflect.Value, len(args))
		for i, arg := range args {
			passed[i] = arg
			if rounders[i] == nil {
				continue
			}
			v := reflect.New(arg.Type()).Elem()
			v.Set(arg)
			if err := rounders[i](v); err != nil {
				return failed(fn.Type(), within(parameter(fn.Type(), i), err))
			}
			passed[i] = v
		}
		return call(passed)
	}).Interface().(F), nil
}

// parameters returns what rounds each parameter of a function of type t in
// place; nil for a leading context.
func parameters(t reflect.Type, o *Options) ([]func(reflect.Value) error, error) {
	rounders := make([]func(reflect.Value) error, t.NumIn())
	var names []string
	first := 0
	if t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]() {
		first = 1
	}
	for i := first; i < t.NumIn(); i++ {
		var err error
		switch name := strconv.Itoa(i - first); {
		case t.IsVariadic() && i == t.NumIn()-1:
			names = append(names, name)
			rounders[i], err = variadic(t.In(i), name, o)
		case t.NumIn()-first == 1:
			names, rounders[i], err = arguments(t.In(i), name, o)
		default:
			names = append(names, name)
			rounders[i], err = argument(t.In(i), o.place(name, nil))
		}
		if err != nil {
			return nil, within(parameter(t, i), err)
		}
	}
	return rounders, o.known(names)
}

// variadic returns what rounds the values given for a variadic parameter, each
// of them an argument.
func variadic(t reflect.Type, name string, o *Options) (func(reflect.Value) error, error) {
	round, err := argument(t.Elem(), o.place(name, nil))
	return func(v reflect.Value) error {
		if v.IsNil() {
			return nil
		}
		own := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range own.Len() {
			if err := round(own.Index(i)); err != nil {
				return within(index(i), err)
			}
		}
		return nil
	}, err
}

// failed returns the results of a call that did not come to pass.
func failed(t reflect.Type, err error) []reflect.Value {
	last := t.NumOut() - 1
	if last < 0 || t.Out(last) != reflect.TypeFor[error]() {
		panic(err)
	}
	results := make([]reflect.Value, t.NumOut())
	for i := range last {
		results[i] = reflect.Zero(t.Out(i))
	}
	results[last] = reflect.ValueOf(&err).Elem()
	return results
}

// parameter names a parameter in the path of an error.
func parameter(t reflect.Type, i int) string {
	return fmt.Sprintf("parameter %d of %s: %s", i+1, t, t.In(i))
}
