package sweep

import (
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/internal/tag"
)

// Inputs yields the points of d as arguments of a function, with their numbers.
func Inputs[In any](d Design) (iter.Seq2[int, In], error) {
	set, err := bind[In](d, false)
	if err != nil {
		return nil, err
	}
	return func(yield func(int, In) bool) {
		for i := range d.Len() {
			if !yield(i, set(i)) {
				return
			}
		}
	}, nil
}

// bind matches the parameters of d with the fields of In.
func bind[In any](d Design, complete bool) (func(i int) In, error) {
	set, err := bindRoots(d, []root{{typ: reflect.TypeFor[In]()}}, complete)
	if err != nil {
		return nil, err
	}
	return func(i int) In { return set(i)[0].Interface().(In) }, nil
}

// root is an argument of a function as Go has it. One without a name stands for its
// fields.
type root struct {
	name string
	typ  reflect.Type
}

// bindRoots matches the parameters of d with the arguments of a function and checks
// every value that the points can take, so that a sweep doesn't fail half-way. With
// complete, an argument that d does not give is an error.
func bindRoots(d Design, roots []root, complete bool) (func(i int) []reflect.Value, error) {
	if d == nil {
		return nil, fmt.Errorf("sweep: the design is nil")
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	names := d.Names()
	args, err := argumentsOf(roots)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 && len(roots) == 1 {
		if len(names) != 1 {
			return nil, fmt.Errorf("sweep: the function has one argument, of type %v, but the design has parameters %s", roots[0].typ, strings.Join(names, ", "))
		}
		args = []argument{{name: names[0], typ: roots[0].typ}}
	}
	targets := make([]argument, len(names))
	for k, name := range names {
		var ok bool
		if targets[k], ok = find(args, name); !ok {
			return nil, fmt.Errorf("sweep: parameter %q is no argument of the function: %s has %s", name, describeRoots(roots), namesOf(args))
		}
	}
	for k, t := range targets {
		for _, u := range targets[:k] {
			if t.within(u) || u.within(t) {
				return nil, fmt.Errorf("sweep: parameters %q and %q set the same argument", u.name, t.name)
			}
		}
	}
	base, err := baseOf(d, roots)
	if err != nil {
		return nil, err
	}
	if complete && base == nil {
		if missing := missingIn(args, targets); len(missing) > 0 {
			return nil, fmt.Errorf("sweep: no axis sets %s of %s: give one, of a single value if it is fixed, or use Base", namesOf(missing), describeRoots(roots))
		}
	}
	if err := checkValues(d, targets); err != nil {
		return nil, err
	}
	return func(i int) []reflect.Value {
		values := make([]reflect.Value, len(roots))
		for j, r := range roots {
			values[j] = reflect.New(r.typ).Elem()
			if base != nil {
				values[j].Set(base[j])
			}
		}
		for k, x := range d.Point(i) {
			y, _ := convert(x, targets[k].typ) // checked above
			targets[k].in(values).Set(y)
		}
		return values
	}, nil
}

func describeRoots(roots []root) string {
	if len(roots) == 1 && roots[0].name == "" {
		return roots[0].typ.String()
	}
	return "it"
}

func namesOf(args []argument) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.name
	}
	return strings.Join(names, ", ")
}

// find returns the argument of a name: one of args, or after a dot a field of one.
func find(args []argument, name string) (argument, bool) {
	for _, a := range args {
		if a.name == name {
			return a, true
		}
	}
	for _, a := range args {
		rest, below := strings.CutPrefix(name, a.name+".")
		if !below {
			continue
		}
		inner, err := fieldsOf(elem(a.typ))
		if err != nil {
			continue
		}
		if f, ok := find(inner, rest); ok {
			return argument{name, a.root, append(slices.Clone(a.index), f.index...), f.typ}, true
		}
	}
	return argument{}, false
}

// missingIn returns those of args that no target sets, not even in part.
func missingIn(args, targets []argument) []argument {
	return slices.DeleteFunc(slices.Clone(args), func(a argument) bool {
		return slices.ContainsFunc(targets, func(t argument) bool { return t.within(a) })
	})
}

