package flight

import (
	"context"
	"sync"
)

// node is a flight's place in the wait-for graph: an edge from a to b says that
// the computation of a waits for the result of b. Memoized functions that call
// one another may span groups, so there is one graph, with a lock of its own.
// It is touched only by nested flights: a call from outside a computation can't
// close a cycle.
type node struct {
	waitsFor map[*node]int // guarded by graph
}

var graph sync.Mutex

type nodeKey struct{}

// Outside returns a context with the values of ctx for work that ctx's
// computation does not wait for: it ends on its own, and waiting in it closes no
// cycle.
func Outside(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), nodeKey{}, nil)
}

// enter adds the edge from the computation that ctx belongs to, if any, to
// target. It reports false, and adds nothing, if that would close a cycle.
func enter(ctx context.Context, target *node) bool {
	from, ok := ctx.Value(nodeKey{}).(*node)
	if !ok {
		return true
	}
	graph.Lock()
	defer graph.Unlock()
	if target.reaches(from, map[*node]bool{}) {
		return false
	}
	if from.waitsFor == nil {
		from.waitsFor = make(map[*node]int)
	}
	from.waitsFor[target]++
	return true
}

// leave takes back what enter added.
func leave(ctx context.Context, target *node) {
	from, ok := ctx.Value(nodeKey{}).(*node)
	if !ok {
		return
	}
	graph.Lock()
	defer graph.Unlock()
	if from.waitsFor[target]--; from.waitsFor[target] == 0 {
		delete(from.waitsFor, target)
	}
}

// reaches reports whether n waits, directly or through others, for other.
// Nodes that were looked at are in seen: many paths may lead to one.
func (n *node) reaches(other *node, seen map[*node]bool) bool {
	if n == other {
		return true
	}
	seen[n] = true
	for next := range n.waitsFor {
		if !seen[next] && next.reaches(other, seen) {
			return true
		}
	}
	return false
}
