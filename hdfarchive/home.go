package hdfarchive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/keymap"
)

// attrLost is the attribute of a function from which something damaged was set aside:
// how many entries went with it of which not even the key is known.
const attrLost = "lost"

// home is the group of a function. What is damaged in it goes out of the way, as
// damaged-<n>, and where even that is impossible another group takes its place.
type home struct {
	function string // its name
	root     *h5.Group
	link     string // what the group is called in root
	group    *h5.Group
	lost     int
	// careful deletes nothing: HDF5 has failed to, and only a file that is opened
	// again can be trusted after that.
	careful bool
}

// openHome opens the group of a function. The error is h5.ErrAbsent where there is
// none.
func openHome(root *h5.Group, function string) (*home, error) {
	h := &home{function: function, root: root, link: groupName(function)}
	var err error
	h.group, err = root.Group(h.link)
	for i := 1; unreadable(err) && i <= maxSpare; i++ {
		h.link = spareName(function, i)
		g, spareErr := root.Group(h.link)
		if errors.Is(spareErr, h5.ErrAbsent) {
			break
		}
		h.group, err = g, spareErr
	}
	if err != nil {
		return nil, err
	}
	i, err := h.group.Glance(".", attrLost)
	if err != nil {
		return nil, errors.Join(err, h.group.Close())
	}
	lost, _ := uintAttr(i, attrLost)
	h.lost = int(min(lost, maxLost))
	return h, nil
}

// ours tells the group of a function that has lost its entries from one of another program,
// which may well have an attribute called name. A function's has besides, of its first entry,
// the names of the arguments, and of all the table of rows or the catalog.
func (h *home) ours() (bool, error) {
	i, err := h.group.Glance(".", attrName)
	if err != nil || i.Attr(attrName) == nil {
		return false, err
	}
	if i, err = h.group.Stat(".", attrArgs); err != nil {
		return false, err
	}
	if a := i.Attr(attrArgs); a != nil {
		var args []string
		if text, ok := a.Text(); ok && json.Unmarshal([]byte(text), &args) == nil {
			return true, nil
		}
	}
	rows, err := h.group.Has(packedName)
	if err != nil || rows || h.lost > 0 {
		return true, err
	}
	return h.group.Has(catalogName)
}

const (
	maxSpare = 9
	maxLost  = 1 << 40
)

// spareName is what the group of a function is called where HDF5 can neither open nor
// rename those of its own name and of lower numbers. No escaped name contains it.
func spareName(function string, i int) string { return spareOf(groupName(function), i) }

func spareOf(link string, i int) string { return fmt.Sprintf("%s%%~%d", link, i) }

// newHome makes the group of a function, where there is none that can be opened.
func newHome(root *h5.Group, function string, attrs []h5.Attr) (*home, error) {
	h := &home{function: function, root: root, link: groupName(function)}
	for i := 0; ; i++ {
		if i > 0 {
			h.link, h.lost = spareName(function, i), 1 // at least
		}
		g, err := root.Group(h.link)
		if err == nil {
			err = g.Close()
		}
		if err == nil || errors.Is(err, h5.ErrChanged) {
			return nil, fmt.Errorf("%w: /%s in the file is of another program; rename it there, or the function", fs.ErrExist, h.link)
		}
		if !unreadable(err) || i == maxSpare {
			break
		}
	}
	if h.lost > 0 {
		attrs = append(attrs, h5.Uint64Attr(attrLost, uint64(h.lost)))
	}
	var err error
	h.group, err = root.NewGroup(h.link, &h5.GroupOptions{Attrs: attrs})
	return h, err
}

// unreadable tells whether HDF5 could not open an object because of damage.
func unreadable(err error) bool { return errors.Is(err, h5.ErrLibrary) }

// damage tells whether an error is one of what the file holds.
func damage(err error) bool {
	return errors.Is(readError(err), driver.ErrCorrupt) && !errors.Is(err, h5.ErrAbsent) && !noSpace(err)
}

// lose notes that something was set aside, and with it so many entries of unknown keys.
func (h *home) lose(entries int) error {
	h.lost += entries
	return h.group.SetAttrs(".", []h5.Attr{h5.Uint64Attr(attrLost, uint64(h.lost))})
}

// lostKey is that of all entries in a listing whose own keys are not known.
var lostKey = keymap.Key{Name: "damaged"}

// lostError says that there are such entries.
func (h *home) lostError() error {
	return fmt.Errorf("%w: %d entries of this function or more were lost to damage; what is left of them lies in /%s/%s<n> until the archive is compacted; delete the key %q to be told no more",
		driver.ErrCorrupt, h.lost, h.link, asidePrefix, lostKey.Name)
}

// setAside renames a child that is damaged, and returns where it is then, below the group.
func (h *home) setAside(name string) (path string, err error) {
	if path, err = spare(h.group); err != nil {
		return "", err
	}
	if _, err := h.group.Glance(name, attrFormat); damage(err) { // an attribute that no object here has
		return h.renew(name)
	}
	if err := h.group.Rename(name, path); err != nil {
		return "", err
	}
	return path, h.lose(0)
}

// renew gives the function another group with all children but one, whose header HDF5
// needs, and cannot read, even to rename it. The old group hangs in the new one.
func (h *home) renew(without string) (path string, err error) {
	links, err := h.group.Links()
	if err != nil {
		return "", err
	}
	fresh, err := h.root.NewGroup("", nil)
	if err != nil {
		return "", err
	}
	if err := h.group.CopyAttrs(fresh); err != nil { // their texts are damaged; entries have it all
		err = fresh.SetAttrs(".", []h5.Attr{h5.TextAttr(attrName, escape(h.function))})
		if err != nil {
			return "", errors.Join(err, fresh.Close())
		}
	}
	for _, l := range links {
		if _, bad := h.group.Glance(l.Name, attrFormat); l.Name != without && l.Kind == h5.OtherObject && bad == nil {
			err = errors.Join(err, h.group.LinkInto(fresh, l.Name))
		}
	}
	if err == nil {
		path, err = spare(fresh)
	}
	if err == nil {
		err = errors.Join(fresh.Link(h.group, path), h.root.Delete(h.link), h.root.Link(fresh, h.link))
	}
	if err != nil {
		return "", errors.Join(err, fresh.Close())
	}
	err = h.group.Close()
	h.group = fresh
	return path + "/" + without, errors.Join(err, h.lose(0))
}

// spare is a name for what is set aside in a group.
func spare(g *h5.Group) (string, error) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s%d", asidePrefix, i)
		if has, err := g.Has(name); err != nil || !has {
			return name, err
		}
	}
}

// asidePrefix begins the names of what was set aside.
const asidePrefix = "damaged-"

// discard deletes a table, where there is one, or sets it aside where HDF5 cannot
// find all of its chunks.
func (h *home) discard(name string) error {
	i, err := h.group.Glance(name)
	if errors.Is(err, h5.ErrAbsent) {
		return nil
	}
	if err == nil && i.Kind == h5.DataObject && !i.Null && len(i.Shape) == 1 {
		var n int
		var size int64
		if n, size, err = i.Elements(); err == nil && n > 0 {
			err = h.group.ReadRows(name, i.Type, 0, make([]byte, size))
		}
	}
	if err != nil || h.careful {
		_, err := h.setAside(name)
		return err
	}
	return h.group.Delete(name)
}
