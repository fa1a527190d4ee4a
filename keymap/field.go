package keymap

import (
	"fmt"
	"reflect"

	"github.com/klepto-go/klepto/internal/tag"
	"github.com/klepto-go/klepto/rounding"
)

// field is one argument, or one field of a struct inside an argument, as it
// enters the key.
type field struct {
	name     string
	path     string // as in Go source, for errors: "main.Params.Grid.DX"
	typ      reflect.Type
	off      uintptr
	ignore   bool
	hidden   bool // unexported: may only be ignored
	variadic bool // the last parameter of a function, with any number of arguments
	round    rounding.Rounding
	tol      bool // round replaces the call's rounding
	def      string
	hasDef   bool
}

// isArguments tells whether a type is a list of named arguments: a struct that
// is not a value of its own, as time.Time is.
func isArguments(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && special(t) == 0
}

// fieldsOf lists the fields of a struct type, those of embedded structs in
// place. Fields tagged "-" and blank ones are left out.
func fieldsOf(t reflect.Type, path string) ([]field, error) {
	var all []field
	for i := range t.NumField() {
		sf := t.Field(i)
		at := path + "." + sf.Name
		g, err := tag.Of(sf)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrOption, path, err)
		}
		if sf.Name == "_" || g.Skip {
			continue
		}
		f := field{name: g.Name, path: at, typ: sf.Type, off: sf.Offset, ignore: g.Ignore,
			hidden: !sf.IsExported(), def: g.Default, hasDef: g.HasDefault}
		if g.HasTol {
			f.tol, f.round = true, rounding.Deep(g.Tol)
			if err := f.round.Validate(); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ErrOption, at, err)
			}
		}
		if sf.Anonymous && g.Name == sf.Name && isArguments(sf.Type) {
			inner, err := embedded(f)
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
			continue
		}
		all = append(all, f)
	}
	byName := map[string]string{}
	for _, f := range all {
		if other, ok := byName[f.name]; ok {
			return nil, fmt.Errorf("%w: %s and %s are both named %q", ErrOption, other, f.path, f.name)
		}
		byName[f.name] = f.path
	}
	return all, nil
}

// embedded lists the fields that an embedded struct lends to the one around it.
func embedded(outer field) ([]field, error) {
	if outer.hasDef {
		return nil, fmt.Errorf("%w: %s: an embedded struct has no default of its own; give its fields one", ErrOption, outer.path)
	}
	inner, err := fieldsOf(outer.typ, outer.path)
	if err != nil {
		return nil, err
	}
	for i := range inner {
		f := &inner[i]
		f.off += outer.off
		f.ignore = f.ignore || outer.ignore
		if outer.tol && !f.tol {
			f.tol, f.round = true, outer.round
		}
	}
	return inner, nil
}
