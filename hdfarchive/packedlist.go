package hdfarchive

import (
	"errors"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
)

// snapshot reads all rows, for a listing.
func (x *packed) snapshot() (rowList, error) {
	if x.own == nil && x.bad == nil {
		return rowList{}, nil
	}
	l := rowList{err: x.open()}
	if l.err == nil {
		l.parts, l.forms = x.parts, slices.Clone(x.forms)
		l.bytes = make([]byte, x.stored*x.size)
		l.err = readError(x.table.Read(0, l.bytes))
	}
	if l.err != nil {
		return l, ignoreCorrupt(l.err)
	}
	l.order = make([]rowPlace, 0, x.stored)
	var key []byte
	for at := 0; at < len(l.bytes); at += l.size {
		b, _ := l.row(at)
		p := rowPlace{at: at, created: l.created(b)}
		f := l.formOf(b)
		if f != nil {
			key = l.canonical(key[:0], b, f)
			p.digest = digestOf(key)
		}
		if f != nil && l.whole(b, f) {
			l.order = append(l.order, p)
		} else {
			l.damaged = append(l.damaged, p)
		}
	}
	l.sort()
	// Of a row that lies where another one was, too, one is listed.
	once := l.order[:0]
	for i, p := range l.order {
		if i > 0 && once[len(once)-1].compare(p) == 0 {
			l.damaged = append(l.damaged, p)
		} else {
			once = append(once, p)
		}
	}
	l.order = once
	return l, nil
}

// ignoreCorrupt leaves an error away that a listing yields beside other entries.
func ignoreCorrupt(err error) error {
	if errors.Is(err, driver.ErrCorrupt) {
		return nil
	}
	return err
}

// agreed is what all rows say of the function, where their forms agree in it.
func (x *packed) agreed() (newest, bool) {
	var all newest
	for i, f := range x.forms {
		if f == nil {
			return newest{}, false
		}
		e := f.common
		e.Call.Args = f.args
		n := newestOf("", &e)
		if n.Name = ""; i == 0 {
			all = n
		}
		if !n.like(&all) {
			return newest{}, false
		}
	}
	return all, len(x.forms) > 0
}

// like tells whether two entries say the same of their function.
func (n *newest) like(m *newest) bool {
	return n.Version == m.Version && n.Rounding == m.Rounding && slices.Equal(n.Args, m.Args)
}
