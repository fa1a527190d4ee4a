// Package vectors is for tests: it reads what was recorded from Python's memoizers.
//
// # Semantics
//
// The recordings lie in the testdata folders of the packages whose tests they are; a
// file says in its fields where it comes from. A Case is bound as Python binds it, and
// its values become those of Go: a tuple an array, a list a slice of any.
//
// # Concurrency
//
// Functions are called from the goroutine of their test.
package vectors
