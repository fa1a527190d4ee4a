// Command policysim replays ten traces of numerical programs through every cache
// policy, and prints the hits and the computing time that each saves, beside what no
// policy can exceed: two tables, or JSON.
//
// Usage: policysim [-json]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/klepto-go/klepto/benchmarks/policysim"
	"github.com/klepto-go/klepto/benchmarks/trace"
)

func main() {
	asJSON := flag.Bool("json", false, "print JSON instead of tables")
	flag.Parse()
	if err := run(os.Stdout, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "policysim:", err)
		os.Exit(1)
	}
}

// report is the JSON form of all results.
type report struct {
	Share  float64             `json:"share"` // of all results, that a cache has room for
	Traces []policysim.Result  `json:"traces"`
	Mean   []policysim.Outcome `json:"mean"`
}

func run(w io.Writer, asJSON bool) error {
	results, err := policysim.RunAll(trace.All())
	if err != nil {
		return err
	}
	mean := policysim.Mean(results)
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "\t")
		return e.Encode(report{policysim.Share, results, mean})
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	print := func(title string, of func(policysim.Outcome) float64) {
		fmt.Fprint(table, title, "\tcalls\tdistinct")
		for _, o := range mean {
			fmt.Fprint(table, "\t", o.Policy)
		}
		fmt.Fprint(table, "\tno bound\t\n")
		for _, r := range results {
			fmt.Fprintf(table, "%s\t%d\t%d", r.Trace, r.Calls, r.Distinct)
			for _, o := range append(r.Policies, r.Optimum, r.Ceiling) {
				fmt.Fprintf(table, "\t%.1f", 100*of(o))
			}
			fmt.Fprint(table, "\t\n")
		}
		fmt.Fprint(table, "mean\t\t")
		for _, o := range mean {
			fmt.Fprintf(table, "\t%.1f", 100*of(o))
		}
		fmt.Fprint(table, "\t\t\n")
	}
	print("% of calls that hit", func(o policysim.Outcome) float64 { return o.Hits })
	fmt.Fprintln(table)
	print("% of seconds saved", func(o policysim.Outcome) float64 { return o.Saved })
	return table.Flush()
}
