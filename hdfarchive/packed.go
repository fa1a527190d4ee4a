package hdfarchive

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// Entries whose value is a number, or a small struct of numbers and short arrays,
// are rows of one table of their function, without an object each. The first decides
// the columns; an entry that does not fit them is an object among the others, like
// all that newRow refuses. A row that is deleted takes the place of the last.
const (
	packedName = "packed"
	rowsName   = "rows"
	attrOrder  = "order" // of the rows: another number whenever one moves or goes
)

// Sizes of the tables. A function with one number has a chunk of each.
const (
	rowChunk = 8 << 10
	maxKey   = 256  // bytes of a key in a row
	loadRows = 4096 // read at a time
)

// packed is the table of a function. The store's lock guards it.
type packed struct {
	home  *home     // of the function
	own   *h5.Group // nil where there is no table
	table *h5.Table // its rows; nil until needed
	bad   error     // why the table cannot be read
	parts
	t h5.Type
	formSet
	stored int    // rows of the dataset
	fresh  []byte // rows behind those, which save writes
	order  uint64 // 0: save draws one

	loading sync.Mutex // guards what follows where the store's is held for reading
	unread  error      // why load failed
	rowIndex
	known *knownRows // of an older opening of the file, for load
	gone  int        // such rows that were set aside; save notes them
}

// openPacked opens the table in the group of a function, where there is one.
func openPacked(h *home) (*packed, error) {
	x := &packed{home: h}
	own, err := h.group.Group(packedName)
	switch {
	case errors.Is(err, h5.ErrAbsent):
		return x, nil
	case errors.Is(err, h5.ErrClosed):
		return nil, err
	case err != nil:
		x.bad = readError(err)
		return x, nil
	}
	x.own = own
	if err := x.describe(); err != nil {
		x.bad = readError(err)
	}
	return x, nil
}

// describe reads the forms and holds the columns against them.
func (x *packed) describe() error {
	forms, err := readForms(x.own)
	if err != nil {
		return err
	}
	x.formSet = *forms
	i, err := x.own.Stat(rowsName, attrOrder)
	if err != nil {
		return err
	}
	stored, _, err := i.Elements()
	if err != nil || len(i.Shape) != 1 || !i.Chunked {
		return damaged("the packed rows are no table")
	}
	first := x.anyForm()
	if first == nil {
		return damaged("the packed rows have no form")
	}
	width := i.Type.Size - first.size - fixedSize - tailSize
	t := first.rowType(max(width, 0))
	same := slices.EqualFunc(t.Members, i.Type.Members, func(a, b h5.Member) bool { return a.Name == b.Name && a.Offset == b.Offset })
	if width < 0 || width > maxKey || !same {
		return damaged("the columns of the packed rows are not those of their form")
	}
	for _, f := range x.forms {
		if f != nil && (!f.sameColumns(first) || f.Key > width) {
			return damaged("the forms of the packed rows have different columns")
		}
	}
	x.parts, x.t, x.stored = parts{t.Size, width}, t, stored
	x.order, _ = uintAttr(i, attrOrder)
	return nil
}

// anyForm is the first form that can be read.
func (x *packed) anyForm() *form {
	for _, f := range x.forms {
		if f != nil {
			return f
		}
	}
	return nil
}

func (x *packed) close() error {
	var errs []error
	if x.table != nil {
		errs = append(errs, x.table.Close())
	}
	if x.own != nil {
		errs = append(errs, x.own.Close())
	}
	return cmp.Or(errs...)
}

// count is the number of rows.
func (x *packed) count() int {
	if x.size == 0 {
		return 0
	}
	return x.stored + len(x.fresh)/x.size
}

// formOf returns the form of a row, nil where there is none.
func (x *packed) formOf(b []byte) *form { return x.at(x.form(b)) }

// open opens the table for reading and writing.
func (x *packed) open() (err error) {
	x.loading.Lock()
	defer x.loading.Unlock()
	return x.opened()
}

// opened is open where x.loading is held.
func (x *packed) opened() (err error) {
	if x.bad == nil && x.table == nil && x.unread == nil {
		x.table, err = x.own.Table(rowsName, x.t)
		x.unread = readError(err)
	}
	return cmp.Or(x.bad, x.unread)
}

// read returns a row.
func (x *packed) read(at int) ([]byte, error) {
	if at >= x.stored {
		from := (at - x.stored) * x.size
		return x.fresh[from : from+x.size], nil
	}
	b := make([]byte, x.size)
	return b, x.table.Read(at, b)
}

