package archive

import (
	"context"
	"errors"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// ErrSelection is returned for a selection that cannot be understood, or that asks
// for what the value does not have. The error is a *SelectionError.
var ErrSelection = driver.ErrSelection

// SelectionError says where a selection is wrong, and why.
type SelectionError = driver.SelectionError

// Slice returns part of the value of an entry, selected as in numpy behind the names
// of the members that lead there:
//
//	u, err := a.Slice(ctx, "heat", key, "u[10:20, :]")   // rows 10 to 19 of member u
//	x, err := a.Slice(ctx, "heat", key, "fields/v[::2, -1]")
//
// driver.ParseSelection has all that can be said. Elements come as an *value.Array,
// rows of a table as a *value.Table, one row as a *value.Struct; without brackets a
// whole member comes as what it is. HDF5 archives read no more than is selected;
// others get the whole value and cut it.
//
// The sum of an entry is of all of it, so that what is read of a part alone is not
// verified: Verify checks entries, and files written with fletcher32 check each chunk.
// With an empty selection, and with archives that get the whole value, it is verified.
//
// ErrNotFound where there is no entry, ErrSelection where the selection is at fault.
func (a *Archive) Slice(ctx context.Context, function string, key keymap.Key, selection string) (value.Value, error) {
	v, err := a.slice(ctx, function, key, selection, nil)
	return v, a.wrap("slice", function, key, err)
}

// Element is what the arrays of an archive are made of; int64 also of times and
// durations, in nanoseconds.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 |
		float32 | float64 | complex64 | complex128 | string
}

// ReadInto is Slice into memory that is there: it fills dst, whose length must be
// that of the selection, and whose type that of the array, with the elements in C
// order, and returns the shape of the selection. HDF5 archives read numbers straight
// into dst. After an error dst may hold anything.
func ReadInto[T Element](ctx context.Context, a *Archive, function string, key keymap.Key, selection string, dst []T) (shape []int, err error) {
	if dst == nil {
		dst = []T{}
	}
	v, err := a.slice(ctx, function, key, selection, dst)
	if err != nil {
		return nil, a.wrap("slice", function, key, err)
	}
	return v.(*value.Array).Shape, nil
}

func (a *Archive) slice(ctx context.Context, function string, key keymap.Key, selection string, dst any) (v value.Value, err error) {
	s, err := driver.ParseSelection(selection)
	if err != nil {
		return nil, err
	}
	if d, ok := a.d.(driver.Slicer); ok && !(s.Whole() && dst == nil) {
		err = a.do(ctx, func() error {
			v, err = d.Slice(ctx, function, key, s, dst)
			return err
		})
		if !errors.Is(err, errors.ErrUnsupported) {
			return v, err
		}
	}
	e, err := a.get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	return s.Cut(e.Value, dst)
}
