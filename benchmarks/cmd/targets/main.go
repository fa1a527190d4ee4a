// Command targets measures what Klepto promises and prints a line per promise.
// The README of the module says how to read it. Rounding is command rounding's.
//
// Usage: targets [-run regexp] [-rounds n] [-strict] [-bare]
package main

import (
	"os"
	"slices"

	"github.com/klepto-go/klepto/benchmarks/measure"
)

func main() {
	os.Exit(measure.Main(slices.Concat(keys(), gets(), heaps(), pairs(), memos())))
}
