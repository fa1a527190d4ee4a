package rounding

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/internal/tag"
)

// Options say how the arguments of a call are rounded. Nil and the zero
// Options round nothing but fields with a tolerance of their own.
type Options struct {
	// Rounding is the rule for every argument. Default None.
	Rounding Rounding

	// Tol gives single arguments, by name, a number of decimal digits of their
	// own: all floats of such an argument are rounded as by Deep, whatever
	// Rounding says. It goes before the tag `klepto:"tol=4"` of a field.
	Tol map[string]int
}

// Validate reports a rule or a tolerance that cannot be followed.
func (o *Options) Validate() error {
	if o == nil {
		return nil
	}
	if err := o.Rounding.Validate(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(o.Tol)) {
		if err := Deep(o.Tol[name]).Validate(); err != nil {
			return fmt.Errorf("%w, the tolerance of argument %q", err, name)
		}
	}
	return nil
}

// place returns the place of the argument called name; field is its tag, nil if
// it has none.
func (o *Options) place(name string, field *tag.Tag) place {
	switch digits, ok := o.Tol[name]; {
	case ok:
		return place{rounding: Deep(digits)}
	case field != nil && field.HasTol:
		return place{rounding: Deep(field.Tol)}
	}
	return place{rounding: o.Rounding}
}

// known reports a tolerance for an argument that is not among names.
func (o *Options) known(names []string) error {
	for _, name := range slices.Sorted(maps.Keys(o.Tol)) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("rounding: a tolerance for %q: %w: the arguments are %s", name, ErrName, strings.Join(names, ", "))
		}
	}
	return nil
}

// Args returns a function that rounds the arguments of one call: a deep copy of
// in, as Apply makes it. If In is a struct its exported fields are the arguments,
// each at depth 0, and bear the names of the fields or of their tags
// `klepto:"name=nu,tol=4"`; any other In is one argument with the name "x". The
// type is examined once, here, and so are the options: a tolerance for a name
// that does not exist is ErrName.
func Args[In any](o *Options) (func(in In) (In, error), error) {
	if o == nil {
		o = &Options{}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	t := reflect.TypeFor[In]()
	names, round, err := arguments(t, "x", o)
	if err != nil {
		return nil, within(t.String(), err)
	}
	if err := o.known(names); err != nil {
		return nil, err
	}
	return func(in In) (In, error) {
		if err := round(reflect.ValueOf(&in).Elem()); err != nil {
			var none In
			return none, within(t.String(), err)
		}
		return in, nil
	}, nil
}

// arguments returns what rounds a value of type t that holds all arguments of a
// call, in place, and the names of the arguments: alone, unless t is a struct.
func arguments(t reflect.Type, alone string, o *Options) (names []string, round func(reflect.Value) error, err error) {
	if !named(t) {
		round, err := argument(t, o.place(alone, nil))
		return []string{alone}, round, err
	}
	if lock(t) {
		return nil, nil, &Error{"", ErrLock}
	}
	var rounders []func(reflect.Value) error
	for i := range t.NumField() {
		f := t.Field(i)
		opts, err := tag.Of(f)
		step := "." + f.Name
		switch {
		case err != nil:
			return nil, nil, &Error{"", err}
		case opts.Skip:
			continue
		case !f.IsExported() && floats(f.Type, nil):
			return nil, nil, within(step, ErrHidden)
		case !f.IsExported():
			continue
		case slices.Contains(names, opts.Name):
			return nil, nil, within(step, fmt.Errorf("a second argument with the name %q", opts.Name))
		}
		names = append(names, opts.Name)
		round, err := argument(f.Type, o.place(opts.Name, &opts))
		if err != nil {
			return nil, nil, within(step, err)
		}
		rounders = append(rounders, func(v reflect.Value) error { return within(step, round(v.Field(i))) })
	}
	return names, func(v reflect.Value) error {
		for _, round := range rounders {
			if err := round(v); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// argument returns what rounds one argument of type t in place.
func argument(t reflect.Type, at place) (func(reflect.Value) error, error) {
	p, err := planOf(t)
	if err != nil {
		return nil, err
	}
	return func(v reflect.Value) error {
		if p == nil {
			return nil
		}
		return p(&copying{}, v, at)
	}, nil
}

// named tells whether t is a struct whose fields are arguments, rather than one
// argument such as a time or a matrix.
func named(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || handedOn(t) || matrixPlan(t) != nil {
		return false
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return true
		}
	}
	return false
}
