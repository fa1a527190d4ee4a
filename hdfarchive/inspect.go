package hdfarchive

import (
	"errors"
	"fmt"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/hdfarchive/internal/foreign"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// Inspect opens the HDF5 file at path, whoever wrote it, to look into it; the file is
// never changed. Package inspect says what can be read. A file that is none of HDF5 is
// archive.ErrFormat, one that a program has open for writing archive.ErrLocked. An
// archive of this package is an HDF5 file too; where a journal lies beside it, the file
// alone is looked at.
//
// HDF5 trusts files, and a damaged one of another program can crash it, make it loop or
// fill the memory, and the process with it; what can be checked is checked
// before, but not all can. A service that takes files from
// strangers calls Inspect in a process of its own, with limits on memory and time, as
// the command kleptoinspect does.
func Inspect(path string) (inspect.File, error) {
	f, err := foreign.Open(path)
	if err == nil {
		return f, nil
	}
	if errors.Is(err, h5.ErrLocked) {
		err = fmt.Errorf("%w: a program has %s open for writing; wait until it is done, or look into a copy", driver.ErrLocked, path)
	}
	return nil, &archive.Error{Op: "inspect", Archive: path, Err: openError(path, err)}
}
