package hdfarchive

import (
	"errors"
	"fmt"

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

// salvage gives the function a new group of entries with all that are whole, and
// keeps the old group, with what cannot even be deleted, beside it. The entry id is
// left out in any case.
func (f *function) salvage(id string) error {
	fresh, err := f.group.NewGroup("", &h5.GroupOptions{Counted: true})
	if err != nil {
		return err
	}
	links, err := f.entries.Links()
	if err != nil {
		links = nil // the group itself is damaged: its entries are lost
	}
	for _, l := range links {
		if l.Name == id || l.Kind != h5.OtherObject || !whole(f.entries, l.Name, 0) {
			continue
		}
		if err := f.entries.LinkInto(fresh, l.Name); err != nil {
			return errors.Join(err, fresh.Close())
		}
	}
	err = setAside(f.group, entriesName)
	if err == nil {
		err = f.group.Link(fresh, entriesName)
	}
	if err != nil {
		return errors.Join(err, fresh.Close())
	}
	err = f.entries.Close()
	f.entries, f.index = fresh, nil
	return err
}

// setAside renames a child that is damaged.
func setAside(g *h5.Group, name string) error {
	for i := 1; ; i++ {
		aside := fmt.Sprintf("damaged-%d", i)
		if has, err := g.Has(aside); err != nil {
			return err
		} else if !has {
			return g.Rename(name, aside)
		}
	}
}

// discard deletes a table, where there is one, or sets it aside where HDF5 cannot
// find all of its chunks.
func discard(g *h5.Group, name string) error {
	i, err := g.Glance(name)
	if errors.Is(err, h5.ErrAbsent) {
		return nil
	}
	if err == nil && i.Kind == h5.DataObject && !i.Null && len(i.Shape) == 1 {
		var n int
		var size int64
		if n, size, err = i.Elements(); err == nil && n > 0 {
			err = g.ReadRows(name, i.Type, 0, make([]byte, size))
		}
	}
	if err != nil {
		return setAside(g, name)
	}
	return g.Delete(name)
}
