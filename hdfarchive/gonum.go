//go:build linux && cgo

package hdfarchive

import (
	"context"

	"gonum.org/v1/hdf5"
)

// HDF5 returns the file for work with gonum.org/v1/hdf5 (on Linux, where that
// package builds without settings of the environment). The caller closes it, before
// or after the archive; until then other processes cannot write to the file, and
// until both are closed they find it locked.
//
// Read what you like. Datasets and groups of your own go under a name at the top
// that is no function's; List reports what it does not know among entries as
// damaged. What you write is durable after the archive's next Put or Sync. Mind that
// gonum's package stores a Go int in 32 bits and checks no lengths.
func (a *File) HDF5() (f *hdf5.File, err error) {
	reopen := func() error {
		id, err := a.store.file.Reopen()
		if err == nil {
			f = &hdf5.File{CommonFG: hdf5.CommonFG{Identifier: identifier(hdf5.NewDatatype, id)}}
		}
		return err
	}
	err = a.use(func() error {
		lend := func() error {
			err := reopen()
			if err == nil {
				a.store.lent.Store(true)
			}
			return err
		}
		if !a.store.write {
			return a.store.read(context.Background(), lend)
		}
		return a.store.submit(context.Background(), &job{run: lend})
	})
	return f, err
}

// identifier wraps an id of HDF5. The parameter of NewDatatype has a type that no
// other package can name; inference finds it.
func identifier[T ~int64](wrap func(T) *hdf5.Datatype, id int64) hdf5.Identifier {
	return wrap(T(id)).Identifier
}
