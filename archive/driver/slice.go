package driver

import (
	"context"
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Slicer is an Archive that reads part of a value without the rest. It is optional:
// of others the portable archive gets the whole value and cuts it.
type Slicer interface {
	// Slice returns what s selects of the value of an entry; the errors of Get, and
	// those of Selection.Cut. Where dst is not nil, it is a slice as value.Elem names
	// it, of as many elements as are selected: they go there, and the Array that is
	// returned has dst for its Data. Otherwise the caller owns the value. The error is
	// errors.ErrUnsupported where Get and Selection.Cut are as good.
	Slice(ctx context.Context, function string, key keymap.Key, s *Selection, dst any) (value.Value, error)
}

// Outliner is a Slicer that hands out an entry without its large arrays, which Slice
// then reads in parts, so that a value larger than memory can be checked and copied. It
// is optional: of others the portable archive gets the whole value.
type Outliner interface {
	Slicer

	// Outline is Get where arrays of more than most bytes have no Data (Data is nil) and
	// are for Slice to read. They are the value itself, or fields of a Struct, or of
	// Structs in one, with one dimension at least, and elements of any type but String;
	// the driver may leave Data to some of them. Value is not validated.
	Outline(ctx context.Context, function string, key keymap.Key, most int64) (*Entry, error)
}

// ErrSelection: the text of a selection cannot be understood, or asks for what the
// value does not have.
var ErrSelection = errors.New("bad selection")

// SelectionError says where a selection is wrong. errors.Is finds ErrSelection in it.
type SelectionError struct {
	Text string // of the whole selection
	At   int    // byte of Text
	Why  string
}

func (e *SelectionError) Error() string {
	return fmt.Sprintf("%v %q at character %d: %s", ErrSelection, e.Text, len([]rune(e.Text[:min(e.At, len(e.Text))]))+1, e.Why)
}

// Unwrap returns ErrSelection.
func (e *SelectionError) Unwrap() error { return ErrSelection }
