package h5

/*
#include "shim.h"
*/
import "C"

// Group is an open group of a file. Names of children are single names: a slash,
// a NUL, "." and ".." are refused. Close releases it; closing the file does so too.
type Group struct {
	f  *File
	id C.hid_t
}

// Kind says what an object or a link is.
type Kind uint8

// The kinds. Their numbers are those of shim.h.
const (
	OtherObject  Kind = iota // a named type; as a link: a hard link
	GroupObject              // a group
	DataObject               // a dataset
	SoftLink                 // a link to a path
	ExternalLink             // a link to another file
)

// Link is a child of a group.
type Link struct {
	Name string
	Kind Kind // OtherObject, SoftLink or ExternalLink
}

// Root opens the root group.
func (f *File) Root() (*Group, error) {
	return f.open("open group", "/", func() C.hid_t { return f.id }, ".")
}

func (f *File) open(op, name string, loc func() C.hid_t, child string) (*Group, error) {
	g := &Group{f: f}
	err := f.use(op, name, func(r *C.k_reply) C.int { return C.k_open_group(loc(), cstring(child), r) },
		func(r *C.k_reply) { g.id = C.hid_t(r.a) })
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Group opens a child that is a group.
func (g *Group) Group(name string) (*Group, error) {
	if err := checkName("open group", name); err != nil {
		return nil, err
	}
	return g.f.open("open group", name, func() C.hid_t { return g.id }, name)
}

// GroupOptions describe a new group.
type GroupOptions struct {
	Attrs []Attr
	// Counted keeps the number of links ever made in the group, for Info.
	Counted bool
}

// NewGroup makes a child group. With an empty name it hangs nowhere until Link,
// and is gone with its last use when that is never called; before Link, little may be
// written.
func (g *Group) NewGroup(name string, o *GroupOptions) (*Group, error) {
	if o == nil {
		o = &GroupOptions{}
	}
	if name != "" {
		if err := checkName("create group", name); err != nil {
			return nil, err
		}
	}
	var counted C.int
	if o.Counted {
		counted = 1
	}
	p, n := request(appendAttrs(nil, o.Attrs))
	made := &Group{f: g.f}
	err := g.f.use("create group", name, func(r *C.k_reply) C.int { return C.k_new_group(g.id, cstring(name), counted, p, n, r) },
		func(r *C.k_reply) { made.id = C.hid_t(r.a) })
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Link makes child a child of g under the name.
func (g *Group) Link(child *Group, name string) error {
	if err := checkName("link", name); err != nil {
		return err
	}
	return g.f.use("link", name, func(r *C.k_reply) C.int { return C.k_link(child.id, g.id, cstring(name), r) }, nil)
}

// LinkInto gives a child of g a second link, in another group under the same name.
func (g *Group) LinkInto(to *Group, name string) error {
	if err := checkName("link", name); err != nil {
		return err
	}
	return g.f.use("link", name, func(r *C.k_reply) C.int { return C.k_relink(g.id, to.id, cstring(name), r) }, nil)
}

// SoftLink makes a child that is a link to a path of the file, as "/f/x", where there
// may be nothing. This package does not follow it.
func (g *Group) SoftLink(name, path string) error {
	if err := checkName("link", name); err != nil {
		return err
	}
	return g.f.use("link", name, func(r *C.k_reply) C.int { return C.k_soft_link(g.id, cstring(name), cstring(path), r) }, nil)
}

// Rename gives a child another name.
func (g *Group) Rename(from, to string) error {
	for _, name := range []string{from, to} {
		if err := checkName("rename", name); err != nil {
			return err
		}
	}
	return g.f.use("rename", from, func(r *C.k_reply) C.int { return C.k_rename(g.id, cstring(from), cstring(to), r) }, nil)
}

// Close releases the group.
func (g *Group) Close() error {
	return g.f.use("close group", "", func(r *C.k_reply) C.int { return C.k_close(g.id, r) }, nil)
}

// Has tells whether there is a child of this name.
func (g *Group) Has(name string) (yes bool, err error) {
	if err := checkName("find", name); err != nil {
		return false, err
	}
	err = g.f.use("find", name, func(r *C.k_reply) C.int { return C.k_exists(g.id, cstring(name), r) }, func(r *C.k_reply) { yes = r.a != 0 })
	return yes, err
}

// Delete removes a child; what it held is freed within the file.
func (g *Group) Delete(name string) error {
	if err := checkName("delete", name); err != nil {
		return err
	}
	return g.f.use("delete", name, func(r *C.k_reply) C.int { return C.k_unlink(g.id, cstring(name), r) }, nil)
}

// minLink is what a link takes in a file at least: a byte each for version, flags,
// length and name, and an address.
const minLink = 12

// Links lists the children in the order of the file. A group with more links than
// the file has room for is refused.
func (g *Group) Links() ([]Link, error) {
	size, err := g.f.Size()
	if err != nil {
		return nil, err
	}
	var b []byte
	err = g.f.use("list", "", func(r *C.k_reply) C.int { return C.k_links(g.id, C.uint64_t(size/minLink), r) }, func(r *C.k_reply) { b = out(r) })
	if err != nil {
		return nil, err
	}
	var links []Link
	r := &reader{b: b}
	for len(r.b) > 0 && r.err == nil {
		kind := Kind(r.u8())
		links = append(links, Link{Name: r.text(), Kind: kind})
	}
	return links, r.err
}

// Info returns the number of children, and in a Counted group how many there ever were.
func (g *Group) Info() (children int, ever int64, err error) {
	err = g.f.use("count", "", func(r *C.k_reply) C.int { return C.k_group_info(g.id, r) },
		func(r *C.k_reply) { children, ever = int(r.a), int64(r.b) })
	return children, ever, err
}

// SetAttrs writes attributes of a child, or of g itself as ".", over those of the
// same names.
func (g *Group) SetAttrs(name string, attrs []Attr) error {
	if name != "." {
		if err := checkName("set attributes", name); err != nil {
			return err
		}
	}
	p, n := request(appendAttrs(nil, attrs))
	return g.f.use("set attributes", name, func(r *C.k_reply) C.int { return C.k_set_attrs(g.id, cstring(name), p, n, r) }, nil)
}
