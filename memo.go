package klepto

import (
	"context"
	"fmt"
	"reflect"
	"sync"
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
	// record returns the exact arguments by name, for the archive.
	record func(In) ([]value.Field, error)
	out    *value.Codec[Out]
	copies bool // results hold references and are copied for each caller
	ages   bool // a result in memory is not always good

	cache   *cache.Cache[keymap.Digest, *result[Out]]
	archive atomic.Pointer[archive.Archive] // nil: none
	backlog backlog[Out]
	flights flight.Group[keymap.Digest, answer[Out]]
	cleaner cleaner

	origin archive.Provenance // what is the same for all results of this process
	goType string
	off    atomic.Bool // closed or disabled: a call takes the slow way, which knows
	closed atomic.Bool
	ending sync.Once
	counts counts

	unregister func() // gives the name back
}

// result is what memory holds. It never changes.
type result[Out any] struct {
	out     Out
	err     error // of the function, where errors are kept
	key     keymap.Key
	args    []value.Field // exact
	created time.Time     // when the computation started
	elapsed time.Duration
	bytes   int64
}

// ended is when the computation ended, which is what ages count from.
func (r *result[Out]) ended() time.Time { return r.created.Add(r.elapsed) }

// answer is a result and where it was found.
type answer[Out any] struct {
	*result[Out]
	source Source
	stale  bool
	// notKept is why the result, though computed, is not where it should be.
	notKept error
}

// Memoize wraps f. It fails when In cannot be made a key, when Out cannot be
// stored, or when an option is wrong; the error names the field or the option.
func Memoize[In, Out any](f func(context.Context, In) (Out, error), o *Options) (*Memo[In, Out], error) {
	if f == nil {
		return nil, errNoFunction
	}
	options, err := o.withDefaults(f)
	if err != nil {
		return nil, err
	}
	if len(options.Names)+len(options.Results) > 0 {
		return nil, fmt.Errorf("klepto: %s: Options.Names and Results are for Wrap: here arguments and results are named by the fields of %v and %v", options.Name, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	}
	m := &Memo[In, Out]{f: f, options: options, goType: reflect.TypeFor[Out]().String()}
	if m.keys, err = keymap.New[In](options.keymap()); err != nil {
		return nil, fmt.Errorf("klepto: %s: argument type %v: %w", options.Name, reflect.TypeFor[In](), err)
	}
	in, err := value.CodecFor[In]()
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: argument type %v: %w", options.Name, reflect.TypeFor[In](), err)
	}
	m.record = func(x In) ([]value.Field, error) {
		v, err := in.Record(x)
		if err != nil {
			return nil, err
		}
		return arguments(v, in.Fields()), nil
	}
	if m.out, err = value.CodecFor[Out](); err != nil {
		return nil, fmt.Errorf("klepto: %s: result type %v: %w", options.Name, reflect.TypeFor[Out](), err)
	}
	return m.start(f, reflect.TypeFor[Out]())
}

// start makes the rest of a memo whose function, options and plans are set. f is the
// function as the user wrote it, and kept what is stored of its results.
func (m *Memo[In, Out]) start(f any, kept reflect.Type) (_ *Memo[In, Out], err error) {
	options := m.options
	m.origin = origin()
	m.copies = !m.out.Flat() && !options.Share
	m.ages = options.StaleAfter > 0 || options.Validate != nil || options.ErrorTTL > 0
	m.archive.Store(options.Archive)
	if m.cache, err = cache.New(m.cacheOptions()); err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", options.Name, err)
	}
	if m.unregister, err = options.register(f, m.keys.Prefix(), kept); err != nil {
		return nil, err
	}
	m.cleaner.start(options.Clock())
	if options.WritePolicy == Behind {
		m.backlog.start(m.flush, m.report)
	}
	return m, nil
}

func (m *Memo[In, Out]) cacheOptions() *cache.Options[keymap.Digest, *result[Out]] {
	o := m.options
	c := &cache.Options[keymap.Digest, *result[Out]]{
		Policy:     o.Policy,
		MaxEntries: o.MaxEntries,
		MaxBytes:   o.MaxBytes,
		Compat:     o.Compat,
		Seed:       o.Seed,
		Purge:      o.Purge,
		Clock:      o.Clock,
		// A digest is uniform: any 8 of its bytes are a hash of it.
		Hash:  func(d keymap.Digest) uint64 { return d.Lo },
		Weigh: func(_ keymap.Digest, r *result[Out]) int64 { return r.bytes },
	}
	if o.WritePolicy == OnEvict || o.Purge {
		c.OnDelete = m.evicted
	}
	return c
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
	if len(opts) == 0 && !m.ages && !m.off.Load() {
		if d, err := m.keys.Digest(&in); err == nil {
			if r, ok := m.cache.Get(d); ok {
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

// Uncached calls the function itself: nothing is looked up and nothing is kept.
func (m *Memo[In, Out]) Uncached(ctx context.Context, in In) (Out, error) { return m.f(ctx, in) }

// own returns a copy of a result that shares nothing with it.
func (m *Memo[In, Out]) own(out Out) Out {
	if m.copies {
		return m.out.Clone(out)
	}
	return out
}

// arguments returns the exact arguments by name.
func (m *Memo[In, Out]) arguments(in In) ([]value.Field, error) {
	args, err := m.record(in)
	if err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", m.options.Name, err)
	}
	return args, nil
}

// keepsake is arguments for good: nothing that the caller or the function does to
// what in refers to changes it.
func (m *Memo[In, Out]) keepsake(in In) ([]value.Field, error) {
	args, err := m.arguments(in)
	kept := make([]value.Field, len(args))
	for i, a := range args {
		kept[i] = value.Field{Name: a.Name, Value: value.Clone(a.Value)}
	}
	return kept, err
}

// arguments names the arguments that a tree holds as package keymap does: by its
// fields if it stands for the fields of a Go struct, else as the one argument x.
func arguments(v value.Value, fields bool) []value.Field {
	if s, ok := v.(*value.Struct); ok && fields {
		return s.Fields
	}
	return []value.Field{{Name: "x", Value: v}}
}
