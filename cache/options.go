package cache

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// DefaultMaxEntries bounds a cache whose options name no bound. It is the default
// of Python's cacheout.
const DefaultMaxEntries = 256

// MaxEntriesLimit is the largest bound a cache can have: slots are numbered with
// 31 bits. Policy INF and caches bounded by bytes alone stop there too.
const MaxEntriesLimit = math.MaxInt32 - heads

// Options says how a cache behaves. The zero value, and a nil pointer, mean the
// default that each field names. Functions are called by many goroutines at once.
type Options[K comparable, V any] struct {
	// Policy picks the entry that leaves a full cache. The zero value is LRU.
	Policy Policy

	// MaxEntries is the most entries the cache ever holds, exactly: the bound is
	// kept inside Set. Memory grows with use, not with the bound. Zero means
	// DefaultMaxEntries, or no bound on entries where MaxBytes is set.
	MaxEntries int

	// MaxBytes is the most weight the cache ever holds, as measured by Weigh. Both
	// bounds hold where both are set. A value heavier than MaxBytes is not stored.
	// Zero means no bound on bytes.
	MaxBytes int64

	// Weigh measures an entry in bytes, once, when it is set. A negative weight
	// counts as zero. Needed for MaxBytes; without MaxBytes it feeds Stats.Bytes
	// and the GDSF policy. Nil means that entries weigh nothing.
	Weigh func(K, V) int64

	// TTL is how long an entry lives after Set, unless SetOptions says otherwise. At
	// the end of it, to the nanosecond, the entry is gone. Zero means forever.
	TTL time.Duration

	// IdleTTL is how long an entry lives after it was last used or set. Zero means
	// forever.
	IdleTTL time.Duration

	// Clock tells the time for expiry. Nil means the system's monotonic clock.
	Clock func() time.Time

	// Default makes the result of Get where a key is missing; keep says whether to
	// store it too. It is called outside the lock, and more than once for one key
	// when goroutines miss it together. Nil means that Get returns the zero value.
	Default func(K) (v V, keep bool)

	// OnGet, OnSet and OnDelete are told what happened, in the order in which it
	// happened, one at a time and outside the lock: they may use the cache. OnGet
	// gets the value returned and whether the key was there; OnSet the new and the
	// old value and whether there was an old one; OnDelete every value that leaves
	// and why. What made room for a Set is told before that Set. An operation
	// returns after its callbacks ran, unless it was called inside a callback or
	// while another goroutine is running callbacks, which then runs these as well.
	OnGet    func(k K, v V, existed bool)
	OnSet    func(k K, v, old V, existed bool)
	OnDelete func(k K, v V, cause Cause)

	// Purge empties a cache that overflows, the new entry included, instead of
	// evicting one entry: with OnDelete, a way to write results out in batches.
	Purge bool

	// NoStats turns the counting of hits, misses and the rest off.
	NoStats bool

	// Hash maps a key to 64 bits; equal keys must have equal hashes. It is called
	// on every operation and must be fast and do nothing else. Nil means
	// [hash/maphash.Comparable] with a seed of its own for each cache. A key that is
	// a digest already should hand out eight of its bytes, which makes a get a
	// fifth faster.
	Hash func(K) uint64

	// Seed starts the random sequence of the RR policy: the same seed and calls, the
	// same victims.
	Seed uint64

	// Compat repeats what another library does where it differs from this one.
	Compat Compat
}

// Compat names the library whose exact behaviour a cache repeats.
type Compat uint8

const (
	// Exact is this library's own behaviour. The default.
	Exact Compat = iota

	// Klepto is that of Python's klepto: the new entry goes in first. Then LFU drops
	// max(2, MaxEntries/10) entries, and RR one, where the new entry may be among
	// them. The bound still holds when Set returns. The other policies do not differ.
	Klepto

	// Cacheout is that of Python's cacheout: Has, TTL and Add count as accesses and
	// call OnGet; Len, Full and the iterators include entries that have expired but
	// not left; Evict makes room for one more; a smaller bound takes effect at the
	// next Set of a new key; replaced and cleared values are not told to OnDelete.
	Cacheout
)

// String returns the name of the constant.
func (c Compat) String() string {
	switch c {
	case Exact:
		return "Exact"
	case Klepto:
		return "Klepto"
	case Cacheout:
		return "Cacheout"
	}
	return fmt.Sprintf("Compat(%d)", uint8(c))
}

// Validate reports the first option that cannot be used, as [ErrOptions].
func (o *Options[K, V]) Validate() error {
	if o == nil {
		return nil
	}
	if _, err := o.Policy.MarshalText(); err != nil {
		return err
	}
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrOptions}, args...)...)
	}
	switch {
	case o.MaxEntries < 0 || o.MaxEntries > MaxEntriesLimit:
		return bad("MaxEntries is %d, want 0 (for %d) to %d; for no bound use Policy INF, to keep nothing Policy NO", o.MaxEntries, DefaultMaxEntries, MaxEntriesLimit)
	case o.MaxBytes < 0:
		return bad("MaxBytes is %d, want 0 (for no bound) or more", o.MaxBytes)
	case o.MaxBytes > 0 && o.Weigh == nil:
		return bad("MaxBytes is %d but Weigh is nil; set Weigh to a function that measures an entry", o.MaxBytes)
	case o.TTL < 0:
		return bad("TTL is %v, want 0 (forever) or more", o.TTL)
	case o.IdleTTL < 0:
		return bad("IdleTTL is %v, want 0 (forever) or more", o.IdleTTL)
	case o.Compat > Cacheout:
		return bad("Compat is %v, want Exact, Klepto or Cacheout", o.Compat)
	}
	return nil
}

// fixed reports the first option that differs from those of now but is fixed for
// the life of a cache. Functions count as equal when they have the same code.
func (o *Options[K, V]) fixed(now *Options[K, V]) error {
	code := func(f any) uintptr { return reflect.ValueOf(f).Pointer() }
	for _, field := range []struct {
		name string
		same bool
	}{
		{"Policy", o.Policy == now.Policy},
		{"Seed", o.Seed == now.Seed},
		{"Compat", o.Compat == now.Compat},
		{"Hash", code(o.Hash) == code(now.Hash)},
		{"Weigh", code(o.Weigh) == code(now.Weigh)},
	} {
		if !field.same {
			return fmt.Errorf("%w: %s cannot change while the cache is in use; make a new cache and copy the entries", ErrOptions, field.name)
		}
	}
	return nil
}

// limits returns the bounds that the options mean.
func (o *Options[K, V]) limits() limits {
	switch {
	case o.Policy == INF:
		return limits{entries: MaxEntriesLimit}
	case o.MaxEntries == 0 && o.MaxBytes > 0:
		return limits{MaxEntriesLimit, o.MaxBytes}
	case o.MaxEntries == 0:
		return limits{DefaultMaxEntries, o.MaxBytes}
	}
	return limits{o.MaxEntries, o.MaxBytes}
}

// SetOptions says more about one entry. The zero value, and a nil pointer, mean
// the default that each field names.
type SetOptions struct {
	// TTL is how long the entry lives. Zero means the TTL of the cache; NoTTL, and
	// any other negative value, means forever.
	TTL time.Duration

	// Cost is what the value cost to make. It feeds the GDSF policy and the sums in
	// Stats. Zero means unknown.
	Cost time.Duration
}

// NoTTL as SetOptions.TTL makes an entry that never expires.
const NoTTL time.Duration = -1
