package benchmarks_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/klepto-go/klepto/cache"
)

var histories = flag.Int("histories", 25, "check so `many` histories of each kind")

// TestExactPolicies finds, for histories of concurrent Gets, Sets and Deletes on a
// full cache, an order of one call after another in which a plain list makes the
// same answers: the cache evicts exactly, also under concurrency.
func TestExactPolicies(t *testing.T) {
	const keys, bound = 5, 3
	for _, p := range []cache.Policy{cache.LRU, cache.MRU, cache.FIFO, cache.LIFO} {
		t.Run(p.String(), func(t *testing.T) {
			for seed := range *histories {
				check(t, listModel(p, bound), record(t, seed, 3, 25, keys, &cache.Options[int, int]{Policy: p, MaxEntries: bound}))
			}
		})
	}
}

// TestRegisters checks that each key of an unbounded cache is a register, under
// every policy, and so through both ways into the lock.
func TestRegisters(t *testing.T) {
	const keys = 3
	for p := range cache.GDSF + 1 {
		if p == cache.NO {
			continue
		}
		t.Run(p.String(), func(t *testing.T) {
			for seed := range *histories {
				check(t, registerModel(false), record(t, seed, 4, 150, keys, &cache.Options[int, int]{Policy: p, MaxEntries: 2 * keys, IdleTTL: idle(seed)}))
			}
		})
	}
}

// TestEvictingRegisters checks that a key of a full cache holds the value set last or
// none: what was evicted, replaced or deleted never comes back.
func TestEvictingRegisters(t *testing.T) {
	const keys, bound = 6, 3
	for p := range cache.GDSF + 1 {
		t.Run(p.String(), func(t *testing.T) {
			for seed := range *histories {
				check(t, registerModel(true), record(t, seed, 4, 150, keys, &cache.Options[int, int]{Policy: p, MaxEntries: bound, IdleTTL: idle(seed)}))
			}
		})
	}
}

// TestModelsRefuse shows that the check can fail.
func TestModelsRefuse(t *testing.T) {
	get := func(at int64, k, v int) porcupine.Operation {
		return porcupine.Operation{Input: input{get, k, 0}, Output: output{v, v != 0}, Call: at, Return: at}
	}
	set := func(at int64, k, v int) porcupine.Operation {
		return porcupine.Operation{Input: input{set, k, v}, Output: output{}, Call: at, Return: at}
	}
	for name, test := range map[string]struct {
		model   porcupine.Model
		history []porcupine.Operation
		want    bool
	}{
		"LRU keeps what was got":    {listModel(cache.LRU, 2), []porcupine.Operation{set(1, 1, 10), set(2, 2, 20), get(3, 1, 10), set(4, 3, 30), get(5, 1, 10), get(6, 2, 0)}, true},
		"FIFO does not":             {listModel(cache.FIFO, 2), []porcupine.Operation{set(1, 1, 10), set(2, 2, 20), get(3, 1, 10), set(4, 3, 30), get(5, 1, 10)}, false},
		"a key is not lost":         {registerModel(false), []porcupine.Operation{set(1, 1, 10), get(2, 1, 0)}, false},
		"but may be evicted":        {registerModel(true), []porcupine.Operation{set(1, 1, 10), get(2, 1, 0)}, true},
		"what is gone stays gone":   {registerModel(true), []porcupine.Operation{set(1, 1, 10), get(2, 1, 0), get(3, 1, 10)}, false},
		"the value is the last one": {registerModel(true), []porcupine.Operation{set(1, 1, 10), set(2, 1, 11), get(3, 1, 10)}, false},
	} {
		if got := porcupine.CheckOperations(test.model, test.history); got != test.want {
			t.Errorf("%s: the check says %v", name, got)
		}
	}
}

// idle is no time to live, or one that never ends but makes every call look at the
// clock.
func idle(seed int) time.Duration {
	if seed%2 == 0 {
		return 0
	}
	return time.Hour
}

type method uint8

const (
	get method = iota
	set
	remove
)

type input struct {
	method     method
	key, value int
}

