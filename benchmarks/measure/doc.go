// Package measure times things beside each other and says whether a promise is
// kept.
//
// # Overview
//
// A Topic measures Lines: what Klepto took, what a rival took, and what was
// promised. Most come from a Race, which times all sides in turn, for many rounds.
// Main prints the lines of all topics as a table.
//
// # Semantics
//
// Of all rounds of a side the fastest counts: machines are shared, and what
// disturbs a measurement only ever makes it longer. A round is short, a
// millisecond, so that some rounds are not disturbed. The sides take turns, so
// that what slows the machine for a while slows all of them.
//
// The rounds of a race are spread over a second, and a topic whose promises are
// missed or only just kept is measured once more: what disturbs may last. The best of
// both times counts, for ours and for the rivals alike.
//
// A line without a promise has "–" for a verdict. MISS means that the promise is
// not kept on this machine, now.
//
// # Concurrency
//
// One measurement at a time.
//
// # Numbers
//
// The clock and the call through a function value cost less than 0.1 % of a round.
package measure
