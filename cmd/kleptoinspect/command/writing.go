package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/klepto-go/klepto/archive"
)

// openWritable opens an archive for writing, and with create makes it where there is none.
func openWritable(ctx context.Context, name string, create bool) (*archive.Archive, error) {
	url := name
	_, err := os.Stat(name)
	switch {
	case err == nil:
		if url, err = archive.Probe(name); err != nil {
			return nil, openError(name, err)
		}
	case hasScheme(name):
		if err := checkScheme(name); err != nil {
			return nil, err
		}
	case !create || !errors.Is(err, fs.ErrNotExist):
		return nil, &wordedError{name + ": there is no such file or folder", fs.ErrNotExist}
	case strings.HasSuffix(name, ".h5"), strings.HasSuffix(name, ".hdf5"):
		url = "hdf:" + name
	case strings.HasSuffix(name, "/"):
		url = "hdfdir:" + strings.TrimRight(name, "/")
	default:
		return nil, usagef("%s does not exist, and its name does not say what to make: give a URL, such as hdf:%s, a name that ends in .h5, or a folder that ends in /", name, name)
	}
	u, err := archive.ParseURL(url)
	if err != nil {
		return nil, err
	}
	if u.Params == nil {
		u.Params = map[string]string{}
	}
	if u.Path != "" && u.Params["mode"] == "" && !create {
		u.Params["mode"] = "rw"
	}
	a, err := archive.Open(ctx, u.String())
	if e := (*archive.Error)(nil); create && errors.Is(err, fs.ErrNotExist) && errors.As(err, &e) { // its folder is not there
		return nil, &wordedError{name + ": " + strings.TrimSuffix(e.Err.Error(), ": "+fs.ErrNotExist.Error()), err}
	}
	return a, openError(name, err)
}

// progress writes how far a command is on standard error, where people look at it.
func (p *program) progress(what string) func(archive.Progress) {
	if !p.Terminal || p.json {
		return nil
	}
	last := -1
	return func(a archive.Progress) {
		percent := 100
		if a.Total > 0 {
			percent = 100 * a.Done / a.Total
		}
		if percent == last && a.Done != a.Total {
			return
		}
		last = percent
		fmt.Fprintf(p.Err, "\r%s %d of %d", what, a.Done, a.Total)
		if a.Done >= a.Total {
			fmt.Fprint(p.Err, "\r\x1b[K")
		}
	}
}

// interrupted says that what was done stays, and how to go on.
func interrupted(err error, again string) error {
	if errors.Is(err, context.Canceled) {
		return &wordedError{"interrupted; " + again, err}
	}
	return tidy(err)
}
