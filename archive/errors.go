package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// Errors of every kind of archive, tested with errors.Is.
var (
	// ErrNotFound is returned for a key that has no entry.
	ErrNotFound = driver.ErrNotFound
	// ErrCorrupt is returned for stored bytes that fail a check.
	ErrCorrupt = driver.ErrCorrupt
	// ErrFormat is returned for a file or folder that is not an archive of the kind asked for.
	ErrFormat = driver.ErrFormat
	// ErrVersion is returned for an archive of a format version that this build does not know.
	ErrVersion = driver.ErrVersion
	// ErrReadOnly is returned for a write to an archive that is open for reading or in a read-only place.
	ErrReadOnly = driver.ErrReadOnly
	// ErrLocked is returned for an archive that another process holds.
	ErrLocked = driver.ErrLocked
	// ErrClosed is returned for any use of an archive after Close.
	ErrClosed = driver.ErrClosed
	// ErrURL is returned for an archive URL that cannot be used.
	ErrURL = driver.ErrURL
)

// Errors of this package's own.
var (
	// ErrEntry is returned for an entry that cannot be stored: no key, no value,
	// or a value whose parts contradict each other.
	ErrEntry = errors.New("incomplete entry")
)

// Error is the error that the methods of an Archive return: which operation on
// which entry of which archive failed, and why.
type Error struct {
	Op       string     // "open", "get", "put", "delete", "list", …
	Archive  string     // URL of the archive
	Function string     // empty where the operation is not about one
	Key      keymap.Key // zero where the operation is not about one
	Err      error      // what the driver returned, or one of this package's errors
}

// Error says what failed, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("archive: " + e.Op)
	switch {
	case e.Key != keymap.Key{}:
		fmt.Fprintf(&b, " %s/%s in", printable(e.Function), printable(keyName(e.Key)))
	case e.Function != "":
		b.WriteString(" " + printable(e.Function) + " in")
	}
	if e.Archive != "" {
		b.WriteString(" " + printable(e.Archive))
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// DamageError lists the entries that Verify or Copy found damaged. errors.Is
// with ErrCorrupt is true of it where it is true of one of them.
type DamageError struct {
	Damaged []*Error // each with function and, where it is readable, key
}

// Error gives the number of damaged entries and names the first of them.
func (e *DamageError) Error() string {
	if len(e.Damaged) == 1 {
		return e.Damaged[0].Error()
	}
	return fmt.Sprintf("%v (and %d more damaged entries)", e.Damaged[0], len(e.Damaged)-1)
}

// Unwrap returns the errors of all damaged entries.
func (e *DamageError) Unwrap() []error {
	errs := make([]error, len(e.Damaged))
	for i, d := range e.Damaged {
		errs[i] = d
	}
	return errs
}

// wrap makes err an *Error, once: what is one already stays as it is.
func (a *Archive) wrap(op, function string, key keymap.Key, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Op: op, Archive: a.d.URL(), Function: function, Key: key, Err: err}
}

// ends tells errors that end a listing from those that concern a single entry.
func ends(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, ErrClosed)
}

// keyName is how a key is shown: its name, or its digest where it has none.
func keyName(k keymap.Key) string {
	if k.Name != "" {
		return k.Name
	}
	return k.Digest.String()
}

// printable keeps a message on one line whatever names an archive holds.
func printable(s string) string {
	if q := fmt.Sprintf("%q", s); q[1:len(q)-1] != s || s == "" {
		return q
	}
	return s
}