func checkValues(d Design, targets []argument) error {
	check := func(k int, x any) error {
		if _, err := convert(x, targets[k].typ); err != nil {
			return fmt.Errorf("sweep: parameter %q: %w", targets[k].name, err)
		}
		return nil
	}
	if b, ok := d.(*baseDesign); ok {
		d = b.Design
	}
	if g, ok := d.(*GridDesign); ok { // a sum of lengths instead of their product
		for k, a := range g.axes {
			for _, x := range a.values {
				if err := check(k, x); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for i := range d.Len() {
		for k, x := range d.Point(i) {
			if err := check(k, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// convert turns x into a t without changing its value: an int parameter takes
// the float 3, as grids of whole numbers are often written, but not 3.5.
func convert(x any, t reflect.Type) (reflect.Value, error) {
	v := reflect.ValueOf(x)
	if !v.IsValid() {
		return v, fmt.Errorf("nil does not fit the type %v", t)
	}
	if v.Type().AssignableTo(t) {
		return v, nil
	}
	bad := fmt.Errorf("%v (%T) does not fit the type %v", x, x, t)
	if !number(v.Kind()) || !number(t.Kind()) {
		if v.Kind() == t.Kind() && v.Type().ConvertibleTo(t) {
			return v.Convert(t), nil // type Solver string
		}
		return v, bad
	}
	if v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)) && !isFloat(t.Kind()) {
		return v, bad
	}
	y := v.Convert(t)
	back := y.Convert(v.Type())
	negative := v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
	if y.CanUint() && negative || y.CanInt() && (y.Int() < 0) != negative && y.Int() != 0 {
		return v, bad // wrapped around
	}
	// float64 → float32 rounds, as in Go's conversions; all else must be exact.
	if isFloat(v.Kind()) && isFloat(t.Kind()) {
		return y, nil
	}
	if !back.Equal(v) {
		return v, bad
	}
	return y, nil
}

func number(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

func isFloat(k reflect.Kind) bool { return k == reflect.Float32 || k == reflect.Float64 }

// argument is one named argument of the function.
type argument struct {
	name  string
	root  int   // which of the roots holds it
	index []int // of the field in there; of a field behind a pointer too
	typ   reflect.Type
}

// within reports whether a is b or a part of it.
func (a argument) within(b argument) bool {
	return a.root == b.root && len(a.index) >= len(b.index) && slices.Equal(a.index[:len(b.index)], b.index)
}

// in returns the place of a in the arguments of a call. Structs on the way to it that
// are behind pointers are made, or copied: a base has them too.
func (a argument) in(roots []reflect.Value) reflect.Value {
	v := roots[a.root]
	for _, i := range a.index {
		if v.Kind() == reflect.Pointer {
			own := reflect.New(v.Type().Elem())
			if !v.IsNil() {
				own.Elem().Set(v.Elem())
			}
			v.Set(own)
			v = own.Elem()
		}
		v = v.Field(i)
	}
	return v
}

func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// argumentsOf lists the named arguments that the roots are or hold. It is empty for
// a single nameless one that is an argument itself.
func argumentsOf(roots []root) ([]argument, error) {
	var args []argument
	for i, r := range roots {
		if r.name != "" {
			args = append(args, argument{r.name, i, nil, r.typ})
			continue
		}
		fields, err := fieldsOf(elem(r.typ))
		if err != nil {
			return nil, err
		}
		for _, f := range fields {
			f.root = i
			args = append(args, f)
		}
	}
	return args, nil
}

// fieldsOf lists the named arguments that a t holds, those of embedded structs among
// them. It is empty for a t that is one value itself: a number, a slice, or a struct
// with nothing to set, such as time.Time or mat.Dense.
func fieldsOf(t reflect.Type) ([]argument, error) {
	if t.Kind() != reflect.Struct {
		return nil, nil
	}
	var args []argument
	for i := range t.NumField() {
		f := t.Field(i)
		tag, err := tag.Of(f)
		if err != nil {
			return nil, fmt.Errorf("sweep: %v: %w", t, err)
		}
		if tag.Skip {
			continue
		}
		if f.Anonymous && tag.Name == f.Name {
			inner, err := fieldsOf(f.Type)
			if err != nil {
				return nil, err
			}
			for _, a := range inner {
				args = append(args, argument{a.name, 0, append([]int{i}, a.index...), a.typ})
			}
			if len(inner) > 0 {
				continue
			}
		}
		if f.IsExported() {
			args = append(args, argument{tag.Name, 0, f.Index, f.Type})
		}
	}
	return args, nil
}
