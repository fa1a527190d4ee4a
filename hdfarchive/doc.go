// Package hdfarchive keeps archives as HDF5: in one file (hdf:) or as a folder of
// files (hdfdir:). Results are ordinary datasets, which h5py, pandas, h5dump, MATLAB
// or Julia read without this package.
//
// # Overview
//
//	import _ "github.com/klepto-go/klepto/hdfarchive"
//
//	a, err := archive.Open(ctx, "hdf:results.h5")        // or with options:
//	a, err := hdfarchive.Open("results.h5", &hdfarchive.Options{Mode: hdfarchive.Read})
//
// The parameters of a URL are those of Options: mode=create, rw or r, sync=normal, full or
// off, compress=none, gzip or auto, level=1 to 9, fletcher32=no or yes, nexus=no or yes,
// and for hdf: wait=30s.
//
// # The file
//
//	/                          attributes format="klepto-hdf5", format_version=1, creator
//	/<function>                group; attributes name, version, rounding, arguments, units
//	/<function>/packed/rows    a table of the entries whose value is small, see below
//	/<function>/packed/forms   what many of its rows have in common: JSON, one object a line
//	/<function>/entries/<id>   the value of any other entry; <id> is the key's name, the
//	                           digest in hex
//	/<function>/index          a table of those: id, the scalars among the arguments and in
//	                           structs ("Grid.NX"), version where there is one, created (ns
//	                           since 1970), seconds, bytes, shape
//	/<function>/catalog        what List reads of them, one record after another
//	/<function>/forms          what many records have in common, as in packed
//	/<function>/large/<id>     parts of an entry that no attribute can hold (over 32 KiB)
//	/<function>/damaged-<n>    what was set aside because HDF5 could not even delete it
//
// Beside it lie, as long as they are needed, a journal (results.h5-wal), leases
// (results.h5-lease-<hash>) and what Compact makes (.klepto-compact.results.h5); of a Compact
// that was killed that goes when the file is opened for writing again.
//
// In Python:
//
//	f = h5py.File("results.h5")
//	u = f["grayscott/entries/<id>/u"][:]
//	df = pandas.DataFrame(f["grayscott/index"][:])
//	df = pandas.DataFrame(f["energy/packed/rows"][:]) # arguments and results
//
// # Rows
//
// An entry is a row where its value is a number of any kind, a bool, time or duration,
// up to 4 of one in an array, or a struct of such; its arguments are such, arrays of up
// to 16, or texts of up to 32 bytes; and its key bears the name that package keymap
// gives it. It costs a thirtieth of the time of an object. The columns are
//
//	arguments, then results      by their names: F, p.x, u[0]; a lone result is value; where
//	                             a name is taken, arg_ or result_ stands before it
//	created, seconds, sum        as of every entry
//	key                          how the key ends; its beginning is in the form
//	form, check                  line of forms, and a checksum of both
//
// The first such entry of a function decides the columns. One with other columns, as
// after a change of the result's type, is an object; the dictionary is one. A row that
// is deleted takes the place of the last: the order of rows means nothing, and none is
// ever void. Rows are found by an index in memory, which the first access to the
// table makes by reading it, a second for two million rows. After another process has
// written, what it has appended is read (BenchmarkTurn), or all, where it has deleted a
// row: the attribute order of the table is another number then.
//
// # The folder
//
//	<root>/.klepto.json                      tells the archive from another folder
//	<root>/<function>/<id[0:2]>/<id>.h5      an entry: /value, with the attributes below
//	<root>/<function>/index.h5               index and catalog, made anew when stale
//	.klepto-tmp.<host>.<pid>.<n>             a file on its way; what a dead process left goes
//	                                         after 10 minutes, what any left after a day
//
// # The value
//
// A value is laid out by what it is:
//
//	number, N-d array of any width   dataset of that type, little-endian, C order
//	complex                          compound {r, i}, as h5py writes it
//	bool                             enumeration of a byte, FALSE=0, TRUE=1, as h5py writes it
//	time, duration                   int64 of nanoseconds, with units
//	string, array of strings         UTF-8 of variable length
//	a string with NUL or not UTF-8   opaque; an array with such: a group of bytes and ends
//	struct of scalars, none a text   compound
//	table ([]struct) without texts   compound with one dimension
//	other struct, table, map, list   group; members are called as fields, columns and keys, or 00, 01…
//	nil                              a dataset without data (H5S_NULL)
//
// Arrays and tables of 64 KiB and more lie in one piece, or where the options ask for
// it in chunks of up to 1 MiB, through HDF5's own filters shuffle, gzip and fletcher32.
//
// Axes that are named, as by the tag axes=y;x, are HDF5's dimension scales, as netCDF-4
// has them: xarray.open_dataset(path, group="flow/entries/<id>"), ncdump and h5py's dims
// know them. In a struct, a field that is called like the axis and has one element for
// each place along it holds the coordinates; without one there is a scale without data
// of that name (x), or where something else is called so, with the length behind it
// (x_7). Arrays that are no field have DIMENSION_LABELS. h5netcdf asks for
// phony_dims="sort" where other fields have axes without names. At a nil, such as a nil
// slice, it fails: with "sort" wherever in the file it is, with "access" where it is in
// the group itself. netCDF4 leaves a nil out, and both read what is only empty.
//
// With nexus=yes the groups have the attributes of NeXus besides: from the root, default
// leads to the newest entry with an array, whose signal and axes silx view, NeXPy and h5web
// plot. The signal is the first array of real numbers with most dimensions; axes without
// coordinates have none. When that entry is deleted nothing is plotted until the next Put.
//
// The object of a value has at most eight attributes, beside those of its axes: key
// (opaque), call (JSON text: function, version, rounding, args, and name and digest of
// the key where the id is not the digest), prov (JSON: created, seconds, host, go, build,
// vcs, shape, bytes), sum, go_type, units, long_name, and tree (JSON) where type and
// shape do not say all.
//
// Names that HDF5 or a file system cannot hold have the bytes in question as %XX; the
// empty name is a lone %. Names too long for a file end in %~ and a hash.
//
// # Streams
//
// A value larger than memory is written by archive.Create, slab by slab, and read by Slice.
// Arrays of which more than 8 MiB come lie in chunks, of 4 MiB or, through filters, of
// 1 MiB; smaller ones as ever. Rows wait in memory until whole chunks can be made of them:
// 8 MiB an array, and 64 MiB a stream, unless rows are larger.
//
// In one file each 32 MiB at most are a commit of their own, in a turn of their own, so
// that others go on meanwhile; what is written lies in the group .klepto-streams until
// Commit moves it to where it belongs. A stream has a lease (see below) as long as it goes
// on. What a process that died has left is removed by the next that opens the archive for
// writing, and its room is used again by that; Compact gives it back to the file system in
// any case. In a folder the entry is a file on its way until Commit, with a journal beside it.
//
// Compact is ErrLocked while a stream goes on. A big-endian machine, and a file system
// without hard links (for hdf:), have no streams.
//
// # Semantics
//
// Writes of goroutines that come while a commit is under way make up the next one.
// A commit goes into a redo journal beside the file (results.h5-wal) before any of
// it goes into the file, so that a process that is killed at any moment leaves the
// last commit, whole: the next open finds the journal and finishes what was begun. At
// rest, and after Close, there is one ordinary HDF5 file and no journal. Put returns
// when its commit is in the journal, with sync=full when the disk has it; what a power
// cut can take is said at Sync.
//
// A commit that fails, as on a full disk, stores nothing of what it was to, whatever
// it was to replace included; the file is opened again as it was, and the next Put
// goes on where there is room. Until the journal fits into the file, reading needs no
// room, opening for writing and closing do: the error is syscall.ENOSPC, and the
// journal stays. A folder stores of a PutMany what fits, and says how many.
//
// Do not move, copy or change a file that has a journal beside it without opening it
// once: a journal that does not fit its file any more is refused, and neither touched.
//
// Slice and archive.ReadInto read the elements that are selected and no more, of
// compressed arrays the chunks that have them. They are not held against the entry's
// sum, which is of all of it; fletcher32 gives each chunk a checksum of its own. A chunk
// is inflated to the size it declares and no further.
//
// An index that does not fit its entries (they count the links ever made) is made
// anew by a walk: when the archive is opened for writing, or in memory when it is
// opened for reading.
//
// Reading checks every length against the file before it allocates, and the heaps of
// strings before HDF5 trusts them. Links out of the file, external data, virtual
// datasets and plugins are refused. A damaged entry is ErrCorrupt; the next Put of
// its key stores it again.
//
// What cannot even be deleted is set aside in its function: damaged-<n>. An entry that went
// with it stays in listings, as ErrCorrupt, until it is stored again or deleted. Where not
// even its key is known, listings say how many there were, until the key "damaged", that of
// the error, is deleted or the archive compacted; Compact leaves damaged-<n> behind. A
// function whose own group is damaged gets another one, <function>%~1, until then.
//
// Of 5,000 damaged archives (bits flipped, blocks zeroed or misplaced, files cut off; make
// crash) none crashed HDF5, gave a wrong value or lacked an entry in a listing without an
// error. HDF5 opened 4,398 of them, the others were cut off or damaged at the root; all
// 10,645 entries stored into those, for such as were damaged and new ones, were accepted.
//
// # Concurrency
//
// Archives may be used by any number of goroutines; those of one file in one process
// share it. Any number of processes write to one archive at once, hdf: or hdfdir:, and
// none of them undoes what another did.
//
// For hdf: writers take turns, a group of Puts each, and every operation sees what
// was committed anywhere before it began; so PutIfAbsent stores once among all
// processes. A process that finds that others have written opens the file anew, which
// takes about a millisecond: many that write small entries all the time are better off
// with a hdfdir:. While another has its turn, operations wait, for Options.Wait at most
// and until their context ends, and are ErrLocked then; a process that dies gives its turn
// away, one that is stopped does not. The journal and the leases go by the name of the
// file itself, behind symbolic links; a file with hard links is only read.
//
// An archive opened with mode=r sees what was committed before each operation began,
// too; a listing goes on with what it began with. It needs no permission to write the
// file or its folder, and holds the file for a tenth of a second at a time, or as long
// as one operation takes, so that it keeps no journal from being emptied. Where another
// file takes the place of the one that it reads, as by Compact or a rename, it goes on
// with that; where the file is removed, with what it has.
//
// h5py sees what is in the file itself, without the journal, or is told that the file
// is locked while the journal is being emptied into it. That happens at 64 MiB and when
// a process closes the file that no other program reads just then; while h5py keeps the
// file open, the journal grows to at most about twice what has changed since. A program
// that opens the file for writing, as h5py with mode r+, has it alone, or finds it
// locked.
//
// The locks are those of flock, as HDF5 uses them. NFS has them from version 4 on (Linux
// turns them into its own), and what others have written may then be seen seconds
// later where nothing was locked for it; no update is lost. On a file system
// without locks use hdfdir:. What is opened with mode=r is read there all the same, and
// read again where its times have changed.
//
// # Leases
//
// A lease on an entry, the right to compute it, is a file named by a hash of the key:
// in <root>/.klepto-leases, or beside an archive in one file, as
// results.h5-lease-<hash>. Its owner holds a lock on it (flock) and writes to it
// every 2.5 s. A process that dies is taken over as soon as another looks, which is
// 50 times a second; one that was stopped, or whose machine is gone, after 20 s
// without a sign of life, by the clock of the file system. It stores nothing over
// what its successor stored. On NFS the locks work where the server has them, else,
// as on any file system without, the 20 s are what counts. Where there are no hard
// links, as on FAT, there are no leases, and everybody computes for itself. A lease
// costs some 75 µs (BenchmarkLease).
//
// # Numbers
//
// A 1 KiB entry costs about 0.1 ms beside the wait for the disk, in groups; a Put by
// itself takes some five times as long, a little more among 8,000 than among 1,000. A Get
// takes what HDF5 takes to read the dataset and its attributes. An entry costs 800 bytes
// beside its data: 330 are HDF5's own, 280 the texts of its attributes, 90 the index and
// 60 the catalog. A row costs some 5 µs in a batch, and 30 bytes beside arguments and result,
// and what its arguments take in the key once more (46 in all for two floats). A row is
// read in 20 µs, and a million are listed in a second (BenchmarkRows), of datasets in a
// second or a little more, with 100 MB of memory for a catalog of 60.
//
// An array of 64 MiB takes three quarters of what plain HDF5 takes that waits for the disk
// too, because the disk begins while it is handed over. Where neither waits it takes 1.0 to
// 1.3 times as long: the checksum is computed meanwhile, and wants a processor and a share of
// the memory's speed. From one file it is read by two threads, in 0.6 to 0.8 of HDF5's time.
// Compressed arrays are read on all processors, in half of HDF5's time on two. A slice of
// 1 KiB takes some 40 µs, the first of an entry more (command benchmarks/cmd/hdf5).
package hdfarchive
