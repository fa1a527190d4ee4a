package sweep

import (
	"context"
	"errors"
	"reflect"

	"github.com/klepto-go/klepto"
)

// RunControl is Run for a function that klepto.Wrap or one of its kind has wrapped,
// which is told by its Control. An axis sets the argument of its name, as named by
// klepto.Options.Names, or after a dot a field of one: "model.nu". That of a variadic
// argument holds slices.
func RunControl(ctx context.Context, d Design, c *klepto.Control, o *Options) error {
	if c == nil {
		return errors.New("sweep: the Control is nil: it is the second result of klepto.Wrap")
	}
	var roots []root
	variadic := false
	for _, p := range c.Params() {
		roots = append(roots, root{p.Name, p.Type})
		variadic = p.Variadic
	}
	options, err := o.withDefaults()
	if err != nil {
		return err
	}
	input, err := bindRoots(d, roots, options.Complete)
	if err != nil {
		return err
	}
	return run(ctx, d, options, func(ctx context.Context, i int, observe klepto.CallOption) error {
		_, _, err := c.Call(arguments(ctx, input(i), variadic), observe)
		return err
	})
}

// arguments are those of a call, with its context in front.
func arguments(ctx context.Context, values []reflect.Value, variadic bool) []any {
	args := []any{ctx}
	for i, v := range values {
		if variadic && i == len(values)-1 {
			for _, x := range v.Seq2() {
				args = append(args, x.Interface())
			}
			break
		}
		args = append(args, v.Interface())
	}
	return args
}
