package measure

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Unit is what the numbers of a line count.
type Unit uint8

const (
	Seconds Unit = iota // per operation
	Bytes               // per entry
	PerSecond
)

// Line is one row of the table.
type Line struct {
	Name            string // what is measured : the rival
	Ours, Reference float64
	Unit            Unit
	Allocs          float64 // objects that ours allocates in an operation
	Goal            Goal
}

// Goal is what was promised. Zero fields promise nothing.
type Goal struct {
	MaxRatio float64 // ours over the reference is at most this
	MinRatio float64 // ours over the reference is at least this
	Max      float64 // ours is at most this, in the unit of the line
	NoAllocs bool    // ours allocates nothing
}

// Best returns what is best, for either side, of two measurements of a line. The name
// is that of the one where ours did better.
func (l Line) Best(again Line) Line {
	better := math.Min
	if l.Unit == PerSecond {
		better = math.Max
	}
	if better(l.Ours, again.Ours) != l.Ours {
		l.Name = again.Name
	}
	l.Ours = better(l.Ours, again.Ours)
	l.Reference = better(l.Reference, again.Reference)
	l.Allocs = min(l.Allocs, again.Allocs)
	return l
}

// Ratio is ours over the reference.
func (l Line) Ratio() float64 { return l.Ours / l.Reference }

// Ok reports whether the line keeps what was promised. What could not be measured,
// and is NaN, does not.
func (l Line) Ok() bool {
	g := l.Goal
	return (g.MaxRatio == 0 || l.Ratio() <= g.MaxRatio) &&
		(g.MinRatio == 0 || l.Ratio() >= g.MinRatio) &&
		(g.Max == 0 || l.Ours <= g.Max) &&
		(!g.NoAllocs || l.Allocs == 0)
}

// clear reports whether the line would keep its promises if they asked a fifth more.
func (l Line) clear() bool {
	l.Goal.MaxRatio /= 1.2
	l.Goal.MinRatio *= 1.2
	l.Goal.Max /= 1.2
	return l.Ok() || l.Unit == Bytes // which are counted, not measured
}

// Verdict is "ok", "MISS", or "–" where nothing was promised.
func (l Line) Verdict() string {
	switch {
	case l.Goal == Goal{}:
		return "–"
	case l.Ok():
		return "ok"
	}
	return "MISS"
}

// target says what was promised, and how many allocations there are where none
// should be.
func (l Line) target() string {
	var parts []string
	g := l.Goal
	if g.MaxRatio > 0 {
		parts = append(parts, fmt.Sprintf("≤ %.2fx", g.MaxRatio))
	}
	if g.MinRatio > 0 {
		parts = append(parts, fmt.Sprintf("≥ %.2fx", g.MinRatio))
	}
	if g.Max > 0 {
		parts = append(parts, "≤ "+l.Unit.Format(g.Max))
	}
	if g.NoAllocs {
		allocs := "0 allocs"
		if l.Allocs > 0 {
			allocs += fmt.Sprintf(" (has %.2g)", l.Allocs)
		}
		parts = append(parts, allocs)
	}
	return strings.Join(parts, ", ")
}

const layout = "%-60s %9s %9s %8s  %-18s %s\n"

// WriteHeader writes the names of the columns.
func WriteHeader(w io.Writer) error {
	_, err := fmt.Fprintf(w, layout, "name", "ours", "reference", "ratio", "target", "verdict")
	return err
}

// Write writes the line as a row of the table.
func (l Line) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, layout, l.Name, l.Unit.Format(l.Ours), l.Unit.Format(l.Reference),
		fmt.Sprintf("%.2fx", l.Ratio()), l.target(), l.Verdict())
	return err
}

// Format writes x to three digits, with a prefix that fits.
func (u Unit) Format(x float64) string {
	switch u {
	case Bytes:
		return fmt.Sprintf("%.3g B", x)
	case PerSecond:
		return scaled(x, "M/s", 1e6)
	}
	for _, s := range []struct {
		unit string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if x >= s.size {
			return scaled(x, s.unit, s.size)
		}
	}
	return scaled(x, "ns", 1e-9)
}

func scaled(x float64, unit string, size float64) string {
	return fmt.Sprintf("%.3g %s", x/size, unit)
}
