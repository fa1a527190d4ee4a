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

// Claims are the ways to give a file a name that no other has.
var Claims = map[string]func(from, to string) error{"rename": renameNew, "link": linkNew}

type Schema = schema

func (s *schema) Merge(id string, e *driver.Entry) bool { return s.merge(id, e) }

func (s *schema) AppendRow(dst []byte, id string, e *driver.Entry) []byte {
	return s.appendRow(dst, id, e)
}

func (s *schema) RowType() h5.Type { return s.rowType() }

// Catalog is one of a function, as a file has it.
type Catalog struct {
	Bytes []byte
	forms formSet
}

// Add appends the record of an entry: a row where it can be one and text is false.
func (c *Catalog) Add(e *driver.Entry, text bool) error {
	var r record
	var err error
	if text {
		r = record{flag: recordEntry, id: entryID(e.Key), mark: "m"}
		r.stored, err = newStored(e)
	} else {
		r, err = c.forms.newRecord(nil, e, "m", new([]byte))
	}
	if err == nil {
		c.Bytes = r.append(c.Bytes)
	}
	return err
}

// Delete appends that an entry is gone, and Damage that it cannot be read.
func (c *Catalog) Delete(id string) { c.Bytes = gone(id).record.append(c.Bytes) }
func (c *Catalog) Damage(id string) {
	c.Bytes = record{flag: recordDamaged, id: id, stored: &stored{call: "why"}}.append(c.Bytes)
}

// List returns the ids in the order of a listing, and behind the others those that are
// damaged, each with a bang.
func (c *Catalog) List() (ids []string, err error) {
	l, err := parseCatalog(c.Bytes, &c.forms)
	if err != nil {
		return nil, err
	}
	for e := range l.entries() {
		if e.err != nil {
			e.id += "!"
		}
		ids = append(ids, e.id)
	}
	return ids, nil
}

// Rewrite returns a catalog with the records alone that count.
func (c *Catalog) Rewrite() (*Catalog, error) {
	l, err := parseCatalog(c.Bytes, &c.forms)
	if err != nil {
		return nil, err
	}
	again := &Catalog{forms: c.forms}
	for r := range l.records() {
		again.Bytes = r.append(again.Bytes)
	}
	return again, nil
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
