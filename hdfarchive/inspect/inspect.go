package inspect

import (
	"context"
	"errors"

	"github.com/klepto-go/klepto/value"
)

// Errors of Files, tested with errors.Is.
var (
	// ErrLimit: what was asked for is larger than the limit; the message says what to
	// do instead.
	ErrLimit = errors.New("too large to be read at once")
	// ErrRefused: the file holds something that is not read, such as a link, data in
	// other files or a filter from a plugin.
	ErrRefused = errors.New("not read")
)

// Kind says what an object or a link is.
type Kind string

// The kinds.
const (
	Group    Kind = "group"
	Dataset  Kind = "dataset"
	Type     Kind = "type" // a named type
	Soft     Kind = "soft link"
	External Kind = "external link"
	Damaged  Kind = "damaged" // a link to what is no object
)

// File is an HDF5 file that is open for reading. Paths begin with a slash and have one
// between names: "/", "/run/1/u".
type File interface {
	// Stat describes the object at path, with up to 256 attributes; the data of those
	// over 1 MiB are left out.
	Stat(ctx context.Context, path string) (*Object, error)

	// Children lists up to most children of the group at path by name, after the first
	// skip of them, and tells how many there are.
	Children(ctx context.Context, path string, skip, most int) (list []Child, total int, err error)

	// Read reads a block of the dataset at path, all of it where block is nil. What
	// would take more than 256 MiB of memory is ErrLimit.
	Read(ctx context.Context, path string, block *Block) (value.Value, error)

	// Close closes the file.
	Close() error
}

// Block is a part of an array: Count elements from Start on in each dimension.
type Block struct {
	Start, Count []int
}

// Object describes a group, a dataset or a named type.
type Object struct {
	Path    string
	Kind    Kind
	Address uint64 // the same for all links to one object

	Attrs     []Attr
	MoreAttrs int // beyond those in Attrs

	// Of a dataset, or of a named type:
	Type    string   // "float64", "int16 big-endian", "compound {x float64, name string}"
	Columns []string // the members of a compound type, nested ones dotted

	// Of a dataset:
	Null    bool     // no elements at all
	Shape   []int    // empty: a scalar
	Max     []int    // what each dimension may grow to, -1 without limit
	Layout  string   // "compact", "contiguous", "chunked", "virtual"
	Chunk   []int    // of a chunked one
	Filters []string // "shuffle", "gzip 4", …
	Bytes   int64    // of its elements in the file, before compression and without texts of variable length
	Stored  int64    // bytes that it takes in the file
	Refused string   // why its data are not read, "" where they are
}

// Attr is an attribute of an object.
type Attr struct {
	Name    string
	Type    string
	Shape   []int
	Value   value.Value // nil where Refused says why
	Refused string
}

// Child is a link of a group.
type Child struct {
	Name    string
	Kind    Kind
	Address uint64 // of the object
	Target  string // of a soft link its path, of an external one file and path
}
