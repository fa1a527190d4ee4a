package h5

/*
#include "journal.h"
*/
import "C"

// Turn makes it the turn of this process to write, until Yield; an open for writing
// has it from the beginning. ErrLocked says that it is another's: try again. stale
// says that others have written since: the file must be reopened (Park) before
// anything else is asked of it.
func (j *Journal) Turn() (stale bool, err error) {
	err = j.armed("wait for the turn", func(fault *C.journal_fault) C.int {
		var s C.int
		defer func() { stale = s != 0 }()
		return C.journal_take(j.handle, &s, fault)
	})
	return stale, err
}

// Yield gives the turn, or the wish for it, away. wanted tells that others wait for
// the turn, who should be left the time to take it.
func (j *Journal) Yield() (wanted bool) {
	lib.Lock()
	defer lib.Unlock()
	return j.handle != nil && j.write && C.journal_yield(j.handle) != 0
}

// Settle makes what was committed outlive a power cut. It needs no turn.
func (j *Journal) Settle() error {
	return j.armed("sync", func(fault *C.journal_fault) C.int { return C.journal_settle(j.handle, fault) })
}

// Ready tells whether the file may be read, whatever it is open for: no other process
// can change it under the reader, and with fresh, what others have written is in sight.
func (j *Journal) Ready(fresh bool) bool {
	lib.Lock()
	defer lib.Unlock()
	var f C.int
	if fresh {
		f = 1
	}
	return j.handle == nil || C.journal_ready(j.handle, f) != 0
}

// Share gets a shared lock on the file where Ready says no. ErrLocked means: try
// again in a moment, and after some moments with urgent set; fs.ErrNotExist, of a file
// that is open for reading: another one is at its path now. stale is that of Turn.
func (j *Journal) Share(urgent bool) (stale bool, err error) {
	err = j.following("lock", func(fault *C.journal_fault) C.int {
		var s, u C.int
		if urgent {
			u = 1
		}
		defer func() { stale = s != 0 }()
		return C.journal_share(j.handle, u, &s, fault)
	})
	return stale, err
}

// Rest gives the shared lock back, so that others may checkpoint. It is false where
// this process has made the newest commit, and keeps other programs from the file.
func (j *Journal) Rest() bool {
	lib.Lock()
	defer lib.Unlock()
	return j.handle == nil || C.journal_rest(j.handle) == 0
}

// Park makes the next Close keep the locks, and what is known of the journal, for
// the Open after it with the same Journal. What was not committed is dropped. Where
// that Open fails, Forget lets go of them.
func (j *Journal) Park() error {
	return j.following("park", func(*C.journal_fault) C.int {
		C.journal_park(j.handle)
		j.parked = j.handle
		return 0
	})
}

// Forget ends what was parked and not opened again.
func (j *Journal) Forget() {
	lib.Lock()
	defer lib.Unlock()
	if j.parked != nil {
		C.journal_forget(j.parked)
		j.parked = nil
	}
}
