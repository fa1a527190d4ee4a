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
//	length  = uvarint; each part but flag and sum (8 bytes, little-endian) has one

// Flags of a record.
const (
	recordEntry   = 'E'
	recordGone    = 'D' // the entry was deleted
	recordDamaged = 'X' // the walk met it and could not read it: id and message
)

// record is one of the catalog. mark tells where the entry lies, where that is a
// file of its own.
type record struct {
	flag byte
	*stored
	mark string
}

func appendPart(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func (r record) append(b []byte) []byte {
	rest := append(make([]byte, 0, 512), r.flag)
	rest = appendPart(rest, r.id)
	switch r.flag {
	case recordEntry:
		rest = binary.LittleEndian.AppendUint64(rest, r.sum)
		for _, part := range []string{r.key, r.call, r.prov, r.goType, r.mark} {
			rest = appendPart(rest, part)
		}
	case recordDamaged:
		rest = appendPart(rest, r.call)
		rest = appendPart(rest, r.mark)
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

// parseRecord takes a record off the front of b.
func parseRecord(b []byte) (r record, rest []byte, err error) {
	body, rest, ok := takePart(b)
	if !ok || len(body) == 0 {
		return r, nil, damaged("the catalog ends within a record")
	}
	r = record{flag: body[0], stored: new(stored)}
	body = body[1:]
	var to []*string
	switch r.flag {
	case recordEntry:
		to = []*string{&r.id, nil, &r.key, &r.call, &r.prov, &r.goType, &r.mark}
	case recordGone:
		to = []*string{&r.id}
	case recordDamaged:
		to = []*string{&r.id, &r.call, &r.mark}
	default:
		return r, nil, damaged("the catalog has a record of unknown kind %q", r.flag)
	}
	for _, p := range to {
		if p == nil {
			if len(body) < 8 {
				return r, nil, damaged("the catalog has a short record")
			}
			r.sum = binary.LittleEndian.Uint64(body)
			body = body[8:]
			continue
		}
		part, next, ok := takePart(body)
		if !ok {
			return r, nil, damaged("the catalog has a short record")
		}
		*p, body = string(part), next
	}
	return r, rest, nil
}

// listing is a catalog as it stands: the last record of each id that was not
// deleted, in no order. dead counts the records that no longer count.
type listing struct {
	live map[string]record
	dead int
	rows *snapshot // of the packed table, where there is one
}

func parseCatalog(b []byte) (*listing, error) {
	l := &listing{live: make(map[string]record)}
	for len(b) > 0 {
		r, rest, err := parseRecord(b)
		if err != nil {
			return nil, err
		}
		l.add(r)
		b = rest
	}
	return l, nil
}

func (l *listing) add(r record) {
	if _, there := l.live[r.id]; there {
		l.dead++
	}
	if r.flag == recordGone {
		l.dead++
		delete(l.live, r.id)
		return
	}
	l.live[r.id] = r
}

// entry returns what a listing yields for the record.
func (r record) entry() (*driver.Entry, error) {
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
