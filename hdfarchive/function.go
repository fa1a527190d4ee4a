package hdfarchive

import (
	"cmp"
	"encoding/json"
	"errors"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// Names within the group of a function, and its attributes.
const (
	entriesName = "entries"
	largeName   = "large" // parts of entries that are too large for an attribute
	attrName    = "name"  // of the function, escaped
	attrVersion = "version"
	attrRule    = "rounding"
	attrArgs    = "arguments" // JSON list of names
	attrUnits   = "units"     // JSON object, of those arguments that have any
)

// function is an open group of a function. The store's lock guards it.
type function struct {
	*home
	name    string
	entries *h5.Group
	objects int    // among entries, but those of this commit that were replaced count twice
	index   *index // of entries; nil where it must be made anew
	packed  *packed
	sliced  sliced
}

// openFunction opens the group of a function. The error is h5.ErrAbsent where
// there is none.
func openFunction(root *h5.Group, name string) (*function, error) {
	h, err := openHome(root, name)
	if err != nil {
		return nil, err
	}
	entries, err := h.group.Group(entriesName)
	if errors.Is(err, h5.ErrAbsent) {
		if ours, unknown := h.ours(); unknown != nil {
			err = unknown
		} else if ours {
			err = damaged("function %s has no %s", name, entriesName)
		}
	}
	if err != nil {
		return nil, errors.Join(err, h.group.Close())
	}
	f := &function{home: h, name: name, entries: entries}
	n, ever, err := entries.Info()
	if err == nil {
		f.packed, err = openPacked(h)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.objects = n
	f.index = loadIndex(h.group, n, ever)
	return f, nil
}

// stale tells whether the index must be made anew.
func (f *function) stale() (bool, error) {
	if f.index != nil {
		return false, nil
	}
	n, _, err := f.entries.Info()
	return n > 0, err
}

// newFunction makes the group of a function for its first entry.
func newFunction(root *h5.Group, first *driver.Entry) (*function, error) {
	name := first.Call.Function
	h, err := newHome(root, name, functionAttrs(first))
	if err != nil {
		return nil, err
	}
	entries, err := h.group.NewGroup(entriesName, &h5.GroupOptions{Counted: true})
	if err != nil {
		return nil, errors.Join(err, h.group.Close())
	}
	packed, err := openPacked(h)
	return &function{home: h, name: name, entries: entries, packed: packed}, err
}

// functionAttrs tell a reader of the file what the entries are of. Listings go by
// the entries: those may have other versions and arguments.
func functionAttrs(first *driver.Entry) []h5.Attr {
	attrs := []h5.Attr{h5.TextAttr(attrName, escape(first.Call.Function))}
	if s := first.Call.Version; s != "" {
		attrs = append(attrs, h5.TextAttr(attrVersion, s))
	}
	if s := first.Call.Rounding; s != "" {
		attrs = append(attrs, h5.TextAttr(attrRule, s))
	}
	var names []string
	units := map[string]string{}
	for _, arg := range first.Call.Args {
		names = append(names, arg.Name)
		if a, ok := arg.Value.(*value.Array); ok && a.Units != "" {
			units[arg.Name] = a.Units
		}
	}
	for _, arg := range scalars(nil, "", first.Call.Args, 0) { // those in structs, too
		if arg.Units != "" {
			units[arg.name] = arg.Units
		}
	}
	for attr, x := range map[string]any{attrArgs: names, attrUnits: units} {
		text, err := json.Marshal(x) // never fails for strings
		if err == nil && len(names) > 0 && (attr == attrArgs || len(units) > 0) {
			attrs = append(attrs, h5.TextAttr(attr, string(text)))
		}
	}
	return attrs
}

func (f *function) close() error {
	var errs []error
	if f.index != nil {
		errs = append(errs, f.index.close())
	}
	if f.packed != nil {
		errs = append(errs, f.packed.close())
	}
	if f.entries != nil {
		errs = append(errs, f.entries.Close())
	}
	return cmp.Or(append(errs, f.group.Close())...)
}

// count is the number of entries.
func (f *function) count() (int, error) {
	n, _, err := f.entries.Info()
	return n + f.packed.count(), err
}

// large opens the group of the large parts of an entry, nil where there is none.
func (f *function) large(id string) func() (*h5.Group, error) {
	return func() (*h5.Group, error) { return openLarge(f.group, id) }
}

func openLarge(g *h5.Group, id string) (*h5.Group, error) {
	all, err := g.Group(largeName)
	if errors.Is(err, h5.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer all.Close()
	own, err := all.Group(id)
	if errors.Is(err, h5.ErrAbsent) {
		return nil, nil
	}
	return own, err
}

// stat finds the entry of a key. The error is driver.ErrNotFound where there is
// none, or one of another key. look is a way of f.entries to describe it: Committed or Fetch
// for readers, Glance within a commit.
func (f *function) stat(key keymap.Key, look func(string, ...string) (*h5.Info, error)) (id string, i *h5.Info, s *stored, err error) {
	id = entryID(key)
	i, err = look(id, entryAttrs...)
	if errors.Is(err, h5.ErrAbsent) {
		return id, nil, nil, driver.ErrNotFound
	}
	if err != nil {
		return id, nil, nil, readError(err)
	}
	s, err = readStored(id, i, f.large(id))
	if err != nil {
		return id, nil, nil, readError(err)
	}
	if s.key != key.Canonical {
		return id, nil, nil, driver.ErrNotFound
	}
	return id, i, s, nil
}

// has tells a commit whether there is an entry of this key that is not damaged.
func (f *function) has(key keymap.Key) (bool, error) {
	_, err := f.packed.get(key, false)
	if err != nil {
		_, _, _, err = f.stat(key, f.entries.Glance)
	}
	if errors.Is(err, driver.ErrNotFound) || errors.Is(err, driver.ErrCorrupt) {
		return false, nil
	}
	return err == nil, err
}

// put stores an entry, over that of the same key, as a row where it fits, or else as
// an object. The changes are what the index is to know.
func (f *function) put(p *prepared) (changes []change, err error) {
	if p.row != nil {
		fits, err := f.packed.put(p.row)
		if err != nil {
			return nil, err
		}
		if fits {
			if f.objects == 0 {
				return nil, nil
			}
			id := entryID(p.e.Key)
			if there, err := f.remove(id); !there || err != nil {
				return nil, err
			}
			return []change{gone(id)}, nil
		}
		if err := p.layOut(); err != nil {
			return nil, err
		}
	}
	if _, err := f.packed.remove(p.e.Key.Digest); err != nil {
		return nil, err
	}
	replaced, err := f.write(p)
	f.objects++
	return []change{{record{flag: recordEntry, id: p.id, stored: p.stored}, p.e, replaced}}, err
}

func gone(id string) change {
	return change{record: record{flag: recordGone, id: id}, replaces: true}
}

// drop deletes the entry of a key, or returns driver.ErrNotFound.
func (f *function) drop(key keymap.Key) (changes []change, err error) {
	if key == lostKey && f.lost > 0 {
		return nil, f.lose(-f.lost)
	}
	_, err = f.packed.get(key, false)
	if err == nil || errors.Is(err, driver.ErrCorrupt) {
		there, err := f.packed.remove(key.Digest)
		if there || err != nil {
			return nil, err
		}
	} else if !errors.Is(err, driver.ErrNotFound) {
		return nil, err
	}
	id, _, _, err := f.stat(key, f.entries.Glance)
	if err != nil && !errors.Is(err, driver.ErrCorrupt) {
		return nil, err
	}
	if _, err := f.remove(id); err != nil {
		return nil, err
	}
	return []change{gone(id)}, nil
}

// write stores a prepared entry, over that of the same id.
func (f *function) write(p *prepared) (replaced bool, err error) {
	// Most entries are new, and a dataset finds that out before it is written.
	if p.object.set != nil && p.object.within == nil && len(p.large) == 0 {
		if err := p.object.write(f.entries); err == nil || !errors.Is(err, h5.ErrExists) && !damage(err) {
			return false, err
		}
	}
	if replaced, err = f.remove(p.id); err != nil {
		return replaced, err
	}
	if err := writeLarge(f.group, p); err != nil {
		return replaced, err
	}
	return replaced, p.object.write(f.entries)
}

func writeLarge(g *h5.Group, p *prepared) error {
	if len(p.large) == 0 {
		return nil
	}
	all, err := g.Group(largeName)
	if errors.Is(err, h5.ErrAbsent) {
		all, err = g.NewGroup(largeName, nil)
	}
	if err != nil {
		return err
	}
	defer all.Close()
	return (&object{name: p.object.name, children: p.large}).write(all)
}

// remove deletes an entry and its large parts, and tells whether it was there.
func (f *function) remove(id string) (there bool, err error) {
	there, err = f.entries.Has(id)
	switch {
	case err != nil || there && (f.careful || !whole(f.entries, id, 0)):
		if err := f.salvage(id); err != nil {
			return true, err
		}
	case there:
		if err := f.entries.Delete(id); err != nil {
			return true, err
		}
	}
	all, err := f.group.Group(largeName)
	if errors.Is(err, h5.ErrAbsent) {
		return there, nil
	}
	if err != nil {
		return there, err
	}
	defer all.Close()
	if has, err := all.Has(id); err != nil || !has {
		return there, err
	}
	if !f.careful && whole(all, id, 0) {
		return there, all.Delete(id)
	}
	aside, err := spare(all)
	if err != nil {
		return there, err
	}
	return there, all.Rename(id, aside)
}

// list reads what a listing yields.
func (f *function) list() (*listing, error) {
	l := &listing{}
	if n, _, err := f.entries.Info(); err != nil {
		return nil, readError(err)
	} else if n > 0 {
		if l, err = f.listing(); err != nil {
			return nil, err
		}
	}
	if f.lost > 0 && l.lost == nil {
		l.lost = f.lostError()
	}
	var err error
	l.packed, err = f.packed.snapshot()
	return l, err
}

// listing reads the catalog, or the entries themselves where it does not fit them.
func (f *function) listing() (*listing, error) {
	n, ever, err := f.entries.Info()
	if err != nil {
		return nil, readError(err)
	}
	if f.index != nil && f.index.rows == n && f.index.sequence == ever {
		if l, err := readCatalog(f.group); err == nil && l.count() == n {
			return l, nil
		}
	}
	ids, lost, _, err := f.known()
	if err != nil {
		return nil, readError(err)
	}
	return f.walk(ids, lost), nil
}

// walk makes a listing by a look at every entry that is known, see there.
func (f *function) walk(ids []string, lost int) *listing {
	look := f.entries.Skim
	if f.entries.Flush() != nil { // of a damaged file
		look = f.entries.Glance
	}
	l := newLedger(nil, nil, 0)
	for _, id := range ids {
		r := record{flag: recordEntry, id: id}
		i, err := look(id, entryAttrs...)
		if err == nil {
			r.stored, err = readStored(id, i, f.large(id))
		}
		if err != nil {
			r = record{flag: recordDamaged, id: id, stored: &stored{id: id, call: readError(err).Error()}}
		}
		l.add(r)
	}
	if lost > 0 {
		l.lost = damaged("%d entries whose names cannot be read", lost)
	}
	return l.done()
}

// save brings the index up to date with the changes of a commit, and the rows.
func (f *function) save(changes []change) error {
	if err := f.packed.save(); err != nil {
		return err
	}
	if f.packed.gone > 0 {
		if err := f.lose(f.packed.gone); err != nil {
			return err
		}
		f.packed.gone = 0
	}
	n, ever, err := f.entries.Info()
	f.objects = n
	if err != nil || len(changes) == 0 && (f.index != nil || n == 0) {
		return err
	}
	if n == 0 { // all are rows
		return f.discardIndex()
	}
	if f.index != nil && f.index.rows+rowsAdded(changes) == n {
		ok, err := f.index.apply(f.group, changes, ever)
		if err == nil && ok {
			return nil
		}
		if err == nil {
			// The catalog is complete, the table is not.
			if l, err := readCatalog(f.group); err == nil && l.count() == n {
				return f.rebuild(l, ever)
			}
		}
	}
	ids, lost, readable, err := f.known()
	if err == nil && !readable {
		if err := f.salvage(""); err != nil {
			return err
		}
		if f.objects, ever, err = f.entries.Info(); err != nil {
			return err
		}
		ids, lost, _, err = f.known()
	}
	if err != nil {
		return readError(err)
	}
	return f.rebuild(f.walk(ids, lost), ever)
}

func (f *function) rebuild(l *listing, sequence int64) error {
	err := f.discardIndex()
	if err == nil {
		f.index, err = rebuild(f.group, l, sequence)
	}
	return err
}

// discardIndex deletes what rebuild makes.
func (f *function) discardIndex() error {
	return errors.Join(f.forgetIndex(), f.discard(indexName), f.discard(catalogName), f.discard(formsName))
}

// forgetIndex leaves the index to be made anew.
func (f *function) forgetIndex() (err error) {
	if f.index != nil {
		err = f.index.close()
		f.index = nil
	}
	return err
}

func rowsAdded(changes []change) (n int) {
	for _, c := range changes {
		switch {
		case c.e == nil:
			n--
		case !c.replaces:
			n++
		}
	}
	return n
}

// describe sums the function up by its newest entry.
func (f *function) describe() (driver.Function, error) {
	n, ever, err := f.entries.Info()
	if err != nil {
		return driver.Function{}, readError(err)
	}
	all := n + f.packed.count()
	if f.packed.bad != nil || all == 0 && f.lost > 0 {
		all++ // at least, so that a listing tells of it
	}
	var last newest
	if x := f.index; x != nil && x.newest.ID != "" && x.rows == n && x.sequence == ever {
		last = x.newest
	} else if n > 0 {
		l, err := f.listing()
		if err != nil {
			return driver.Function{}, err
		}
		last = l.newest()
	}
	if rows, agree := f.packed.agreed(); agree && (last.ID == "" || rows.like(&last)) {
		return rows.function(f.name, all), nil
	}
	rows, err := f.packed.snapshot()
	if row := rows.newest(); row.ID != "" && (last.ID == "" || last.before(&row)) {
		last = row
	}
	return last.function(f.name, all), err
}
