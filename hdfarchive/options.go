package hdfarchive

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
)

// Mode says how an archive is opened.
type Mode string

// The modes.
const (
	// Create opens an archive for reading and writing, and makes it where there
	// is none. It is the default.
	Create Mode = "create"
	// ReadWrite opens an archive that must exist.
	ReadWrite Mode = "rw"
	// Read opens an archive for reading. Any number of processes may do so at once.
	Read Mode = "r"
)

// Sync says what an entry has survived when Put returns.
type Sync string

// The settings.
const (
	// SyncNormal: entries survive the death of the process at any moment. A power
	// cut may take the newest of one file (hdf:), those since the last Sync at most,
	// and leaves the rest in order; of a folder (hdfdir:) it takes none. It is the
	// default.
	SyncNormal Sync = "normal"
	// SyncFull waits for the disk once for each group of entries: they survive a
	// power cut too.
	SyncFull Sync = "full"
	// SyncOff hands the entries to the operating system: they survive the death
	// of the process. A power cut may take what came after the last Sync, and for
	// one file all of it: what the system had written of it may not fit together.
	SyncOff Sync = "off"
)

// Compression says whether arrays and tables of 64 KiB and more are compressed.
// Chunks of them are, on all processors and beside what else the archive does, by
// HDF5's own filters gzip and shuffle, which every HDF5 program reads.
type Compression string

// The compressions.
const (
	// CompressNone stores arrays as they are, in one piece: the fastest, of which any
	// part is read at once. It is the default.
	CompressNone Compression = "none"
	// CompressGzip compresses, shuffled where a sample says that this is smaller.
	CompressGzip Compression = "gzip"
	// CompressAuto is CompressGzip where a sample says that it saves a tenth, and
	// CompressNone elsewhere.
	CompressAuto Compression = "auto"
)

// DefaultLevel is the level of gzip where Options do not name one.
const DefaultLevel = 4

// Options say how an archive is opened. Nil means the defaults.
type Options struct {
	Mode Mode // "": Create
	Sync Sync // "": SyncNormal
	// Wait is how long opening, reading and writing one file (hdf:) wait while
	// another process writes to it, before they are ErrLocked; 0 means 30 s. It is
	// longer than others write at a time. A folder (hdfdir:) knows no waiting.
	Wait time.Duration

	// How what is put from now on is stored; what is there stays as it is.
	Compress Compression // "": CompressNone
	Level    int         // of gzip, 1 (fast) to 9 (small); 0: DefaultLevel
	// Fletcher32 gives each chunk of large arrays a checksum, so that Slice finds
	// damage too. Get finds it in any case.
	Fletcher32 bool
	// NeXus adds the attributes by which viewers that know NeXus (silx view, NeXPy, h5web
	// in JupyterLab) plot an entry with arrays at once: the newest when they open the
	// file, and each other when it is selected. Axes with coordinates become those of the
	// plot. They take about a kilobyte an entry.
	NeXus bool
}

// Validate says what is wrong with the options.
func (o *Options) Validate() error {
	if o == nil {
		return nil
	}
	if modes := []Mode{"", Create, ReadWrite, Read}; !slices.Contains(modes, o.Mode) {
		return fmt.Errorf("%w: mode %q; it is one of %q", driver.ErrURL, o.Mode, modes[1:])
	}
	if syncs := []Sync{"", SyncNormal, SyncFull, SyncOff}; !slices.Contains(syncs, o.Sync) {
		return fmt.Errorf("%w: sync %q; it is one of %q", driver.ErrURL, o.Sync, syncs[1:])
	}
	if o.Wait < 0 {
		return fmt.Errorf("%w: wait %v; it is 0 or more", driver.ErrURL, o.Wait)
	}
	if all := []Compression{"", CompressNone, CompressGzip, CompressAuto}; !slices.Contains(all, o.Compress) {
		return fmt.Errorf("%w: compress %q; it is one of %q", driver.ErrURL, o.Compress, all[1:])
	}
	if o.Level < 0 || o.Level > 9 {
		return fmt.Errorf("%w: level %d; it is 1 to 9", driver.ErrURL, o.Level)
	}
	return nil
}

// defaultWait is that of Options.
const defaultWait = 30 * time.Second

// withDefaults returns the options with every field set.
func (o *Options) withDefaults() Options {
	var full Options
	if o != nil {
		full = *o
	}
	full.Mode = cmp.Or(full.Mode, Create)
	full.Sync = cmp.Or(full.Sync, SyncNormal)
	full.Wait = cmp.Or(full.Wait, defaultWait)
	full.Compress = cmp.Or(full.Compress, CompressNone)
	full.Level = cmp.Or(full.Level, DefaultLevel)
	return full
}
