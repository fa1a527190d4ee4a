// Package flight makes goroutines that want the same result share one
// computation.
//
// # Semantics
//
// A computation runs in a goroutine of its own, so that everyone who waits for
// it, the first caller included, keeps a deadline of their own. Its context
// carries the values of the first caller's context and ends only when the last
// waiter has gone; from then on the key is free, and a newcomer starts afresh
// instead of joining a computation that was told to stop.
//
// A panic reaches every waiter as a *PanicError with the stack of the
// computation. A computation that called runtime.Goexit ends its first caller
// the same way (so t.FailNow works) and gives the others ErrGoexit.
//
// A computation that asks, directly or through others, for the result it is
// itself computing would wait for ever: it gets ErrRecursive instead.
//
// # Concurrency
//
// All functions may be called concurrently. No lock is held while a
// computation runs.
package flight
