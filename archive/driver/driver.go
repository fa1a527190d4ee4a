package driver

import (
	"context"
	"iter"
	"time"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Entry is one memoized call with its result, as every archive stores it.
// List and Stat return entries whose Value is nil.
type Entry struct {
	Key        keymap.Key
	Call       Call
	Value      value.Value
	GoType     string // the Go type Value came from, e.g. "main.Result"
	Provenance Provenance
	// Sum is the XXH3-64 of the canonical key and of the value's dtypes, shapes
	// and little-endian bytes. The portable archive sets and verifies it.
	Sum uint64
	// Bytes is the size of the value's data, in bytes, without overhead.
	Bytes int64
	// Shape sums Value up for a listing, e.g. "u[128 128] v[128 128] mean".
	Shape string
}

// Call says which invocation an entry holds.
type Call struct {
	Function string
	Version  string
	// Rounding is the rounding that made the key, in its String form, e.g. "deep(6)".
	Rounding string
	// Args are the arguments as given. The rounded ones are in the key:
	// keymap.Decode gives them back.
	Args []value.Field
}

// Provenance says where and when an entry was computed.
type Provenance struct {
	Created time.Time     // when the computation started, UTC
	Elapsed time.Duration // compute time
	Host    string
	Go      string // runtime.Version
	Build   string // main module path and version
	VCS     string // revision, with "+dirty" where the tree was
}

// Function describes the entries of one function.
type Function struct {
	Name     string
	Version  string // of the newest entry
	Rounding string
	Args     []string // names, in order
	Entries  int
}

// Archive is what a kind of archive implements. The portable archive.Archive
// has checked arguments, context and state before it calls, and wraps errors
// afterwards: a driver returns its errors as they are, made of the sentinels
// of this package where one applies.
//
// All methods may be called concurrently. An implementation keeps no reference
// to an Entry or its Value once a method has returned, and hands out entries
// that it never changes.
type Archive interface {
	// Get returns the entry whose function and key equal the given ones,
	// canonical bytes included, with its value. Otherwise ErrNotFound.
	Get(ctx context.Context, function string, key keymap.Key) (*Entry, error)

	// Stat is Get without the value.
	Stat(ctx context.Context, function string, key keymap.Key) (*Entry, error)

	// Put stores entries in order, replacing those with the same key unless
	// ifAbsent, and returns how many it stored. Of two with the same key in one
	// call the later counts, or with ifAbsent the first. When it returns nil the
	// entries survive the death of the process (see Sync for group commit).
	// After an error the first stored of the entries are in the archive; what
	// became of the others is not known.
	Put(ctx context.Context, entries []*Entry, ifAbsent bool) (stored int, err error)

	// Delete removes an entry, or returns ErrNotFound. The last entry of a
	// function takes the function with it.
	Delete(ctx context.Context, function string, key keymap.Key) error

	// Functions lists the functions that have entries, sorted by name.
	Functions(ctx context.Context) ([]Function, error)

	// List yields the entries of a function without their values, from the
	// index, sorted by creation time, then name of the key: those that were
	// there when the loop began, and perhaps later ones. A damaged entry is
	// yielded as an error, beside an Entry that has at least the Key where that
	// much is readable, and the listing goes on. A function without entries
	// yields nothing. A cancelled ctx or a Close during the loop is yielded as
	// an error and ends it.
	List(ctx context.Context, function string) iter.Seq2[*Entry, error]

	// Sync makes everything that was Put durable.
	Sync(ctx context.Context) error

	// URL returns the canonical URL of the archive: archive.Open of it opens
	// the same one, from any working directory.
	URL() string

	// Close releases the archive. It syncs first. The portable archive calls it
	// once, when no other call but a List is under way.
	Close() error
}
