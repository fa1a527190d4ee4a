package hdfarchive

import (
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

// Options say how an archive is opened. Nil means the defaults.
type Options struct {
	Mode Mode // "": Create
	Sync Sync // "": SyncNormal
	// Wait is how long opening, reading and writing one file (hdf:) wait while
	// another process writes to it, before they are ErrLocked; 0 means 30 s. It is
	// longer than others write at a time. A folder (hdfdir:) knows no waiting.
	Wait time.Duration
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
	return nil
}

// defaultWait is that of Options.
const defaultWait = 30 * time.Second

// withDefaults returns the options with every field set.
func (o *Options) withDefaults() Options {
	full := Options{Mode: Create, Sync: SyncNormal, Wait: defaultWait}
	if o != nil && o.Mode != "" {
		full.Mode = o.Mode
	}
	if o != nil && o.Sync != "" {
		full.Sync = o.Sync
	}
	if o != nil && o.Wait != 0 {
		full.Wait = o.Wait
	}
	return full
}
