// Package measure times things beside each other.
package measure

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"time"
)

// Rounds is how often each side of a target is timed; the minimum counts.
const Rounds = 24

// Target is something we promise to be as fast as.
type Target struct {
	Name string
	// Ours and Reference do the thing n times, for n operations of the size that
	// the name says.
	Ours, Reference func(n int)
	N               int // operations per timing, some milliseconds' worth
	// MaxRatio bounds ours over the reference; MaxTime bounds ours. Zero: no bound.
	MaxRatio float64
	MaxTime  time.Duration
	// NoAllocs demands that ours allocates nothing.
	NoAllocs bool
}

// Result is what one target measured, per operation.
type Result struct {
	Ours, Reference time.Duration
	Allocs          float64 // of ours
}

// Run times both sides in turn.
func (t Target) Run() Result {
	r := Result{Ours: math.MaxInt64, Reference: math.MaxInt64}
	t.Ours(t.N)
	t.Reference(t.N)
	for range Rounds {
		r.Ours = min(r.Ours, timed(t.Ours, t.N))
		r.Reference = min(r.Reference, timed(t.Reference, t.N))
	}
	r.Allocs = allocs(t.Ours, t.N)
	return r
}

func timed(f func(int), n int) time.Duration {
	start := time.Now()
	f(n)
	// In picoseconds, for operations of a few nanoseconds.
	return time.Since(start) * 1000 / time.Duration(n)
}

// allocs counts objects per operation. What runs beside it may allocate now and
// then, so a few per run don't count.
func allocs(f func(int), n int) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f(n)
	runtime.ReadMemStats(&after)
	return math.Floor(float64(after.Mallocs-before.Mallocs)/float64(n)*100) / 100
}

// Ok reports whether r meets t.
func (t Target) Ok(r Result) bool {
	return (t.MaxRatio == 0 || ratio(r) <= t.MaxRatio) &&
		(t.MaxTime == 0 || r.Ours <= t.MaxTime*1000) &&
		(!t.NoAllocs || r.Allocs == 0)
}

func ratio(r Result) float64 { return float64(r.Ours) / float64(r.Reference) }

// Header writes the names of the columns.
func Header(w io.Writer) {
	fmt.Fprintf(w, "%-52s %10s %10s %7s  %-22s %s\n", "name", "ours", "reference", "ratio", "target", "verdict")
}

// Report writes the line of t, and reports whether the target is met.
func (t Target) Report(w io.Writer, r Result) bool {
	verdict := "ok"
	if !t.Ok(r) {
		verdict = "MISS"
	}
	goal := ""
	for _, part := range []struct {
		on   bool
		text string
	}{
		{t.MaxRatio > 0, fmt.Sprintf("≤ %.2fx", t.MaxRatio)},
		{t.MaxTime > 0, fmt.Sprintf("≤ %v", t.MaxTime)},
		{t.NoAllocs, fmt.Sprintf("0 allocs (%.2g)", r.Allocs)},
	} {
		if part.on {
			if goal != "" {
				goal += ", "
			}
			goal += part.text
		}
	}
	fmt.Fprintf(w, "%-52s %10s %10s %6.2fx  %-22s %s\n", t.Name, duration(r.Ours), duration(r.Reference), ratio(r), goal, verdict)
	return t.Ok(r)
}

// duration formats picoseconds to three digits.
func duration(ps time.Duration) string {
	x := float64(ps)
	for _, unit := range []string{"ps", "ns", "µs", "ms"} {
		if x < 1000 {
			return fmt.Sprintf("%.3g %s", x, unit)
		}
		x /= 1000
	}
	return fmt.Sprintf("%.3g s", x)
}
