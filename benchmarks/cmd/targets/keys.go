package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/zeebo/xxh3"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/benchmarks/workload"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

func keys() []measure.Topic {
	return []measure.Topic{
		{Name: "key of a call, Deep(6)", Lines: smallKeys},
		{Name: "key of 1e6 float64", Lines: largeKeys},
		{Name: "key of 1e6 float64, Deep(6)", Lines: roundedKeys},
	}
}

func smallKeys(name string, rounds int) []measure.Line {
	k := measure.Must(keymap.New[workload.Simulation](&keymap.Options{Function: "simulation", Rounding: rounding.Deep(6)}))
	calls := workload.Simulations()
	goal := measure.Goal{Max: 60e-9, NoAllocs: true}
	rival := func(name string, key func(s *workload.Simulation)) measure.Rival {
		return measure.Rival{Name: name, Goal: goal, Do: func(n int) {
			for i := range n {
				key(&calls[i&(workload.Distinct-1)])
			}
		}}
	}
	return measure.Race{
		Name: name,
		Ours: func(n int) {
			for i := range n {
				measure.Must(k.Digest(&calls[i&(workload.Distinct-1)]))
			}
		},
		// The rivals make the bytes of a key, without rounding and digest; only
		// reflection does all that ours does.
		Rivals: []measure.Rival{
			rival("fmt.Sprintf", func(s *workload.Simulation) { _ = fmt.Sprintf("%v", *s) }),
			rival("encoding/json", func(s *workload.Simulation) { measure.Must(json.Marshal(s)) }),
			rival("encoding/gob", func(s *workload.Simulation) {
				var b bytes.Buffer
				measure.Must(0, gob.NewEncoder(&b).Encode(s))
			}),
			rival("reflection per call", func(s *workload.Simulation) { _ = reflected(s) }),
		},
	}.Run(rounds)
}

func largeKeys(name string, rounds int) []measure.Line {
	// Rounding off: a million floats are hashed as they are.
	return largeKey(name, rounds, rounding.None(), measure.Goal{Max: 1e-3, NoAllocs: true})
}

func roundedKeys(name string, rounds int) []measure.Line {
	return largeKey(name, rounds, rounding.Deep(6), measure.Goal{})
}

func largeKey(name string, rounds int, r rounding.Rounding, goal measure.Goal) []measure.Line {
	k := measure.Must(keymap.New[[]float64](&keymap.Options{Function: "simulation", Rounding: r}))
	grid := workload.Grid(1_000_000)
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&grid[0])), 8*len(grid))
	return measure.Race{
		Name: name,
		Ours: func(n int) {
			for range n {
				measure.Must(k.Digest(&grid))
			}
		},
		Rivals: []measure.Rival{{
			Name: "xxh3-128 of the bytes", // what no key can be faster than
			Goal: goal,
			Do: func(n int) {
				for range n {
					_ = xxh3.Hash128(raw)
				}
			},
		}},
	}.Run(rounds)
}
