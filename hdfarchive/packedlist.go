package hdfarchive

import (
	"cmp"
	"errors"
	"iter"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// snapshot is a table as it was at one moment, for a listing.
type snapshot struct {
	parts
	forms   []*form
	rows    []byte
	digests []keymap.Digest
	order   []ordered // of the rows that are whole
	damaged []int     // the others
	err     error     // why the table cannot be read at all
}

type ordered struct {
	created int64
	row     int32
}

// snapshot reads all rows.
func (x *packed) snapshot() (*snapshot, error) {
	s := &snapshot{}
	if x.own == nil && x.bad == nil {
		return s, nil
	}
	s.err = x.open()
	if s.err == nil {
		s.parts, s.forms = x.parts, slices.Clone(x.forms)
		s.rows = make([]byte, x.stored*x.size)
		s.err = readError(x.table.Read(0, s.rows))
	}
	if s.err != nil {
		return s, ignoreCorrupt(s.err)
	}
	s.order = make([]ordered, 0, x.stored)
	s.digests = make([]keymap.Digest, x.stored)
	var key []byte
	for i := range x.stored {
		b := s.row(i)
		f := x.formOf(b)
		if f != nil {
			key = s.canonical(key[:0], b, f)
			s.digests[i] = digestOf(key)
		}
		if f != nil && s.whole(b, f) {
			s.order = append(s.order, ordered{s.created(b), int32(i)})
		} else {
			s.damaged = append(s.damaged, i)
		}
	}
	// In the order of listings: creation, then name of the key.
	by := func(a, b ordered) int {
		if c := cmp.Compare(a.created, b.created); c != 0 {
			return c
		}
		return s.digests[a.row].Compare(s.digests[b.row])
	}
	if !slices.IsSortedFunc(s.order, by) {
		slices.SortFunc(s.order, by)
	}
	// Of a row that lies where another one was, too, one is listed.
	once := s.order[:0]
	for i, o := range s.order {
		if i > 0 && by(once[len(once)-1], o) == 0 {
			s.damaged = append(s.damaged, int(o.row))
		} else {
			once = append(once, o)
		}
	}
	s.order = once
	return s, nil
}

func (s *snapshot) row(i int) []byte { return s.rows[i*s.size : (i+1)*s.size] }

// listMany is how many entries a listing makes at a time.
const listMany = 256

// ignoreCorrupt leaves an error away that a listing yields beside other entries.
func ignoreCorrupt(err error) error {
	if errors.Is(err, driver.ErrCorrupt) {
		return nil
	}
	return err
}

// all yields the entries of a listing, objects and rows: those that are whole,
// sorted, then those that are damaged, and at last that some have no name.
func (l *listing) all() iter.Seq[listed] {
	return func(yield func(listed) bool) {
		objects := l.entries()
		goOn := true
		if l.rows != nil {
			l.rows.each(func(row listed) bool {
				for len(objects) > 0 && compareListed(objects[0], row) < 0 && goOn {
					goOn = yield(objects[0])
					objects = objects[1:]
				}
				goOn = goOn && yield(row)
				return goOn
			})
		}
		for ; len(objects) > 0 && goOn; objects = objects[1:] {
			goOn = yield(objects[0])
		}
		if goOn && l.lost != nil {
			yield(listed{e: &driver.Entry{Key: lostKey}, err: l.lost})
		}
	}
}

// each yields the entries that are whole, sorted, then those that are damaged.
func (s *snapshot) each(yield func(listed) bool) {
	if s.err != nil {
		yield(listed{e: &driver.Entry{}, err: s.err})
		return
	}
	r := rowReader{parts: s.parts, slab: slab{many: listMany}}
	for _, o := range s.order {
		b := s.row(int(o.row))
		if !yield(listed{e: r.entry(b, s.forms[s.form(b)], s.digests[o.row])}) {
			return
		}
	}
	for _, i := range s.damaged {
		e := &driver.Entry{}
		if n := s.form(s.row(i)); n < len(s.forms) && s.forms[n] != nil {
			e.Key.Canonical = string(s.canonical(nil, s.row(i), s.forms[n]))
			e.Key.Digest = s.digests[i]
			e.Key.Name = e.Key.Digest.String()
		}
		if !yield(listed{e: e, err: damaged("row %d of the packed results", i)}) {
			return
		}
	}
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

// newest describes the function by its newest row; without an ID there is none.
func (x *packed) newest() (newest, error) {
	s, err := x.snapshot()
	if err != nil || len(s.order) == 0 {
		return newest{}, err
	}
	o := s.order[len(s.order)-1]
	b := s.row(int(o.row))
	r := rowReader{parts: s.parts}
	e := r.entry(b, s.forms[s.form(b)], s.digests[o.row])
	return newestOf(e.Key.Name, e), nil
}
