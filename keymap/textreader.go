package keymap

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/klepto-go/klepto/rounding"
)

// textReader reads what Call.String writes, from the front of in. It is lenient
// where that costs nothing: whoever reads a name compares it with how the call is
// written.
type textReader struct {
	in    string
	depth int
}

// parseCall reads a readable name: a call, and the digest behind it where there is
// one.
func parseCall(name string) (Call, error) {
	r := textReader{in: name}
	c, err := r.call()
	if err != nil {
		return Call{}, fmt.Errorf("%w: %w, at byte %d of %d", ErrFormat, err, len(name)-len(r.in), len(name))
	}
	if sum, ok := strings.CutPrefix(r.in, "#"); ok {
		if _, err := ParseDigest(sum); err != nil {
			return Call{}, err
		}
	} else if r.in != "" {
		return Call{}, fmt.Errorf("%w: %.40q follows the call", ErrFormat, r.in)
	}
	if text := name[:len(name)-len(r.in)]; c.String() != text {
		return Call{}, fmt.Errorf("%w: %.40q is not how a call is written", ErrFormat, text)
	}
	return c, nil
}

func (r *textReader) call() (c Call, err error) {
	if c.Function, err = r.name(); err != nil {
		return c, err
	}
	if r.skip('@') {
		if c.Version, err = r.name(); err != nil {
			return c, err
		}
	}
	if err = r.expect('('); err != nil {
		return c, err
	}
	if c.Args, err = r.args('=', ')'); err != nil {
		return c, err
	}
	c.Rounding, err = r.rounding()
	return c, err
}

func (r *textReader) skip(b byte) bool {
	if r.in == "" || r.in[0] != b {
		return false
	}
	r.in = r.in[1:]
	return true
}

func (r *textReader) expect(b byte) error {
	if !r.skip(b) {
		return fmt.Errorf("%q is missing", b)
	}
	return nil
}

// until cuts off what stands before one of the characters in end, or all.
func (r *textReader) until(end string) string {
	i := strings.IndexAny(r.in, end)
	if i < 0 {
		i = len(r.in)
	}
	s := r.in[:i]
	r.in = r.in[i:]
	return s
}

func (r *textReader) name() (string, error) {
	if r.in != "" && r.in[0] == '"' {
		return r.quoted()
	}
	return r.until(punctuation), nil
}

func (r *textReader) quoted() (string, error) {
	q, err := strconv.QuotedPrefix(r.in)
	if err != nil || q[0] != '"' {
		return "", fmt.Errorf("a quoted text is missing or has no end")
	}
	r.in = r.in[len(q):]
	return strconv.Unquote(q)
}

func (r *textReader) rounding() (rounding.Rounding, error) {
	if !r.skip('~') {
		return rounding.None(), nil
	}
	s := r.until(")")
	if err := r.expect(')'); err != nil {
		return rounding.None(), err
	}
	return rounding.Parse(s + ")")
}

// args reads named values up to the character end.
func (r *textReader) args(is, end byte) ([]Arg, error) {
	all := []Arg{}
	err := r.items(end, func() (err error) {
		var a Arg
		if a.Name, err = r.name(); err != nil {
			return err
		}
		if err = r.expect(is); err != nil {
			return err
		}
		if a.Value, err = r.value(); err != nil {
			return err
		}
		a.Rounding, err = r.rounding()
		all = append(all, a)
		return err
	})
	return all, err
}

