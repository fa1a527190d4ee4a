package hdfarchive

import (
	"errors"
	"maps"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// whole tells whether HDF5 can read an object and all below it. To delete one that
// is damaged fails halfway, and leaves the library confused for the file.
func whole(g *h5.Group, name string, depth int) bool {
	i, err := g.Glance(name, valueAttrs...)
	if err != nil || depth > value.MaxDepth {
		return errors.Is(err, h5.ErrRefused) && depth == 0 // a link, which goes without its target
	}
	if i.Kind != h5.GroupObject {
		return true
	}
	own, err := g.Group(name)
	if err != nil {
		return false
	}
	defer own.Close()
	links, err := own.Links()
	if err != nil {
		return false
	}
	for _, l := range links {
		if l.Kind == h5.OtherObject && !whole(own, l.Name, depth+1) {
			return false
		}
	}
	return true
}

// known returns the names of all entries that are objects, and how many there are beside
// those: where the group itself cannot be read, the index and the catalog tell.
// readable is false then.
func (f *function) known() (ids []string, lost int, readable bool, err error) {
	n := -1
	if f.entries != nil {
		links, err := f.entries.Links()
		if err == nil {
			for _, l := range links {
				ids = append(ids, l.Name)
			}
			return ids, 0, true, nil
		}
		if !damage(err) {
			return nil, 0, false, err
		}
		if n, _, err = f.entries.Info(); err != nil {
			n = -1
		}
	}
	have := make(map[string]bool)
	if l, err := readCatalog(f.group); err == nil {
		for r := range l.records() {
			have[r.id] = true
		}
	} else if !damage(err) && !errors.Is(err, h5.ErrAbsent) {
		return nil, 0, false, err
	}
	if f.index != nil && len(have) < n && f.index.loadIDs(f.group) == nil {
		for _, id := range f.index.ids {
			have[id] = true
		}
	}
	lost = max(0, n-len(have))
	if n < 0 && len(have) == 0 {
		lost = 1 // at least
	}
	return slices.Sorted(maps.Keys(have)), lost, false, nil
}

// salvage gives the function a new group of entries with all that are whole, and keeps
// the old group, with what cannot even be deleted, beside it. In place of an entry that
// is damaged there is a link to where it was, so that listings tell of it. The entry id
// is left out in any case.
func (f *function) salvage(id string) error {
	ids, lost, readable, err := f.known()
	if err != nil {
		return err
	}
	path, err := f.setAside(entriesName)
	if err != nil {
		return err
	}
	fresh, err := f.group.NewGroup(entriesName, &h5.GroupOptions{Counted: true})
	if err != nil {
		return err
	}
	for _, other := range ids {
		if other == id {
			continue
		}
		there := false
		if f.entries != nil {
			there, err = f.entries.Has(other)
			if err == nil && !there && !readable && f.index == nil {
				continue // the catalog is of another time
			}
		}
		if there && whole(f.entries, other, 0) && f.entries.LinkInto(fresh, other) == nil {
			continue
		}
		if err := fresh.SoftLink(other, "/"+f.link+"/"+path+"/"+other); err != nil {
			return errors.Join(err, fresh.Close())
		}
	}
	if f.entries != nil {
		err = f.entries.Close()
	}
	f.entries = fresh
	return errors.Join(err, f.forgetIndex(), f.lose(lost))
}

// mendFunction opens a function, for a Put, of which something cannot be opened.
func mendFunction(root *h5.Group, first *driver.Entry) (*function, error) {
	h, err := openHome(root, first.Call.Function)
	if unreadable(err) {
		return newFunction(root, first)
	}
	if err != nil {
		return nil, err
	}
	f := &function{name: first.Call.Function, home: h}
	if f.packed, err = openPacked(h); err == nil {
		err = f.salvage("")
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}
