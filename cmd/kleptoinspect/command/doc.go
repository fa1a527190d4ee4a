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
//	diff FIRST SECOND     entries that only one has, and results that differ
//	verify ARCHIVE        every entry against its sum
//	copy SOURCE DEST      entries into another archive, of any kind
//	merge DEST SOURCE...  several archives into one
//	rm ARCHIVE [ID]       deletes an entry, those that meet a condition, or the damaged ones
//	compact ARCHIVE       gives the room of deleted entries back to the disk
//	recover ARCHIVE       empties the journal that a killed program left into the file
//
// [Run] runs one of them and returns the exit code: 0, 1 for an error, 2 for a
// command line that cannot be understood, 3 for differences that diff has found.
//
// # Semantics
//
// Archives are opened for reading and their entries never changed, but by copy, merge and
// rm; compact and recover change how entries are kept, not what they are. What a killed
// program had committed to the journal beside an archive file is brought into the file by
// every command that opens it, recover or not. A damaged entry is reported and costs the exit code, and all others are shown. Text on a terminal is for
// people: ids and arguments are shortened to what tells them apart, times are ages,
// lines are cut to the width. Text anywhere else is whole: numbers read back
// exactly, but for statistics, which have six digits.
//
// # Values larger than memory
//
// Of values over 64 MiB show reads one array after the other in slabs, diff those that
// differ, and plot of an array of more than 16 million numbers every second one, or fourth
// or eighth…, which the picture says. --slice reads what it selects and no more. That goes
// for arrays that are the value or fields of structs; texts, and what is in lists, maps and
// tables, are read whole. What is read in parts is not checked against the entry's sum:
// verify does that.
//
// # Coordinates
//
// plot of one entry draws an array over the numbers of the members beside it that have the
// names of its axes, where those have one dimension and the right length, with their units;
// those that go to and fro only beneath curves. In HDF5 files of other programs they are
// the dimension scales.
//
// # HDF5 files of other programs
//
// info, ls, tree, show and plot take any HDF5 file, and instead of an id the path of an
// object in it; --hdf5 looks at an archive so. Links are shown and not followed, data in
// other files and filters from plugins are not read. Of datasets over 64 MiB show reads
// the ends; --slice chooses a part. The program kleptoinspect does this in a process of
// its own with limits of memory and time, because damaged files crash HDF5.
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
//	       apart), sum, verified (all of the value was read and has this sum), host, go, build,
//	       vcs, slice, members[]: MEMBER (of the slice), head[] (or values[]), more_members
//	tree   archive, functions[]: name, version, rounding, count, more,
//	       entries[]: ENTRY, members[]: MEMBER
//	plot   archive, kind, file, and
//	       kind curve, heatmap   id, function, args, member, slice ("" for all of it), units,
//	                             shape, axes[]: name, units, values[] (null: indices);
//	                             values[] in C order
//	       kind table            id, function, args, columns[]: member, units, values[]
//	       kind curves           function, x, z, units, curves[]: name, x[], values[]
//	       kind phasemap         function, x, y: name, values[]; z, units, values[] row by row of y
//	       kind montage          function, x, y, z, units, ids[] row by row of y
//	diff   same, different[]: ENTRY, differences[]; only_first[]: ENTRY, only_second[]: ENTRY
//	verify archive, entries, bytes, damaged[]: function, id, error
//	copy, merge
//	       archive, copied, same, conflicts
//	rm     archive, deleted[]
//	compact
//	       archive, before, after (bytes)
//	recover
//	       archive, commits, dropped_bytes, entries
//
//	ENTRY  id, digest, function, version, rounding, args{}, shape, go_type, bytes, seconds, created
//	MEMBER path ("" is the value itself), dtype, shape[], units, long_name, axes[],
//	       min, mean, max, nan, inf (null for scalars and what has no numbers, and in tree
//	       for arrays over 4 KiB, which it does not read)
//
// Of an HDF5 file of another program:
//
//	info   file, groups, datasets, types, links, attributes, damaged, bytes, stored, disk_bytes,
//	       more, largest[]: OBJECT
//	ls, tree
//	       file, more, objects[]: OBJECT
//	show   file, OBJECT, attrs[]: name, dtype, shape[], value, not_read; more_attrs,
//	       members[]: MEMBER, head[] (or values[]), more_members; where the ends were read
//	       path, dtype, head[], tail[]
//	plot   archive, path, and the fields of kind curve, heatmap or table
//
//	OBJECT path, kind; of links target, of a group met before same_as, of what is damaged error;
//	       of groups children, attributes; of others dtype, columns[], attributes; of datasets
//	       null, shape[], max_shape[], layout, chunk[], filters[], bytes, stored, not_read
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
// info and ls read only the index, tree and completion beside it arrays of up to 4 KiB;
// show and plot of one entry read one value, plot --x those it shows, one after the other.
// Of a value of 600 MiB tree takes 28 MiB of memory, show, verify and copy 45, plot 130.
package command
