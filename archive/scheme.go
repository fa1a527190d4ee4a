package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
)

// Scheme is what a package that implements a kind of archive registers for its URLs.
type Scheme struct {
	// Params are the names of the URL parameters that Open understands. Others
	// are refused before Open is called.
	Params []string

	// Open opens or creates the archive that u names. Its errors need no prefix.
	Open func(ctx context.Context, u *URL) (driver.Archive, error)

	// Probe reports whether the existing file or folder at path is an archive of
	// this kind, by a look at its first bytes; it changes nothing. Nil where the
	// kind does not live in the file system.
	Probe func(path string) (bool, error)
}

// schemes is the one global of the package. Packages fill it from init.
var schemes = struct {
	sync.RWMutex
	m map[string]*Scheme
}{m: make(map[string]*Scheme)}

// Register makes a kind of archive known to Open and Probe. It is called from
// the init function of the package that implements the kind, and panics when
// the name is taken or is not a scheme.
func Register(name string, s *Scheme) {
	if !validScheme(name) || name != strings.ToLower(name) {
		panic(fmt.Sprintf("archive: Register: %q is not a scheme", name))
	}
	if s == nil || s.Open == nil {
		panic(fmt.Sprintf("archive: Register: scheme %q has no Open", name))
	}
	schemes.Lock()
	defer schemes.Unlock()
	if _, taken := schemes.m[name]; taken {
		panic(fmt.Sprintf("archive: Register: scheme %q is registered twice", name))
	}
	schemes.m[name] = s
}

// Schemes returns the names of the registered schemes, sorted.
func Schemes() []string {
	schemes.RLock()
	defer schemes.RUnlock()
	return slices.Sorted(maps.Keys(schemes.m))
}

func lookup(name string) *Scheme {
	schemes.RLock()
	defer schemes.RUnlock()
	return schemes.m[name]
}

// Open opens the archive that the URL names, and creates it where the kind does
// so. The package documentation tells the form of a URL. An unknown scheme, an
// unknown parameter and a malformed URL are ErrURL; what lies at the path and is
// not such an archive is ErrFormat.
func Open(ctx context.Context, url string) (*Archive, error) {
	d, err := open(ctx, url)
	if err != nil {
		return nil, &Error{Op: "open", Archive: url, Err: err}
	}
	return New(d), nil
}

func open(ctx context.Context, url string) (driver.Archive, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	u, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := lookup(u.Scheme)
	if s == nil {
		return nil, unknownScheme(u.Scheme)
	}
	if err := u.checkParams(s.Params); err != nil {
		return nil, err
	}
	return s.Open(ctx, u)
}

// homes are the packages of this module that register a scheme, for the message
// that a program without the import gets.
var homes = map[string]string{"hdf": "hdfarchive", "hdfdir": "hdfarchive", "mem": "memarchive", "null": "memarchive"}

func unknownScheme(name string) error {
	if home, ok := homes[name]; ok {
		needs := ""
		if home == "hdfarchive" {
			needs = " (which needs HDF5: build with CGO_ENABLED=1, a C compiler and libhdf5)"
		}
		return fmt.Errorf("%w: this program does not know scheme %q; import _ %q%s",
			ErrURL, name, "github.com/klepto-go/klepto/"+home, needs)
	}
	return fmt.Errorf("%w: unknown scheme %q; this program knows %s", ErrURL, name,
		cmp.Or(strings.Join(Schemes(), ", "), "none: import the package of a kind"))
}

// Probe returns the URL of the archive in the existing file or folder at path.
// It asks the registered schemes in the order of their names; ErrFormat says
// that none recognizes it, fs.ErrNotExist that there is nothing.
func Probe(path string) (string, error) {
	url, err := probe(path)
	if err != nil {
		return "", &Error{Op: "probe", Archive: path, Err: err}
	}
	return url, nil
}

func probe(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", bare(err)
	}
	var failed []error
	for _, name := range Schemes() {
		s := lookup(name)
		if s.Probe == nil {
			continue
		}
		yes, err := s.Probe(path)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		if yes {
			return (&URL{Scheme: name, Path: path}).String(), nil
		}
	}
	if len(failed) > 0 {
		return "", errors.Join(failed...)
	}
	return "", fmt.Errorf("%w that this program knows (%s)", ErrFormat, strings.Join(Schemes(), ", "))
}

// bare takes the path out of a file system error whose message already has it.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
