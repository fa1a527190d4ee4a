package hdfarchive

import "github.com/klepto-go/klepto/keymap"

// ledger makes a listing of records, which come in the order of a catalog.
type ledger struct {
	*listing
	ofDigest map[keymap.Digest]int // where the last record of an id is that is a digest: in rows.order, or ^ in others
	ofName   map[string]int        // the same for other ids
	stale    bool                  // some records are not the last
	key      []byte                // room for one
}

// newLedger begins a listing with records of these rows.
func newLedger(bytes []byte, forms []*form, rows int) *ledger {
	return &ledger{
		listing:  &listing{rows: rowList{bytes: bytes, forms: forms, order: make([]rowPlace, 0, rows)}},
		ofDigest: make(map[keymap.Digest]int, rows),
		ofName:   make(map[string]int),
	}
}

func parseCatalog(b []byte, forms *formSet) (*listing, error) {
	l := newLedger(b, forms.forms, countRows(b))
	for at := 0; at < len(b); {
		body, rest, ok := takePart(b[at:])
		if !ok || len(body) == 0 {
			return nil, damaged("the catalog ends within a record")
		}
		if body[0] == recordRow {
			p, err := l.check(at, body)
			if err != nil {
				return nil, err
			}
			l.addRow(p)
		} else {
			r, err := parseRecord(body)
			if err != nil {
				return nil, err
			}
			l.add(r)
		}
		at = len(b) - len(rest)
	}
	return l.done(), nil
}

// countRows is how many rows a catalog has at most.
func countRows(b []byte) (n int) {
	for len(b) > 0 {
		body, rest, ok := takePart(b)
		if !ok {
			break
		}
		if len(body) > fixedSize+tailSize && body[0] == recordRow {
			n++
		}
		b = rest
	}
	return n
}

// check holds the row in a record against its form, and returns its place.
func (l *ledger) check(at int, body []byte) (rowPlace, error) {
	_, row, ok := takePart(body[1:])
	if !ok || len(row) < tailSize {
		return rowPlace{}, damaged("the catalog has a short record")
	}
	f := l.rows.formOf(row)
	if f == nil || len(row) != f.parts().size {
		return rowPlace{}, damaged("the catalog has a record without a form")
	}
	parts := f.parts()
	if !parts.whole(row, f) {
		return rowPlace{}, damaged("a record of the catalog")
	}
	l.key = parts.canonical(l.key[:0], row, f)
	return rowPlace{digestOf(l.key), parts.created(row), at}, nil
}

func (l *ledger) add(r record) {
	switch r.flag {
	case recordRow:
		l.addRow(r.place)
	case recordGone:
		l.stale = true
		if digest, err := keymap.ParseDigest(r.id); err == nil {
			delete(l.ofDigest, digest)
		} else {
			delete(l.ofName, r.id)
		}
	default:
		n := ^len(l.others)
		l.others = append(l.others, r)
		if digest, err := keymap.ParseDigest(r.id); err == nil {
			note(l, l.ofDigest, digest, n)
		} else {
			note(l, l.ofName, r.id, n)
		}
	}
}

// addRow takes up a row of those that the listing began with.
func (l *ledger) addRow(p rowPlace) {
	note(l, l.ofDigest, p.digest, len(l.rows.order))
	l.rows.order = append(l.rows.order, p)
}

// note costs one look into the map where the id is new, as nearly all are.
func note[K comparable](l *ledger, m map[K]int, id K, n int) {
	before := len(m)
	m[id] = n
	l.stale = l.stale || len(m) == before
}

// done leaves the last record of each id.
func (l *ledger) done() *listing {
	if l.stale {
		rows := l.rows.order[:0]
		for i, p := range l.rows.order {
			if last, there := l.ofDigest[p.digest]; there && last == i {
				rows = append(rows, p)
			}
		}
		others := l.others[:0]
		for i, r := range l.others {
			last, there := l.ofName[r.id]
			if digest, err := keymap.ParseDigest(r.id); err == nil {
				last, there = l.ofDigest[digest]
			}
			if there && last == ^i {
				others = append(others, r)
			}
		}
		l.rows.order, l.others = rows, others
	}
	l.rows.sort()
	return l.listing
}
