package command

import (
	"fmt"
	"time"
)

// A condition of --where:
//
//	or    = and { "||" and }
//	and   = not { "&&" not }
//	not   = [ "!" ] not | "(" or ")" | term op term
//	op    = "<" | "<=" | ">" | ">=" | "==" | "=" | "!="
//	term  = name | number | duration | string | "true" | "false"
//
// A name is an argument ("F", "grid.nx") or a column that every entry has. A
// duration is a number with a unit ("1.5h"), in seconds. A string is in double or single
// quotes; compared with a time it is a date, or RFC 3339. == and != compare an
// argument that is a float as --at does: exactly, or after the entry's own rounding.
type condition interface {
	// holds reports whether the entry meets the condition.
	holds(e *entry, now time.Time) (bool, error)
	// names calls f with every name that the condition uses.
	names(f func(name string))
}

type logic struct {
	and  bool
	a, b condition
}

func (l *logic) holds(e *entry, now time.Time) (bool, error) {
	a, err := l.a.holds(e, now)
	if err != nil || a != l.and {
		return a, err
	}
	return l.b.holds(e, now)
}

func (l *logic) names(f func(string)) { l.a.names(f); l.b.names(f) }

type not struct{ c condition }

func (n *not) holds(e *entry, now time.Time) (bool, error) {
	h, err := n.c.holds(e, now)
	return !h, err
}

func (n *not) names(f func(string)) { n.c.names(f) }

type comparison struct {
	op   string
	a, b term
}

// term is a name or a literal.
type term struct {
	name    string // "" for a literal
	literal cell
}

func (t term) value(e *entry, now time.Time) cell {
	if t.name == "" {
		return t.literal
	}
	c, _ := e.column(t.name, now)
	return c
}

func (t term) String() string {
	if t.name != "" {
		return t.name
	}
	return t.literal.String()
}

func (c *comparison) names(f func(string)) {
	for _, t := range []term{c.a, c.b} {
		if t.name != "" {
			f(t.name)
		}
	}
}

func (c *comparison) holds(e *entry, now time.Time) (bool, error) {
	a, b := c.a.value(e, now), c.b.value(e, now)
	if a.kind == absent || b.kind == absent {
		return false, nil // an entry without the argument meets no condition on it
	}
	if a.kind == moment && b.kind == text {
		b = parseMoment(b)
	} else if b.kind == moment && a.kind == text {
		a = parseMoment(a)
	}
	if c.b.name == "" {
		b = b.like(a)
	}
	if c.a.name == "" {
		a = a.like(b)
	}
	numbers := (a.kind == numeric || a.kind == duration) && (b.kind == numeric || b.kind == duration)
	if (a.kind != b.kind && !numbers) || a.kind == other {
		return false, fmt.Errorf("--where: %s is %s and %s is %s; they cannot be compared", c.a, a.kind, c.b, b.kind)
	}
	if numbers && (a.n.float64() != a.n.float64() || b.n.float64() != b.n.float64()) {
		return c.op == "!=", nil // NaN, as everywhere
	}
	order := a.compare(b)
	if order != 0 && (c.op == "==" || c.op == "!=") && (c.sameFloat(e, c.a, c.b) || c.sameFloat(e, c.b, c.a)) {
		order = 0
	}
	switch c.op {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	case ">=":
		return order >= 0, nil
	case "!=":
		return order != 0, nil
	}
	return order == 0, nil
}

// sameFloat reports whether a number, compared with an argument that is a float, is
// the same after the rounding of the entry: what people read and type is 0.0515,
// and what was computed with 0.051500000000000004.
func (c *comparison) sameFloat(e *entry, arg, number term) bool {
	if arg.name == "" || number.name != "" || number.literal.kind != numeric {
		return false
	}
	got, ok := e.arg(arg.name)
	return ok && got.kind == numeric && got.n.isFloat() && e.has(arg.name, number.literal)
}

func parseMoment(c cell) cell {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, c.s); err == nil {
			return cell{kind: moment, t: t}
		}
	}
	return c
}
