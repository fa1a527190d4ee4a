package rounding

import (
	"fmt"
	"strconv"
	"strings"
)

// String returns "none", "simple(6)", "shallow(6)", "deep(6)" or
// "significant(6)", which Parse reads back. The text is part of a key and does
// not change between releases.
func (r Rounding) String() string {
	if r.rule == none {
		return ruleNames[none]
	}
	return ruleNames[r.rule] + "(" + strconv.Itoa(r.digits) + ")"
}

// Parse reads what String writes. The empty text is None, as the zero Rounding
// is. Digits must be written as String writes them: no spaces, no plus sign.
func Parse(s string) (Rounding, error) {
	if s == "" || s == ruleNames[none] {
		return None(), nil
	}
	name, arg, _ := strings.Cut(s, "(")
	for k := simple; k <= significant; k++ {
		if name != ruleNames[k] {
			continue
		}
		digits, err := strconv.Atoi(strings.TrimSuffix(arg, ")"))
		r := Rounding{k, digits}
		if err != nil || r.String() != s {
			return None(), fmt.Errorf("%w %q: want %s(digits), e.g. %s(6)", ErrSyntax, s, name, name)
		}
		return r, r.Validate()
	}
	return None(), fmt.Errorf("%w %q: want none, simple(d), shallow(d), deep(d) or significant(n)", ErrSyntax, s)
}

// MarshalText writes what String returns, so that a Rounding can stand in JSON,
// in provenance and, through flag.TextVar, on a command line.
func (r Rounding) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (r *Rounding) UnmarshalText(text []byte) error {
	p, err := Parse(string(text))
	if err != nil {
		return err
	}
	*r = p
	return nil
}
