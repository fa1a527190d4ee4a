// Package benchmarks measures Klepto beside its peers. It is a module of its
// own, so that theirs never enter Klepto's.
//
// # Overview
//
// `make bench` runs cmd/rounding and cmd/targets, which print a line per promise:
// name, ours, reference, ratio, target, ok or MISS. cmd/policysim replays traces of
// sweeps, optimizers and samplers through every cache policy. `make bench-peers` puts
// Python's caches, as python/peers.py measures them, beside ours. The README has the
// latest tables and says how to read them.
//
// The tests here are those that need the peers' modules: they check that histories
// of concurrent calls of a cache are linearizable.
//
// # Semantics
//
// All of a line is measured in one interleaved run, and the fastest round counts:
// see package measure.
//
// # Concurrency
//
// One program at a time, or they disturb each other.
//
// # Numbers
//
// `make bench` takes some four minutes on two cores, most of it to fill caches with a million
// entries.
package benchmarks
