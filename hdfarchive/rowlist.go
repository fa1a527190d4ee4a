package hdfarchive

import (
	"cmp"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// rowList are rows as they were at one moment, of which a listing makes entries one
// at a time: those of a table, or, without a size, those in the records of a catalog.
type rowList struct {
	parts
	forms   []*form
	bytes   []byte
	order   []rowPlace // of the rows that are whole, in the order of listings
	damaged []rowPlace // of the others
	err     error      // why a table cannot be read at all
}

// rowPlace is where a row, or its record, begins. Nothing in it is a pointer, so that the
// garbage collector passes a million of them over.
type rowPlace struct {
	digest  keymap.Digest
	created int64
	at      int
}

// compare is the order of listings: creation, then name of the key.
func (p rowPlace) compare(q rowPlace) int {
	if c := cmp.Compare(p.created, q.created); c != 0 {
		return c
	}
	return p.digest.Compare(q.digest)
}

func (l *rowList) sort() {
	if !slices.IsSortedFunc(l.order, rowPlace.compare) {
		slices.SortFunc(l.order, rowPlace.compare)
	}
}

// row returns a row, and the mark of its record.
func (l *rowList) row(at int) (b []byte, mark string) {
	if l.size > 0 {
		return l.bytes[at : at+l.size], ""
	}
	body, _, _ := takePart(l.bytes[at:])
	m, b, _ := takePart(body[1:])
	return b, string(m)
}

// formOf returns the form of a row, nil where there is none.
func (l *rowList) formOf(b []byte) *form {
	if n := int(le.Uint16(b[len(b)-tailSize:])); n < len(l.forms) {
		return l.forms[n]
	}
	return nil
}

// listMany is how many entries a listing makes at a time.
const listMany = 64

// cursor returns a function that makes the next entry: those that are whole, sorted, then
// those that are damaged.
func (l *rowList) cursor() func() (listed, bool) {
	r := rowReader{slab: slab{many: min(listMany, len(l.order))}}
	next := 0
	return func() (e listed, ok bool) {
		i := next
		next++
		if i < len(l.order) {
			return l.entry(&r, l.order[i]), true
		}
		switch i -= len(l.order); {
		case l.err != nil && i == 0:
			return listed{e: &driver.Entry{}, err: l.err}, true
		case i < len(l.damaged):
			return l.broken(l.damaged[i]), true
		}
		return e, false
	}
}

func (l *rowList) entry(r *rowReader, p rowPlace) listed {
	b, mark := l.row(p.at)
	f := l.formOf(b)
	if r.parts = l.parts; r.size == 0 {
		r.parts = f.parts()
	}
	e := r.entry(b, f, p.digest)
	return listed{id: e.Key.Name, mark: mark, e: e}
}

// broken tells of a row of a table as much as can be read.
func (l *rowList) broken(p rowPlace) listed {
	e := &driver.Entry{}
	b, _ := l.row(p.at)
	if f := l.formOf(b); f != nil {
		e.Key.Canonical = string(l.canonical(nil, b, f))
		e.Key.Digest = p.digest
		e.Key.Name = e.Key.Digest.String()
	}
	return listed{e: e, err: damaged("row %d of the packed results", p.at/l.size)}
}

// newest describes a function by the newest of its rows; without an ID there is none.
func (l *rowList) newest() newest {
	if len(l.order) == 0 {
		return newest{}
	}
	e := l.entry(&rowReader{}, l.order[len(l.order)-1])
	return newestOf(e.id, e.e)
}
