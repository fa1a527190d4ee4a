package render

import (
	"fmt"
	"strings"
)

// drawnGrey is how a census of coloured cells ends.
const drawnGrey = "drawn grey"

// census counts the values that a figure could not draw as numbers.
type census struct {
	nan, inf, notPositive int
	grid                  bool // of a parameter grid, where NaN may stand for no result
}

// text says so in a few words and how they are drawn, e.g. "3 NaN and 1 infinite
// drawn grey"; "" when
// there are none.
func (c census) text(how string) string {
	var parts []string
	nan := "NaN"
	if c.grid {
		nan = "NaN or missing"
	}
	for _, p := range []struct {
		n    int
		what string
	}{{c.nan, nan}, {c.inf, "infinite"}, {c.notPositive, "not positive"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0] + " " + how
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1] + " " + how
}
