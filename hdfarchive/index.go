package hdfarchive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// An index is two datasets beside the entries: "index", a table for people and
// pandas, and "catalog", what a listing of entries needs (record.go). Attributes of
// the table say of which state of the entries both are.
const (
	indexName   = "index"
	catalogName = "catalog"

	attrState  = "state"  // numbers of entries, of links ever made among them, of bytes and records of the catalog
	attrSchema = "schema" // JSON
	attrNewest = "newest" // JSON
)

// chunkBytes is how much the tables grow by: small enough to waste little on a
// function with one entry, large enough to list 10,000 in a few hundred reads.
const chunkBytes = 16 << 10

var byteType = h5.IntType(1, false)

// index is the state of a function's index, in memory.
type index struct {
	schema   schema
	newest   newest
	rows     int      // of the table
	sequence int64    // as of the last save
	catalog  int      // bytes of the catalog
	records  int      // of the catalog
	forms    *formSet // of those; nil until needed
	// ids are the ids of the rows, and rowOf their inverse; nil until needed.
	ids   []string
	rowOf map[string]int
	// table and log are the two datasets, open; nil until something is written.
	table, log *h5.Table
	told       map[string][]byte // attributes of the table, as they were last written
}

// newest describes a function by its newest entry. Without an ID it is not known.
type newest struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"` // of the key, escaped
	Created  time.Time `json:"created"`
	Version  string    `json:"version"` // escaped, as Rounding and Args
	Rounding string    `json:"rounding"`
	Args     []string  `json:"args"`
}

func newestOf(id string, e *driver.Entry) newest {
	n := newest{ID: id, Name: escape(e.Key.Name), Created: e.Provenance.Created, Version: escape(e.Call.Version), Rounding: escape(e.Call.Rounding)}
	if len(e.Call.Args) > 0 {
		n.Args = make([]string, len(e.Call.Args)) // a list that is empty is null in the file
	}
	for i, arg := range e.Call.Args {
		n.Args[i] = escape(arg.Name)
	}
	return n
}

// before is the order of listings: creation, then name of the key.
func (n *newest) before(m *newest) bool {
	a, _ := unescape(n.Name)
	b, _ := unescape(m.Name)
	return cmp.Or(n.Created.Compare(m.Created), strings.Compare(a, b)) < 0
}

func (n *newest) function(name string, entries int) driver.Function {
	f := driver.Function{Name: name, Entries: entries}
	f.Version, _ = unescape(n.Version)
	f.Rounding, _ = unescape(n.Rounding)
	for _, arg := range n.Args {
		arg, _ = unescape(arg)
		f.Args = append(f.Args, arg)
	}
	return f
}

// loadIndex reads the state of the index in group g, nil where there is none that
// fits: entries and sequence are what the group of entries says of itself.
func loadIndex(g *h5.Group, entries int, sequence int64) *index {
	i, err := g.Stat(indexName, attrState, attrSchema, attrNewest)
	if err != nil || len(i.Shape) != 1 || i.Shape[0] != entries {
		return nil
	}
	x := &index{rows: entries, sequence: sequence}
	state := i.Attr(attrState)
	if state == nil || !state.Type.Same(h5.IntType(8, false)) || len(state.Data) != 4*8 {
		return nil
	}
	if le.Uint64(state.Data) != uint64(entries) || le.Uint64(state.Data[8:]) != uint64(sequence) {
		return nil
	}
	x.catalog, x.records = int(le.Uint64(state.Data[16:])), int(le.Uint64(state.Data[24:]))
	if !jsonAttr(i, attrSchema, &x.schema) || !jsonAttr(i, attrNewest, &x.newest) || x.schema.rowType().Size != i.Type.Size {
		return nil
	}
	if i, err = g.Stat(catalogName); err != nil || len(i.Shape) != 1 || i.Shape[0] != x.catalog {
		return nil
	}
	return x
}

func uintAttr(i *h5.Info, name string) (uint64, bool) {
	a := i.Attr(name)
	if a == nil {
		return 0, false
	}
	return a.Uint64()
}

func jsonAttr(i *h5.Info, name string, to any) bool {
	a := i.Attr(name)
	if a == nil {
		return false
	}
	s, ok := a.Text()
	return ok && json.Unmarshal([]byte(s), to) == nil
}

