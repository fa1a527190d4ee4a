package driver

import (
	"fmt"
	"strconv"
	"strings"
)

// Selection is a part of a value: a member of it, and of that a part of its elements.
// ParseSelection makes one.
type Selection struct {
	text string
	path []member
	dims []dim // nil: all
	end  int   // where the path ends in text
}

// member is a name on the way to what is selected.
type member struct {
	name string
	at   int
}

type dimKind uint8

const (
	index dimKind = iota // one element, whose dimension goes
	slice
	ellipsis // as many whole dimensions as are left
)

// dim selects of one dimension.
type dim struct {
	kind                dimKind
	start, stop, step   int // start: the index
	openStart, openStop bool
	at                  int
}

// ParseSelection understands numpy's way to select, behind the names of the members
// that lead to an array, which slashes part:
//
//	u[10:20, :]       rows 10 to 19 of member u
//	[5]               element 5 of an array, row 5 of a table
//	fields/u[::2, -1] every other element of the last column
//	u[..., 0]         element 0 of the last dimension
//	u                 the whole member
//	                  (nothing) the whole value
//
// A slice is start:stop:step, each of which may be left out, negative ones count
// from the end, and a negative step goes backwards. Slices end where the array does;
// a single index must be within it. Items of lists have numbers for names. In a
// name, %XX is the byte with that code: %2F a slash, %5B a bracket, %25 a percent
// sign. The error is a *SelectionError.
func ParseSelection(text string) (*Selection, error) {
	s := &Selection{text: text}
	path, _, bracket := strings.Cut(text, "[")
	s.end = len(path)
	if path != "" {
		at := 0
		for name := range strings.SplitSeq(path, "/") {
			plain, err := s.unescape(name, at)
			if err != nil {
				return nil, err
			}
			s.path = append(s.path, member{plain, at})
			at += len(name) + 1
		}
	}
	if !bracket {
		return s, nil
	}
	p := parser{s, len(path) + 1}
	return s, p.dims()
}

func (s *Selection) fail(at int, format string, args ...any) error {
	return &SelectionError{s.text, at, fmt.Sprintf(format, args...)}
}

// unescape reads the name that begins at a byte of the text.
func (s *Selection) unescape(name string, at int) (string, error) {
	if name == "" {
		return "", s.fail(at, "a name is missing")
	}
	if i := strings.IndexByte(name, ']'); i >= 0 {
		return "", s.fail(at+i, "a bracket is closed that was not opened; within a name it is %%5D")
	}
	if !strings.Contains(name, "%") {
		return name, nil
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			b.WriteByte(name[i])
			continue
		}
		code, err := strconv.ParseUint(name[i+1:min(i+3, len(name))], 16, 8)
		if err != nil || i+3 > len(name) {
			return "", s.fail(at+i, "%% begins a byte as two hexadecimal digits; a percent sign is %%25")
		}
		b.WriteByte(byte(code))
		i += 2
	}
	return b.String(), nil
}

// parser reads what is between the brackets.
type parser struct {
	*Selection
	at int
}

// next skips spaces and returns the byte there, 0 at the end.
func (p *parser) next() byte {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) dims() error {
	seen := false
	for {
		d, err := p.dim()
		if err != nil {
			return err
		}
		if d.kind == ellipsis && seen {
			return p.fail(d.at, "there is a second \"...\"")
		}
		seen = seen || d.kind == ellipsis
		p.Selection.dims = append(p.Selection.dims, d)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			if p.next() != 0 {
				return p.fail(p.at, "nothing may follow the closing bracket")
			}
			return nil
		case 0:
			return p.fail(p.at, "the closing bracket is missing")
		default:
			return p.fail(p.at, "expected a comma, a colon or the closing bracket")
		}
	}
}

func (p *parser) dim() (d dim, err error) {
	c := p.next()
	d = dim{at: p.at, step: 1}
	if strings.HasPrefix(p.text[p.at:], "...") {
		p.at += 3
		d.kind = ellipsis
		return d, nil
	}
	if d.start, d.openStart, err = p.number(); err != nil {
		return d, err
	}
	if p.next() != ':' {
		if d.openStart {
			if c == 0 {
				return d, p.fail(p.at, "the closing bracket is missing")
			}
			return d, p.fail(p.at, "expected an index, a slice as start:stop:step, or \"...\"")
		}
		return d, nil
	}
	d.kind = slice
	p.at++
	if d.stop, d.openStop, err = p.number(); err != nil || p.next() != ':' {
		return d, err
	}
	p.at++
	p.next()
	at := p.at
	step, open, err := p.number()
	if err != nil {
		return d, err
	}
	if !open {
		d.step = step
	}
	if d.step == 0 {
		return d, p.fail(at, "a step of 0 goes nowhere")
	}
	return d, nil
}

// number reads an integer; open says that there is none.
func (p *parser) number() (n int, open bool, err error) {
	c := p.next()
	from := p.at
	if c == '-' || c == '+' {
		p.at++
	}
	digits := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	switch p.at {
	case from:
		return 0, true, nil
	case digits:
		return 0, false, p.fail(p.at, "a number is missing after %q", c)
	}
	n, err = strconv.Atoi(p.text[from:p.at])
	if err != nil || n == -n && n != 0 {
		return 0, false, p.fail(from, "%s is beyond any array", p.text[from:p.at])
	}
	return n, false, nil
}

// String returns the text that the selection was made of.
func (s *Selection) String() string { return s.text }

// Whole reports whether the selection is the whole value.
func (s *Selection) Whole() bool { return len(s.path) == 0 && s.dims == nil }

// MemberName writes the name of a member as it stands in the text of a selection.
func MemberName(name string) string { return memberName.Replace(name) }

var memberName = strings.NewReplacer("%", "%25", "/", "%2F", "[", "%5B", "]", "%5D")

// Elements reports whether the selection is of elements, and not of a whole member.
func (s *Selection) Elements() bool { return s.dims != nil }

// Next returns the first name of the path, and the selection within that member; ok
// is false at the end of the path.
func (s *Selection) Next() (name string, rest *Selection, ok bool) {
	if len(s.path) == 0 {
		return "", s, false
	}
	within := *s
	within.path = s.path[1:]
	return s.path[0].name, &within, true
}

// Absent is the error for a first name that is not among those there are.
func (s *Selection) Absent(names []string) error {
	const most = 20
	shown, more := names, ""
	if len(names) > most {
		shown, more = names[:most], ", …"
	}
	if len(names) == 0 {
		return s.fail(s.path[0].at, "%q: there are no members here", s.path[0].name)
	}
	return s.fail(s.path[0].at, "there is no member %q; there are %q%s", s.path[0].name, shown, more)
}
