package sweep

import (
	"fmt"
	"reflect"
)

// baseDesign is a design with values for what it does not set.
type baseDesign struct {
	Design
	args []any
}

// Base returns the points of d with the arguments that it sets no value for taken
// from args: for a Memo the argument of its function, commonly a struct, and for a
// Control all arguments of the function, in its order. What args refer to, the
// points share.
//
//	d := sweep.Base(sweep.Grid(sweep.Linspace("F", 0.02, 0.06, 41)), Params{K: 0.06, Steps: 4000})
func Base(d Design, args ...any) Design { return &baseDesign{d, args} }

// Err implements Design.
func (b *baseDesign) Err() error {
	if b.Design == nil {
		return fmt.Errorf("sweep: the design is nil")
	}
	return b.Design.Err()
}

// baseOf returns the values of the base of d; nil where it has none.
func baseOf(d Design, roots []root) ([]reflect.Value, error) {
	b, ok := d.(*baseDesign)
	if !ok {
		return nil, nil
	}
	if len(b.args) != len(roots) {
		return nil, fmt.Errorf("sweep: Base has %d arguments, the function %d", len(b.args), len(roots))
	}
	values := make([]reflect.Value, len(roots))
	for i, r := range roots {
		var err error
		if values[i], err = convert(b.args[i], r.typ); err != nil {
			return nil, fmt.Errorf("sweep: Base: %w", err)
		}
	}
	return values, nil
}