// attrs describe the index to loadIndex.
func (x *index) attrs() ([]h5.Attr, error) {
	schema, err := x.schema.marshal()
	if err != nil {
		return nil, err
	}
	newest, err := json.Marshal(x.newest)
	if err != nil {
		return nil, err
	}
	state := h5.Attr{Name: attrState, Type: h5.IntType(8, false), Shape: []int{4}}
	for _, n := range [...]int{x.rows, int(x.sequence), x.catalog, x.records} {
		state.Data = le.AppendUint64(state.Data, uint64(n))
	}
	// An attribute is written in place where its length stays, so that one follows another
	// with spaces behind.
	for len(newest)%64 != 0 {
		newest = append(newest, ' ')
	}
	if len(schema) > maxAttr || len(newest) > maxAttr {
		schema, newest = " ", []byte(" ") // the index is made anew at each open
	}
	return []h5.Attr{state, h5.FixedTextAttr(attrSchema, schema), h5.FixedTextAttr(attrNewest, string(newest))}, nil
}

// tell writes the attributes that are not what they were.
func (x *index) tell(g *h5.Group) error {
	attrs, err := x.attrs()
	if err != nil {
		return err
	}
	attrs = slices.DeleteFunc(attrs, func(a h5.Attr) bool {
		old, there := x.told[a.Name]
		return there && bytes.Equal(old, a.Data)
	})
	if len(attrs) == 0 {
		return nil
	}
	if x.told == nil {
		x.told = make(map[string][]byte)
	}
	for _, a := range attrs {
		x.told[a.Name] = a.Data
	}
	return g.SetAttrs(indexName, attrs)
}

// open opens the two datasets for writing.
func (x *index) open(g *h5.Group) (err error) {
	if x.table == nil {
		if x.table, err = g.Table(indexName, x.schema.rowType()); err != nil {
			return err
		}
	}
	if x.log == nil {
		x.log, err = g.Table(catalogName, byteType)
	}
	return err
}

// close releases what open opened; the index may be used again.
func (x *index) close() error {
	var errs []error
	for _, t := range []**h5.Table{&x.table, &x.log} {
		if *t != nil {
			errs = append(errs, (*t).Close())
			*t = nil
		}
	}
	return cmp.Or(errs...)
}

// readCatalog reads the whole catalog in group g.
func readCatalog(g *h5.Group) (*listing, error) {
	i, err := g.Stat(catalogName)
	if err != nil {
		return nil, err
	}
	n, _, err := i.Elements()
	if err != nil || len(i.Shape) != 1 || i.Type.Class != h5.Int || i.Type.Size != 1 {
		return nil, damaged("the catalog is no sequence of bytes")
	}
	b := make([]byte, n)
	if err := g.ReadRows(catalogName, byteType, 0, b); err != nil {
		return nil, err
	}
	forms, err := readForms(g)
	if err != nil {
		return nil, err
	}
	return parseCatalog(b, forms)
}

// rebuild writes table and catalog in group g, which has none, from what the entries
// say, and returns their state.
func rebuild(g *h5.Group, l *listing, sequence int64) (*index, error) {
	x := &index{sequence: sequence, records: l.count(), rowOf: make(map[string]int), forms: &formSet{}}
	var catalog, lines []byte
	for e := range l.entries() {
		var r record
		if e.err != nil {
			r = *e.from
			widen(&x.schema.ID, len(e.id))
		} else {
			var s *stored
			if e.from != nil {
				s = e.from.stored
			}
			var err error
			if r, err = x.forms.newRecord(s, e.e, e.mark, &lines); err != nil {
				return nil, err
			}
			x.schema.merge(e.id, e.e)
			x.newest = newestOf(e.id, e.e) // the last one is the newest
		}
		catalog = r.append(catalog)
	}
	widen(&x.schema.ID, 1)
	widen(&x.schema.Shape, 1)
	var rows []byte
	for e := range l.entries() {
		entry := e.e
		if e.err != nil {
			entry = &driver.Entry{Shape: "damaged"}
		}
		rows = x.schema.appendRow(rows, e.id, entry)
		x.rowOf[e.id] = len(x.ids)
		x.ids = append(x.ids, e.id)
	}
	x.rows, x.catalog = len(x.ids), len(catalog)
	attrs, err := x.attrs()
	if err != nil {
		return nil, err
	}
	t := x.schema.rowType()
	if err := g.Put(indexName, &h5.Dataset{Type: t, Shape: []int{0}, Chunk: []int{max(1, chunkBytes/t.Size)}, Attrs: attrs}); err != nil {
		return nil, err
	}
	if err := g.WriteRows(indexName, t, 0, rows); err != nil {
		return nil, err
	}
	if err := g.Put(catalogName, &h5.Dataset{Type: byteType, Shape: []int{0}, Chunk: []int{chunkBytes}}); err != nil {
		return nil, err
	}
	if err := x.forms.write(g, lines); err != nil {
		return nil, err
	}
	return x, g.WriteRows(catalogName, byteType, 0, catalog)
}

