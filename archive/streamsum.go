package archive

import (
	"errors"
	"iter"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// streamSum computes the sum of an entry whose large arrays pass by. The rows of the
// array that is next in canonical order go into the sum as they come, where what lies
// before them is known; the others are read back in the end.
type streamSum struct {
	hash *xxh3.Hasher
	next func() (struct{}, bool) // writes what comes before the next array without Data
	stop func()
	at   int // which of those arrays is next; -1 before the first
	done int // rows of it that are in
	err  error
}

var errStopped = errors.New("stopped")

func newStreamSum(key keymap.Key, v value.Value) *streamSum {
	s := &streamSum{hash: xxh3.New(), at: -1}
	s.next, s.stop = iter.Pull(func(yield func(struct{}) bool) {
		_, s.err = s.hash.WriteString(key.Canonical)
		if s.err == nil {
			s.err = value.WriteCanonicalParts(s.hash, v, func(*value.Array) error {
				if !yield(struct{}{}) {
					return errStopped
				}
				return nil
			})
		}
	})
	return s
}

// advance goes on to the next array, or to the end.
func (s *streamSum) advance() {
	s.next()
	s.at, s.done = s.at+1, 0
}

// add takes rows of the array that is next.
func (s *streamSum) add(data any, rows int) {
	_, _ = s.hash.Write(value.ElementBytes(data)) // a hash never fails
	s.done += rows
}

// sum returns the sum, once advance has come to the end.
func (s *streamSum) sum() (uint64, error) { return s.hash.Sum64(), s.err }
