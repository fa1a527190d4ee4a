package h5

/*
#cgo CFLAGS: -D_FILE_OFFSET_BITS=64
#include "journal.h"
*/
import "C"

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// What a Journal can meet besides ErrLocked, fs.ErrPermission and the errors of the
// system (syscall.ENOSPC on a full disk). The text of the *Error says what to do.
var (
	// ErrBusy: other programs read the file, so that its journal could not be
	// emptied. Nothing is lost.
	ErrBusy = errors.New("in use by readers")
	// ErrForeign: another program changed the file after a crash, and the journal
	// does not fit any more. Neither was touched.
	ErrForeign = errors.New("changed by another program")
	// ErrJournal: the file beside the archive is not a journal, or of a newer version.
	ErrJournal = errors.New("unusable journal")
	// ErrPoisoned: an earlier commit failed; what was committed before is safe.
	ErrPoisoned = errors.New("closed to further commits")
)

// JournalSuffix ends the name of the journal, after that of the file.
const JournalSuffix = "-wal"

// JournalSync says what a commit outlives, besides the death of the process.
type JournalSync int

const (
	// JournalNormal: a power cut may take the newest commits, never consistency.
	JournalNormal JournalSync = C.JOURNAL_SYNC_NORMAL
	// JournalFull: a power cut takes nothing.
	JournalFull JournalSync = C.JOURNAL_SYNC_FULL
	// JournalOff: a power cut may spoil the file.
	JournalOff JournalSync = C.JOURNAL_SYNC_OFF
)

// JournalOptions are the settings of a Journal. Nil and zero fields mean the defaults.
type JournalOptions struct {
	Sync JournalSync // JournalNormal
	// Wait is how long opening for reading and closing wait for a lock on the file: 2 s.
	Wait time.Duration
	// Checkpoint is the size in bytes at which the journal is emptied into the file: 64 MiB.
	Checkpoint int64
	// Cache is how many bytes of committed pages stay in memory: 64 MiB. The others
	// are read from the journal.
	Cache int64
}

// JournalStats are counters since a file was opened, and its state.
type JournalStats struct {
	Commits     uint64
	Checkpoints uint64
	Deferred    uint64 // checkpoints put off because readers held the file
	Rewrites    uint64 // times a journal that readers held up was made smaller

	JournalBytes uint64 // size of the journal
	MemoryBytes  uint64 // pages in memory
	PendingPages uint64 // changed since the last commit
	Written      uint64 // bytes into the journal, in all
	Direct       uint64 // bytes straight into the file, in all
	Applied      uint64 // pages from the journal into the file, in all

	Replayed uint64 // commits found in a leftover journal
	Dropped  uint64 // bytes of its unfinished or damaged rest
	Poisoned bool
	Overlay  bool // a reader that looks through a journal
}

// Journal is the Backing that makes a file crash-safe: a redo journal beside it,
// which journal.h describes. A Journal serves one file at a time.
type Journal struct {
	options JournalOptions
	path    string
	serial  sync.Mutex // one commit at a time: their syncs hold no lock of the library
	handle  *C.journal // nil unless the file is open; the library's lock guards it
	write   bool
	parked  *C.journal // what the next open takes up again
	left    error
}

// NewJournal makes a Journal for one file.
func NewJournal(o *JournalOptions) *Journal {
	if o == nil {
		o = &JournalOptions{}
	}
	return &Journal{options: *o}
}

func (j *Journal) install(path string, fapl C.hid_t) error {
	j.path = path
	o := C.journal_options{
		sync:             C.int32_t(j.options.Sync),
		lock_ms:          C.int32_t(j.options.Wait.Milliseconds()),
		checkpoint_bytes: C.uint64_t(j.options.Checkpoint),
		cache_bytes:      C.uint64_t(j.options.Cache),
		resume:           j.parked,
	}
	return j.locked("open", func(f *C.journal_fault) C.int { return C.journal_install(fapl, &o, f) })
}

func (j *Journal) opened(f *File, write bool) error {
	j.write = write
	return j.locked("open", func(fault *C.journal_fault) C.int {
		if j.handle = C.journal_arm(f.id, fault); j.handle == nil {
			return -1
		}
		j.parked = nil
		return 0
	})
}

// commit holds the library's lock while it hands HDF5's caches to the journal, not
// while the disk works, so that readers of the same process go on.
func (j *Journal) commit(f *File, durable bool) error {
	j.serial.Lock()
	defer j.serial.Unlock()
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.id == 0 {
		return &Error{Op: "commit", Name: j.path, Err: ErrClosed}
	}
	if !f.write {
		return &Error{Op: "commit", Name: j.path, Err: ErrRefused, Text: "the file is open for reading"}
	}
	err := j.settle(func(fault *C.journal_fault) C.int { return C.journal_settle_bulk(j.handle, fault) })
	if err != nil {
		return err
	}
	err = j.locked("commit", func(fault *C.journal_fault) C.int { return C.journal_write(j.handle, fault) })
	if err != nil {
		return err
	}
	if durable || j.options.Sync == JournalFull {
		if err := j.settle(func(fault *C.journal_fault) C.int { return C.journal_settle(j.handle, fault) }); err != nil {
			return err
		}
	}
	// The commit stands even where the checkpoint fails: the next one says why it cannot.
	_ = j.locked("checkpoint", func(fault *C.journal_fault) C.int { return C.journal_relieve(j.handle, fault) })
	return nil
}

