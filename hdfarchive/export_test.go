package hdfarchive

import (
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// The parsers and escapes of this package meet bytes from outside, but have no
// exported form: the tests reach them by these names.

const MaxName = maxName

var (
	Escape    = escape
	Unescape  = unescape
	GroupName = groupName
	EntryID   = entryID
	Shard     = shard
)

type Schema = schema

func (s *schema) Merge(id string, e *driver.Entry) bool { return s.merge(id, e) }

func (s *schema) AppendRow(dst []byte, id string, e *driver.Entry) []byte {
	return s.appendRow(dst, id, e)
}

func (s *schema) RowType() h5.Type { return s.rowType() }

// CatalogOf returns a catalog with e, a damaged entry and one that is gone.
func CatalogOf(e *driver.Entry) ([]byte, error) {
	s, err := newStored(e)
	if err != nil {
		return nil, err
	}
	b := record{flag: recordEntry, id: s.id, stored: s, mark: "m"}.append(nil)
	b = record{flag: recordDamaged, id: "x", stored: &stored{call: "why"}}.append(b)
	return record{flag: recordGone, id: "x"}.append(b), nil
}

// RewriteCatalog parses a catalog and writes what is live in it again.
func RewriteCatalog(b []byte) (again []byte, live int, err error) {
	l, err := parseCatalog(b, &formSet{})
	if err != nil {
		return nil, 0, err
	}
	for range l.entries() {
	}
	for r := range l.records() {
		again = r.append(again)
	}
	return again, l.count(), nil
}

// EntryOf reads an entry from its texts.
func EntryOf(id, key, call, prov string) (*driver.Entry, error) {
	return (&stored{id: id, key: key, call: call, prov: prov}).entry()
}

// TextsOf writes the texts of an entry.
func TextsOf(e *driver.Entry) (call, prov string, err error) {
	s, err := newStored(e)
	if err != nil {
		return "", "", err
	}
	return s.call, s.prov, nil
}

// FormOf returns the form of an entry that can be a row.
func FormOf(e *driver.Entry) (string, error) {
	f, err := newForm(e, 8)
	if err != nil {
		return "", err
	}
	return f.text, nil
}

// RewriteForm parses a form and writes it again.
func RewriteForm(text string) (string, error) {
	f, err := parseForm(text)
	if err == nil {
		f, err = f.withKey(f.Key)
	}
	if err != nil {
		return "", err
	}
	return f.text, nil
}

// CloseUnder closes the file of an archive, as if HDF5 had lost it.
func CloseUnder(a *archive.Archive) error { return a.Driver().(*File).store.file.Close() }

// SetLeaseTTL sets for how long an owner that gives no sign of life is believed to
// live, which no test has the time to wait for.
func SetLeaseTTL(a *archive.Archive, d time.Duration) { a.Driver().(*hdfdir).leases.ttl = d }
