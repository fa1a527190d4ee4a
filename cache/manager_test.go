package cache_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/klepto-go/klepto/cache"
)

// The steps of testdata/cacheout_manager.json, in its order.
func TestManager(t *testing.T) {
	type options = cache.Options[string, int]
	m, err := cache.NewManager(map[string]*options{
		"a": {MaxEntries: 100}, "b": {MaxEntries: 200, TTL: 900 * time.Second}, "c": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) *cache.Cache[string, int] {
		c, ok := m.Cache(name)
		if !ok {
			t.Fatal("no cache", name)
		}
		return c
	}
	has := func(name string) bool { _, ok := m.Cache(name); return ok }
	sizes := func() (out []int) {
		for _, c := range m.All() {
			out = append(out, c.Len())
		}
		return out
	}
	a := at("a")
	steps := []func() any{
		func() any { return m.Names() },
		func() any { return has("a") },
		func() any { return has("z") },
		func() any { return has("z") },
		func() any { a.Set("k", 1); _, ok := at("b").Get("k"); return ok },
		func() any { o := at("b").Options(); return []any{o.MaxEntries, o.TTL.Seconds()} },
		func() any { return []any{cache.DefaultMaxEntries, at("c").Options().TTL.Seconds()} },
		func() any {
			if err := m.Configure("a", func(o *options) { o.TTL = 5 * time.Second }); err != nil || at("a") != a {
				t.Fatal(err)
			}
			o := a.Options()
			return []any{o.TTL.Seconds(), o.MaxEntries, a.Len()}
		},
		func() any {
			if err := m.Configure("d", func(o *options) { o.Policy, o.MaxEntries = cache.LRU, 2 }); err != nil {
				t.Fatal(err)
			}
			return at("d").Options().Policy.String() + "Cache"
		},
		func() any {
			err := m.Configure("d", func(o *options) { o.Policy = cache.LFU })
			return map[bool]any{true: "refused"}[errors.Is(err, cache.ErrOptions)]
		},
		func() any { m.Register("a", mustNew[string, int](t, nil)); return at("a").Len() },
		func() any { at("b").Set("x", 1); m.ClearAll(); return sizes() },
		func() any { return m.Names() },
		func() any {
			if err := m.Setup(map[string]*options{"q": nil}); err != nil {
				t.Fatal(err)
			}
			return m.Names()
		},
		func() any { return map[bool]any{true: "refused"}[m.Setup(map[string]*options{"q": {TTL: -1}}) != nil] },
		func() any {
			if err := m.Setup(nil); err != nil {
				t.Fatal(err)
			}
			return append([]string{}, m.Names()...)
		},
	}
	var file struct {
		Steps []struct {
			Op     string
			Result any
		}
	}
	load(t, "cacheout_manager.json", &file)
	if len(file.Steps) != len(steps) {
		t.Fatal(len(file.Steps), "steps recorded")
	}
	for n, s := range file.Steps {
		want := s.Result
		switch e, _ := want.(map[string]any); {
		case e["error"] == "KeyError" || want == nil:
			want = false // Go says with ok that there is nothing
		case e["error"] != nil:
			want = "refused"
		}
		if got := steps[n](); plain(t, got) != plain(t, want) {
			t.Errorf("step %d, %s: got %s, want %s", n, s.Op, plain(t, got), plain(t, want))
		}
	}
}

func TestManagerNamesTheCache(t *testing.T) {
	_, err := cache.NewManager(map[string]*cache.Options[int, int]{"fluxes": {MaxEntries: -2}})
	if want := `cache: bad option: MaxEntries is -2, want 0 (for 256) to 2147483645; for no bound use Policy INF, to keep nothing Policy NO (cache "fluxes")`; err == nil || err.Error() != want {
		t.Fatal(err)
	}
}

func ExampleManager() {
	m, err := cache.NewManager(map[string]*cache.Options[string, float64]{
		"fluxes": {MaxEntries: 1000},
		"limits": {Policy: cache.LFU, TTL: time.Hour},
	})
	if err != nil {
		panic(err)
	}
	fluxes, _ := m.Cache("fluxes")
	fluxes.Set("left", 0.5)
	if err := m.Configure("fluxes", func(o *cache.Options[string, float64]) { o.MaxEntries = 10 }); err != nil {
		panic(err)
	}
	fmt.Println(slices.Collect(fluxes.Keys()), m.Names())
	// Output: [left] [fluxes limits]
}
