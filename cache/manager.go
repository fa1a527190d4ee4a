package cache

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Manager holds caches of one type by name. Safe for use by many goroutines. Use
// [NewManager].
type Manager[K comparable, V any] struct {
	mu     sync.RWMutex
	names  []string // in the order of registration
	caches map[string]*Cache[K, V]
}

// NewManager returns a manager with one new cache for each name, in the order of
// the names; nil options mean all defaults. The error is [ErrOptions] and names
// the cache.
func NewManager[K comparable, V any](setup map[string]*Options[K, V]) (*Manager[K, V], error) {
	m := &Manager[K, V]{}
	if err := m.Setup(setup); err != nil {
		return nil, err
	}
	return m, nil
}

// Setup forgets all caches and makes new ones as NewManager does. On an error
// nothing has changed.
func (m *Manager[K, V]) Setup(setup map[string]*Options[K, V]) error {
	names := slices.Sorted(maps.Keys(setup))
	caches := make(map[string]*Cache[K, V], len(names))
	for _, name := range names {
		c, err := New(setup[name])
		if err != nil {
			return fmt.Errorf("%w (cache %q)", err, name)
		}
		caches[name] = c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names, m.caches = names, caches
	return nil
}

// Configure changes the options of the cache with this name, which keeps its
// entries, as [Cache.Configure] does; where there is none it makes one from the
// defaults and the change.
func (m *Manager[K, V]) Configure(name string, change func(*Options[K, V])) error {
	c, ok := m.Cache(name)
	if !ok {
		var o Options[K, V]
		change(&o)
		made, err := New(&o)
		if err != nil {
			return fmt.Errorf("%w (cache %q)", err, name)
		}
		if c, ok = m.adopt(name, made); !ok {
			return nil
		}
	}
	if err := c.Configure(change); err != nil {
		return fmt.Errorf("%w (cache %q)", err, name)
	}
	return nil
}

// adopt registers a cache under a free name, or returns the one that has it.
func (m *Manager[K, V]) adopt(name string, c *Cache[K, V]) (old *Cache[K, V], taken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, taken = m.caches[name]; !taken {
		m.register(name, c)
	}
	return old, taken
}

// Register puts a cache under a name, in place of the one that had it.
func (m *Manager[K, V]) Register(name string, c *Cache[K, V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.register(name, c)
}

func (m *Manager[K, V]) register(name string, c *Cache[K, V]) {
	if _, ok := m.caches[name]; !ok {
		m.names = append(m.names, name)
	}
	m.caches[name] = c
}

// Cache returns the cache with this name.
func (m *Manager[K, V]) Cache(name string) (*Cache[K, V], bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, ok := m.caches[name]
	return c, ok
}

// Names returns the names in the order in which they were registered.
func (m *Manager[K, V]) Names() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Clone(m.names)
}

// All iterates over names and caches in the order of registration. It walks a
// snapshot, so the body may use the manager.
func (m *Manager[K, V]) All() iter.Seq2[string, *Cache[K, V]] {
	return func(yield func(string, *Cache[K, V]) bool) {
		m.mu.RLock()
		names, caches := slices.Clone(m.names), maps.Clone(m.caches)
		m.mu.RUnlock()
		for _, name := range names {
			if !yield(name, caches[name]) {
				return
			}
		}
	}
}

// ClearAll clears every cache.
func (m *Manager[K, V]) ClearAll() {
	for _, c := range m.All() {
		c.Clear()
	}
}
