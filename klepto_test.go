package klepto_test

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/cache"
	"github.com/klepto-go/klepto/internal/vectors"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/value"
)

// The file cache/testdata/klepto_traces.json was recorded from Python's klepto 0.2.9 by
// the project's reference vectors. hit, miss and load are its names for answers
// from memory, computations and answers from the archive.

type trace struct {
	ID      string
	Algo    string
	Safe    bool
	MaxSize *int
	Archive bool
	Purge   bool
	Preload []int `json:"preload_archive"`
	Tol     *int
	Note    string
	Steps   []traceStep
}

type traceStep struct {
	Op       string
	Arg      tagged
	Result   tagged
	Info     struct{ Hit, Miss, Load, MaxSize, Size int }
	Resident []float64
	Archived []float64
}

// tagged is a number as the vectors write it: {"i":"1"} or {"f":"0.5",...}.
type tagged struct{ I, F *string }

func (x tagged) float(t *testing.T) float64 {
	t.Helper()
	for _, s := range []*string{x.I, x.F} {
		if s != nil {
			v, err := strconv.ParseFloat(*s, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	return 0
}

func TestKleptoTraces(t *testing.T) {
	var file struct{ Traces []trace }
	vectors.Read(t, "cache/testdata/klepto_traces.json", &file)
	if len(file.Traces) < 60 {
		t.Fatalf("%d traces", len(file.Traces))
	}
	for _, tr := range file.Traces {
		t.Run(tr.ID, func(t *testing.T) { replayTrace(t, tr) })
	}
}

func timesTen(_ context.Context, x float64) (float64, error) { return 10 * x, nil }

func replayTrace(t *testing.T, tr trace) {
	o := klepto.Options{Name: "f", Compat: cache.Klepto, Safe: tr.Safe, Purge: tr.Purge, Seed: 1}
	policies := map[string]cache.Policy{"lru": cache.LRU, "lfu": cache.LFU, "mru": cache.MRU, "rr": cache.RR, "inf": cache.INF, "no": cache.NO}
	o.Policy = policies[tr.Algo]
	switch {
	case tr.MaxSize == nil && tr.Algo != "no":
		o.Policy = cache.INF
	case tr.MaxSize != nil && *tr.MaxSize == 0:
		o.Policy = cache.NO
	case tr.MaxSize != nil:
		o.MaxEntries = *tr.MaxSize
	}
	if tr.Tol != nil {
		o.Rounding = rounding.Simple(*tr.Tol)
	}
	var a *archive.Archive
	if tr.Archive {
		a = memory(t)
		o.Archive, o.WritePolicy = a, klepto.OnEvict
		for _, x := range tr.Preload {
			put := memoize(t, timesTen, klepto.Options{Archive: a})
			if _, err := put.Call(t.Context(), float64(x)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if tr.Purge && !tr.Archive {
		// klepto ignores it; here it is an error.
		if _, err := klepto.Memoize(timesTen, &o); err == nil || !strings.Contains(err.Error(), "Purge") {
			t.Errorf("Purge without an archive: %v", err)
		}
		return
	}
	// klepto does not hold the bound when it loads, and forgets what it loaded.
	loads := slices.ContainsFunc(tr.Steps, func(s traceStep) bool { return s.Op == "load" })
	exact := tr.Algo != "rr" && !loads
	m := memoize(t, timesTen, o)
	for i, s := range tr.Steps {
		switch s.Op {
		case "call":
			got, err := m.Call(t.Context(), s.Arg.float(t))
			if err != nil || got != s.Result.float(t) && exact {
				t.Fatalf("step %d: f(%v) = %v, %v; recorded %v", i, s.Arg.float(t), got, err, s.Result.float(t))
			}
		case "clear", "clear_keepstats":
			if err := m.Clear(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s.Op == "clear" {
				m.ResetStats()
			}
		case "load":
			if _, err := m.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
		case "dump":
			if _, err := m.Dump(t.Context()); err != nil {
				t.Fatal(err)
			}
		case "dump_key":
			if _, err := m.Dump(t.Context(), s.Arg.float(t)); err != nil {
				t.Fatal(err)
			}
		case "archived_off":
			m.SetArchive(nil)
		case "archived_on":
			m.SetArchive(a)
		default:
			t.Fatalf("unknown step %q", s.Op)
		}
		st := m.Stats()
		if o.Policy != cache.INF && o.Policy != cache.NO && st.Entries > o.MaxEntries {
			t.Errorf("step %d: %d entries in a cache of %d", i, st.Entries, o.MaxEntries)
		}
		if !exact {
			continue
		}
		if int(st.Hits) != s.Info.Hit || int(st.Computed) != s.Info.Miss || int(st.Archived+st.Shared) != s.Info.Load || st.Entries != s.Info.Size {
			t.Fatalf("step %d (%s %v): hit %d, miss %d, load %d, size %d; recorded %+v", i, s.Op, s.Arg.float(t), st.Hits, st.Computed, st.Archived+st.Shared, st.Entries, s.Info)
		}
		if s.Archived != nil && m.Archive() != nil {
			if got := archivedArguments(t, a); !slices.Equal(got, sorted(s.Archived)) {
				t.Fatalf("step %d (%s %v): archived %v, recorded %v", i, s.Op, s.Arg.float(t), got, s.Archived)
			}
		}
	}
}

func archivedArguments(t *testing.T, a *archive.Archive) []float64 {
	t.Helper()
	var got []float64
	for e, err := range a.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Call.Args[0].Value.(*value.Array).Data.([]float64)[0])
	}
	return sorted(got)
}

func sorted(x []float64) []float64 {
	x = slices.Clone(x)
	slices.SortFunc(x, cmp.Compare[float64])
	return x
}
