// Command targets measures what Klepto promises and prints a line per promise.
//
// Usage: targets [-run regexp] [-strict]
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

func main() {
	run := flag.String("run", "", "measure only targets whose name matches the `regexp`")
	strict := flag.Bool("strict", false, "exit with 1 when a target is missed")
	flag.Parse()
	pattern, err := regexp.Compile(*run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "targets: -run:", err)
		os.Exit(2)
	}
	missed := 0
	measure.Header(os.Stdout)
	for _, topic := range []func() []measure.Target{rounds, keys, caches, memos} {
		for _, t := range topic() {
			if pattern.MatchString(t.Name) && !t.Report(os.Stdout, t.Run()) {
				missed++
			}
		}
	}
	if missed > 0 && *strict {
		os.Exit(1)
	}
}

// simulation has the arguments that the speed of keys and hits is stated for.
type simulation struct {
	A, B, C, D, E, F, G, H float64
	N, M                   int
	S                      string
}

// simulations returns 256 arguments; an index & 255 picks one.
var simulations = slices.Collect(func(yield func(simulation) bool) {
	for i := range 256 {
		x := 1 / (float64(i) + 0.7)
		if !yield(simulation{x, 2 * x, -x, 3 + x, x * x, 1 - x, 1e3 * x, x / 7, i % 100, i, "simulation-x"}) {
			return
		}
	}
})

// must stops the program: a benchmark that can't run proves nothing.
func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "targets:", err)
		os.Exit(1)
	}
	return v
}
