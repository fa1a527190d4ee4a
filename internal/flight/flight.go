package flight

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// ErrRecursive: a computation waits, directly or through others, for itself.
var ErrRecursive = errors.New("the computation waits for its own result: break the cycle, or call the function itself for the inner step")

// ErrGoexit: the computation ended its goroutine with runtime.Goexit.
var ErrGoexit = errors.New("the computation called runtime.Goexit and left no result")

// ErrImpatient: DoWithin waited as long as it was told to.
var ErrImpatient = errors.New("another caller's computation of this result takes too long")

// PanicError is what waiters panic with when the computation panicked.
type PanicError struct {
	Value any    // what the computation panicked with
	Stack []byte // of the computation's goroutine
}

// Error gives the panic value and the stack where it was raised.
func (p *PanicError) Error() string {
	return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the panic value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Group is a set of keys of which each is computed at most once at a time.
// The zero Group is ready for use.
type Group[K comparable, V any] struct {
	mu      sync.Mutex
	flights map[K]*flight[V]
}

type flight[V any] struct {
	node
	cancel  context.CancelCauseFunc
	waiters int // guarded by Group.mu

	done   chan struct{} // closed when the fields below are final
	value  V
	err    error
	panic  *PanicError
	goexit bool
}

var errAbandoned = errors.New("every caller that waited for this result has gone")

// Do returns the result of compute for key. If one is under way, it waits for
// that and shared is true. When ctx ends first, Do returns its cause.
func (g *Group[K, V]) Do(ctx context.Context, key K, compute func(context.Context) (V, error)) (value V, shared bool, err error) {
	return g.DoWithin(ctx, key, 0, compute)
}

// DoWithin is Do, but waits no longer than patience for a computation that was
// under way when it was called; then it returns ErrImpatient. Zero means any
// time.
func (g *Group[K, V]) DoWithin(ctx context.Context, key K, patience time.Duration, compute func(context.Context) (V, error)) (value V, shared bool, err error) {
	g.mu.Lock()
	f, shared := g.flights[key]
	if shared {
		if !enter(ctx, &f.node) {
			g.mu.Unlock()
			return value, true, ErrRecursive
		}
		f.waiters++
	} else {
		if g.flights == nil {
			g.flights = make(map[K]*flight[V])
		}
		f = &flight[V]{waiters: 1, done: make(chan struct{})}
		enter(ctx, &f.node)
		g.flights[key] = f
		inner := context.WithValue(context.WithoutCancel(ctx), nodeKey{}, &f.node)
		inner, f.cancel = context.WithCancelCause(inner)
		go g.run(inner, key, f, compute)
	}
	g.mu.Unlock()
	defer leave(ctx, &f.node)

	var impatient <-chan time.Time
	if shared && patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		impatient = timer.C
	}
	select {
	case <-f.done: // of several ready cases select takes any: a result comes first
	default:
		select {
		case <-f.done:
		case <-ctx.Done():
			g.abandon(key, f)
			return value, shared, context.Cause(ctx)
		case <-impatient:
			g.abandon(key, f)
			return value, shared, ErrImpatient
		}
	}
	switch {
	case f.panic != nil:
		panic(f.panic)
	case f.goexit && !shared:
		runtime.Goexit()
	case f.goexit:
		return value, shared, ErrGoexit
	}
	return f.value, shared, f.err
}

// Busy reports whether a computation for key has waiters.
func (g *Group[K, V]) Busy(key K) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, busy := g.flights[key]
	return busy
}

// Len returns the number of computations that still have waiters.
func (g *Group[K, V]) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.flights)
}

// abandon takes one waiter off f, and f off the group when it was the last.
func (g *Group[K, V]) abandon(key K, f *flight[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		g.forget(key, f)
		f.cancel(errAbandoned)
	}
}

// forget frees the key unless a newer flight has taken it. g.mu is held.
func (g *Group[K, V]) forget(key K, f *flight[V]) {
	if g.flights[key] == f {
		delete(g.flights, key)
	}
}

func (g *Group[K, V]) run(ctx context.Context, key K, f *flight[V], compute func(context.Context) (V, error)) {
	returned := false
	defer func() {
		if !returned {
			// recover gives nil for Goexit; a panic(nil) is a *runtime.PanicNilError.
			if v := recover(); v != nil {
				f.panic = &PanicError{Value: v, Stack: debug.Stack()}
				if p, ok := v.(*PanicError); ok { // a nested flight's: keep the innermost stack
					f.panic = p
				}
			} else {
				f.goexit = true
			}
		}
		g.mu.Lock()
		g.forget(key, f)
		g.mu.Unlock()
		f.cancel(nil)
		close(f.done)
	}()
	f.value, f.err = compute(ctx)
	returned = true
}
