package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func keys() []measure.Target {
	k := must(keymap.New[simulation](&keymap.Options{Function: "simulation", Rounding: rounding.Deep(6)}))
	digest := func(n int) {
		for i := range n {
			must(k.Digest(&simulations[i&255]))
		}
	}
	row := func(name string, reference func(s simulation)) measure.Target {
		return measure.Target{
			Name: "key, 8 floats 2 ints 1 string, Deep(6) : " + name,
			N:    20_000,
			Ours: digest,
			Reference: func(n int) {
				for i := range n {
					reference(simulations[i&255])
				}
			},
			MaxTime:  60 * time.Nanosecond,
			NoAllocs: true,
		}
	}
	return []measure.Target{
		row("Sprintf", func(s simulation) { _ = fmt.Sprintf("%v", s) }),
		row("json", func(s simulation) { must(json.Marshal(s)) }),
	}
}
