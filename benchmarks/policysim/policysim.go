package policysim

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/klepto-go/klepto/benchmarks/trace"
	"github.com/klepto-go/klepto/cache"
)

// Share is the part of the distinct results, by number or bytes, that a cache has
// room for.
const Share = 0.1

// Draws is how often sizes and costs are drawn. The seconds that are saved are means
// over as many runs: a few results that are called often may turn out dear or cheap.
const Draws = 5

// Contender is a policy as it is simulated.
type Contender struct {
	Name   string
	Policy cache.Policy
	Compat cache.Compat
}

// Contenders are all policies that a bound means something to, and the LFU of
// Python's klepto, which drops a tenth of the cache at once.
var Contenders = []Contender{
	{Name: "LRU"},
	{Name: "MRU", Policy: cache.MRU},
	{Name: "LFU", Policy: cache.LFU},
	{Name: "LFU klepto", Policy: cache.LFU, Compat: cache.Klepto},
	{Name: "FIFO", Policy: cache.FIFO},
	{Name: "LIFO", Policy: cache.LIFO},
	{Name: "RR", Policy: cache.RR},
	{Name: "SIEVE", Policy: cache.SIEVE},
	{Name: "S3FIFO", Policy: cache.S3FIFO},
	{Name: "GDSF", Policy: cache.GDSF},
}

// Outcome is what came of one trace under one policy, or could have come at best.
type Outcome struct {
	Policy string  `json:"policy"`
	Hits   float64 `json:"hit_ratio"`     // of all calls, room for a tenth of the results
	Saved  float64 `json:"seconds_saved"` // of all seconds that the calls take without a cache, room for a tenth of the bytes
}

// Result is what came of one trace.
type Result struct {
	Trace    string    `json:"trace"`
	About    string    `json:"about"`
	Calls    int       `json:"calls"`
	Distinct int       `json:"distinct"`
	Policies []Outcome `json:"policies"`
	Optimum  Outcome   `json:"optimum"`
	Ceiling  Outcome   `json:"ceiling"` // with room for everything
}

// RunAll replays traces, as many at once as there are processors.
func RunAll(traces []trace.Trace) ([]Result, error) {
	results, failed := make([]Result, len(traces)), make([]error, len(traces))
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, t := range traces {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			results[i], failed[i] = Run(t)
		})
	}
	all.Wait()
	return results, errors.Join(failed...)
}

// Run replays a trace under all contenders.
func Run(t trace.Trace) (Result, error) {
	r := Result{Trace: t.Name, About: t.About, Calls: len(t.Calls), Distinct: t.Distinct}
	entries := max(1, int(Share*float64(t.Distinct)))
	var draws []weights
	for seed := range uint64(Draws) {
		draws = append(draws, weigh(t, seed+1))
	}
	saved := func(by func(w weights, room int64) (time.Duration, error)) (mean float64, err error) {
		for _, w := range draws {
			d, err := by(w, max(1, int64(Share*float64(w.bytes()))))
			if err != nil {
				return 0, err
			}
			mean += d.Seconds() / w.total(t.Calls).Seconds() / Draws
		}
		return mean, nil
	}
	simulated := func(c Contender) (o Outcome, err error) {
		hits, err := replay(t, &cache.Options[int32, struct{}]{Policy: c.Policy, Compat: c.Compat, MaxEntries: entries}, nil)
		if err != nil {
			return o, err
		}
		o = Outcome{Policy: c.Name, Hits: hits.HitRate()}
		o.Saved, err = saved(func(w weights, room int64) (time.Duration, error) {
			s, err := replay(t, &cache.Options[int32, struct{}]{
				Policy: c.Policy, Compat: c.Compat, MaxBytes: room,
				Weigh: func(k int32, _ struct{}) int64 { return w.size[k] },
			}, w.cost)
			return s.Saved, err
		})
		return o, err
	}
	for _, c := range Contenders {
		o, err := simulated(c)
		if err != nil {
			return Result{}, fmt.Errorf("%s: %s: %w", t.Name, c.Name, err)
		}
		r.Policies = append(r.Policies, o)
	}
	var err error
	if r.Ceiling, err = simulated(Contender{Name: "no bound", Policy: cache.INF}); err != nil {
		return Result{}, fmt.Errorf("%s: no bound: %w", t.Name, err)
	}
	r.Optimum = Outcome{Policy: "optimum", Hits: float64(MostHits(t.Calls, entries)) / float64(r.Calls)}
	r.Optimum.Saved, err = saved(func(w weights, room int64) (time.Duration, error) {
		return MostSaved(t.Calls, w.size, w.cost, room), nil
	})
	return r, err
}

// replay makes the calls of a trace. Costs are by key; nil means that they are not
// known.
func replay(t trace.Trace, o *cache.Options[int32, struct{}], cost []time.Duration) (cache.Stats, error) {
	o.Hash = func(k int32) uint64 { return uint64(k) }
	c, err := cache.New(o)
	if err != nil {
		return cache.Stats{}, err
	}
	var set cache.SetOptions
	for _, k := range t.Calls {
		if _, ok := c.Get(k); ok {
			continue
		}
		if cost != nil {
			set.Cost = cost[k]
		}
		c.SetWith(k, struct{}{}, &set)
	}
	return c.Stats(), nil
}

// weights are the bytes and the cost of each result.
type weights struct {
	size []int64
	cost []time.Duration
}

func weigh(t trace.Trace, seed uint64) weights {
	random := rand.New(rand.NewPCG(seed, 0))
	w := weights{make([]int64, t.Distinct), make([]time.Duration, t.Distinct)}
	for k := range t.Distinct {
		w.size[k] = int64(math.Ceil(100 * math.Exp(random.NormFloat64())))
		w.cost[k] = time.Duration(math.Exp(2*random.NormFloat64()) * float64(time.Second))
	}
	return w
}

func (w weights) bytes() (sum int64) {
	for _, n := range w.size {
		sum += n
	}
	return sum
}

func (w weights) total(calls []int32) (sum time.Duration) {
	for _, k := range calls {
		sum += w.cost[k]
	}
	return sum
}

// Mean returns the mean over traces of each policy, and of the optimum last.
func Mean(results []Result) []Outcome {
	var mean []Outcome
	for _, r := range results {
		all := append(r.Policies[:len(r.Policies):len(r.Policies)], r.Optimum)
		if mean == nil {
			mean = make([]Outcome, len(all))
		}
		for i, o := range all {
			mean[i].Policy = o.Policy
			mean[i].Hits += o.Hits / float64(len(results))
			mean[i].Saved += o.Saved / float64(len(results))
		}
	}
	return mean
}