// overwrite replaces a row.
func (x *packed) overwrite(at int, b []byte) error {
	if at >= x.stored {
		copy(x.fresh[(at-x.stored)*x.size:], b)
		return nil
	}
	return x.table.Write(at, b)
}

// get returns the entry of a key, or driver.ErrNotFound.
func (x *packed) get(key keymap.Key, values bool) (*driver.Entry, error) {
	at, b, err := x.locate(key.Digest)
	if err != nil {
		return nil, err
	}
	f := x.formOf(b)
	switch {
	case f == nil || !x.whole(b, f):
		return nil, damaged("row %d of the packed results", at)
	case string(x.canonical(nil, b, f)) != key.Canonical:
		return nil, driver.ErrNotFound
	}
	r := rowReader{parts: x.parts, values: values}
	return r.entry(b, f, key.Digest), nil
}

// ready loads the table for a change. One that is damaged is set aside, and what can
// be read of it kept.
func (x *packed) ready() (salvaged bool, err error) {
	if x.own == nil && x.bad == nil {
		return false, nil
	}
	err = x.load()
	if err != nil && !errors.Is(err, driver.ErrCorrupt) {
		return false, err
	}
	if err != nil || x.lost > 0 || x.home.careful {
		return true, x.salvage()
	}
	return false, nil
}

// put stores a row, unless it does not fit the table.
func (x *packed) put(r *row) (fits bool, err error) {
	if _, err := x.ready(); err != nil {
		return false, err
	}
	n, f, err := x.place(r)
	if f == nil || err != nil {
		return false, err
	}
	digest := r.e.Key.Digest
	at, _, err := x.locate(digest)
	if err == nil {
		return true, x.overwrite(at, r.append(nil, f, n, x.width))
	}
	if !errors.Is(err, driver.ErrNotFound) {
		return false, err
	}
	x.rowOf[digest] = len(x.digests)
	x.digests = append(x.digests, digest)
	x.fresh = r.append(x.fresh, f, n, x.width)
	return true, nil
}

// remove deletes the row of a key, and tells whether there was one, or may have been.
func (x *packed) remove(digest keymap.Digest) (there bool, err error) {
	salvaged, err := x.ready()
	if err != nil {
		return false, err
	}
	at, _, err := x.locate(digest)
	if errors.Is(err, driver.ErrNotFound) {
		return salvaged, nil
	}
	if err != nil {
		return true, err
	}
	x.order = 0
	last := len(x.digests) - 1
	if at != last {
		b, err := x.read(last)
		if err == nil {
			err = x.overwrite(at, b)
		}
		if err != nil {
			return true, err
		}
		moved := x.digests[last]
		x.digests[at] = moved
		if moved != (keymap.Digest{}) {
			x.rowOf[moved] = at
		}
	}
	x.digests = x.digests[:last]
	delete(x.rowOf, digest)
	if last >= x.stored {
		x.fresh = x.fresh[:len(x.fresh)-x.size]
		return true, nil
	}
	x.stored = last
	return true, x.table.Resize(last)
}

// save writes what was put. A table without rows goes.
func (x *packed) save() error {
	if x.own == nil || x.size == 0 {
		return nil
	}
	if x.count() == 0 {
		return x.drop()
	}
	if x.order == 0 {
		x.order = rand.Uint64()
		if err := x.own.SetAttrs(rowsName, []h5.Attr{h5.Uint64Attr(attrOrder, x.order)}); err != nil {
			return err
		}
	}
	rows := len(x.fresh) / x.size
	if rows == 0 {
		return nil
	}
	if err := x.table.Write(x.stored, x.fresh); err != nil {
		return err
	}
	x.stored += rows
	x.fresh = x.fresh[:0]
	return nil
}

// drop deletes the table, and begins anew.
func (x *packed) drop() error {
	if x.home.careful {
		return x.aside()
	}
	if err := x.close(); err != nil {
		return err
	}
	x.reset()
	return x.home.group.Delete(packedName)
}

// aside sets the table aside, and begins anew.
func (x *packed) aside() error {
	if err := x.close(); err != nil {
		return err
	}
	x.reset()
	_, err := x.home.setAside(packedName)
	return err
}

func (x *packed) reset() {
	*x = packed{home: x.home, gone: x.gone}
}
