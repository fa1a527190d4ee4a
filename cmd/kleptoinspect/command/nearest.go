package command

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// most is how many entries a message names.
const most = 4

// several returns the error for arguments that more than one entry has: what
// those differ in, and how to name one of them.
func several(found []*entry, at []named) error {
	names := []string{"function"}
	for _, name := range argNames(found) {
		if !slices.ContainsFunc(at, func(a named) bool { return a.name == name }) {
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(append(names, "version", "rounding"), func(name string) bool {
		first, _ := found[0].column(name, time.Time{})
		return !slices.ContainsFunc(found, func(e *entry) bool {
			c, _ := e.column(name, time.Time{})
			return c.kind != first.kind || c.String() != first.String()
		})
	})
	advice := "give an id"
	for _, name := range names {
		switch name {
		case "function":
			advice = "give --function, or an id"
		case "version", "rounding":
		default:
			advice = "give more arguments, or an id"
		}
	}
	differ := "differ only in id"
	if len(names) > 0 {
		differ = "differ in " + strings.Join(names, ", ")
	}
	var lines []string
	for _, e := range found[:min(most, len(found))] {
		var parts []string
		for _, name := range names {
			c, _ := e.column(name, time.Time{})
			s := c.String()
			if c.kind == text {
				s = orDash(c.s)
			}
			parts = append(parts, name+"="+s)
		}
		lines = append(lines, strings.TrimSpace(e.id()+" "+strings.Join(parts, " ")))
	}
	if len(found) > most {
		lines = append(lines, "…")
	}
	return fmt.Errorf("%d entries are at %s and %s; %s: %s", len(found), joinTyped(at), differ, advice, strings.Join(lines, "; "))
}

// joinTyped writes arguments as they were typed.
func joinTyped(at []named) string {
	parts := make([]string, len(at))
	for i, a := range at {
		parts[i] = a.name + "=" + a.s
		if a.kind == text {
			parts[i] = a.name + "=" + quoteIfNeeded(a.s)
		}
	}
	return strings.Join(parts, ", ")
}

// hint says what there is instead of an entry at these arguments: the nearest
// one, or where to look.
func hint(l *listing, at []named) string {
	e := nearest(l.entries, at)
	if e == nil {
		return "kleptoinspect ls lists them"
	}
	parts := make([]string, len(at))
	for i, a := range at {
		got, _ := e.arg(a.name)
		s := got.String()
		for digits := briefDigits; digits < 17; digits++ { // the shortest that --at finds
			if c, ok := parseNumber(got.brief(digits)); ok && e.has(a.name, c) {
				s = got.brief(digits)
				break
			}
		}
		parts[i] = a.name + "=" + s
	}
	return fmt.Sprintf("the nearest is %s (id %s)", strings.Join(parts, ", "), e.id())
}

// nearest returns the entry whose numbers are the least away from those of at,
// each measured by what it spans in the listing, and whose other arguments are
// those of at. Of equals it is the newest, because listings end with it.
// Nil where none can be compared.
func nearest(entries []*entry, at []named) (best *entry) {
	least := math.Inf(1)
	spans := make([]float64, len(at))
	for i, a := range at {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, e := range entries {
			if c, ok := e.arg(a.name); ok && isNumber(c) && finite(c.n.float64()) {
				lo, hi = min(lo, c.n.float64()), max(hi, c.n.float64())
			}
		}
		if spans[i] = hi - lo; !(spans[i] > 0) || !finite(spans[i]) {
			spans[i] = max(math.Abs(lo), math.SmallestNonzeroFloat64)
		}
	}
	for _, e := range entries {
		away := 0.0
		for i, a := range at {
			c, _ := e.arg(a.name)
			switch {
			case isNumber(c) && isNumber(a.cell):
				away = math.Hypot(away, (c.n.float64()-a.n.float64())/spans[i])
			case !e.has(a.name, a.cell):
				away = math.NaN()
			}
		}
		if away <= least && finite(away) { // not NaN
			best, least = e, away
		}
	}
	return best
}

func isNumber(c cell) bool { return c.kind == numeric || c.kind == duration }
