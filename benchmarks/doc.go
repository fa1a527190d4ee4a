// Package benchmarks measures Klepto beside its peers. It is a module of its
// own, so that theirs never enter Klepto's.
//
// `make bench` runs cmd/targets, which prints a line per target: name, ours,
// reference, ratio, target, ok or MISS. All of a line is measured in one
// interleaved run, and the minimum counts: machines are shared and noisy.
package benchmarks
