// Package klepto memoizes functions whose results are too dear to compute
// twice.
//
// # Overview
//
// Memoize wraps a function of one argument, commonly a struct whose fields are
// the parameters of a simulation, and gives a Memo. Its Call answers from
// memory, else from an archive on disk, else it computes, keeps the result in
// both, and answers:
//
//	memo, err := klepto.Memoize(simulate, &klepto.Options{
//		Name:     "simulate",
//		Version:  "1", // change it when simulate changes
//		Rounding: rounding.Significant(9),
//		Archive:  a, // archive.Open(ctx, "hdf:results.h5")
//	})
//	result, err := memo.Call(ctx, Params{F: 0.0367, K: 0.0649})
//
// Wrap is for functions as they are, of any arguments and results: it gives back a
// function of the same type, and a Control for the memo behind it. Wrap1 to Wrap4,
// and WrapPlain1 to WrapPlain4, are its faster forms for few arguments:
//
//	solve, control, err := klepto.Wrap(solve, &klepto.Options{Names: []string{"nu", "n"}})
//	u, err := solve(ctx, 0.01, 128)
//
// # Semantics
//
// Two calls are the same when their function name, version and arguments after
// rounding are: the key is made of these (package keymap). The function always
// gets the exact arguments of the call that computes.
//
// A result comes back bit for bit. Callers own what they get: results with
// slices, maps or pointers in them are copied, so that changing one changes
// neither the cache nor what others got.
//
// When Call returns a nil error, a computed result is in the archive, durable as
// the archive promises. When storing fails, Call returns the result together
// with a *NotStoredError, keeps the result in memory, and Sync and Close try to
// store it again. Errors of the function itself are returned as they are and not
// kept.
//
// Processes that share an archive share the work: where the archive has leases
// (hdf:, hdfdir:, and chains that end in one) one of them computes a result and the
// others wait for it, find it in the archive, and go on. A process that died is
// taken over; an error of the function reaches those who wait, in other processes as
// an *archive.OwnerError. Leases that fail are reported to Options.OnError and cost
// no more than a second computation. See Options.NoLease and WaitTimeout.
//
// With Options.Safe, trouble with keys or the archive never shows in a result:
// the function is called, the trouble is counted in Stats and given to
// Options.OnError.
//
// # Concurrency
//
// A Memo may be used by many goroutines. Calls with one key share one
// computation. Each caller's context is its own: a computation is told to stop,
// through its context, only when the last caller that waits for it has gone.
// The function, OnError and observers run outside all locks.
//
// # Numbers
//
// A hit in memory, with a key made of 8 floats, 2 ints and a string rounded by
// Deep(6), takes about 95 ns and allocates nothing, of which the key is two
// thirds: see BenchmarkHit. A wrapped function of two numbers takes as long with Wrap2, and
// some ten times as long, by reflection, with Wrap: see BenchmarkWrap.
package klepto
