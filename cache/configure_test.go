package cache_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/cache"
)

func TestValidateNamesTheValue(t *testing.T) {
	type options = cache.Options[int, int]
	for want, o := range map[string]*options{
		"MaxEntries is -1":   {MaxEntries: -1},
		"MaxBytes is -5":     {MaxBytes: -5},
		"Weigh is nil":       {MaxBytes: 5},
		"TTL is -1s":         {TTL: -time.Second},
		"IdleTTL is -1ns":    {IdleTTL: -1},
		"Policy is Policy(9": {Policy: 99},
		"Compat is Compat(7": {Compat: 7},
	} {
		_, err := cache.New(o)
		if !errors.Is(err, cache.ErrOptions) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestConfigure(t *testing.T) {
	type options = cache.Options[int, int]
	weigh := func(_, v int) int64 { return int64(v) }
	c := mustNew(t, &options{MaxEntries: 4, Weigh: weigh})
	for k := range 4 {
		c.Set(k, 10)
	}
	if err := c.Configure(func(o *options) { o.MaxBytes = 25 }); err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(c.Keys()); !slices.Equal(got, []int{2, 3}) || c.Bytes() != 20 {
		t.Fatal(got, c.Bytes())
	}
	for name, change := range map[string]func(*options){
		"Policy": func(o *options) { o.Policy = cache.LFU },
		"Seed":   func(o *options) { o.Seed = 1 },
		"Compat": func(o *options) { o.Compat = cache.Klepto },
		"Hash":   func(o *options) { o.Hash = func(int) uint64 { return 0 } },
		"Weigh":  func(o *options) { o.Weigh = func(int, int) int64 { return 0 } },
	} {
		err := c.Configure(func(o *options) { o.MaxEntries = 1; change(o) })
		if !errors.Is(err, cache.ErrOptions) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if o := c.Options(); o.MaxEntries != 4 || o.MaxBytes != 25 || c.Len() != 2 {
		t.Fatal("a refused change left traces")
	}
}

func TestConfigureMeetsItself(t *testing.T) {
	c := mustNew[int, int](t, nil)
	calls := 0
	err := c.Configure(func(o *cache.Options[int, int]) {
		if calls++; calls == 1 {
			if err := c.Resize(7); err != nil {
				t.Error(err)
			}
		}
		o.TTL = time.Hour
	})
	if o := c.Options(); err != nil || calls != 2 || o.MaxEntries != 7 || o.TTL != time.Hour {
		t.Fatal(err, calls, o.MaxEntries, o.TTL)
	}
}

func TestDefault(t *testing.T) {
	made := 0
	c := mustNew(t, &cache.Options[int, int]{Default: func(k int) (int, bool) { made++; return k * k, k < 10 }})
	for _, k := range []int{3, 3, 12, 12} {
		if v, _ := c.Get(k); v != k*k {
			t.Fatal(k, v)
		}
	}
	if made != 3 || c.Len() != 1 {
		t.Fatal(made, c.Len())
	}
	if v := c.GetOr(12, -1); v != -1 || c.GetOr(3, -1) != 9 {
		t.Fatal(v)
	}
	if v, existed := c.GetOrSet(12, func(int) int { return 7 }); v != 7 || existed {
		t.Fatal(v, existed)
	}
	if v, existed := c.GetOrSet(12, func(int) int { return 8 }); v != 7 || !existed {
		t.Fatal(v, existed)
	}
	if got := c.GetMany(3, 4, 12); !maps.Equal(got, map[int]int{3: 9, 12: 7}) {
		t.Fatal(got)
	}
	if s := c.Stats(); s.Hits != 5 || s.Misses != 6 {
		t.Fatalf("%+v", s)
	}
}

// A panic of the function that makes a value must leave the cache usable.
func TestPanicsOutsideTheLock(t *testing.T) {
	c := mustNew(t, &cache.Options[any, int]{Hash: func(any) uint64 { return 1 }})
	c.Set("k", 1)
	type pair struct {
		n int
		k [1]any
	}
	nested := mustNew(t, &cache.Options[pair, int]{Hash: func(k pair) uint64 { return uint64(k.n) }})
	for name, f := range map[string]func(){
		"maker": func() { c.GetOrSet("x", func(any) int { panic(1) }) },
		"match": func() { c.GetWhere(func(any) bool { panic(1) }) },
		"key":   func() { c.Get([]int{1}) },
		"field": func() { nested.Set(pair{k: [1]any{[]int{}}}, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error(name, "did not panic")
				}
			}()
			f()
		}()
		if v, ok := c.Get("k"); !ok || v != 1 {
			t.Error(name, v, ok)
		}
	}
}

func TestStatsPauseAndReset(t *testing.T) {
	for _, p := range []cache.Policy{cache.LRU, cache.FIFO} {
		c := mustNew(t, &cache.Options[int, int]{Policy: p, MaxEntries: 2})
		touch := func() {
			c.SetWith(1, 1, &cache.SetOptions{Cost: time.Second})
			c.Get(1)
			c.Get(9)
		}
		want := func(n uint64) {
			t.Helper()
			s := c.Stats()
			if s.Hits != n || s.Misses != n || s.Saved != time.Duration(n)*time.Second || s.Spent != s.Saved {
				t.Errorf("%v: want %d, got %+v", p, n, s)
			}
		}
		off := func(off bool) {
			t.Helper()
			if err := c.Configure(func(o *cache.Options[int, int]) { o.NoStats = off }); err != nil {
				t.Fatal(err)
			}
		}
		touch()
		want(1)
		c.PauseStats()
		touch()
		want(1)
		c.ResumeStats()
		touch()
		want(2)
		c.ResetStats()
		want(0)
		touch()
		off(true)
		touch()
		c.ResumeStats()
		touch()
		want(0)
		off(false)
		touch()
		want(1)
	}
}

func TestPolicyText(t *testing.T) {
	for _, p := range allPolicies {
		text, err := json.Marshal(p)
		var back cache.Policy
		if err != nil || json.Unmarshal(text, &back) != nil || back != p {
			t.Errorf("%v: %s %v", p, text, err)
		}
	}
	var p cache.Policy
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.TextVar(&p, "policy", cache.LRU, "")
	if err := fs.Parse([]string{"-policy", "sieve"}); err != nil || p != cache.SIEVE {
		t.Error(p, err)
	}
	if err := p.UnmarshalText([]byte("best")); !errors.Is(err, cache.ErrOptions) || p != cache.SIEVE {
		t.Error(p, err)
	}
}

func TestRandomIsSeeded(t *testing.T) {
	victims := func(seed uint64) (out []int) {
		c := mustNew(t, &cache.Options[int, int]{Policy: cache.RR, MaxEntries: 20, Seed: seed,
			OnDelete: func(k, _ int, _ cache.Cause) { out = append(out, k) }})
		for k := range 200 {
			c.Set(k, k)
		}
		return out
	}
	if a, b, c := victims(1), victims(1), victims(2); !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Fatal(a, b, c)
	}
}

func TestRestore(t *testing.T) {
	var m manual
	c := mustNew(t, &cache.Options[string, int]{TTL: 10, Clock: m.now, Weigh: func(string, int) int64 { return 8 }})
	c.Set("a", 1)
	c.SetWith("b", 2, &cache.SetOptions{TTL: cache.NoTTL, Cost: time.Second})
	m.at = 5
	c.Set("c", 3)
	c.Get("a")
	saved := slices.Collect(c.Entries())
	d := mustNew(t, &cache.Options[string, int]{TTL: time.Hour, Clock: m.now, Weigh: func(string, int) int64 { return 8 }})
	d.Restore(slices.Values(saved))
	if got := slices.Collect(d.Entries()); !slices.Equal(got, saved) {
		t.Fatalf("got  %+v\nwant %+v", got, saved)
	}
	d.Clear()
	m.at = 10
	d.Restore(slices.Values(saved))
	if got := slices.Collect(d.Keys()); !slices.Equal(got, []string{"b", "c"}) || d.Bytes() != 16 {
		t.Fatal(got, d.Bytes())
	}
}

func ExampleCache_Configure() {
	c, err := cache.New(&cache.Options[string, int]{MaxEntries: 100})
	if err != nil {
		panic(err)
	}
	c.SetMany(maps.All(map[string]int{"a": 1}), nil)
	err = c.Configure(func(o *cache.Options[string, int]) {
		o.MaxEntries = 10
		o.TTL = time.Minute
	})
	fmt.Println(c.Len(), c.Options().MaxEntries, err)
	// Output: 1 10 <nil>
}

func ExampleGlob() {
	c, err := cache.New[string, int](nil)
	if err != nil {
		panic(err)
	}
	for n, k := range []string{"run-1", "run-2", "test-1"} {
		c.Set(k, n)
	}
	fmt.Println(c.GetWhere(cache.Glob[string]("run-*")), c.DeleteWhere(cache.Glob[string]("*-1")))
	// Output: map[run-1:0 run-2:1] 2
}

func TestAddMany(t *testing.T) {
	c := mustNew[string, int](t, nil)
	c.Set("b", 1)
	if n := c.AddMany(maps.All(map[string]int{"a": 2, "b": 2, "c": 2}), nil); n != 2 {
		t.Fatal(n)
	}
	if got := slices.Sorted(c.Values()); !slices.Equal(got, []int{1, 2, 2}) {
		t.Fatal(got)
	}
}

func TestLoopsMayEnd(t *testing.T) {
	c := mustNew[int, int](t, nil)
	for k := range 10 {
		c.Set(k, k)
	}
	for k := range c.Keys() {
		if k == 3 {
			break
		}
	}
	for v := range c.Values() {
		if v == 3 {
			break
		}
	}
	for e := range c.Entries() {
		if e.Key == 3 {
			break
		}
	}
}

func TestNames(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"Klepto": cache.Klepto, "Cacheout": cache.Cacheout, "Exact": cache.Exact, "Compat(9)": cache.Compat(9),
		"SIZE": cache.TooBig, "Cause(99)": cache.Cause(99), "S3FIFO": cache.S3FIFO, "Policy(99)": cache.Policy(99),
	} {
		if got.String() != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if _, err := cache.Policy(99).MarshalText(); !errors.Is(err, cache.ErrOptions) {
		t.Error(err)
	}
}