type output struct {
	value int
	ok    bool
}

func check(t *testing.T, model porcupine.Model, history []porcupine.Operation) {
	t.Helper()
	switch porcupine.CheckOperationsTimeout(model, history, time.Minute) {
	case porcupine.Illegal:
		for _, o := range history {
			t.Logf("%d: %v → %v from %d to %d", o.ClientId, o.Input, o.Output, o.Call, o.Return)
		}
		t.Fatal("not linearizable")
	case porcupine.Unknown:
		t.Log("no answer within a minute")
	}
}

// record makes calls on several goroutines and returns what they were and answered.
// Values are unique, so that each answer has one origin. Times are ticks of one
// counter: they order calls as they happened.
func record(t *testing.T, seed, clients, calls, keys int, o *cache.Options[int, int]) []porcupine.Operation {
	t.Helper()
	c, err := cache.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var ticks atomic.Int64
	var start, done sync.WaitGroup
	parts := make([][]porcupine.Operation, clients)
	start.Add(1)
	for client := range clients {
		done.Go(func() {
			random := rand.New(rand.NewPCG(uint64(seed), uint64(client)))
			start.Wait()
			for i := range calls {
				in := input{method(min(random.IntN(8)/3, 2)), random.IntN(keys), 0} // 3 gets, 3 sets, 2 deletes
				if in.method == set {
					in.value = 1 + client*calls + i
				}
				op := porcupine.Operation{ClientId: client, Input: in, Call: ticks.Add(1)}
				var out output
				switch in.method {
				case get:
					out.value, out.ok = c.Get(in.key)
				case set:
					c.Set(in.key, in.value)
				case remove:
					out.ok = c.Delete(in.key)
				}
				op.Output, op.Return = out, ticks.Add(1)
				parts[client] = append(parts[client], op)
				if random.IntN(4) == 0 {
					runtime.Gosched() // so that few processors mix the calls too
				}
			}
		})
	}
	start.Done()
	done.Wait()
	return slices.Concat(parts...)
}

// registerModel is a value per key, or none. A key may lose its value at any time
// where the cache evicts; that it did is known when a call finds it so.
func registerModel(evicts bool) porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byKey := map[int][]porcupine.Operation{}
			for _, o := range history {
				k := o.Input.(input).key
				byKey[k] = append(byKey[k], o)
			}
			var parts [][]porcupine.Operation
			for _, part := range byKey {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return output{} },
		Step: func(state, in, out any) (bool, any) {
			held, result := state.(output), out.(output)
			switch in := in.(input); in.method {
			case set:
				return true, output{in.value, true}
			case remove:
				return result.ok == held.ok || evicts && held.ok, output{}
			default:
				if !result.ok && evicts {
					return true, output{}
				}
				return result == held, held
			}
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, out) },
	}
}

// listModel is a cache as a list of entries, the newest last.
func listModel(p cache.Policy, bound int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return []input(nil) },
		Step: func(state, in, out any) (bool, any) {
			list, result := state.([]input), out.(output)
			call := in.(input)
			at := slices.IndexFunc(list, func(e input) bool { return e.key == call.key })
			var held input
			if at >= 0 {
				held = list[at]
			}
			renewed := append(slices.Concat(list[:max(at, 0)], list[at+1:]), held) // a copy: states are shared
			switch {
			case call.method == remove && at < 0, call.method == get && at < 0:
				return !result.ok, list
			case call.method == remove:
				return result.ok, renewed[:len(renewed)-1]
			case call.method == get:
				if p == cache.LRU || p == cache.MRU {
					list = renewed
				}
				return result == output{held.value, true}, list
			case at < 0 && len(list) == bound:
				victim := 0
				if p == cache.MRU || p == cache.LIFO {
					victim = bound - 1
				}
				renewed = slices.Concat(list[:victim], list[victim+1:], []input{{}})
			}
			renewed[len(renewed)-1] = call
			return true, renewed
		},
		Equal:             func(a, b any) bool { return slices.Equal(a.([]input), b.([]input)) },
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, out) },
	}
}
