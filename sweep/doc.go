// Package sweep calls a memoized function over a space of parameters, with
// workers, progress and resumption.
//
// # Overview
//
// A design says which points to compute. Grid makes the full grid of its axes,
// and Run calls a function at each point:
//
//	g := sweep.Grid(
//		sweep.Linspace("F", 0.02, 0.06, 41),
//		sweep.Linspace("k", 0.045, 0.065, 41),
//	)
//	err := sweep.Run(ctx, g, memo.Call, &sweep.Options{Workers: 8, Progress: os.Stderr})
//
// An axis sets the argument of its name: the field of the function's argument
// struct that bears it, or its klepto tag's name; "model.nu" sets a field of one that
// is a struct itself. Arguments without an axis have the value that Base gives, or
// their zero value, which Options.Complete makes an error. RunControl does the same
// with functions of several arguments, those that klepto.Wrap has wrapped.
//
// # Semantics
//
// Points are started in the order of the design. Where the function is a
// Memo.Call, a sweep that was stopped, by its context or by kill -9, is resumed
// by running it again: points that are in the archive are hits.
//
// An error at a point does not stop the others. Run returns all of them in one
// *Error, unless Options.MaxErrors ends it before. When ctx ends, Run starts no
// more points, waits for no computation that takes its time to stop, and
// returns an error that wraps ctx's.
//
// # Several processes
//
// A sweep is divided over processes by Options.Parts, one part each, which needs
// nothing between them but an archive that all may write to, such as hdfdir:, or one
// each. Or all processes run the whole design with Options.Scatter, on one archive
// with leases: whoever is free takes what nobody computes yet, so that slow machines
// and points hold up nobody, processes may come and go, and each ends when all points
// are there.
//
// # Concurrency
//
// The function is called by Options.Workers goroutines at once. Axes and
// designs are immutable.
package sweep
