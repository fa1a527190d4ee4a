package sweep

import (
	"fmt"
	"slices"
	"strings"
)

// PointError is the error of one point.
type PointError struct {
	Index  int      // of the point in the design
	Names  []string // of its parameters
	Values []any    // of its parameters
	Err    error    // what the function returned
}

// Error names the point's parameters.
func (e *PointError) Error() string {
	return fmt.Sprintf("point %d (%s): %v", e.Index, describe(e.Names, e.Values), e.Err)
}

// Unwrap returns the function's error.
func (e *PointError) Unwrap() error { return e.Err }

func describe(names []string, values []any) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%v", n, values[i])
	}
	return b.String()
}

// Error says how a sweep fell short of its design. errors.Is and errors.As look
// at the cause of an interruption and at the error of every failed point.
type Error struct {
	Total  int           // points of the design
	Done   int           // points that have a result
	Failed []*PointError // in the order of the design
	Equal  []*PointError // points that share the result of another, likewise
	Cause  error         // why points were not tried: ctx's error, or nil
}

// Error sums up what is missing, with the first failed points.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Cause != nil:
		fmt.Fprintf(&b, "sweep: stopped with %d of %d points done (run it again to go on): %v", e.Done, e.Total, e.Cause)
	default:
		fmt.Fprintf(&b, "sweep: %d of %d points done", e.Done, e.Total)
	}
	if n := len(e.Failed); n > 0 {
		fmt.Fprintf(&b, "; %d failed: ", n)
		list(&b, e.Failed)
	}
	if n := len(e.Equal); n > 0 {
		fmt.Fprintf(&b, "; %d share the result of another: ", n)
		list(&b, e.Equal)
		b.WriteString(" (use a finer rounding, such as rounding.Significant for parameters that span orders of magnitude, or set Options.AllowEqual)")
	}
	return b.String()
}

// list writes the first points.
func list(b *strings.Builder, points []*PointError) {
	const most = 3
	for i, p := range points[:min(len(points), most)] {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Error())
	}
	if n := len(points); n > most {
		fmt.Fprintf(b, "; and %d more", n-most)
	}
}

// Unwrap returns the cause and the errors of the points.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	for _, p := range slices.Concat(e.Failed, e.Equal) {
		errs = append(errs, p)
	}
	return errs
}
