package main

import (
	"container/list"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"unsafe"

	"github.com/Yiling-J/theine-go"
	"github.com/dgraph-io/ristretto/v2"
	"github.com/elastic/go-freelru"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/maypok86/otter/v2"
	phuslu "github.com/phuslu/lru"

	"github.com/klepto-go/klepto/benchmarks/measure"
	"github.com/klepto-go/klepto/cache"
)

type digest = [16]byte

func digests(n int) []digest {
	random := rand.New(rand.NewPCG(3, 4))
	all := make([]digest, n)
	for i := range all {
		binary.LittleEndian.PutUint64(all[i][:8], random.Uint64())
		binary.LittleEndian.PutUint64(all[i][8:], random.Uint64())
	}
	return all
}

func hash(d digest) uint64 { return binary.LittleEndian.Uint64(d[:]) }

// fill sets the keys in a shuffled order, so that the order of gets is not that of
// entries in memory.
func fill(keys []digest, set func(k *digest, i int)) {
	for i, at := range rand.New(rand.NewPCG(5, 6)).Perm(len(keys)) {
		set(&keys[at], i)
	}
}

// contender is a full cache.
type contender struct {
	// hits gets the keys from a position up to another, and counts those found. Each
	// contender has a loop of its own, so that none pays for an indirect call.
	hits  func(from, to int) int
	close func() // nil: nothing to close
}

// hashicorp is the contender that promises name.
const hashicorp = "golang-lru/v2"

// contenders are the caches that ours is measured beside. Each makes a cache for
// len(keys) entries, at its defaults, and fills it.
var contenders = []struct {
	name string
	make func(keys []digest) contender
}{
	{hashicorp, newHashicorp},
	{"otter/v2", newOtter},
	{"theine", newTheine},
	{"ristretto/v2", newRistretto},
	{"freelru, synced", newFreeLRU},
	{"phuslu/lru", newPhuslu},
	{"sync.Map, no bound", newSyncMap},
	{"map, mutex, list", newByHand},
}

func newOurs(p cache.Policy, keys []digest) contender {
	c := measure.Must(cache.New(&cache.Options[digest, int]{Policy: p, MaxEntries: len(keys), Hash: hash}))
	fill(keys, func(k *digest, i int) { c.Set(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.Get(k); ok {
				n++
			}
		}
		return n
	}}
}

func newHashicorp(keys []digest) contender {
	c := measure.Must(lru.New[digest, int](len(keys)))
	fill(keys, func(k *digest, i int) { c.Add(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.Get(k); ok {
				n++
			}
		}
		return n
	}}
}

func newOtter(keys []digest) contender {
	c := measure.Must(otter.New(&otter.Options[digest, int]{MaximumSize: len(keys)}))
	fill(keys, func(k *digest, i int) { c.Set(*k, i) })
	c.CleanUp()
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.GetIfPresent(k); ok {
				n++
			}
		}
		return n
	}, close: func() { c.StopAllGoroutines() }}
}

func newTheine(keys []digest) contender {
	c := measure.Must(theine.NewBuilder[digest, int](int64(len(keys))).Build())
	fill(keys, func(k *digest, i int) { c.Set(*k, i, 1) })
	c.Wait()
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.Get(k); ok {
				n++
			}
		}
		return n
	}, close: c.Close}
}

// newRistretto uses strings, which share the bytes of the keys: ristretto takes no
// arrays.
func newRistretto(keys []digest) contender {
	c := measure.Must(ristretto.NewCache(&ristretto.Config[string, int]{
		NumCounters:        10 * int64(len(keys)),
		MaxCost:            int64(len(keys)),
		BufferItems:        64,
		IgnoreInternalCost: true,
	}))
	text := func(k *digest) string { return unsafe.String(&k[0], len(k)) }
	fill(keys, func(k *digest, i int) {
		c.Set(text(k), i, 1)
		if i&1023 == 1023 {
			c.Wait() // it drops what comes faster than its buffer empties
		}
	})
	c.Wait()
	return contender{hits: func(from, to int) (n int) {
		for i := range keys[from:to] {
			if _, ok := c.Get(text(&keys[from+i])); ok {
				n++
			}
		}
		return n
	}, close: c.Close}
}

func newFreeLRU(keys []digest) contender {
	c := measure.Must(freelru.NewSynced[digest, int](uint32(len(keys)), func(d digest) uint32 { return uint32(hash(d)) }))
	fill(keys, func(k *digest, i int) { c.Add(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.Get(k); ok {
				n++
			}
		}
		return n
	}}
}

func newPhuslu(keys []digest) contender {
	c := phuslu.NewLRUCache[digest, int](len(keys))
	fill(keys, func(k *digest, i int) { c.Set(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.Get(k); ok {
				n++
			}
		}
		return n
	}}
}

func newSyncMap(keys []digest) contender {
	var m sync.Map
	fill(keys, func(k *digest, i int) { m.Store(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := m.Load(k); ok {
				n++
			}
		}
		return n
	}}
}

// byHand is the LRU that people write.
type byHand[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*list.Element
	order   list.List
	bound   int
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

func (h *byHand[K, V]) get(k K) (v V, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.entries[k]
	if !ok {
		return v, false
	}
	h.order.MoveToFront(e)
	return e.Value.(*pair[K, V]).value, true
}

func (h *byHand[K, V]) set(k K, v V) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.entries == nil {
		h.entries = map[K]*list.Element{}
	}
	if e, ok := h.entries[k]; ok {
		e.Value.(*pair[K, V]).value = v
		h.order.MoveToFront(e)
		return
	}
	if len(h.entries) == h.bound {
		delete(h.entries, h.order.Remove(h.order.Back()).(*pair[K, V]).key)
	}
	h.entries[k] = h.order.PushFront(&pair[K, V]{k, v})
}

func newByHand(keys []digest) contender {
	c := &byHand[digest, int]{bound: len(keys)}
	fill(keys, func(k *digest, i int) { c.set(*k, i) })
	return contender{hits: func(from, to int) (n int) {
		for _, k := range keys[from:to] {
			if _, ok := c.get(k); ok {
				n++
			}
		}
		return n
	}}
}