// settle runs a sync without the library's lock.
func (j *Journal) settle(sync func(*C.journal_fault) C.int) error {
	var fault C.journal_fault
	if sync(&fault) == 0 {
		return nil
	}
	lib.Lock()
	defer lib.Unlock()
	C.journal_poison(j.handle, &fault)
	return j.error("commit", &fault)
}

// closed tells why an open or a close failed, which HDF5 cannot say.
func (j *Journal) closed() error {
	lib.Lock()
	defer lib.Unlock()
	var fault C.journal_fault
	C.journal_take_fault(&fault)
	j.handle = nil
	err := j.error("journal", &fault)
	if errors.Is(err, ErrBusy) {
		j.left, err = err, nil
	}
	return err
}

// Left tells after a successful Close why the journal still lies beside the file:
// other programs were reading it. The next open takes care of it. Otherwise nil.
func (j *Journal) Left() error { return j.left }

// Checkpoint commits and empties the journal into the file, so that other programs
// that open it see everything. It waits for readers that hold the file, up to wait,
// and returns ErrBusy when they do not let go; the commit stands all the same.
func (j *Journal) Checkpoint(wait time.Duration) error {
	return j.armed("checkpoint", func(fault *C.journal_fault) C.int {
		return C.journal_checkpoint(j.handle, C.int(wait.Milliseconds()), fault)
	})
}

// Rollback drops everything since the last commit. HDF5 still remembers it, so the
// caller closes the file at once and opens it again.
func (j *Journal) Rollback() error {
	return j.armed("roll back", func(*C.journal_fault) C.int {
		C.journal_rollback(j.handle)
		return 0
	})
}

// Stats returns the counters of the open file.
func (j *Journal) Stats() (s JournalStats, err error) {
	err = j.following("count", func(*C.journal_fault) C.int {
		var c C.journal_stats
		C.journal_get_stats(j.handle, &c)
		s = journalStats(&c)
		return 0
	})
	return s, err
}

// RecoverJournal empties a leftover journal into its file, as every open for writing
// does. Without a journal it does nothing.
func RecoverJournal(path string) (JournalStats, error) {
	j := &Journal{path: path}
	var c C.journal_stats
	err := j.locked("recover", func(fault *C.journal_fault) C.int {
		return C.journal_recover(cstring(path), &c, fault)
	})
	return journalStats(&c), err
}

func journalStats(c *C.journal_stats) JournalStats {
	return JournalStats{
		Commits: uint64(c.commits), Checkpoints: uint64(c.checkpoints),
		Deferred: uint64(c.deferred), Rewrites: uint64(c.rewrites),
		JournalBytes: uint64(c.journal_bytes), MemoryBytes: uint64(c.memory_bytes), PendingPages: uint64(c.pending_pages),
		Written: uint64(c.written_bytes), Direct: uint64(c.direct_bytes), Applied: uint64(c.applied_pages),
		Replayed: uint64(c.replayed), Dropped: uint64(c.dropped_bytes),
		Poisoned: c.poisoned != 0, Overlay: c.overlay != 0,
	}
}

// armed runs one call on the handle of a file that is open for writing.
func (j *Journal) armed(op string, do func(*C.journal_fault) C.int) error {
	j.serial.Lock()
	defer j.serial.Unlock()
	return j.locked(op, func(fault *C.journal_fault) C.int {
		if j.handle == nil || !j.write {
			fault.code = closedFault
			return -1
		}
		return do(fault)
	})
}

// following runs one call on the handle of a file that is open for either.
func (j *Journal) following(op string, do func(*C.journal_fault) C.int) error {
	return j.locked(op, func(fault *C.journal_fault) C.int {
		if j.handle == nil {
			fault.code = closedFault
			return -1
		}
		return do(fault)
	})
}

// closedFault is the code of a call on a file that is not open, or not for writing.
const closedFault = -1

// locked runs one call under the library's lock.
func (j *Journal) locked(op string, do func(*C.journal_fault) C.int) error {
	lib.Lock()
	defer lib.Unlock()
	var fault C.journal_fault
	if do(&fault) == 0 {
		return nil
	}
	return j.error(op, &fault)
}

func (j *Journal) error(op string, fault *C.journal_fault) error {
	e := &Error{Op: op, Name: j.path, Text: C.GoString((*C.char)(unsafe.Pointer(&fault.text[0]))), Err: ErrLibrary}
	switch fault.code {
	case C.JOURNAL_OK:
		return nil
	case closedFault:
		e.Err = ErrClosed
	case C.JOURNAL_ELOCKED:
		e.Err = ErrLocked
	case C.JOURNAL_EBUSY:
		e.Err = ErrBusy
	case C.JOURNAL_EFOREIGN:
		e.Err = ErrForeign
	case C.JOURNAL_EDAMAGED:
		e.Err = ErrJournal
	case C.JOURNAL_EREADONLY:
		e.Err = fs.ErrPermission
	case C.JOURNAL_EPOISONED:
		e.Err = ErrPoisoned
	case C.JOURNAL_EIO, C.JOURNAL_ENOSPACE:
		if fault.os != 0 {
			e.Err = syscall.Errno(fault.os)
		}
	}
	return e
}
