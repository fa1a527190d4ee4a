package cache_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/klepto-go/klepto/cache"
)

func mustNew[K comparable, V any](t testing.TB, o *cache.Options[K, V]) *cache.Cache[K, V] {
	t.Helper()
	c, err := cache.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func Example() {
	c, err := cache.New(&cache.Options[string, int]{MaxEntries: 2})
	if err != nil {
		panic(err)
	}
	c.Set("a", 1)
	c.Set("b", 2)
	c.Get("a")
	c.Set("c", 3) // b was used longest ago
	fmt.Println(slices.Collect(c.Keys()), c.Stats().HitRate())
	// Output: [a c] 1
}

func TestDefaults(t *testing.T) {
	c := mustNew[int, int](t, nil)
	for i := range 2 * cache.DefaultMaxEntries {
		c.Set(i, i)
		if want := min(i+1, cache.DefaultMaxEntries); c.Len() != want {
			t.Fatalf("Len is %d after %d keys, want %d", c.Len(), i+1, want)
		}
	}
	if s := c.Stats(); s.Evictions != cache.DefaultMaxEntries || s.Entries != cache.DefaultMaxEntries {
		t.Fatal(s)
	}
}

func TestNewRefusesBadBounds(t *testing.T) {
	for _, n := range []int{-1, math.MinInt, cache.MaxEntriesLimit + 1} {
		if _, err := cache.New(&cache.Options[int, int]{MaxEntries: n}); !errors.Is(err, cache.ErrOptions) {
			t.Errorf("MaxEntries %d: %v", n, err)
		}
	}
	c := mustNew[int, int](t, nil)
	if err := c.Resize(-3); !errors.Is(err, cache.ErrOptions) {
		t.Error(err)
	}
}

// A huge bound must not cost memory before there are entries.
func TestHugeBoundIsFree(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c := mustNew(t, &cache.Options[[16]byte, [64]byte]{MaxEntries: cache.MaxEntriesLimit})
	c.Set([16]byte{1}, [64]byte{2})
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16 {
		t.Fatalf("one entry under a huge bound allocated %d bytes", n)
	}
	if v, ok := c.Get([16]byte{1}); !ok || v[0] != 2 {
		t.Fatal(v, ok)
	}
}

// Values that left the cache must be free for the garbage collector.
func TestLeavingFreesTheValue(t *testing.T) {
	c := mustNew(t, &cache.Options[int, *[1 << 16]byte]{MaxEntries: 4})
	var mu sync.Mutex
	freed := map[int]bool{}
	put := func(k int) {
		v := new([1 << 16]byte)
		runtime.AddCleanup(v, func(k int) { mu.Lock(); freed[k] = true; mu.Unlock() }, k)
		c.Set(k, v)
	}
	for k := range 5 {
		put(k) // 0 is evicted by 4
	}
	c.Delete(1)
	c.Set(2, nil)
	for range 100 {
		runtime.GC()
		runtime.Gosched()
		mu.Lock()
		n := len(freed)
		mu.Unlock()
		if n == 3 {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if !maps.Equal(freed, map[int]bool{0: true, 1: true, 2: true}) {
		t.Fatal("freed", freed)
	}
	runtime.KeepAlive(c)
}

func TestLoopBodyMayUseTheCache(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 8})
	for i := range 8 {
		c.Set(i, i)
	}
	for k, v := range c.All() {
		c.Delete(k)
		c.Set(k+100, v)
		if k == 5 {
			break
		}
	}
	if got, want := slices.Collect(c.Keys()), []int{6, 7, 100, 101, 102, 103, 104, 105}; !slices.Equal(got, want) {
		t.Fatal(got, want)
	}
}

func TestResize(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 5})
	for i := range 5 {
		c.Set(i, i)
	}
	c.Get(0)
	err := c.Resize(2)
	if got := slices.Collect(c.Keys()); err != nil || !slices.Equal(got, []int{4, 0}) {
		t.Fatal(err, got)
	}
	if n := c.Stats().Evictions; n != 3 {
		t.Fatal(n)
	}
	if err := c.Resize(0); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		c.Set(i, i)
	}
	if c.Len() != cache.DefaultMaxEntries {
		t.Fatal(c.Len())
	}
}

