package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive"
)

// wordedError is an error in the words of this program, which still is what it was.
type wordedError struct {
	text string
	err  error
}

func (e *wordedError) Error() string { return e.text }
func (e *wordedError) Unwrap() error { return e.err }

var (
	// What HDF5 says of one mistake: what was asked for first, why it failed last,
	// and between them the functions of the library.
	causes = regexp.MustCompile(`H5\w+: [^;]+(; H5\w+: [^;]+)+`)
	where  = regexp.MustCompile(`^H5\w+: `)
	twice  = regexp.MustCompile(`(damaged: (?:[^;:]+: )??)damaged: `)
)

// explain is an error as the program prints it: without what only helps those
// who work on the library.
func explain(err error) string {
	s := causes.ReplaceAllStringFunc(err.Error(), func(stack string) string {
		parts := strings.Split(stack, "; ")
		first, last := where.ReplaceAllString(parts[0], ""), where.ReplaceAllString(parts[len(parts)-1], "")
		return first + ": " + last
	})
	for twice.MatchString(s) {
		s = twice.ReplaceAllString(s, "$1")
	}
	return oneLine(strings.TrimPrefix(s, "archive: "))
}

// tidy calls the archive of an error what the user calls it.
func tidy(err error) error {
	if e := (*archive.Error)(nil); errors.As(err, &e) {
		e.Archive = shown(e.Archive)
	}
	return err
}

// openError says why the archive that the user has named was not opened.
func openError(name string, err error) error {
	var cause error
	if e := (*archive.Error)(nil); errors.As(tidy(err), &e) {
		cause = e.Err
	}
	switch {
	case err == nil, cause == nil:
		return err
	case errors.Is(err, archive.ErrLocked):
		return &wordedError{name + " is locked: the program that writes it must finish first, or at least finish what it is just now " +
			"copying from its journal into the file; try again in a moment", err}
	case errors.Is(err, fs.ErrNotExist):
		text := name + ": there is no such file or folder"
		if target, e := os.Readlink(name); e == nil {
			text = name + " is a link to " + target + ", which does not exist"
		}
		return &wordedError{text, err}
	case errors.Is(err, archive.ErrFormat):
		return &wordedError{noArchive(name), err}
	case probed(err):
		s := cause.Error()
		for _, scheme := range archive.Schemes() {
			s = strings.TrimPrefix(s, scheme+": ")
		}
		return &wordedError{s, err}
	}
	return err
}

// noArchive says what is there instead of an archive of the kind that was asked for.
func noArchive(name string) string {
	path := name
	if u, err := archive.ParseURL(name); err == nil {
		path = u.Path
		if url, err := archive.Probe(path); err == nil {
			return name + " is another kind of archive; open it as " + url
		}
	}
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		return path + " is a folder, but not an archive; " + inside(path)
	}
	return name + " is not an archive that this program can read" + known(": it knows ")
}

func probed(err error) bool {
	var e *archive.Error
	return errors.As(err, &e) && e.Op == "probe"
}

// known lists the kinds of archives that can be looked into from outside, after a
// few words; "" where this program knows none.
func known(words string) string {
	kinds := slices.DeleteFunc(archive.Schemes(), func(s string) bool { return s == "mem" || s == "null" })
	if len(kinds) == 0 {
		return ""
	}
	return words + strings.Join(kinds, ", ")
}

// inside names archives that lie in a folder, to be chosen from.
func inside(folder string) string {
	files, err := filepath.Glob(filepath.Join(strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder), "*.h5"))
	if err != nil {
		files = nil // what cannot be looked at holds nothing to name
	}
	const most, look = 3, 50
	var found []string
	for _, f := range files[:min(look, len(files))] {
		if len(found) > most {
			break
		}
		if _, err := archive.Probe(f); err == nil {
			found = append(found, f)
		}
	}
	switch {
	case len(found) == 0:
		return "name a file or folder that is one"
	case len(found) > most:
		return "name one of those in it: " + strings.Join(found[:most], ", ") + ", …"
	case len(found) == 1:
		return "it holds one: " + found[0]
	}
	return "name one of those in it: " + strings.Join(found, ", ")
}
