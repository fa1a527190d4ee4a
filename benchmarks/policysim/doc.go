// Package policysim replays traces of calls through the policies of package cache.
//
// # Overview
//
// Run replays a trace under every policy twice. With room for a tenth of the
// distinct results it counts hits. With room for a tenth of their bytes, where
// results differ in size and in what they cost to compute, it sums the seconds that
// hits save. Beside the policies stands what no policy can exceed.
//
// # Semantics
//
// A call that misses is computed and set, with its cost; the caches are those that
// programs use. Sizes and costs are log-normal: exp of a normal variable with a
// deviation of 1 for sizes and of 2 for costs, as runs of simulations have that take
// seconds here and hours there. They are drawn anew, from seeds 1 to Draws, for as
// many runs, of which the seconds are means: single runs vary by a tenth.
//
// The optimum of hits is exact: Belady's rule with the right not to keep a result.
// That of seconds is a bound, since the optimum is NP-hard to find where sizes
// differ: it fills the product of room and time with the intervals between two calls
// of one key that save most per byte and step (PFOO-L in Berger, Beckmann and
// Harchol-Balter, "Practical Bounds on Optimal Caching with Variable Object Sizes",
// SIGMETRICS 2018, with costs for weights). No policy saves more, none needs to be
// able to save as much.
//
// # Concurrency
//
// Everything here may be used from many goroutines. RunAll uses all processors.
//
// # Numbers
//
// All ten traces, under eleven policies and five draws, take some ten seconds.
package policysim
