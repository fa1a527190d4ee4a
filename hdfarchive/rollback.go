package hdfarchive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// rollBack takes back what a batch did by halves, because of err: HDF5 remembers
// it, so the file is closed and opened again as the last commit left it. Where it
// cannot be opened for writing (a full disk has no room to empty the journal), it
// is opened for reading, and each later batch tries anew.
func (s *store) rollBack(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil || !s.file.Writable() {
		return err // revive has failed
	}
	if stats, e := s.journal.Stats(); e == nil && stats.Poisoned {
		err = s.file.Commit(false) // nothing is written any more; it says why
	}
	err = commitError(s.path, err)
	if e := s.journal.Rollback(); e != nil {
		return errors.Join(err, e)
	}
	_ = s.shut()   // complains of what err says
	_ = s.revive() // keeps its error in s.lost, for the next batch
	return err
}

// revive opens the file for writing where a batch failed before. s.mu is held for
// writing.
func (s *store) revive() error {
	if s.file != nil && s.file.Writable() {
		return nil
	}
	if s.file != nil {
		if err := s.shut(); err != nil {
			return err
		}
	}
	if info, err := os.Stat(s.path); err != nil || !os.SameFile(info, s.info) {
		s.lost = removedError(s.path)
		return s.lost
	}
	s.lost = s.open(true)
	// Not where another package of this process still has the file open: that would
	// show what was rolled back.
	if s.lost != nil && !s.lent.Load() {
		if err := s.open(false); err != nil {
			s.lost = errors.Join(s.lost, err)
		}
	}
	return s.lost
}

// orphanedJournal refuses to make a file at path beside a journal of another one
// that is gone.
func orphanedJournal(path string) error {
	journal := path + h5.JournalSuffix
	if _, err := os.Lstat(journal); err != nil {
		return nil
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // another process has just made both
	}
	return fmt.Errorf("%w: %s holds results of a file %s that is gone; put that file back, or remove the journal too", driver.ErrCorrupt, journal, path)
}
