package klepto

import (
	"context"
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/value"
)

// Wrap memoizes a function of any type and gives the same type back, and a
// Control of its memo:
//
//	solve, control, err := klepto.Wrap(solve, &klepto.Options{Names: []string{"nu", "n"}})
//	u, err := solve(ctx, 0.01, 128)
//
// f takes any arguments; the last may be variadic. A context.Context that comes
// first is passed on and is no part of the key. f returns one result or more,
// and may return an error last. Methods bound to their receiver are functions
// too: the receiver is no part of the key, so Options.Name has to say which it is.
//
// Arguments are named by Options.Names, or are the fields of the struct that is
// the only argument. A call has the key, and its result the form, that Memoize
// gives a function of a struct with these fields. Several results are kept as a
// struct with the fields r0, r1 and so on, or as Options.Results names them.
// Options.Keep is given several as a []any.
//
// An error comes with zero results, unless it is a *NotStoredError. A function
// that returns no error cannot tell of trouble with keys or the archive: then
// Options.Safe is set, and the function is called without its memo also where
// Memo.Call would return another error, as after Close, or when the context has
// ended. A panic in f reaches the callers as a *PanicError. An f that calls itself,
// through the wrapped function, should take a context and pass it on, so that
// asking for the result in the making is ErrRecursive, not a wait without end.
//
// A hit costs a call by reflection, some ten times a hit of Wrap1 to Wrap4 and
// WrapPlain1 to WrapPlain4 (BenchmarkWrap), which are for functions of up to four
// arguments and one result.
//
// Wrap fails when f is no function, when an argument cannot be keyed or a result
// not stored, or when an option is wrong, such as a name in Options.Ignore that
// no argument has.
func Wrap[F any](f F, o *Options) (F, *Control, error) {
	var none F
	call := reflect.ValueOf(f)
	if call.Kind() != reflect.Func {
		return none, nil, fmt.Errorf("klepto: Wrap needs a function, but got %T", f)
	}
	if call.IsNil() {
		return none, nil, errNoFunction
	}
	options, err := o.withDefaults(f)
	if err != nil {
		return none, nil, err
	}
	s, err := newSignature(call.Type(), options)
	if err != nil {
		return none, nil, err
	}
	m, err := s.memoize(call, options)
	if err != nil {
		return none, nil, err
	}
	wrapped := reflect.MakeFunc(call.Type(), func(in []reflect.Value) []reflect.Value {
		ctx := context.Background()
		if s.context {
			if c, ok := in[0].Interface().(context.Context); ok {
				ctx = c
			}
			in = in[1:]
		}
		if !s.fails {
			return s.split(m.certain(ctx, in))
		}
		out, err := m.Call(ctx, in)
		return append(s.split(out), reflect.ValueOf(&err).Elem())
	})
	c := newControl(m, s, func(in []reflect.Value) []reflect.Value { return in }, s.split, s.join)
	return wrapped.Interface().(F), c, nil
}

// memoize makes the memo of a function whose type s was read from.
func (s *signature) memoize(f reflect.Value, o *Options) (*Memo[[]reflect.Value, reflect.Value], error) {
	if keep := o.Keep; keep != nil {
		o.Keep = func(kept any) bool {
			if out := s.split(kept.(reflect.Value)); len(out) > 1 {
				return keep(anys(out))
			}
			return keep(kept.(reflect.Value).Interface())
		}
	}
	out, err := value.CodecOf(s.kept)
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: result type %v: %w", o.Name, s.kept, err)
	}
	m := &Memo[[]reflect.Value, reflect.Value]{
		f:       s.caller(f),
		options: o,
		keys:    s.keys.Keymap(),
		record:  s.record,
		out:     out,
		goType:  s.goType(),
	}
	return m.start(f.Interface(), s.kept)
}

// caller returns what calls f for a memo.
func (s *signature) caller(f reflect.Value) func(context.Context, []reflect.Value) (reflect.Value, error) {
	call := f.Call
	if s.variadic {
		call = f.CallSlice
	}
	return func(ctx context.Context, in []reflect.Value) (reflect.Value, error) {
		if s.context {
			in = append([]reflect.Value{reflect.ValueOf(&ctx).Elem()}, in...)
		}
		results := call(in)
		if s.fails {
			last := len(results) - 1
			if err, ok := results[last].Interface().(error); ok {
				return reflect.Value{}, err
			}
			results = results[:last]
		}
		return s.join(results), nil
	}
}