// A NaN is never equal to itself: such entries cannot be found again, but they
// must be counted, listed and evicted like any other.
func TestNaNKeys(t *testing.T) {
	c := mustNew(t, &cache.Options[float64, int]{MaxEntries: 3})
	for i := range 100 {
		c.Set(math.NaN(), i)
		if c.Len() > 3 {
			t.Fatal(c.Len())
		}
	}
	for k, want := range map[float64]int{1: 1, 2: 2, 3: 3} {
		c.Set(k, want)
	}
	if c.Len() != 3 || !c.Has(1) || !c.Has(2) || !c.Has(3) {
		t.Fatal(maps.Collect(c.All()))
	}
}

// digest is a key that is its own hash, as the digests of calls are.
type digest [16]byte

func digestHash(d digest) uint64 { return binary.LittleEndian.Uint64(d[:8]) }

func digests(n int) []digest {
	r := rand.New(rand.NewPCG(7, 7))
	ks := make([]digest, n)
	for i := range ks {
		binary.LittleEndian.PutUint64(ks[i][:8], r.Uint64())
		binary.LittleEndian.PutUint64(ks[i][8:], r.Uint64())
	}
	return ks
}

func TestNoAllocations(t *testing.T) {
	ks := digests(200)
	for _, p := range allPolicies {
		for _, hash := range []func(digest) uint64{digestHash, nil} {
			c := mustNew(t, &cache.Options[digest, []float64]{Policy: p, MaxEntries: 100, Hash: hash})
			n := 0
			step := func() {
				k := ks[n%len(ks)]
				if _, ok := c.Get(k); !ok {
					c.SetWith(k, nil, &cache.SetOptions{Cost: 1})
				}
				c.Has(k)
				c.Peek(k)
				if n++; n%7 == 0 {
					c.Delete(k)
				}
			}
			for range 1000 {
				step()
			}
			if n := testing.AllocsPerRun(1000, step); n != 0 {
				t.Errorf("%v: %v allocations", p, n)
			}
		}
	}
}

// What an entry costs above key and value in a full cache.
func TestOverheadPerEntry(t *testing.T) {
	const n = 200_000
	ks := digests(n)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	c := mustNew(t, &cache.Options[digest, float64]{MaxEntries: n, Hash: digestHash})
	for _, k := range ks {
		c.Set(k, 1)
	}
	each := float64(heap()-before)/n - 24
	t.Logf("%.1f bytes above key and value", each)
	if each > 48 {
		t.Errorf("%.1f bytes above key and value, want at most 48", each)
	}
	runtime.KeepAlive(c)
	runtime.KeepAlive(ks)
}

// Clear homes, wrapped probes and shifted deletions: a hash with four values.
func TestCollidingHash(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 50, Hash: func(k int) uint64 { return uint64(k % 4) }})
	r := rand.New(rand.NewPCG(1, 2))
	model := map[int]int{}
	for i := range 20000 {
		k := r.IntN(50)
		if r.IntN(3) == 0 {
			_, had := model[k]
			delete(model, k)
			if c.Delete(k) != had {
				t.Fatal(i, k)
			}
		} else {
			model[k] = i
			c.Set(k, i)
		}
	}
	if got := maps.Collect(c.All()); !maps.Equal(got, model) {
		t.Fatal(got, model)
	}
	for k, v := range model {
		if got, ok := c.Peek(k); !ok || got != v {
			t.Fatal(k, v, got, ok)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	c := mustNew(t, &cache.Options[int, int]{MaxEntries: 5})
	const workers = 8
	calls := 1_000_000 / workers
	if testing.Short() || raceDetector {
		calls = 20_000
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range calls {
				k := r.IntN(20)
				if v, ok := c.Get(k); ok && v != k*k {
					t.Errorf("key %d has value %d", k, v)
				} else if !ok {
					c.Set(k, k*k)
				}
				if n := c.Len(); n > 5 {
					t.Errorf("%d entries", n)
				}
			}
		})
	}
	wg.Wait()
	if s := c.Stats(); s.Accesses() != uint64(workers*calls) {
		t.Fatalf("lost stats: %+v", s)
	}
}
