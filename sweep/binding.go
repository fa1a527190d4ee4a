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
	set, err := bind[In](d)
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

// bind matches the parameters of d with the fields of In and checks every value
// that the points can take, so that a sweep doesn't fail half-way.
func bind[In any](d Design) (func(i int) In, error) {
	if d == nil {
		return nil, fmt.Errorf("sweep: the design is nil")
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	t := reflect.TypeFor[In]()
	args, err := argumentsOf(t)
	if err != nil {
		return nil, err
	}
	names := d.Names()
	if len(args) == 0 {
		if len(names) != 1 {
			return nil, fmt.Errorf("sweep: the function has one argument, of type %v, but the design has parameters %s", t, strings.Join(names, ", "))
		}
		args = []argument{{name: names[0], typ: t}}
	}
	targets := make([]argument, len(names))
	for k, name := range names {
		i := slices.IndexFunc(args, func(a argument) bool { return a.name == name })
		if i < 0 {
			var known []string
			for _, a := range args {
				known = append(known, a.name)
			}
			return nil, fmt.Errorf("sweep: parameter %q is no argument of the function: %v has %s", name, t, strings.Join(known, ", "))
		}
		targets[k] = args[i]
	}
	if err := checkValues(d, targets); err != nil {
		return nil, err
	}
	return func(i int) In {
		var in In
		v := reflect.ValueOf(&in).Elem()
		for k, x := range d.Point(i) {
			y, _ := convert(x, targets[k].typ) // checked above
			field := v
			if len(targets[k].index) > 0 {
				field = v.FieldByIndex(targets[k].index)
			}
			field.Set(y)
		}
		return in
	}, nil
}

func checkValues(d Design, targets []argument) error {
	check := func(k int, x any) error {
		if _, err := convert(x, targets[k].typ); err != nil {
			return fmt.Errorf("sweep: parameter %q: %w", targets[k].name, err)
		}
		return nil
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
		return v, fmt.Errorf("nil is no value for a %v", t)
	}
	if v.Type().AssignableTo(t) {
		return v, nil
	}
	bad := fmt.Errorf("%v (%T) is no value for a %v", x, x, t)
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
	index []int
	typ   reflect.Type
}

// argumentsOf lists the named arguments that a t holds, those of embedded
// structs among them. It is empty for a t that is one argument itself: a number,
// a slice, or a struct with nothing to set, such as time.Time or mat.Dense.
func argumentsOf(t reflect.Type) ([]argument, error) {
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
			inner, err := argumentsOf(f.Type)
			if err != nil {
				return nil, err
			}
			for _, a := range inner {
				args = append(args, argument{a.name, append([]int{i}, a.index...), a.typ})
			}
			if len(inner) > 0 {
				continue
			}
		}
		if f.IsExported() {
			args = append(args, argument{tag.Name, f.Index, f.Type})
		}
	}
	return args, nil
}
