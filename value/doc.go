// Package value holds what a memoized function returned as a tree of arrays,
// tables, structs, lists and maps, and converts Go values to it and back.
package value
