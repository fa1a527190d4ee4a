package hdfarchive

import (
	"encoding/binary"
	"fmt"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

// The catalog of a function is a sequence of records, one for each entry that was
// put or deleted; the last of an id counts. One read lists all entries.
//
//	record  = length of the rest, flag, id [ sum, key, call, prov, go_type, mark ]
//	        | length of the rest, 'R', mark, row
//	length  = uvarint; each part but flag and sum (8 bytes, little-endian) has one
//
// A row is that of a table with the form of its number among "forms", without a
// value and with room for just its key; the id is the digest of that.

// Flags of a record.
const (
	recordEntry   = 'E'
	recordGone    = 'D' // the entry was deleted
	recordDamaged = 'X' // the walk met it and could not read it: id and message
	recordRow     = 'R'
)

// record is one of the catalog. mark tells where the entry lies, where that is a
// file of its own.
type record struct {
	flag byte
	id   string
	*stored
	mark  string
	row   []byte
	place rowPlace // of a row, in the catalog that it was read from
}

func appendPart(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func (r record) append(b []byte) []byte {
	rest := append(make([]byte, 0, 512), r.flag)
	switch r.flag {
	case recordEntry:
		rest = appendPart(rest, r.id)
		rest = le.AppendUint64(rest, r.sum)
		for _, part := range []string{r.key, r.call, r.prov, r.goType, r.mark} {
			rest = appendPart(rest, part)
		}
	case recordDamaged:
		rest = appendPart(rest, r.id)
		rest = appendPart(rest, r.call)
		rest = appendPart(rest, r.mark)
	case recordRow:
		rest = append(appendPart(rest, r.mark), r.row...)
	default:
		rest = appendPart(rest, r.id)
	}
	return append(binary.AppendUvarint(b, uint64(len(rest))), rest...)
}

// takePart takes a part off the front of b.
func takePart(b []byte) (part, rest []byte, ok bool) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return nil, nil, false
	}
	return b[w : w+int(n)], b[w+int(n):], true
}

// parseRecord reads a record that is no row.
func parseRecord(body []byte) (r record, err error) {
	r = record{flag: body[0], stored: new(stored)}
	var to []*string
	switch r.flag {
	case recordEntry:
		to = []*string{&r.id, nil, &r.key, &r.call, &r.prov, &r.goType, &r.mark}
	case recordGone:
		to = []*string{&r.id}
	case recordDamaged:
		to = []*string{&r.id, &r.call, &r.mark}
	default:
		return r, damaged("the catalog has a record of unknown kind %q", r.flag)
	}
	body = body[1:]
	for _, p := range to {
		if p == nil {
			if len(body) < 8 {
				return r, damaged("the catalog has a short record")
			}
			r.sum = le.Uint64(body)
			body = body[8:]
			continue
		}
		part, next, ok := takePart(body)
		if !ok {
			return r, damaged("the catalog has a short record")
		}
		*p, body = string(part), next
	}
	r.stored.id = r.id
	return r, nil
}

// parts are the places in a row of the catalog.
func (f *form) parts() parts { return parts{f.size + fixedSize + f.Key + tailSize, f.Key} }

// newRecord makes the record of an entry, for which lines gets the form if it is
// new. x is what the object says, nil where that is not at hand.
func (s *formSet) newRecord(x *stored, e *driver.Entry, mark string, lines *[]byte) (record, error) {
	without := *e
	without.Value = nil
	if r := newRow(&without); r != nil {
		n, f, like := s.find(r)
		if f == nil && len(s.forms) < maxForms {
			key := r.key
			if like >= 0 {
				key = max(key, len(e.Key.Canonical)-like)
			}
			var err error
			if f, err = newForm(&without, key); err != nil {
				return record{}, err
			}
			n = len(s.forms)
			s.add(f)
			*lines = f.appendLine(*lines)
		}
		if f != nil && f.holds(e.Key.Canonical) {
			return record{flag: recordRow, id: e.Key.Name, mark: mark, row: r.append(nil, f, n, f.Key)}, nil
		}
	}
	if x == nil {
		var err error
		if x, err = newStored(e); err != nil {
			return record{}, err
		}
	}
	return record{flag: recordEntry, id: x.id, stored: x, mark: mark}, nil
}

// entry returns what a listing yields for a record that is no row.
func (r *record) entry() (*driver.Entry, error) {
	if r.flag == recordDamaged {
		name, _ := unescape(r.id)
		return &driver.Entry{Key: keymap.Key{Name: name}}, fmt.Errorf("%w: %s", driver.ErrCorrupt, r.call)
	}
	e, err := r.stored.entry()
	if err != nil {
		name, _ := unescape(r.id)
		return &driver.Entry{Key: keymap.Key{Canonical: r.key, Name: name}}, err
	}
	return e, nil
}
