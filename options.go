package klepto

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cache"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// Options say how a function is memoized. A nil *Options and the zero value of
// each field give the documented default. Functions in it may be called by many
// goroutines at once.
type Options struct {
	// Name of the function, part of every key and the name of its group in an
	// archive. Default: the name that Go gives it, such as "main.simulate" or
	// "example.org/heat.Solve". Function literals, method values and generic
	// functions have none that is stable, and must be named.
	//
	// Two functions of one type cannot have the same name and version in a program: the
	// second is ErrName, until the memo of the first is closed. One function may be
	// memoized many times, and functions of several types, as of a struct and of its
	// fields, may be forms of one, if for one call their results fit. Closures of one function literal are one function
	// to Go, whatever they captured, and so are all that reflect.MakeFunc makes: they
	// must be given names that say what they compute with.
	Name string

	// Version of the function, part of every key. Change it when the same
	// arguments no longer give the same result: entries of older versions stay
	// in the archive beside the new ones and are not found any more.
	Version string

	// Rounding maps float arguments to a grid before the key is made, so that
	// calls that differ by less share a result: that of the call that came first,
	// computed from its exact arguments. rounding.Deep keeps digits after the point,
	// rounding.Significant suits arguments that span orders of magnitude;
	// rounding.Wrap makes a function that computes from the rounded arguments, so
	// that it matters less who came first. Default: rounding.None().
	Rounding rounding.Rounding

	// Tolerance gives single arguments, by name, a number of decimal digits of
	// their own, like the struct tag `klepto:"tol=4"`. An unknown name is an error.
	Tolerance map[string]int

	// Ignore leaves arguments out of the key, like the struct tag
	// `klepto:"ignore"`: by name, by position ("0"), the variadic one ("*"), or the
	// last one that is a map with string keys ("**"). An unknown name is an error.
	Ignore []string

	// Names are those of the arguments of a wrapped function, by position, its
	// context left out. Default: "x" for a single argument, or its fields if it is
	// a struct; "x0", "x1" and so on for several.
	Names []string

	// Results are the names of the results of a wrapped function that returns
	// several, its error left out. Default: "r0", "r1" and so on.
	Results []string

	// Untyped lets arguments that are equal numbers share a key whatever their
	// types: 1, int8(1), 1.0 and true. It matters for arguments of interface
	// type. Default: 1 and 1.0 in an interface are two arguments.
	Untyped bool

	// Keymap makes the names that entries bear in the archive, such as those of
	// keymap.String, which people can read. Default: the digest of the key, in hex. What
	// is the same call does not depend on it.
	Keymap keymap.Namer

	// Policy picks the result that leaves memory when it is full. Default:
	// cache.LRU. With cache.GDSF, results that are cheap to compute for their size
	// leave first.
	Policy cache.Policy

	// MaxEntries bounds the results in memory. Default: 1024.
	MaxEntries int

	// MaxBytes bounds the data of the results in memory; a result that is larger is
	// not kept there. Default: 256 MiB where there is an archive and MaxEntries is
	// zero, else no bound.
	MaxBytes int64

	// Compat and Seed are those of package cache.
	Compat cache.Compat
	Seed   uint64

	// Archive keeps results beyond the life of the process. It may serve many
	// memos, and is not closed by Memo.Close. Default: none, results are kept in
	// memory only.
	Archive *archive.Archive

	// WritePolicy says when results go to the archive. Default: Through.
	WritePolicy WritePolicy

	// Purge empties memory, into the archive, when it overflows, instead of
	// evicting one result. It is an error without an archive.
	Purge bool

	// EntryLimit bounds the data of a single result: a larger one is returned but
	// kept nowhere. Default: no bound.
	EntryLimit int64

	// Keep, if set, is asked whether a computed result, an Out, is worth keeping, for
	// example whether a solver has converged; false means it is returned but kept
	// nowhere.
	Keep func(result any) bool

	// Share hands out one and the same result to all callers instead of a copy
	// each. They must not change what it refers to. Default: copies, where results
	// have slices, maps or pointers in them.
	Share bool

	// StaleAfter is the age, counted from the end of the computation, beyond which
	// a result is computed again. Default: never.
	StaleAfter time.Duration

	// CleanEvery, with StaleAfter, is how often calls have stale results deleted, in
	// the background, as DeleteStale does. Default: never.
	CleanEvery time.Duration

	// Stale says what the callers of a stale result get. Default: Renew.
	Stale StalePolicy

	// StaleOnError returns a stale result when renewing it fails, and reports the
	// error to OnError.
	StaleOnError bool

	// StaleOnTimeout returns a stale result when the caller's context ends before
	// it is renewed.
	StaleOnTimeout bool

	// Beta, with StaleAfter, renews results in the background before they are
	// stale, at a random moment that comes the earlier the longer they took to
	// compute, so that no caller waits: XFetch of Vattani, Chierichetti and
	// Lowenstein, Optimal Probabilistic Cache Stampede Prevention (VLDB 2015),
	// where 1 is best. Default: 0, off.
	Beta float64

	// Validate, if set, is asked before a result that was not just computed is
	// used; false means it is computed again.
	Validate func(Info) bool

	// ErrorTTL is how long an error of the function is kept, in memory, and
	// returned to callers with the same key. Default: errors are not kept.
	ErrorTTL time.Duration

	// WaitTimeout is how long a caller waits for another's computation of the same
	// result, in this process or in another that uses the archive, before it calls
	// the function itself. Default: as long as its context lasts and the other
	// computes; one that died is not waited for.
	WaitTimeout time.Duration

	// NoLease computes without asking whether another process, or another memo of
	// the archive, is computing the same: what several start at once is computed
	// several times, and stored by all. Default: one computes and the others wait,
	// where the archive has leases (archive.Archive.CanLease) and WritePolicy is
	// not OnEvict.
	NoLease bool

	// Safe makes sure that neither keys nor the archive can make a call fail:
	// what goes wrong there is counted, given to OnError, and the function is
	// called. Default: such errors are returned.
	Safe bool

	// OnError, if set, is called with each error that Safe kept from a caller,
	// and with those that no caller was there to get.
	OnError func(error)

	// OnProgress, if set, is told how far a Load, Dump, Sync, Snapshot or Restore has
	// come: after each batch, and at its end. It is called outside all locks, by the
	// goroutine that does the work: that of the caller, or under WritePolicy Behind the
	// memo's own.
	OnProgress func(Progress)

	// Clock tells the time that ages are measured by. Default: time.Now.
	Clock func() time.Time
}

