package archive

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// URL is an archive URL in its parts. ParseURL(u.String()) gives u back.
type URL struct {
	Scheme string            // lower case, e.g. "hdf"
	Path   string            // as written: no escapes are undone
	Params map[string]string // nil where there are none
}

// ParseURL takes a URL apart. It does not ask whether the scheme is registered.
func ParseURL(s string) (*URL, error) {
	u, err := parseURL(s)
	if err != nil {
		return nil, &Error{Op: "parse", Archive: s, Err: err}
	}
	return u, nil
}

func parseURL(s string) (*URL, error) {
	scheme, path, ok := strings.Cut(s, ":")
	if !ok {
		return nil, fmt.Errorf("%w: no scheme; write e.g. %q", ErrURL, "hdf:"+s)
	}
	if !validScheme(scheme) {
		return nil, fmt.Errorf("%w: %q is not a scheme (two or more letters, digits, + or -); write e.g. %q",
			ErrURL, scheme, "hdf:"+s)
	}
	u := &URL{Scheme: strings.ToLower(scheme), Path: path}
	if i := strings.LastIndexByte(path, '?'); i >= 0 {
		u.Path = path[:i]
		if err := u.parseParams(path[i+1:]); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(u.Path, "///") {
		u.Path = "/" + strings.TrimLeft(u.Path, "/")
	}
	return u, nil
}

// validScheme wants two characters or more, so that C:\x is not taken for one.
func validScheme(s string) bool {
	if len(s) < 2 {
		return false
	}
	for i, c := range []byte(strings.ToLower(s)) {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-", rune(c))) {
			return false
		}
	}
	return true
}

func (u *URL) parseParams(query string) error {
	if query == "" {
		return nil
	}
	u.Params = make(map[string]string)
	for pair := range strings.SplitSeq(query, "&") {
		name, val, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			val, err = url.QueryUnescape(val)
		}
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", ErrURL, err)
		case name == "":
			return fmt.Errorf("%w: a parameter has no name; write name=value", ErrURL)
		}
		if _, twice := u.Params[name]; twice {
			return fmt.Errorf("%w: parameter %q is given twice", ErrURL, name)
		}
		u.Params[name] = val
	}
	return nil
}

// String puts the URL together, parameters sorted by name.
func (u *URL) String() string {
	s := u.Scheme + ":" + u.Path
	if len(u.Params) == 0 {
		if strings.Contains(u.Path, "?") {
			s += "?" // says that the "?" of the path begins no parameters
		}
		return s
	}
	vals := make(url.Values, len(u.Params))
	for name, val := range u.Params {
		vals.Set(name, val)
	}
	return s + "?" + vals.Encode()
}

// FilePath returns the path for a kind of archive that lives in the file
// system. An empty path, one with a NUL, and one that begins with "//" (where
// other kinds name a host) are ErrURL.
func (u *URL) FilePath() (string, error) {
	switch {
	case u.Path == "":
		return "", fmt.Errorf("%w: no path; write e.g. %q", ErrURL, u.Scheme+":results")
	case strings.HasPrefix(u.Path, "//"):
		return "", fmt.Errorf("%w: a file has no host; write %q for a relative path, %q for an absolute one",
			ErrURL, u.Scheme+":"+u.Path[2:], u.Scheme+":"+u.Path[1:])
	case strings.ContainsRune(u.Path, 0):
		return "", fmt.Errorf("%w: the path holds a NUL byte", ErrURL)
	}
	return u.Path, nil
}

// Choice returns the value of a parameter that takes one of a few words. The
// first of them is the default. Another value is ErrURL.
func (u *URL) Choice(name string, words ...string) (string, error) {
	val, ok := u.Params[name]
	if !ok {
		return words[0], nil
	}
	if !slices.Contains(words, val) {
		return "", fmt.Errorf("%w: %s=%q; it takes %s", ErrURL, name, val, strings.Join(words, ", "))
	}
	return val, nil
}

// checkParams refuses parameters that are not among known.
func (u *URL) checkParams(known []string) error {
	for name := range u.Params {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("%w: unknown parameter %q; %s: takes none", ErrURL, name, u.Scheme)
		}
		return fmt.Errorf("%w: unknown parameter %q; %s: knows %s",
			ErrURL, name, u.Scheme, strings.Join(slices.Sorted(slices.Values(known)), ", "))
	}
	return nil
}
