package klepto

import (
	"context"
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// args1 are one argument.
type args1[A any] struct {
	A A
}

// args2 are two arguments.
type args2[A, B any] struct {
	A A
	B B
}

// args3 are three arguments.
type args3[A, B, C any] struct {
	A A
	B B
	C C
}

// args4 are four arguments.
type args4[A, B, C, D any] struct {
	A A
	B B
	C C
	D D
}

// Wrap1 is Wrap for a function of a context and one argument. A hit allocates
// nothing but the copy of a result that holds references; reflection is used only
// for what is in maps, interfaces and matrices among the arguments.
func Wrap1[A, R any](f func(context.Context, A) (R, error), o *Options) (func(context.Context, A) (R, error), *Control, error) {
	m, c, err := memoizeTyped(func(ctx context.Context, in args1[A]) (R, error) { return f(ctx, in.A) }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, a A) (R, error) { return m.Call(ctx, args1[A]{a}) }, c, nil
}

// Wrap2 is Wrap1 for two arguments.
func Wrap2[A, B, R any](f func(context.Context, A, B) (R, error), o *Options) (func(context.Context, A, B) (R, error), *Control, error) {
	m, c, err := memoizeTyped(func(ctx context.Context, in args2[A, B]) (R, error) { return f(ctx, in.A, in.B) }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, a A, b B) (R, error) { return m.Call(ctx, args2[A, B]{a, b}) }, c, nil
}

// Wrap3 is Wrap1 for three arguments.
func Wrap3[A, B, C, R any](f func(context.Context, A, B, C) (R, error), o *Options) (func(context.Context, A, B, C) (R, error), *Control, error) {
	m, c, err := memoizeTyped(func(ctx context.Context, in args3[A, B, C]) (R, error) { return f(ctx, in.A, in.B, in.C) }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, a A, b B, c C) (R, error) { return m.Call(ctx, args3[A, B, C]{a, b, c}) }, c, nil
}

// Wrap4 is Wrap1 for four arguments.
func Wrap4[A, B, C, D, R any](f func(context.Context, A, B, C, D) (R, error), o *Options) (func(context.Context, A, B, C, D) (R, error), *Control, error) {
	m, c, err := memoizeTyped(func(ctx context.Context, in args4[A, B, C, D]) (R, error) { return f(ctx, in.A, in.B, in.C, in.D) }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, a A, b B, c C, d D) (R, error) {
		return m.Call(ctx, args4[A, B, C, D]{a, b, c, d})
	}, c, nil
}

// WrapPlain1 is Wrap1 for a function without context and error.
func WrapPlain1[A, R any](f func(A) R, o *Options) (func(A) R, *Control, error) {
	m, c, err := memoizeTyped(func(_ context.Context, in args1[A]) (R, error) { return f(in.A), nil }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(a A) R { return m.certain(context.Background(), args1[A]{a}) }, c, nil
}

// WrapPlain2 is Wrap2 for a function without context and error.
func WrapPlain2[A, B, R any](f func(A, B) R, o *Options) (func(A, B) R, *Control, error) {
	m, c, err := memoizeTyped(func(_ context.Context, in args2[A, B]) (R, error) { return f(in.A, in.B), nil }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(a A, b B) R { return m.certain(context.Background(), args2[A, B]{a, b}) }, c, nil
}

// WrapPlain3 is Wrap3 for a function without context and error.
func WrapPlain3[A, B, C, R any](f func(A, B, C) R, o *Options) (func(A, B, C) R, *Control, error) {
	m, c, err := memoizeTyped(func(_ context.Context, in args3[A, B, C]) (R, error) { return f(in.A, in.B, in.C), nil }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(a A, b B, c C) R { return m.certain(context.Background(), args3[A, B, C]{a, b, c}) }, c, nil
}

// WrapPlain4 is Wrap4 for a function without context and error.
func WrapPlain4[A, B, C, D, R any](f func(A, B, C, D) R, o *Options) (func(A, B, C, D) R, *Control, error) {
	m, c, err := memoizeTyped(func(_ context.Context, in args4[A, B, C, D]) (R, error) { return f(in.A, in.B, in.C, in.D), nil }, f, o)
	if err != nil {
		return nil, nil, err
	}
	return func(a A, b B, c C, d D) R { return m.certain(context.Background(), args4[A, B, C, D]{a, b, c, d}) }, c, nil
}

// memoizeTyped makes the memo of f, which call calls. The fields of an In are its
// arguments.
func memoizeTyped[In, R any](call func(context.Context, In) (R, error), f any, o *Options) (*Memo[In, R], *Control, error) {
	if reflect.ValueOf(f).IsNil() {
		return nil, nil, errNoFunction
	}
	options, err := o.withDefaults(f)
	if err != nil {
		return nil, nil, err
	}
	s, err := newSignature(reflect.TypeOf(f), options)
	if err != nil {
		return nil, nil, err
	}
	m := &Memo[In, R]{f: call, options: options, goType: s.goType()}
	m.record = func(in In) ([]value.Field, error) {
		v := reflect.ValueOf(&in).Elem()
		args := make([]reflect.Value, v.NumField())
		for i := range args {
			args[i] = v.Field(i)
		}
		return s.record(args)
	}
	if m.keys, err = keymap.Bind[In](s.keys); err != nil {
		return nil, nil, fmt.Errorf("klepto: %s: %w", options.Name, err)
	}
	if m.out, err = value.CodecFor[R](); err != nil {
		return nil, nil, fmt.Errorf("klepto: %s: result type %v: %w", options.Name, s.kept, err)
	}
	if m, err = m.start(f, s.kept); err != nil {
		return nil, nil, err
	}
	pack := func(args []reflect.Value) (in In) {
		v := reflect.ValueOf(&in).Elem()
		for i, x := range args {
			v.Field(i).Set(x)
		}
		return in
	}
	split := func(out R) []reflect.Value { return []reflect.Value{reflect.ValueOf(&out).Elem()} }
	join := func(results []reflect.Value) (out R) {
		reflect.ValueOf(&out).Elem().Set(results[0])
		return out
	}
	return m, newControl(m, s, pack, split, join), nil
}
