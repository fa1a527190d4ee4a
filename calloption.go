package klepto

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klepto-go/klepto/value"
)

// CallOption changes one call.
type CallOption func(*callOptions)

type callOptions struct {
	skip, overwrite, stale, aged bool
	maxAge                       time.Duration
	verbose                      io.Writer
	observe                      func(Info)
}

// Skip calls the function, without looking for a result and without keeping the
// new one.
func Skip() CallOption { return func(o *callOptions) { o.skip = true } }

// Overwrite calls the function and keeps its result in place of any other.
func Overwrite() CallOption { return func(o *callOptions) { o.overwrite = true } }

// MaxAge takes a result only if the computation ended at most d ago, where
// Options.StaleAfter would take an older one. With d < 0 no result is young
// enough.
func MaxAge(d time.Duration) CallOption {
	return func(o *callOptions) { o.maxAge, o.aged = d, true }
}

// AllowStale takes a stale result, at once, while it is renewed in the
// background, as Options.Stale = Serve does for all calls.
func AllowStale() CallOption { return func(o *callOptions) { o.stale = true } }

// Verbose writes a line to w that says what the call was and where its result
// came from. Errors of w are not looked at.
func Verbose(w io.Writer) CallOption { return func(o *callOptions) { o.verbose = w } }

// Observe calls f with the Info of the call when it has got a result. Failed
// calls are not observed. f is called before Call returns, by its goroutine.
func Observe(f func(Info)) CallOption {
	return func(o *callOptions) { o.observe = f }
}

// tell observes a call that got a result.
func (o *callOptions) tell(function string, args []value.Field, info Info) {
	if o.observe != nil {
		o.observe(info)
	}
	if o.verbose == nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "klepto: %s(", function)
	for i, a := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.Name + "=" + brief(a.Value))
	}
	fmt.Fprintf(&b, "): %v", info.Source)
	if info.Stale {
		b.WriteString(", stale")
	}
	fmt.Fprintf(&b, ", computed in %v", info.Elapsed)
	if info.Source != Computed && info.Source != Shared {
		fmt.Fprintf(&b, " on %s", info.Created.Format(time.DateTime))
	}
	b.WriteString("\n")
	_, _ = io.WriteString(o.verbose, b.String()) // a log line is worth less than the result
}

// brief is the JSON of a small value and the description of a large one.
func brief(v value.Value) string {
	if value.Size(v) <= 64 {
		if text, err := value.MarshalJSON(v); err == nil {
			return string(text)
		}
	}
	return value.Describe(v)
}
