package command

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/klepto-go/klepto/value"
)

// cell is one scalar of a listing: an argument, a time, a name.
type cell struct {
	kind kind
	n    number      // numeric, duration (s)
	s    string      // text, and what is only shown: other
	t    time.Time   // moment
	b    bool        // boolean
	tree value.Value // other: what it is, nil where only the text is known
}

type kind int

const (
	absent   kind = iota // the entry has no such column
	numeric              // n
	duration             // n seconds
	boolean
	text
	moment
	other // arrays, complex numbers, lists: shown, not compared
)

func (k kind) String() string {
	return [...]string{"absent", "a number", "a duration", "true or false", "text", "a time", "not a scalar"}[k]
}

func numericOf(f float64) cell { return cell{kind: numeric, n: float(f)} }

func textOf(s string) cell { return cell{kind: text, s: s} }

// cellOf returns the cell of a value: scalars as they are, the rest in words.
func cellOf(v value.Value) cell {
	if m, ok := v.(*value.Map); ok {
		return cell{kind: other, s: pairs(len(m.Items), func(i int) (string, string) {
			return element(m.Keys, i).String(), cellOf(m.Items[i]).String()
		}), tree: v}
	}
	a, ok := v.(*value.Array)
	if !ok {
		return cell{kind: other, s: value.Describe(v), tree: v}
	}
	if len(a.Shape) > 0 {
		return cell{kind: other, s: head(a, 4), tree: v}
	}
	return element(a, 0)
}

// pairs writes the first four of n keys of a map with what belongs to them.
func pairs(n int, pair func(i int) (key, item string)) string {
	var parts []string
	for i := range min(n, 4) {
		key, item := pair(i)
		parts = append(parts, key+": "+item)
	}
	if n > 4 {
		parts = append(parts, "…")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// element returns the i-th element of an array, in C order.
func element(a *value.Array, i int) cell {
	num := func(n number) cell { return cell{kind: numeric, n: n} }
	switch d := a.Data.(type) {
	case []bool:
		return cell{kind: boolean, b: d[i]}
	case []int8:
		return num(integer(int64(d[i])))
	case []int16:
		return num(integer(int64(d[i])))
	case []int32:
		return num(integer(int64(d[i])))
	case []int64:
		switch {
		case a.Elem == value.Time && d[i] == value.NaT:
			return cell{kind: other, s: "NaT"}
		case a.Elem == value.Time:
			return cell{kind: moment, t: time.Unix(0, d[i]).UTC()}
		case a.Elem == value.Duration:
			return cell{kind: duration, n: float(time.Duration(d[i]).Seconds()), s: time.Duration(d[i]).String()}
		}
		return num(integer(d[i]))
	case []uint8:
		return num(number{kind: 'u', u: uint64(d[i])})
	case []uint16:
		return num(number{kind: 'u', u: uint64(d[i])})
	case []uint32:
		return num(number{kind: 'u', u: uint64(d[i])})
	case []uint64:
		return num(number{kind: 'u', u: d[i]})
	case []float32:
		return num(number{kind: 's', f: float64(d[i])})
	case []float64:
		return num(float(d[i]))
	case []complex64:
		return cell{kind: other, s: strings.Trim(strconv.FormatComplex(complex128(d[i]), 'g', -1, 64), "()")}
	case []complex128:
		return cell{kind: other, s: strings.Trim(strconv.FormatComplex(d[i], 'g', -1, 128), "()")}
	case []string:
		return textOf(d[i])
	}
	return cell{kind: other, s: a.Elem.String()}
}

// head returns the first n elements of an array and "…" where there are more.
func head(a *value.Array, n int) string {
	total := a.Len()
	parts := make([]string, 0, n+1)
	for i := range min(n, total) {
		parts = append(parts, element(a, i).String())
	}
	if total > n {
		parts = append(parts, "…")
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// String returns the cell as a table shows it.
func (c cell) String() string {
	switch c.kind {
	case absent:
		return ""
	case numeric:
		return c.n.String()
	case boolean:
		return strconv.FormatBool(c.b)
	case moment:
		return c.t.Format(time.RFC3339Nano)
	case text:
		return quoteIfNeeded(c.s)
	}
	return c.s
}

// brief is String with numbers of at most the given digits: what people read.
func (c cell) brief(digits int) string {
	if c.kind != numeric || !c.n.isFloat() {
		return c.String()
	}
	exact := c.n.String()
	if s := strconv.FormatFloat(c.n.f, 'g', digits, 64); len(s) < len(exact) {
		return s
	}
	return exact
}

// briefDigits are enough to recognize a point of a sweep.
const briefDigits = 6

// quoteIfNeeded quotes text that would break a table.
func quoteIfNeeded(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// MarshalJSON writes what cells hold: numbers exact, durations in seconds.
func (c cell) MarshalJSON() ([]byte, error) {
	switch c.kind {
	case absent:
		return []byte("null"), nil
	case numeric, duration:
		return c.n.MarshalJSON()
	case boolean:
		return json.Marshal(c.b)
	case moment:
		return json.Marshal(c.t.Format(time.RFC3339Nano))
	}
	if c.tree != nil {
		return json.Marshal(treeJSON(c.tree))
	}
	return json.Marshal(c.s)
}

// compare orders two cells of one kind; absent ones come first.
func (c cell) compare(d cell) int {
	if c.kind == duration && d.kind == numeric || c.kind == numeric && d.kind == duration {
		return c.n.compare(d.n)
	}
	if c.kind != d.kind {
		return cmp.Compare(c.kind, d.kind)
	}
	switch c.kind {
	case numeric, duration:
		return c.n.compare(d.n)
	case boolean:
		return cmp.Compare(b2i(c.b), b2i(d.b))
	case moment:
		return c.t.Compare(d.t)
	case text, other:
		return cmp.Compare(c.s, d.s)
	}
	return 0
}

// like returns a typed number as the float32 it means beside one: 0.1 is not the
// float32 that prints as 0.1.
func (c cell) like(d cell) cell {
	if c.kind == numeric && c.n.kind == 'f' && d.kind == numeric && d.n.kind == 's' {
		c.n = number{kind: 's', f: float64(float32(c.n.f))}
	}
	return c
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
