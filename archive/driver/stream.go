package driver

import (
	"context"

	"github.com/klepto-go/klepto/value"
)

// Streamer is an Archive that takes a value larger than memory, whose arrays come in
// slabs. It is optional: others take whole values.
type Streamer interface {
	// Stream begins an entry, which has everything but its value and what follows from
	// that. parts are the arrays of the value that come in slabs, without Data, in the
	// order of the value: of any Elem but String, with one dimension at least, none of
	// which is 0 but perhaps the first; that is -1 where only the end of the stream tells
	// it. Entry and parts are the driver's own. ErrReadOnly where the archive is open for
	// reading.
	Stream(ctx context.Context, e *Entry, parts []*value.Array) (Stream, error)
}

// Stream is an entry that is being written. Its methods are called one at a time, and
// after an error none but Abort.
type Stream interface {
	// Append adds whole rows to the end of a part. data is a slice as value.Elem names
	// it, which the driver does not keep. There are never more rows than was declared.
	Append(ctx context.Context, part int, data any) error

	// Read reads rows of a part from row on into data. It is called once all rows of
	// all parts were appended, for the entry's sum.
	Read(ctx context.Context, part, row int, data any) error

	// Commit stores the entry as Put does, all at once. In e.Value the parts are arrays
	// without Data, of the shapes that they have got. What it does not store because
	// there is one it gives back.
	Commit(ctx context.Context, e *Entry, ifAbsent bool) (stored bool, err error)

	// Abort gives back what was not committed. Closing the archive does so for the
	// streams that are left, as if they had never been. So does, before long, the next
	// to open the archive for writing where the process died.
	Abort() error
}
