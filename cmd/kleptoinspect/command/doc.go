// Package command is the program kleptoinspect without its main: one file per
// command, and the archives it reads are those whose packages the program
// imports.
//
// # Overview
//
//	info ARCHIVE          functions, entries, sizes, compute time
//	ls ARCHIVE            one line an entry, arguments as columns
//	show ARCHIVE [ID]     one entry: arguments, provenance, value with statistics
//	tree ARCHIVE          functions, entries and the members of each
//	plot ARCHIVE [ID]     one result, or a member of all over the arguments
//	recover ARCHIVE       empties the journal that a killed program left into the file
//
// [Run] runs one of them and returns the exit code: 0, 1 for an error, 2 for a
// command line that cannot be understood.
//
// # Semantics
//
// Archives are opened for reading and never changed, but for recover, which changes
// how a file keeps its entries, not what they are. A damaged entry is reported
// and costs the exit code, and all others are shown. Text on a terminal is for
// people: ids and arguments are shortened to what tells them apart, times are ages,
// lines are cut to the width. Text anywhere else is whole: numbers read back
// exactly, but for statistics, which have six digits.
//
// # JSON
//
// With --json every command writes one object. Fields keep their names and
// meanings; new ones may be added. Numbers are exact: integers as integers,
// floats with the digits that read back to the same float. What JSON has no
// number for is "NaN", "Infinity" or "-Infinity". Durations are seconds, times
// RFC 3339 in UTC, null where not known.
//
//	info   archive, entries, damaged, bytes, disk_bytes, seconds,
//	       functions[]: name, version, rounding, args[], entries, bytes, seconds, first, last
//	ls     archive, more (left out by --limit), damaged, entries[]: ENTRY
//	show   archive, ENTRY, rounded_args{} (null: the key is of a kind that can't be taken
//	       apart), sum, host, go, build, vcs, members[]: MEMBER, head[] (or values[]), more_members
//	tree   archive, functions[]: name, version, rounding, count, more,
//	       entries[]: ENTRY, members[]: MEMBER
//	plot   archive, kind, file, and
//	       kind curve, heatmap   id, function, args, member, units, shape, values[] in C order
//	       kind table            id, function, args, columns[]: member, units, values[]
//	       kind curves           function, x, z, units, curves[]: name, x[], values[]
//	       kind phasemap         function, x, y: name, values[]; z, units, values[] row by row of y
//	       kind montage          function, x, y, z, units, ids[] row by row of y
//	recover
//	       archive, commits, dropped_bytes, entries
//
//	ENTRY  id, digest, function, version, rounding, args{}, shape, go_type, bytes, seconds, created
//	MEMBER path ("" is the value itself), dtype, shape[], units, long_name, axes[],
//	       min, mean, max, nan, inf (null for scalars and what has no numbers)
//
// functions[] has an object for each function, version and rounding that entries
// have. Values of a phase map and ids of a montage are null at points without a result.
//
// # Concurrency
//
// Run may be called concurrently; each call opens its own archive.
//
// # Numbers
//
// info, ls and completion read only the index; show and plot of one entry read
// one value; tree and plot --x read the values they show, one after the other.
package command
