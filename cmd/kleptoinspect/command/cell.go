package command

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
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

// number is an int64, a uint64 or a float64, exact.
type number struct {
	kind byte // 'i', 'u', 'f'; 's' for a float64 that holds a float32
	i    int64
	u    uint64
	f    float64
}

func integer(i int64) number   { return number{kind: 'i', i: i} }
func float(f float64) number   { return number{kind: 'f', f: f} }
func numericOf(f float64) cell { return cell{kind: numeric, n: float(f)} }
func textOf(s string) cell     { return cell{kind: text, s: s} }

// float64 returns the nearest float64.
func (n number) float64() float64 {
	switch n.kind {
	case 'i':
		return float64(n.i)
	case 'u':
		return float64(n.u)
	}
	return n.f
}

func (n number) String() string {
	switch n.kind {
	case 'i':
		return strconv.FormatInt(n.i, 10)
	case 'u':
		return strconv.FormatUint(n.u, 10)
	case 's':
		return strconv.FormatFloat(n.f, 'g', -1, 32)
	}
	return strconv.FormatFloat(n.f, 'g', -1, 64)
}

// MarshalJSON writes the number exactly, NaN and infinities as strings.
func (n number) MarshalJSON() ([]byte, error) {
	if f := n.float64(); f-f != 0 {
		name := "NaN"
		if f == f {
			name = map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
		}
		return json.Marshal(name)
	}
	return []byte(n.String()), nil
}

// compare orders numbers exactly, whatever their types; NaN comes first.
func (n number) compare(m number) int {
	switch {
	case n.kind == 'i' && m.kind == 'i':
		return cmp.Compare(n.i, m.i)
	case n.kind == 'u' && m.kind == 'u':
		return cmp.Compare(n.u, m.u)
	case n.isFloat() && m.isFloat(), n.float64() != n.float64(), m.float64() != m.float64():
		return cmp.Compare(n.float64(), m.float64())
	}
	return n.big().Cmp(m.big())
}

func (n number) isFloat() bool { return n.kind == 'f' || n.kind == 's' }

// big returns the number, which is not NaN.
func (n number) big() *big.Float {
	b := new(big.Float).SetPrec(64)
	switch n.kind {
	case 'i':
		return b.SetInt64(n.i)
	case 'u':
		return b.SetUint64(n.u)
	}
	return b.SetFloat64(n.f)
}

// cellOf returns the cell of a value: scalars as they are, the rest in words.
func cellOf(v value.Value) cell {
	a, ok := v.(*value.Array)
	if !ok {
		return cell{kind: other, s: value.Describe(v), tree: v}
	}
	if len(a.Shape) > 0 {
		return cell{kind: other, s: head(a, 4), tree: v}
	}
	return element(a, 0)
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

// significant formats a statistic with 6 digits; show --json has all of them.
func significant(n number) string {
	if n.isFloat() {
		return strconv.FormatFloat(n.f, 'g', 6, 64)
	}
	return n.String()
}

// seconds formats a compute time: three digits are what it is good for.
func seconds(d time.Duration) string {
	s := d.Seconds()
	if s == 0 {
		return "0"
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(s)))))
	return strconv.FormatFloat(s, 'f', min(digits, 9), 64)
}

// age formats the time since a moment with its largest unit.
func age(now, then time.Time) string {
	d := now.Sub(then)
	switch {
	case then.IsZero():
		return ""
	case d < 0:
		return "in the future"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// size formats a number of bytes.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB", "PB"} {
		if f /= 1000; f < 999.5 || unit == "PB" {
			return strconv.FormatFloat(f, 'g', 3, 64) + " " + unit
		}
	}
	return ""
}
