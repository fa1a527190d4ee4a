// Command peers puts our times beside those of Python's caches, which it reads, as
// python/peers.py prints them, from standard input.
//
// Usage: python3 python/peers.py | peers
//
// The two are not measured in one interleaved run: Python and Go do not share a
// process. Read the ratios as orders of magnitude.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// line is what python/peers.py prints.
type line struct {
	Library, Version, Workload string
	Seconds                    float64
	Rounds                     bool   // the library rounds floats
	Cannot                     string // why there is no time
	Absent                     string // why there is no library
}

func run(r io.Reader, w io.Writer) error {
	lines, err := read(r)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workload\tlibrary\ttheirs\tours\tratio")
	for _, job := range workloads {
		asked := slices.ContainsFunc(lines, func(l line) bool { return l.Workload == job.name && l.Cannot == "" })
		if !asked {
			continue
		}
		ours, err := job.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", job.name, err)
		}
		for _, l := range lines {
			if l.Workload != job.name {
				continue
			}
			library := l.Library + " " + l.Version
			if l.Rounds {
				library += ", rounds"
			}
			if l.Cannot != "" {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t\n", job.about, library, l.Cannot, measure.Seconds.Format(ours))
				continue
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2gx\n", job.about, library, measure.Seconds.Format(l.Seconds), measure.Seconds.Format(ours), ours/l.Seconds)
		}
	}
	for _, l := range lines {
		if l.Absent != "" {
			fmt.Fprintf(table, "\t%s\tnot measured: %s\t\t\n", l.Library, l.Absent)
		}
	}
	return table.Flush()
}

func read(r io.Reader) ([]line, error) {
	var lines []line
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d is not what python/peers.py prints: %w", len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	return lines, scanner.Err()
}
