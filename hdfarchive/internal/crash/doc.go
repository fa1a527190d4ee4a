// Package crash tests that HDF5 files behind a redo journal survive whatever stops a
// program: kill -9, a power cut, a full or failing disk, other programs.
//
// # Overview
//
// testdata/worker.c writes to one file by a script that depends on the number of the
// step alone: new entries, overwrites in place and anew, deletes, packed rows, arrays
// of 1 and 16 MiB. So the state after any step is known, and a file that says which
// step it holds can be checked to the last bit, and for entries too many.
//
// The same is done to whole archives (archive_test.go): processes perform a script of puts,
// overwrites, deletes, rows and large arrays (script_test.go) on one file or one folder, one
// or three at a time. What a folder syncs and renames is traced by strace (folder_test.go): a
// power cut keeps of each folder's names what was synced, and of later changes any.
//
// testdata/shim.c stands between the worker and the system. It dies inside the n-th
// change, fills the disk, lets a sync fail, or writes a trace of all changes and
// syncs, from which a Trace computes what a disk may hold after a power cut at any
// moment.
//
// # Semantics
//
// After whatever happened, opening the file must lead to the state after exactly one
// commit: none older than the last acknowledged one, except that a power cut may take
// the newest commits where the journal's sync is not full.
//
// # Numbers
//
// go test runs a short form, about 30 s. go test -trials=2000 -timeout=3h runs 2,000
// kills, 2,000 crash points and 2,000 power cuts of each.
package crash
