package archive

import (
	"bufio"
	"fmt"
	"sync"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// hasher is XXH3 behind the buffer that value.WriteCanonical wants, and uses as
// it is instead of making one of its own.
type hasher struct {
	sum *xxh3.Hasher
	buf *bufio.Writer
}

var hashers = sync.Pool{New: func() any {
	sum := xxh3.New()
	return &hasher{sum: sum, buf: bufio.NewWriter(sum)}
}}

// Sum computes the checksum that the package documentation defines: XXH3-64
// over the canonical bytes of the key, then of the value.
func Sum(key keymap.Key, v value.Value) (uint64, error) {
	h := hashers.Get().(*hasher)
	defer hashers.Put(h)
	h.sum.Reset()
	h.buf.Reset(h.sum)
	h.buf.WriteString(key.Canonical) // the buffer keeps an error for the end
	if err := value.WriteCanonical(h.buf, v); err != nil {
		return 0, err
	}
	if err := h.buf.Flush(); err != nil {
		return 0, err
	}
	return h.sum.Sum64(), nil
}

// complete returns a copy of e with everything set that the archive sets. Its
// value is e's own: a driver keeps no reference to it.
func complete(e *Entry) (*Entry, error) {
	full, err := begin(e)
	if err != nil {
		return nil, err
	}
	describe(full)
	return full, sum(full)
}

func describe(e *Entry) { e.Bytes, e.Shape = value.Size(e.Value), value.Describe(e.Value) }

func sum(e *Entry) (err error) {
	if e.Sum, err = Sum(e.Key, e.Value); err != nil {
		return fmt.Errorf("%w: %w", ErrEntry, err)
	}
	return nil
}

// begin is complete without what the value tells.
func begin(e *Entry) (*Entry, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	full := *e
	if full.Key.Name == "" {
		full.Key.Name = full.Key.Digest.String()
	}
	normalize(&full.Provenance)
	return &full, nil
}

// normalize makes the same of equal times.
func normalize(p *Provenance) {
	if t := p.Created; !t.IsZero() {
		p.Created = t.Round(0).UTC()
	} else {
		p.Created = time.Time{}
	}
}

// check refuses an entry that an archive could store but not give back.
func check(e *Entry) error {
	switch {
	case e == nil:
		return fmt.Errorf("%w: it is nil", ErrEntry)
	case e.Key.Canonical == "":
		return fmt.Errorf("%w: its key has no canonical bytes; make keys with package keymap", ErrEntry)
	case e.Value == nil:
		return fmt.Errorf("%w: it has no value; a nil result is value.Null", ErrEntry)
	}
	if err := value.Validate(e.Value); err != nil {
		return fmt.Errorf("%w: %w", ErrEntry, err)
	}
	for _, arg := range e.Call.Args {
		if arg.Value == nil {
			return fmt.Errorf("%w: argument %q has no value", ErrEntry, arg.Name)
		}
		if err := value.Validate(arg.Value); err != nil {
			return fmt.Errorf("%w: argument %q: %w", ErrEntry, arg.Name, err)
		}
	}
	return nil
}

// verify holds what a driver returned against the sum it was stored with.
func verify(e *Entry) error {
	if e.Value == nil {
		return fmt.Errorf("%w: the entry has no value; delete it, and the next call computes it again", ErrCorrupt)
	}
	if err := value.Validate(e.Value); err != nil {
		return fmt.Errorf("%w: %w; delete the entry, and the next call computes it again", ErrCorrupt, err)
	}
	sum, err := Sum(e.Key, e.Value)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return matches(e, sum)
}

// matches holds the sum of what was read against that of the entry.
func matches(e *Entry, sum uint64) error {
	if sum != e.Sum {
		return fmt.Errorf("%w: the value's checksum is %016x, not %016x as stored; delete the entry, and the next call computes it again",
			ErrCorrupt, sum, e.Sum)
	}
	return nil
}

// wrapEntry is wrap for an operation on an entry that may be nil.
func (a *Archive) wrapEntry(op string, e *Entry, err error) error {
	if e == nil {
		return a.wrap(op, "", keymap.Key{}, err)
	}
	return a.wrap(op, e.Call.Function, e.Key, err)
}
