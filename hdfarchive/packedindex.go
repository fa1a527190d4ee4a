package hdfarchive

import (
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// rowIndex says where the key of each row is.
type rowIndex struct {
	rowOf   map[keymap.Digest]int // nil until needed
	digests []keymap.Digest       // by row
	lost    int                   // rows of which not even the key is known
}

// knownRows is the index of a table as it was. While the table has the same order, it
// has the same keys in the same rows, and perhaps more behind them.
type knownRows struct {
	rowIndex
	parts
	order uint64
}

// remember gives the index away, for the next opening of the file. It is nil where
// there is none, or where it is not that of a commit.
func (x *packed) remember() *knownRows {
	if x.rowOf == nil || x.order == 0 || x.lost > 0 || len(x.fresh) > 0 {
		return x.known
	}
	return &knownRows{x.rowIndex, x.parts, x.order}
}

// load reads where the key of each row is.
func (x *packed) load() error {
	x.loading.Lock()
	defer x.loading.Unlock()
	return x.loaded()
}

// loaded is load where x.loading is held.
func (x *packed) loaded() error {
	if err := x.opened(); err != nil || x.rowOf != nil {
		return err
	}
	var index rowIndex
	if k := x.known; k != nil && k.order == x.order && k.parts == x.parts && len(k.digests) <= x.stored {
		index = k.rowIndex
	} else {
		index.rowOf, index.digests = make(map[keymap.Digest]int, x.stored), make([]keymap.Digest, 0, x.stored)
	}
	x.known = nil
	var key []byte
	add := func(b []byte) {
		var digest keymap.Digest
		if f := x.formOf(b); f != nil {
			key = x.canonical(key[:0], b, f)
			digest = digestOf(key)
			index.rowOf[digest] = len(index.digests)
		} else {
			index.lost++
		}
		index.digests = append(index.digests, digest)
	}
	err := x.each(len(index.digests), add)
	if err != nil {
		x.unread = readError(err)
		return x.unread
	}
	for b := x.fresh; len(b) > 0; b = b[x.size:] {
		add(b[:x.size])
	}
	x.rowIndex = index
	return nil
}

// each calls f for row at and those behind it in the file, many of which are read at a time.
func (x *packed) each(at int, f func(b []byte)) error {
	buf := make([]byte, min(loadRows, x.stored-at)*x.size)
	for at < x.stored {
		n := min(loadRows, x.stored-at)
		if err := x.table.Read(at, buf[:n*x.size]); err != nil {
			return err
		}
		for i := range n {
			f(buf[i*x.size : (i+1)*x.size])
		}
		at += n
	}
	return nil
}

// locate returns the row of a key, or driver.ErrNotFound. Where another one is there,
// because a program that does not know of the order has changed the table, the index
// is made anew.
func (x *packed) locate(digest keymap.Digest) (int, []byte, error) {
	if x.own == nil && x.bad == nil {
		return 0, nil, driver.ErrNotFound
	}
	for again := false; ; again = true {
		x.loading.Lock()
		if again {
			x.rowIndex = rowIndex{}
		}
		err := x.loaded()
		at, there := x.rowOf[digest]
		x.loading.Unlock()
		if err == nil && !there {
			err = driver.ErrNotFound
		}
		if err != nil {
			return 0, nil, err
		}
		b, err := x.read(at)
		if err != nil {
			return 0, nil, readError(err)
		}
		if f := x.formOf(b); again || f != nil && digestOf(x.canonical(nil, b, f)) == digest {
			return at, b, nil
		}
	}
}
