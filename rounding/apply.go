package rounding

import "reflect"

// Apply returns a deep copy of x in which the floats that r applies to are
// rounded. x is one argument: a float x is at depth 0, an element of a slice x
// at depth 1 (see Applies). A field tagged `klepto:"tol=4"` has its floats
// rounded as by Deep(4), whatever r says; a field tagged `klepto:"-"` is carried
// over as it is.
//
// The copy shares no memory with x and has its type, shape and nil-ness; what
// several pointers in x share, their copies share. Numbers of any float or complex
// type are rounded in slices, arrays, values of maps, exported fields of
// structs, behind pointers and in interfaces, and in the matrices and vectors of
// gonum (a view of a larger matrix becomes a compact one). Integers, booleans,
// strings and map keys are copied as they are. Functions, channels, and structs
// that keep no floats and all else to themselves (time.Time, *big.Int,
// *rand.Rand, *sql.DB) are handed on, not copied.
//
// An *Error tells the path to a value that contains itself (ErrCycle), or to
// floats out of reach (ErrHidden, ErrLock).
func Apply[T any](r Rounding, x T) (T, error) {
	var none T
	if err := r.Validate(); err != nil {
		return none, err
	}
	switch p := any(&x).(type) { // the two commonest, without reflection
	case *float64:
		if r.Applies(0) {
			*p = r.Float64(*p)
		}
		return x, nil
	case *[]float64:
		*p = copyFloats(r, *p)
		return x, nil
	}
	v := reflect.ValueOf(&x).Elem()
	if err := roundIn(v, r); err != nil {
		return none, within(v.Type().String(), err)
	}
	return x, nil
}

// roundIn makes v, a shallow copy of one argument, deep and rounded.
func roundIn(v reflect.Value, r Rounding) error {
	deepen, err := planOf(v.Type())
	if err != nil || deepen == nil {
		return err
	}
	return deepen(&copying{}, v, place{rounding: r})
}

// copyFloats is Apply for []float64.
func copyFloats(r Rounding, x []float64) []float64 {
	if x == nil {
		return nil
	}
	c := make([]float64, len(x))
	if r.Applies(1) {
		r.Float64s(c, x)
	} else {
		copy(c, x)
	}
	return c
}