// WritePolicy says when results go to the archive.
type WritePolicy uint8

const (
	// Through: before the call that computed them returns.
	Through WritePolicy = iota
	// Behind: soon, in groups, by a goroutine of the memo. Sync and Close wait for it.
	Behind
	// OnEvict: when they leave memory, and at Sync, Dump and Close. What klepto does.
	OnEvict
)

// String returns "through", "behind" or "on-evict".
func (p WritePolicy) String() string {
	switch p {
	case Through:
		return "through"
	case Behind:
		return "behind"
	case OnEvict:
		return "on-evict"
	}
	return fmt.Sprintf("WritePolicy(%d)", uint8(p))
}

// StalePolicy says what the callers of a stale result get.
type StalePolicy uint8

const (
	// Renew: a new result, which they wait for.
	Renew StalePolicy = iota
	// Serve: the stale result at once, while it is renewed in the background, once.
	// The function then works on the arguments of a call that has returned: its
	// caller must not change what they refer to.
	Serve
)

// String returns "renew" or "serve".
func (p StalePolicy) String() string {
	switch p {
	case Renew:
		return "renew"
	case Serve:
		return "serve"
	}
	return fmt.Sprintf("StalePolicy(%d)", uint8(p))
}

const (
	defaultMaxEntries = 1024
	defaultMaxBytes   = 256 << 20
)

