package hdfarchive

import (
	"math"
	"math/bits"

	"github.com/klepto-go/klepto/keymap"
)

// ledger makes a listing of records, which come in the order of a catalog. Nearly all ids
// come once; to know that of a million, a few bits each are enough, where a map of them
// would take a seventh of the time of a list.
type ledger struct {
	*listing
	seen   []uint64              // a bit for each digest that came, and for some that did not; as long as a power of two
	again  map[keymap.Digest]int // of digests that came when their bit was there: where the last record is
	ofName map[string]int        // the same for all ids that are no digests
	key    []byte                // room for one
}

// nowhere stands for the place of a record that tells of a deletion. Other places are those
// in rows.order, and ^ those in others.
const nowhere = math.MaxInt

// newLedger begins a listing with records of these rows, of which n come, or, if more do,
// takes longer.
func newLedger(bytes []byte, forms []*form, n int) *ledger {
	const bitsEach = 32
	return &ledger{
		listing: &listing{rows: rowList{bytes: bytes, forms: forms, order: make([]rowPlace, 0, n)}},
		seen:    make([]uint64, 1<<bits.Len(uint(n/(64/bitsEach)))),
		again:   make(map[keymap.Digest]int),
		ofName:  make(map[string]int),
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
	if r.flag == recordRow {
		l.addRow(r.place)
		return
	}
	n := nowhere
	if r.flag != recordGone {
		n = ^len(l.others)
		l.others = append(l.others, r)
	}
	if digest, err := keymap.ParseDigest(r.id); err == nil {
		l.note(digest, n)
	} else {
		l.ofName[r.id] = n
	}
}

// addRow takes up a row of those that the listing began with.
func (l *ledger) addRow(p rowPlace) {
	l.note(p.digest, len(l.rows.order))
	l.rows.order = append(l.rows.order, p)
}

// note takes n for the place of the last record of a digest.
func (l *ledger) note(d keymap.Digest, n int) {
	word, bit := &l.seen[d.Hi&uint64(len(l.seen)-1)], uint64(1)<<(d.Lo%64)
	if *word&bit != 0 {
		l.again[d] = n
	}
	*word |= bit
}

// last tells whether n is the place of the last record of an id.
func last[K comparable](again map[K]int, id K, n int) bool {
	place, there := again[id]
	return !there || place == n
}

// done leaves the last record of each id.
func (l *ledger) done() *listing {
	if len(l.again) > 0 {
		rows := l.rows.order[:0]
		for i, p := range l.rows.order {
			if last(l.again, p.digest, i) {
				rows = append(rows, p)
			}
		}
		l.rows.order = rows
	}
	others := l.others[:0]
	for i, r := range l.others {
		keep := last(l.ofName, r.id, ^i)
		if digest, err := keymap.ParseDigest(r.id); err == nil {
			keep = last(l.again, digest, ^i)
		}
		if keep {
			others = append(others, r)
		}
	}
	l.others = others
	l.rows.sort()
	return l.listing
}
