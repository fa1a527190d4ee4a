package hdfarchive

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Recovery is what Recover found in a journal that a dead process had left.
type Recovery struct {
	// Commits is how many finished commits the journal had, 0 where there was
	// none: each holds the entries that were put at one time.
	Commits int
	// Dropped is the size in bytes of what followed them: the commit that was
	// being written, whose Put had not returned.
	Dropped int64
}

// Recover finishes what a process that was killed had begun with the file at path:
// it empties the journal that lies beside the file into it and removes it, so that
// the one file is the whole archive and may be moved or copied. Every Open does so
// too; Recover does only that, and says what there was. Without a journal it does
// nothing. The file must not be in use: ErrLocked. A journal that is none, or does
// not fit the file, is ErrCorrupt, and neither is touched.
func Recover(path string) (Recovery, error) {
	r, err := recoverFile(path)
	if err != nil {
		return Recovery{}, &archive.Error{Op: "recover", Archive: "hdf:" + path, Err: err}
	}
	return r, nil
}

func recoverFile(path string) (Recovery, error) {
	if err := orphanedJournal(path); err != nil {
		return Recovery{}, err
	}
	file, err := filepath.EvalSymlinks(path) // the journal lies beside the file, not beside a link to it
	if err != nil {
		return Recovery{}, openError(path, err)
	}
	yes, err := h5.IsHDF5(file)
	switch {
	case err != nil:
		return Recovery{}, openError(path, err)
	case !yes:
		return Recovery{}, fmt.Errorf("%w: %s is not an HDF5 file; only archives in one file have a journal", driver.ErrFormat, path)
	}
	if _, err := os.Lstat(file + h5.JournalSuffix); errors.Is(err, fs.ErrNotExist) {
		return Recovery{}, nil
	}
	s, err := h5.RecoverJournal(file)
	if err != nil {
		return Recovery{}, openError(path, err)
	}
	return Recovery{Commits: int(min(s.Replayed, math.MaxInt)), Dropped: int64(min(s.Dropped, math.MaxInt64))}, nil
}
