package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive"
)

// open opens the archive that a path or URL names, for reading only.
func open(ctx context.Context, name string) (*archive.Archive, error) {
	url := name
	if _, err := os.Stat(name); err == nil || !hasScheme(name) {
		if url, err = archive.Probe(name); err != nil {
			return nil, openError(name, err)
		}
	} else if err := checkScheme(name); err != nil {
		return nil, err
	}
	u, err := archive.ParseURL(url)
	if err != nil {
		return nil, err
	}
	if u.Path != "" { // what has no path, mem: and null:, is not there to be changed
		if u.Params == nil {
			u.Params = make(map[string]string)
		}
		u.Params["mode"] = "r"
	}
	a, err := archive.Open(ctx, u.String())
	return a, openError(name, err)
}

// checkScheme refuses a kind of archive that this program does not know.
func checkScheme(name string) error {
	scheme, _, _ := strings.Cut(name, ":")
	if slices.Contains(archive.Schemes(), strings.ToLower(scheme)) {
		return nil
	}
	return &wordedError{fmt.Sprintf("%s: there is no such file, and %q is an unknown scheme of archive URLs", name, scheme) +
		known("; this program knows "), archive.ErrURL}
}

// hasScheme tells a URL from a path: its scheme is one that this program knows,
// or at least looks like one.
func hasScheme(name string) bool {
	scheme, _, ok := strings.Cut(name, ":")
	return ok && (slices.Contains(archive.Schemes(), strings.ToLower(scheme)) || !strings.ContainsAny(scheme, `/\. `) && len(scheme) > 1)
}

func isFormat(err error) bool {
	return errors.Is(err, archive.ErrFormat) || errors.Is(err, archive.ErrURL)
}

// listing is the index of an archive, or of one of its functions.
type listing struct {
	functions []archive.Function
	entries   []*entry // in the order of the archive
	damaged   []error
}

// list reads the index; function "" means all of them.
func list(ctx context.Context, a *archive.Archive, function string) (*listing, error) {
	fns, err := a.Functions(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	if function != "" {
		i := slices.IndexFunc(fns, func(f archive.Function) bool { return f.Name == function })
		if i < 0 {
			return nil, noFunction(function, fns)
		}
		fns, names = fns[i:i+1], []string{function}
	}
	l := &listing{functions: fns}
	for e, err := range a.List(ctx, names...) {
		switch {
		case err == nil:
			l.entries = append(l.entries, newEntry(e))
		case errors.Is(err, archive.ErrCorrupt):
			l.damaged = append(l.damaged, err)
		default:
			return nil, err
		}
	}
	return l, nil
}

func noFunction(name string, fns []archive.Function) error {
	if len(fns) == 0 {
		return fmt.Errorf("no function %q: the archive is empty", name)
	}
	return fmt.Errorf("no function %q; the archive has %s", name, functionNames(fns))
}

func functionNames(fns []archive.Function) string {
	names := make([]string, len(fns))
	for i, f := range fns {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// damage returns an error that says how many entries could not be read; the
// command has shown the others by then.
func (l *listing) damage() error {
	switch len(l.damaged) {
	case 0:
		return nil
	case 1:
		return tidy(l.damaged[0])
	}
	return fmt.Errorf("%w (and %s)", tidy(l.damaged[0]), plural(len(l.damaged)-1, "more damaged entry", "more damaged entries"))
}

// of returns the entries of one function.
func (l *listing) of(function string) []*entry {
	var some []*entry
	for _, e := range l.entries {
		if e.Call.Function == function {
			some = append(some, e)
		}
	}
	return some
}

// only returns the one function of the listing, or an error that asks for one.
func (l *listing) only() (archive.Function, error) {
	switch len(l.functions) {
	case 1:
		return l.functions[0], nil
	case 0:
		return archive.Function{}, errors.New("the archive is empty")
	}
	return archive.Function{}, fmt.Errorf("the archive has %d functions; choose one by --function: %s", len(l.functions), functionNames(l.functions))
}
