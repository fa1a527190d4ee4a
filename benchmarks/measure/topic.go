package measure

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
)

// Topic is a group of lines that are measured together.
type Topic struct {
	Name string // what the names of its lines begin with
	// Lines measures; rounds is how often a side of a race is timed.
	Lines func(name string, rounds int) []Line
}

// Main measures the topics that the flags ask for, prints a table and returns the
// status for os.Exit: 1 when a promise is missed and the flags are strict, 2 when
// the flags are wrong.
func Main(topics []Topic) int {
	flags := flag.NewFlagSet(os.Args[0], flag.ContinueOnError)
	run := flags.String("run", "", "measure only topics whose name matches the `regexp`")
	strict := flags.Bool("strict", false, "exit with 1 when a target is missed")
	rounds := flags.Int("rounds", 100, "time each side this `often`; the fastest counts")
	bare := flags.Bool("bare", false, "leave out the lines above the table")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return 2
	}
	pattern, err := regexp.Compile(*run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "-run:", err)
		return 2
	}
	if *rounds < 1 {
		fmt.Fprintf(os.Stderr, "-rounds is %d: it needs 1 or more\n", *rounds)
		return 2
	}
	if !*bare {
		fmt.Printf("%s, %s/%s, %d cores; the fastest of %d rounds\n\n",
			runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *rounds)
		if err := WriteHeader(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	missed := 0
	for _, t := range topics {
		if !pattern.MatchString(t.Name) {
			continue
		}
		n, err := write(os.Stdout, t.measure(*rounds))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		missed += n
	}
	if missed > 0 && *strict {
		return 1
	}
	return 0
}

// measure measures the lines, and all of them once more where one is missed, or kept
// so narrowly that a disturbed rival may be why: a machine that does other things may
// be slow for longer than a race lasts. Ours and the rivals alike keep the best of
// both times, so that none gains by it.
func (t Topic) measure(rounds int) []Line {
	lines := t.Lines(t.Name, rounds)
	if slices.ContainsFunc(lines, func(l Line) bool { return !l.clear() }) {
		for i, l := range t.Lines(t.Name, rounds) {
			lines[i] = lines[i].Best(l)
		}
	}
	return lines
}

// write writes lines and counts the missed ones.
func write(w io.Writer, lines []Line) (missed int, err error) {
	for _, l := range lines {
		if err := l.Write(w); err != nil {
			return missed, err
		}
		if !l.Ok() {
			missed++
		}
	}
	return missed, nil
}

// Must stops the program: a benchmark that cannot run proves nothing.
func Must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return v
}
