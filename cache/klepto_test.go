package cache_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/klepto-go/klepto/cache"
)

// The traces in testdata/klepto_traces.json were recorded from Python's klepto
// 0.2.9. Those that round, load, dump or switch archives need more than a cache;
// the rest is played on a cache alone, with a map that collects what leaves it for
// an archive.
func TestKleptoTraces(t *testing.T) {
	type number struct {
		I string
	}
	var file struct {
		Traces []struct {
			ID             string
			Algo           string
			MaxSize        *int
			Archive, Purge bool
			PreloadArchive []int `json:"preload_archive"`
			Tol            *int
			InvariantsOnly bool `json:"invariants_only"`
			Steps          []struct {
				Op                 string
				Arg, Result        number
				Info               struct{ Hit, Miss, Load, Size int }
				Resident, Archived []float64
			}
		}
	}
	load(t, "klepto_traces.json", &file)
	policies := map[string]cache.Policy{
		"no": cache.NO, "inf": cache.INF, "lfu": cache.LFU, "lru": cache.LRU, "mru": cache.MRU, "rr": cache.RR,
	}
	same := func(a []int, b []float64) bool {
		return slices.EqualFunc(a, b, func(a int, b float64) bool { return float64(a) == b })
	}
	played := 0
	for _, tr := range file.Traces {
		needsMore := tr.Tol != nil || tr.Algo == "no" && tr.Archive
		for _, s := range tr.Steps {
			needsMore = needsMore || s.Op != "call" && s.Op != "clear" && s.Op != "clear_keepstats"
		}
		if needsMore {
			continue
		}
		played++
		t.Run(tr.ID, func(t *testing.T) {
			archive := map[int]int{}
			for _, k := range tr.PreloadArchive {
				archive[k] = 10 * k
			}
			o := &cache.Options[int, int]{
				Policy: policies[tr.Algo], Compat: cache.Klepto, Purge: tr.Purge && tr.Archive,
				OnDelete: func(k, v int, cause cache.Cause) {
					if tr.Archive && (cause == cache.Full || cause == cache.Purged) {
						archive[k] = v
					}
				},
			}
			switch {
			case tr.MaxSize == nil && tr.Algo != "no":
				o.Policy = cache.INF
			case tr.MaxSize == nil || *tr.MaxSize == 0:
				o.Policy = cache.NO
			default:
				o.MaxEntries = *tr.MaxSize
			}
			c := mustNew(t, o)
			hit, miss, loads := 0, 0, 0
			for n, s := range tr.Steps {
				switch s.Op {
				case "call":
					x, err := strconv.Atoi(s.Arg.I)
					if err != nil {
						t.Fatal(err)
					}
					v, ok := c.Get(x)
					if ok {
						hit++
					} else if v, ok = archive[x]; ok {
						loads++
						c.Set(x, v)
					} else {
						miss++
						v = 10 * x
						c.Set(x, v)
					}
					if strconv.Itoa(v) != s.Result.I {
						t.Fatalf("step %d: f(%d) is %d", n, x, v)
					}
				case "clear":
					hit, miss, loads = 0, 0, 0
					c.Clear()
				case "clear_keepstats":
					c.Clear()
				}
				if o.MaxEntries > 0 && c.Len() > o.MaxEntries {
					t.Fatalf("step %d: %d entries", n, c.Len())
				}
				if tr.InvariantsOnly {
					continue // random victims
				}
				if hit != s.Info.Hit || miss != s.Info.Miss || loads != s.Info.Load || c.Len() != s.Info.Size {
					t.Fatalf("step %d: hit %d miss %d load %d size %d, want %+v", n, hit, miss, loads, c.Len(), s.Info)
				}
				if got := slices.Sorted(c.Keys()); !same(got, s.Resident) {
					t.Fatalf("step %d: resident %v, want %v", n, got, s.Resident)
				}
				if got := slices.Sorted(maps.Keys(archive)); tr.Archive && !same(got, s.Archived) {
					t.Fatalf("step %d: archived %v, want %v", n, got, s.Archived)
				}
			}
		})
	}
	if played < 40 {
		t.Fatal("only", played, "traces played")
	}
}
