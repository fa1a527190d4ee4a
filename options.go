package klepto

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/rounding"
)

// Options say how a function is memoized. A nil *Options and the zero value of
// each field give the documented default.
type Options struct {
	// Name of the function, part of every key and the name of its group in an
	// archive. Default: the name that Go gives it, such as "main.simulate" or
	// "example.org/heat.Solve". Function literals, method values and generic
	// functions have none that is stable, and must be named.
	Name string

	// Version of the function, part of every key. Change it when the same
	// arguments no longer give the same result: entries of older versions stay
	// in the archive beside the new ones and are not found any more.
	Version string

	// Rounding maps float arguments to a grid before the key is made, so that
	// calls that differ by less share a result. Default: rounding.None().
	Rounding rounding.Rounding

	// Tolerance gives single arguments, by name, a number of decimal digits of
	// their own, like the struct tag `klepto:"tol=4"`. An unknown name is an error.
	Tolerance map[string]int

	// Ignore leaves arguments, by name, out of the key, like the struct tag
	// `klepto:"ignore"`. An unknown name is an error.
	Ignore []string

	// MaxEntries bounds the results held in memory; the least recently used
	// goes first. Default: 1024. A negative number is an error.
	MaxEntries int

	// Archive keeps results beyond the life of the process. It may serve many
	// memos, and is not closed by Memo.Close. Default: none, results are kept
	// in memory only.
	Archive *archive.Archive

	// Safe makes sure that neither keys nor the archive can make a call fail:
	// what goes wrong there is counted, given to OnError, and the function is
	// called. Default: such errors are returned.
	Safe bool

	// OnError, if set, is called with each error that Safe kept from a caller,
	// and with those that no caller was there to get. It may be called by many
	// goroutines at once.
	OnError func(error)
}

const defaultMaxEntries = 1024

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
	if c.MaxEntries < 0 {
		return nil, fmt.Errorf("klepto: Options.MaxEntries is %d: it needs a number of entries, or 0 for %d", c.MaxEntries, defaultMaxEntries)
	}
	if c.MaxEntries == 0 {
		c.MaxEntries = defaultMaxEntries
	}
	return &c, nil
}

// nameOf returns the name of a top-level function. The names of others change
// when lines are added around them, or are shared by different functions.
func nameOf(f any) (string, error) {
	v := reflect.ValueOf(f)
	if v.IsNil() {
		return "", errors.New("klepto: the function to memoize is nil")
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