// items calls read for what stands between commas, up to the character end.
func (r *textReader) items(end byte, read func() error) error {
	for n := 0; !r.skip(end); n++ {
		if n > 0 {
			if err := r.expect(','); err != nil {
				return err
			}
		}
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

func (r *textReader) value() (any, error) {
	if r.depth++; r.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { r.depth-- }()
	if r.in == "" {
		return nil, errShort
	}
	switch c := r.in[0]; {
	case c == '{':
		r.in = r.in[1:]
		s, err := r.args(':', '}')
		return Struct(s), err
	case c == '(':
		return scalar(r, parseComplex128)
	case strings.HasPrefix(r.in, "[]"):
		r.in = r.in[2:]
		return r.list(r.until("{"))
	case c == '"':
		s, err := r.quoted()
		if err == nil && r.skip('(') {
			return r.typed(s)
		}
		return s, err
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	word := r.until(punctuation)
	if r.skip('(') {
		return r.constructed(word)
	}
	switch word {
	case "nil":
		return nil, nil
	case "true", "false":
		return word == "true", nil
	case "nan", "inf":
		return parseFloat64(word)
	case "map":
		return r.mapping()
	}
	return nil, fmt.Errorf("%.40q is no value", word)
}

// number reads an int64, a float64, a duration or an instant.
func (r *textReader) number() (any, error) {
	if len(r.in) >= len("2006-01-02T15:04:05Z") && r.in[4] == '-' && r.in[10] == 'T' {
		s := r.until("Z") + "Z"
		r.skip('Z')
		return time.Parse(time.RFC3339Nano, s)
	}
	switch s := r.until(",)}:~"); {
	case strings.HasSuffix(s, "s"):
		return time.ParseDuration(s)
	case strings.ContainsAny(s, ".en"):
		return parseFloat64(s)
	default:
		return strconv.ParseInt(s, 10, 64)
	}
}

func (r *textReader) mapping() (any, error) {
	if err := r.expect('{'); err != nil {
		return nil, err
	}
	m := Map{}
	err := r.items('}', func() (err error) {
		var p Pair
		if p.Key, err = r.value(); err != nil {
			return err
		}
		if err = r.expect(':'); err != nil {
			return err
		}
		p.Value, err = r.value()
		m = append(m, p)
		return err
	})
	return m, err
}

// constructed reads what stands behind a word and a parenthesis.
func (r *textReader) constructed(word string) (v any, err error) {
	switch word {
	case "bytes":
		var s string
		s, err = r.quoted()
		v = []byte(s)
	case "float32":
		v, err = scalar(r, parseFloat32)
	case "int8":
		v, err = scalar(r, parseInt[int8](8))
	case "int16":
		v, err = scalar(r, parseInt[int16](16))
	case "int32":
		v, err = scalar(r, parseInt[int32](32))
	case "uint8":
		v, err = scalar(r, parseUint[uint8](8))
	case "uint16":
		v, err = scalar(r, parseUint[uint16](16))
	case "uint32":
		v, err = scalar(r, parseUint[uint32](32))
	case "uint64":
		v, err = scalar(r, parseUint[uint64](64))
	case "complex64":
		v, err = scalar(r, parseComplex64)
	case "frozen":
		v, err = scalar(r, parseFrozen)
	case "time":
		v, err = r.instant()
	default:
		return r.typed(word)
	}
	if err == nil {
		err = r.expect(')')
	}
	return v, err
}

// instant reads the seconds and nanoseconds of a year without four digits.
func (r *textReader) instant() (any, error) {
	sec, err := scalar(r, parseInt[int64](64))
	if err != nil {
		return nil, err
	}
	if err := r.expect(','); err != nil {
		return nil, err
	}
	ns, err := scalar(r, parseInt[int64](64))
	return time.Unix(sec, ns).UTC(), err
}

// typed reads a matrix, whose dimensions come first, or a value of a named type.
func (r *textReader) typed(name string) (any, error) {
	const longest = 2*20 + 1 // two ints and an x
	size, _, ok := strings.Cut(r.in[:min(len(r.in), longest+len(")[]"))], ")[]")
	if rows, cols, x := strings.Cut(size, "x"); ok && x {
		m, errs := Matrix{Kind: name}, [2]error{}
		m.Rows, errs[0] = strconv.Atoi(rows)
		m.Cols, errs[1] = strconv.Atoi(cols)
		if errors.Join(errs[:]...) == nil {
			r.in = r.in[len(size)+len(")[]"):]
			var err error
			m.Data, err = r.list(r.until("{"))
			return m, err
		}
	}
	v, err := r.value()
	if err == nil {
		err = r.expect(')')
	}
	return Named{name, v}, err
}

func parseFrozen(s string) (sum FrozenSum, err error) {
	if len(s) != hex.EncodedLen(len(sum)) {
		return sum, fmt.Errorf("%.40q is no fingerprint of a frozen value", s)
	}
	_, err = hex.Decode(sum[:], []byte(s))
	return sum, err
}

// parseTime reads what appendTime writes.
func parseTime(s string) (time.Time, error) {
	r := textReader{in: s}
	v, err := r.value()
	if t, ok := v.(time.Time); ok && err == nil && r.in == "" {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%.40q is no instant", s)
}
