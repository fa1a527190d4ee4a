package hdfarchive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// openError says in the words of package driver why the file at path was not
// opened, and what to do.
func openError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case noSpace(err):
		return fmt.Errorf("%w; mode=r reads it meanwhile", spaceError(path, err))
	case errors.Is(err, h5.ErrLocked):
		return fmt.Errorf("%w: another process is writing to %s, or another program has it open for writing; try again when that is done, or end it (%w)",
			driver.ErrLocked, path, err)
	case errors.Is(err, h5.ErrForeign), errors.Is(err, h5.ErrJournal):
		return fmt.Errorf("%w: %s has a journal beside it that does not fit: %w", driver.ErrCorrupt, path, err)
	case errors.Is(err, h5.ErrBusy):
		return fmt.Errorf("%w: %s is held by readers; wait until they are done: %w", driver.ErrLocked, path, err)
	case errors.Is(err, h5.ErrNotHDF5):
		if st, e := os.Stat(path); e == nil && st.IsDir() {
			return fmt.Errorf("%w: %s is a folder; open it as hdfdir:, or name a file", driver.ErrFormat, path)
		}
		return fmt.Errorf("%w: %s is not an HDF5 file (%v); name another file, or move this one away", driver.ErrFormat, path, detail(err))
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %s may not be written: open it with ?mode=r, or change its permissions (%w)", driver.ErrReadOnly, path, fs.ErrPermission)
	case errors.Is(err, fs.ErrNotExist):
		return absentError(path)
	case errors.Is(err, h5.ErrLibrary) && strings.Contains(err.Error(), "truncated"):
		return fmt.Errorf("%w: %s is shorter than it says it is, as after an incomplete copy or a power cut; copy it again, or move it away and compute again: %w",
			driver.ErrCorrupt, path, err)
	case errors.Is(err, h5.ErrLibrary), errors.Is(err, h5.ErrRefused), errors.Is(err, h5.ErrChanged):
		return fmt.Errorf("%w: %s cannot be read; restore it from a copy, or move it away and compute again: %w", driver.ErrCorrupt, path, err)
	}
	return err
}

// absentError says that there is nothing at a path, or nothing behind a link there.
func absentError(path string) error {
	target, err := os.Readlink(path)
	if _, statErr := os.Stat(path); err != nil || !errors.Is(statErr, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist: %w", path, fs.ErrNotExist)
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	way := "open that name to make it"
	dir := filepath.Dir(target)
	if _, err := os.Stat(dir); err != nil {
		way = "make the folder " + dir + " first and open that name"
	}
	return fmt.Errorf("%s is a link to %s, which does not exist; %s, or remove the link: %w", path, target, way, fs.ErrNotExist)
}

// commitError says that nothing of a commit was stored, and what to do.
func commitError(path string, err error) error {
	if noSpace(err) {
		return spaceError(path, err)
	}
	return fmt.Errorf("%s did not take this commit, nothing of it is stored; what was stored before is: %w", path, err)
}

// noSpace tells whether the disk is full, or the quota or limit of its user.
func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// spaceError says so, in place of all that failed because of it.
func spaceError(path string, err error) error {
	var errno syscall.Errno
	errors.As(err, &errno)
	return fmt.Errorf("%w for %s: what was stored before is safe; make room, then try again", errno, path)
}

// writeError is openError for a file or folder of an entry.
func writeError(path string, err error) error {
	if noSpace(err) {
		return spaceError(path, err)
	}
	return openError(path, err)
}

// entryError is readError for one entry, with the way out.
func entryError(err error) error {
	if err = readError(err); errors.Is(err, driver.ErrCorrupt) {
		return fmt.Errorf("%w; delete the entry, and the next call computes it again", err)
	}
	return err
}

// makeError is openError for what could not be made.
func makeError(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %s may not be made in its folder; name another place, or change the permissions (%w)", driver.ErrReadOnly, path, fs.ErrPermission)
	}
	return writeError(path, err)
}

// detail is what an error of h5 says beside its sentinel.
func detail(err error) string {
	var e *h5.Error
	if errors.As(err, &e) && e.Text != "" {
		return e.Text
	}
	return "it does not begin like one"
}

// readError says that what was read is damaged, unless the archive was closed.
func readError(err error) error {
	switch {
	case err == nil, errors.Is(err, driver.ErrCorrupt):
		return err
	case errors.Is(err, h5.ErrClosed):
		return driver.ErrClosed
	case errors.Is(err, h5.ErrLibrary), errors.Is(err, h5.ErrRefused), errors.Is(err, h5.ErrChanged), errors.Is(err, h5.ErrAbsent):
		return fmt.Errorf("%w: %w", driver.ErrCorrupt, err)
	}
	return err
}

// ignoreForeign leaves an error away that only says that a file is none of ours.
func ignoreForeign(err error) error {
	if errors.Is(err, driver.ErrFormat) {
		return nil
	}
	return err
}

// removedError says that what is open is not there any more under its name.
func removedError(path string) error {
	return fmt.Errorf("%w: %s was removed or replaced while it was open; close the archive and open it again", driver.ErrClosed, path)
}
