package cache

import "fmt"

// Cause says why a value left the cache.
type Cause uint8

const (
	// Deleted: Delete, DeleteMany or DeleteWhere removed it.
	Deleted Cause = iota
	// Expired: its time to live or its idle time was over.
	Expired
	// Full: it was the victim that made room for another.
	Full
	// Popped: PopItem handed it out.
	Popped
	// Replaced: Set put another value under its key.
	Replaced
	// Cleared: Clear removed it.
	Cleared
	// TooBig: it weighs more than MaxBytes and was never stored.
	TooBig
	// Purged: Options.Purge emptied the cache when it overflowed.
	Purged
)

var causeNames = []string{"DELETE", "EXPIRED", "FULL", "POPITEM", "REPLACED", "CLEARED", "SIZE", "PURGED"}

// String returns the name of the cause; the first four are those of Python's
// cacheout.
func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return fmt.Sprintf("Cause(%d)", uint8(c))
}

// event is one call of a callback, to be made when no lock is held.
type event[K comparable, V any] struct {
	kind    eventKind
	cause   Cause
	existed bool
	key     K
	value   V
	old     V
}

type eventKind uint8

const (
	eventGet eventKind = iota
	eventSet
	eventDelete
)

// events holds callbacks that are due, in the order in which things happened.
// One goroutine at a time delivers them; an operation inside a callback, or in
// another goroutine meanwhile, leaves its events to that one. So callbacks never
// overlap, never run under a lock and may use the cache.
type events[K comparable, V any] struct {
	queue []event[K, V]
	busy  bool
}

func (c *Cache[K, V]) didGet(k K, v V, existed bool) {
	if c.o.OnGet != nil {
		c.events.queue = append(c.events.queue, event[K, V]{kind: eventGet, key: k, value: v, existed: existed})
	}
}

func (c *Cache[K, V]) didSet(k K, v, old V, existed bool) {
	if c.o.OnSet != nil {
		c.events.queue = append(c.events.queue, event[K, V]{kind: eventSet, key: k, value: v, old: old, existed: existed})
	}
}

func (c *Cache[K, V]) didDelete(k K, v V, cause Cause) {
	if c.o.OnDelete != nil {
		c.events.queue = append(c.events.queue, event[K, V]{kind: eventDelete, key: k, value: v, cause: cause})
	}
}

// unlock ends an operation that held the lock and delivers its events.
func (c *Cache[K, V]) unlock() {
	deliver := len(c.events.queue) > 0 && !c.events.busy
	if deliver {
		c.events.busy = true
	}
	c.gate.unlock()
	if deliver {
		c.deliver()
	}
}

// deliver calls the callbacks until none is due. When a callback panics, the rest
// stays due for the next operation and the panic goes on to the caller.
func (c *Cache[K, V]) deliver() {
	var due []event[K, V]
	var on Options[K, V]
	done := false
	defer func() {
		if !done {
			c.mu.Lock()
			c.events.queue = append(due, c.events.queue...)
			c.events.busy = false
			c.mu.Unlock()
		}
	}()
	for {
		c.mu.Lock()
		due, c.events.queue, on = c.events.queue, nil, c.o
		done = len(due) == 0
		c.events.busy = !done
		c.mu.Unlock()
		if done {
			return
		}
		for len(due) > 0 {
			e := due[0]
			due = due[1:]
			switch {
			case e.kind == eventGet && on.OnGet != nil:
				on.OnGet(e.key, e.value, e.existed)
			case e.kind == eventSet && on.OnSet != nil:
				on.OnSet(e.key, e.value, e.old, e.existed)
			case e.kind == eventDelete && on.OnDelete != nil:
				on.OnDelete(e.key, e.value, e.cause)
			}
		}
	}
}
