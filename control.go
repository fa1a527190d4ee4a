package klepto

import (
	"context"
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/keymap"
)

// Control is the memo of a wrapped function: what Memo is for those with one
// argument and one result. Methods that take args want those of the function,
// in its order, with its context or any other in front or without one. A number
// may be of another type than the parameter, as long as it is the same number;
// nil stands for any nil. All methods may be called concurrently.
type Control struct {
	Memoized
	signature *signature
	calls     calls
}

// calls is what a Memo does with arguments and results, which come and go as
// reflect.Values.
type calls interface {
	key(in []reflect.Value) (keymap.Key, error)
	info(ctx context.Context, in []reflect.Value) (Info, bool, error)
	call(ctx context.Context, in []reflect.Value, opts []CallOption) ([]reflect.Value, Info, error)
	lookup(ctx context.Context, in []reflect.Value) ([]reflect.Value, bool, error)
	put(ctx context.Context, in, out []reflect.Value) error
	remove(ctx context.Context, in []reflect.Value) (bool, error)
	load(ctx context.Context, in [][]reflect.Value) (int, error)
	dump(ctx context.Context, in [][]reflect.Value) (int, error)
}

// Param is an argument of a wrapped function.
type Param struct {
	Name     string // empty for a struct that stands for its fields
	Type     reflect.Type
	Variadic bool // Type is then that of the slice
}

// Params returns the arguments of the wrapped function in their order, its context
// left out.
func (c *Control) Params() []Param {
	s := c.signature
	params := make([]Param, len(s.params))
	for i, p := range s.params {
		params[i] = Param{p.name, p.typ, s.variadic && i == len(s.params)-1}
	}
	return params
}

// Key returns the key of a call with args.
func (c *Control) Key(args ...any) (keymap.Key, error) {
	_, in, err := c.bind(args)
	if err != nil {
		return keymap.Key{}, err
	}
	return c.calls.key(in)
}

// Info tells about the result for args, if there is one, as Memo.Info does.
func (c *Control) Info(args ...any) (Info, bool, error) {
	ctx, in, err := c.bind(args)
	if err != nil {
		return Info{}, false, err
	}
	return c.calls.info(ctx, in)
}

// Call is a call of the wrapped function with options, which returns its results
// other than the error, and tells where they came from. It returns errors that
// a function without an error keeps to itself.
func (c *Control) Call(args []any, opts ...CallOption) ([]any, Info, error) {
	ctx, in, err := c.bind(args)
	if err != nil {
		return nil, Info{}, err
	}
	out, info, err := c.calls.call(ctx, in, opts)
	return anys(out), info, err
}

// Lookup returns the results for args, other than the error, if they are in
// memory or in the archive. It never calls the function, as Memo.Lookup.
func (c *Control) Lookup(args ...any) (results []any, ok bool, err error) {
	ctx, in, err := c.bind(args)
	if err != nil {
		return nil, false, err
	}
	out, ok, err := c.calls.lookup(ctx, in)
	if !ok {
		return nil, false, err
	}
	return anys(out), true, err
}

// Put keeps results, one for each of the function's other than the error, as
// those for args, as Memo.Put does.
func (c *Control) Put(args []any, results ...any) error {
	ctx, in, err := c.bind(args)
	if err != nil {
		return err
	}
	if len(results) != len(c.signature.results) {
		return fmt.Errorf("klepto: %s: Put got %d results, the function returns %d", c.Name(), len(results), len(c.signature.results))
	}
	out := make([]reflect.Value, len(results))
	for i, r := range results {
		if out[i], err = convert(r, c.signature.results[i]); err != nil {
			return fmt.Errorf("klepto: %s: result %d: %w", c.Name(), i, err)
		}
	}
	return c.calls.put(ctx, in, out)
}

// Delete forgets the results for args, as Memo.Delete does.
func (c *Control) Delete(args ...any) (bool, error) {
	ctx, in, err := c.bind(args)
	if err != nil {
		return false, err
	}
	return c.calls.remove(ctx, in)
}

// Load brings results from the archive into memory, those of the given calls,
// each a list of arguments, or without any all, as Memo.Load does.
func (c *Control) Load(ctx context.Context, args ...[]any) (int, error) {
	in, err := c.bindAll(args)
	if err != nil {
		return 0, err
	}
	return c.calls.load(ctx, in)
}

// Dump stores results that are in memory in the archive, those of the given
// calls, each a list of arguments, or without any all, as Memo.Dump does.
func (c *Control) Dump(ctx context.Context, args ...[]any) (int, error) {
	in, err := c.bindAll(args)
	if err != nil {
		return 0, err
	}
	return c.calls.dump(ctx, in)
}

// bind takes the context off the arguments of a call and gives the rest the
// types of the parameters.
func (c *Control) bind(args []any) (context.Context, []reflect.Value, error) {
	ctx := context.Background()
	if len(args) > 0 {
		if first, ok := args[0].(context.Context); ok {
			ctx, args = first, args[1:]
		}
	}
	in, err := c.signature.bind(args)
	if err != nil {
		return nil, nil, fmt.Errorf("klepto: %s: %w", c.Name(), err)
	}
	return ctx, in, nil
}

func (c *Control) bindAll(calls [][]any) ([][]reflect.Value, error) {
	all := make([][]reflect.Value, len(calls))
	for i, args := range calls {
		var err error
		if _, all[i], err = c.bind(args); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func anys(values []reflect.Value) []any {
	if values == nil {
		return nil
	}
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v.Interface()
	}
	return all
}
