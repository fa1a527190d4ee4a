package command

import (
	"strings"

	"github.com/klepto-go/klepto/value"
)

// ParseWhere parses a condition and returns its text in normal form.
func ParseWhere(s string) (string, error) {
	c, err := parseWhere(s)
	if err != nil {
		return "", err
	}
	return normal(c), nil
}

func normal(c condition) string {
	switch c := c.(type) {
	case *logic:
		op := " || "
		if c.and {
			op = " && "
		}
		return "(" + normal(c.a) + op + normal(c.b) + ")"
	case *not:
		return "!" + normal(c.c)
	case *comparison:
		literal := func(t term) string {
			if t.name == "" && t.literal.kind == text {
				quote := `"`
				if strings.Contains(t.literal.s, quote) {
					quote = "'"
				}
				return quote + t.literal.s + quote
			}
			return t.String()
		}
		return "(" + literal(c.a) + " " + c.op + " " + literal(c.b) + ")"
	}
	return ""
}

// OpenError is openError.
var OpenError = openError

// Explain is what the program prints of an error.
func Explain(err error) string { return explain(tidy(err)) }

// LogSpaced is logSpaced.
var LogSpaced = logSpaced

// Slabs is slabs, Span is span, Thinned is thinned.
var (
	Slabs   = slabs
	Span    = span
	Thinned = thinned
)

// Selections are the arrays of a value, by what a selection calls them.
func Selections(v value.Value) map[string]*value.Array {
	out := make(map[string]*value.Array)
	for _, m := range membersOf(v) {
		out[m.selection] = m.array
	}
	return out
}