// withDefaults checks o, which may be nil, and returns a copy in which the
// defaults are filled in. f is the function to be memoized.
func (o *Options) withDefaults(f any) (*Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Name == "" {
		name, err := nameOf(f)
		if err != nil {
			return nil, err
		}
		c.Name = name
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("klepto: %s: %w", c.Name, err)
	}
	if c.MaxEntries == 0 && c.MaxBytes == 0 && c.Archive != nil {
		c.MaxBytes = defaultMaxBytes
	}
	if c.MaxEntries == 0 {
		c.MaxEntries = defaultMaxEntries
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return &c, nil
}

// keymap returns what makes the keys.
func (o *Options) keymap() *keymap.Options {
	return &keymap.Options{
		Function: o.Name,
		Version:  o.Version,
		Rounding: o.Rounding,
		Ignore:   o.Ignore,
		Tol:      o.Tolerance,
		Untyped:  o.Untyped,
		Keymap:   o.Keymap,
	}
}

func (o *Options) validate() error {
	for _, field := range []struct {
		name string
		is   int64
	}{
		{"MaxEntries", int64(o.MaxEntries)},
		{"MaxBytes", o.MaxBytes},
		{"EntryLimit", o.EntryLimit},
	} {
		if field.is < 0 {
			return fmt.Errorf("Options.%s is %d: it needs a number above 0, or 0 for the default", field.name, field.is)
		}
	}
	for _, field := range []struct {
		name string
		is   time.Duration
	}{
		{"StaleAfter", o.StaleAfter},
		{"CleanEvery", o.CleanEvery},
		{"ErrorTTL", o.ErrorTTL},
		{"WaitTimeout", o.WaitTimeout},
	} {
		if field.is < 0 {
			return fmt.Errorf("Options.%s is %v: it needs a time above 0, or 0 for the default", field.name, field.is)
		}
	}
	switch {
	case !(o.Beta >= 0):
		return fmt.Errorf("Options.Beta is %v: it needs a number above 0, commonly 1, or 0 for none", o.Beta)
	case o.Beta > 0 && o.StaleAfter == 0:
		return errors.New("Options.Beta renews results before they are stale: set StaleAfter too")
	case o.CleanEvery > 0 && o.StaleAfter == 0:
		return errors.New("Options.CleanEvery deletes results that are stale: set StaleAfter too")
	case o.WritePolicy > OnEvict:
		return fmt.Errorf("Options.WritePolicy is %v: it needs Through, Behind or OnEvict", o.WritePolicy)
	case o.Stale > Serve:
		return fmt.Errorf("Options.Stale is %v: it needs Renew or Serve", o.Stale)
	case o.Archive == nil && o.Purge:
		return errors.New("Options.Purge empties memory into an archive: set Archive too")
	case o.Archive == nil && o.WritePolicy != Through:
		return fmt.Errorf("Options.WritePolicy is %v but there is no archive: set Archive too", o.WritePolicy)
	}
	return nil
}

// nameOf returns the name of a top-level function. The names of others change
// when lines are added around them, or are shared by different functions.
func nameOf(f any) (string, error) {
	v := reflect.ValueOf(f)
	if v.IsNil() {
		return "", errNoFunction
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	switch local := name[strings.LastIndexByte(name, '/')+1:]; {
	case strings.HasSuffix(local, "-fm"):
		return "", fmt.Errorf("klepto: %s is a method value, which may hold anything: set Options.Name to a name that says what it computes", strings.TrimSuffix(name, "-fm"))
	case strings.Contains(local, "["):
		return "", fmt.Errorf("klepto: %s is generic, its instances share a name: set Options.Name", name)
	case strings.Count(local, ".") > 1:
		return "", fmt.Errorf("klepto: %s is a function literal or a method, whose name is not stable: set Options.Name to a name that says what it computes", name)
	}
	return name, nil
}
