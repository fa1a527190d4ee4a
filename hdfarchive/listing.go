package hdfarchive

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/archive/driver"
)

// listing is a catalog as it stands: of each id the last record, unless that tells of
// a deletion. A million rows take little more memory than the catalog itself.
type listing struct {
	rows   rowList
	others []record // no rows; in the order of the catalog
	packed rowList  // of the packed table, where there is one
	lost   error    // where there are entries that nobody can name
}

// count is the number of ids.
func (l *listing) count() int { return len(l.rows.order) + len(l.others) }

// records yields the record of each id.
func (l *listing) records() iter.Seq[record] {
	return func(yield func(record) bool) {
		for _, p := range l.rows.order {
			b, mark := l.rows.row(p.at)
			if !yield(record{flag: recordRow, id: p.digest.String(), mark: mark, row: b, place: p}) {
				return
			}
		}
		for _, r := range l.others {
			if !yield(r) {
				return
			}
		}
	}
}

// listed is what a listing yields.
type listed struct {
	id   string
	mark string // of a record
	e    *driver.Entry
	err  error
	from *record // nil for rows
}

// compareListed is the order of listings, with what is damaged at the end.
func compareListed(a, b listed) int {
	switch {
	case (a.err == nil) != (b.err == nil):
		return cmp.Compare(btoi(a.err != nil), btoi(b.err != nil))
	case a.err != nil:
		return strings.Compare(a.id, b.id)
	}
	return cmp.Or(a.e.Provenance.Created.Compare(b.e.Provenance.Created), strings.Compare(a.e.Key.Name, b.e.Key.Name), strings.Compare(a.id, b.id))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// merge yields what several functions return, each of which does so in order, in order.
func merge(all ...func() (listed, bool)) iter.Seq[listed] {
	return func(yield func(listed) bool) {
		heads := make([]listed, 0, len(all))
		all = slices.DeleteFunc(slices.Clone(all), func(next func() (listed, bool)) bool {
			e, ok := next()
			if ok {
				heads = append(heads, e)
			}
			return !ok
		})
		for len(all) > 0 {
			first := 0
			for i := 1; i < len(all); i++ {
				if compareListed(heads[i], heads[first]) < 0 {
					first = i
				}
			}
			if !yield(heads[first]) {
				return
			}
			var ok bool
			if heads[first], ok = all[first](); !ok {
				all, heads = slices.Delete(all, first, first+1), slices.Delete(heads, first, first+1)
			}
		}
	}
}

// made are the entries of the records that are no rows, in the order of listings.
func (l *listing) made() []listed {
	all := make([]listed, len(l.others))
	for i := range l.others {
		r := &l.others[i]
		e, err := r.entry()
		all[i] = listed{id: r.id, mark: r.mark, e: e, err: err, from: r}
	}
	if !slices.IsSortedFunc(all, compareListed) {
		slices.SortFunc(all, compareListed)
	}
	return all
}

// cursor is that of rowList for the records that are no rows.
func (l *listing) cursor() func() (listed, bool) {
	all := l.made()
	return func() (e listed, ok bool) {
		if len(all) == 0 {
			return e, false
		}
		e, all = all[0], all[1:]
		return e, true
	}
}

// entries yields those of the catalog: those that are whole, sorted, then those that are
// damaged.
func (l *listing) entries() iter.Seq[listed] { return merge(l.rows.cursor(), l.cursor()) }

// all yields those of the packed table, too, and at last that some have no name.
func (l *listing) all() iter.Seq[listed] {
	return func(yield func(listed) bool) {
		for e := range merge(l.packed.cursor(), l.rows.cursor(), l.cursor()) {
			if !yield(e) {
				return
			}
		}
		if l.lost != nil {
			yield(listed{e: &driver.Entry{Key: lostKey}, err: l.lost})
		}
	}
}

// newest describes a function by the newest entry of the catalog; without an ID there
// is none.
func (l *listing) newest() newest {
	last := l.rows.newest()
	for _, e := range slices.Backward(l.made()) {
		if e.err == nil {
			if n := newestOf(e.id, e.e); last.ID == "" || last.before(&n) {
				last = n
			}
			break
		}
	}
	return last
}