// loadIDs reads the ids of the rows.
func (x *index) loadIDs(g *h5.Group) error {
	if x.rowOf != nil {
		return nil
	}
	t := x.schema.rowType()
	rows := make([]byte, x.rows*t.Size)
	if err := g.ReadRows(indexName, t, 0, rows); err != nil {
		return err
	}
	x.rowOf = make(map[string]int, x.rows)
	x.ids = make([]string, x.rows)
	for i := range x.ids {
		x.ids[i] = strings.TrimRight(string(rows[i*t.Size:i*t.Size+x.schema.ID]), "\x00")
		x.rowOf[x.ids[i]] = i
	}
	return nil
}

// change is what a commit does to an entry. e is nil where it is deleted.
type change struct {
	record   record
	e        *driver.Entry
	replaces bool // there was an entry of the same id
}

// apply brings table and catalog up to date. It is false where they have to be
// written anew, because a column changed or most of the catalog is of the past.
func (x *index) apply(g *h5.Group, changes []change, sequence int64) (ok bool, err error) {
	if x.forms == nil {
		if x.forms, err = readForms(g); err != nil {
			return false, err
		}
	}
	if err := x.open(g); err != nil {
		return false, err
	}
	var catalog, lines []byte
	for _, c := range changes {
		r := c.record
		if c.e != nil {
			if r, err = x.forms.newRecord(r.stored, c.e, "", &lines); err != nil {
				return false, err
			}
		}
		catalog = r.append(catalog)
	}
	if err := x.forms.write(g, lines); err != nil {
		return false, err
	}
	if err := x.log.Write(x.catalog, catalog); err != nil {
		return false, err
	}
	x.catalog += len(catalog)
	x.records += len(changes)
	for _, c := range changes {
		if !x.fits(&c) {
			return false, nil
		}
	}
	if x.records > 2*(x.rows+len(changes))+1000 {
		return false, nil
	}
	old := x.rows
	var fresh []byte // rows beyond the old end
	for _, c := range changes {
		if c.e != nil && !c.replaces {
			fresh = x.schema.appendRow(fresh, c.record.id, c.e)
			if x.rowOf != nil {
				x.rowOf[c.record.id] = x.rows
				x.ids = append(x.ids, c.record.id)
			}
			x.rows++
			continue
		}
		// Rows that are there change in place: what is new must be there too.
		if err := x.table.Write(old, fresh); err != nil {
			return false, err
		}
		fresh = nil
		if err := x.loadIDs(g); err != nil {
			return false, err
		}
		if err := x.replace(&c); err != nil {
			return false, err
		}
		old = x.rows
	}
	if err := x.table.Write(old, fresh); err != nil {
		return false, err
	}
	x.sequence = sequence
	return true, x.tell(g)
}

// fits takes the entry up among the columns, and tells whether those stay. The
// newest entry becomes unknown when it is deleted or made older.
func (x *index) fits(c *change) bool {
	if c.e == nil {
		if c.record.id == x.newest.ID {
			x.newest = newest{}
		}
		return true
	}
	n := newestOf(c.record.id, c.e)
	switch {
	case x.newest.ID == "" && x.rows > 0:
	case x.rows == 0 || !n.before(&x.newest):
		x.newest = n
	case c.record.id == x.newest.ID:
		x.newest = newest{}
	}
	return !x.schema.merge(c.record.id, c.e)
}

// replace overwrites the row of an entry, or fills the row of one that was deleted
// with the last.
func (x *index) replace(c *change) error {
	row, there := x.rowOf[c.record.id]
	if !there {
		return damaged("the index lacks entry %q", c.record.id)
	}
	if c.e != nil {
		return x.table.Write(row, x.schema.appendRow(nil, c.record.id, c.e))
	}
	last := x.rows - 1
	if row != last {
		b := make([]byte, x.schema.rowType().Size)
		if err := x.table.Read(last, b); err != nil {
			return err
		}
		if err := x.table.Write(row, b); err != nil {
			return err
		}
		x.ids[row] = x.ids[last]
		x.rowOf[x.ids[row]] = row
	}
	delete(x.rowOf, c.record.id)
	x.ids = x.ids[:last]
	x.rows = last
	return x.table.Resize(last)
}
