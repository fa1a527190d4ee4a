package rounding

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/klepto-go/klepto/internal/tag"
)

// A plan makes v, an addressable shallow copy of some value, deep, and rounds
// its floats. The plan of a type in which there is nothing to copy or round is
// nil.
type plan func(c *copying, v reflect.Value, at place) error

// place is where in an argument a value stands.
type place struct {
	rounding Rounding // the argument's, or Deep(tol) below a field with a tolerance
	depth    int
}

func (p place) applies() bool { return p.rounding.Applies(p.depth) }

// down returns the place n levels further inside. Depths beyond 1 are all the
// same to every rule; keeping them at 2 lets cycles come back to a place they
// have been to.
func (p place) down(n int) place {
	p.depth = min(p.depth+n, 2)
	return p
}

// plans keeps the plan of each type that was asked for. It is a memo of a pure
// function of types, of which a program has finitely many, not a setting.
var plans sync.Map // reflect.Type → plan

func planOf(t reflect.Type) (plan, error) {
	if p, ok := plans.Load(t); ok {
		return p.(plan), nil
	}
	c := compiler{}
	n, err := c.compile(t)
	if err != nil {
		return nil, err
	}
	plans.Store(t, n.plan)
	return n.plan, nil
}

// compiler makes the plans of a type and of the types it is made of.
type compiler map[reflect.Type]*node

// node is a type's plan, or the promise of it while the type is compiled: a
// type that contains itself refers to its own node.
type node struct {
	plan plan
	done bool
}

// nothing tells that there is nothing to do for the node's type.
func (n *node) nothing() bool { return n.done && n.plan == nil }

func (n *node) run(c *copying, v reflect.Value, at place) error {
	if n.plan == nil {
		return nil
	}
	return n.plan(c, v, at)
}

func (c compiler) compile(t reflect.Type) (*node, error) {
	if n := c[t]; n != nil {
		return n, nil
	}
	n := &node{}
	c[t] = n
	var err error
	n.plan, err = c.planFor(t)
	n.done = true
	return n, err
}

func (c compiler) planFor(t reflect.Type) (plan, error) {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return scalarPlan(t), nil
	case reflect.Slice:
		return c.slicePlan(t)
	case reflect.Array:
		return c.arrayPlan(t)
	case reflect.Map:
		return c.mapPlan(t)
	case reflect.Pointer:
		return c.pointerPlan(t)
	case reflect.Interface:
		return interfacePlan, nil
	case reflect.Struct:
		if p := matrixPlan(t); p != nil {
			return p, nil
		}
		return c.structPlan(t)
	}
	return nil, nil // bool, integers, string; func, chan and unsafe.Pointer are handed on
}

func (c compiler) structPlan(t reflect.Type) (plan, error) {
	if handedOn(t) {
		return nil, nil
	}
	if lock(t) {
		return nil, &Error{"", ErrLock}
	}
	var members []plan
	for i := range t.NumField() {
		p, err := c.fieldPlan(t.Field(i))
		if err != nil {
			return nil, err
		}
		if p != nil {
			members = append(members, p)
		}
	}
	if members == nil {
		return nil, nil
	}
	levels := 1
	if t.NumField() == 1 && t.Field(0).Type.Kind() == reflect.Interface && t.Implements(t.Field(0).Type) {
		levels = 0 // gonum's mat.Transpose of a matrix is a matrix, not a container of one
	}
	return func(c *copying, v reflect.Value, at place) error {
		at = at.down(levels)
		for _, p := range members {
			if err := p(c, v, at); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// fieldPlan returns a plan for the struct that deals with its field f.
func (c compiler) fieldPlan(f reflect.StructField) (plan, error) {
	opts, err := tag.Of(f)
	if err != nil {
		return nil, &Error{"", err}
	}
	if opts.Skip {
		return nil, nil
	}
	step, i := "."+f.Name, f.Index[0]
	// The promoted fields of an embedded struct can be set even if its own type
	// is unexported.
	if !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct) {
		if floats(f.Type, nil) {
			return nil, within(step, ErrHidden)
		}
		return nil, nil
	}
	n, err := c.compile(f.Type)
	if err != nil {
		return nil, within(step, err)
	}
	if n.nothing() {
		return nil, nil
	}
	return func(c *copying, v reflect.Value, at place) error {
		if opts.HasTol {
			at.rounding = Deep(opts.Tol)
		}
		return within(step, n.run(c, v.Field(i), at))
	}, nil
}

// handedOn tells whether t is a struct that others own: it has unexported
// fields, and no float can be reached in it except through an interface.
func handedOn(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || floats(t, nil) {
		return false
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

// floats tells whether a value of type t can hold a float, as far as its type
// says; what an interface holds is not part of it. seen breaks recursion.
func floats(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map, reflect.Struct:
	default:
		return false
	}
	if seen[t] {
		return false
	}
	if seen == nil {
		seen = map[reflect.Type]bool{}
	}
	seen[t] = true
	if t.Kind() != reflect.Struct {
		return floats(t.Elem(), seen)
	}
	for i := range t.NumField() {
		if floats(t.Field(i).Type, seen) {
			return true
		}
	}
	return false
}

// lock tells whether t holds something with Lock and Unlock by value, the mark
// by which go vet too knows what must not be copied.
func lock(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return lock(t.Elem())
	case reflect.Struct:
		p := reflect.PointerTo(t)
		_, lock1 := p.MethodByName("Lock")
		_, lock2 := p.MethodByName("Unlock")
		if lock1 && lock2 {
			return true
		}
		for i := range t.NumField() {
			if lock(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// index is the step of a path into a slice or array.
func index(i int) string { return fmt.Sprintf("[%d]", i) }
