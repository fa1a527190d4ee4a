package klepto

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cache"
	"github.com/klepto-go/klepto/internal/flight"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Memo is a memoized function. Make one with Memoize. All methods may be called
// concurrently.
type Memo[In, Out any] struct {
	f       func(context.Context, In) (Out, error)
	options *Options
	keys    *keymap.Keymap[In]
	in      *value.Codec[In]
	out     *value.Codec[Out]
	shared  bool // results hold references and are copied for each caller
	cache   *cache.Cache[keymap.Digest, *result[Out]]
	flights flight.Group[keymap.Digest, answer[Out]]
	unsaved unsaved[Out]
	origin  archive.Provenance // what is the same for all results of this process
	goType  string
	closed  atomic.Bool
	counts  counts
}

// result is what the memory cache holds; it never changes.
type result[Out any] struct {
	out     Out
	created time.Time
	elapsed time.Duration
	args    []value.Field // exact, for Info.Distance
}

// answer is a result and where it was found.
type answer[Out any] struct {
	*result[Out]
	source Source
	// notStored is the archive's error when the result was computed but not stored.
	notStored error
}

// Memoize wraps f. It fails when In cannot be made a key, when Out cannot be
// stored, or when an option is wrong; the error names the field or the option.
func Memoize[In, Out any](f func(context.Context, In) (Out, error), o *Options) (*Memo[In, Out], error) {
	if f == nil {
		return nil, errors.New("klepto: the function to memoize is nil")
	}
	options, err := o.withDefaults(f)
	if err != nil {
		return nil, err
	}
	m := &Memo[In, Out]{f: f, options: options, origin: origin(), goType: reflect.TypeFor[Out]().String()}
	if m.keys, err = keymap.New[In](&keymap.Options{
		Function: options.Name,
		Version:  options.Version,
		Rounding: options.Rounding,
		Ignore:   options.Ignore,
		Tol:      options.Tolerance,
	}); err != nil {
		return nil, fmt.Errorf("klepto: %s: argument type %v: %w", options.Name, reflect.TypeFor[In](), err)
	}
	if m.in, err = value.CodecFor[In](); err != nil {
		return nil, fmt.Errorf("klepto: %s: argument type %v: %w", options.Name, reflect.TypeFor[In](), err)
	}
	if m.out, err = value.CodecFor[Out](); err != nil {
		return nil, fmt.Errorf("klepto: %s: result type %v: %w", options.Name, reflect.TypeFor[Out](), err)
	}
	m.shared = !m.out.Flat()
	m.cache, err = cache.New(&cache.Options[keymap.Digest, *result[Out]]{
		MaxEntries: options.MaxEntries,
		// A digest is uniform: any 8 of its bytes are a hash of it.
		Hash: func(d keymap.Digest) uint64 { return binary.LittleEndian.Uint64(d[:]) },
	})
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", options.Name, err)
	}
	return m, nil
}

// Name returns the name of the function in keys and archives.
func (m *Memo[In, Out]) Name() string { return m.options.Name }

// Key returns the key of a call with in.
func (m *Memo[In, Out]) Key(in In) (keymap.Key, error) {
	k, err := m.keys.Key(&in)
	if err != nil {
		return k, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	return k, nil
}

// Call returns the result for in: from memory, from the archive, or by calling
// the function. A hit in memory is answered even when ctx has ended.
func (m *Memo[In, Out]) Call(ctx context.Context, in In, opts ...CallOption) (Out, error) {
	if len(opts) == 0 && !m.closed.Load() {
		if d, err := m.keys.Digest(&in); err == nil {
			if r, ok := m.cache.Get(d); ok {
				m.counts.saved.Add(int64(r.elapsed))
				return m.own(r.out), nil
			}
		}
	}
	out, _, err := m.call(ctx, in, opts)
	return out, err
}

// CallInfo is Call, and tells where the result came from.
func (m *Memo[In, Out]) CallInfo(ctx context.Context, in In, opts ...CallOption) (Out, Info, error) {
	return m.call(ctx, in, opts)
}
