package h5

/*
#include "copy.h"
*/
import "C"

// CopyGroup makes a child of to that is a group like the child of g of this name, with
// its attributes and without its children.
func (g *Group) CopyGroup(to *Group, name string) (*Group, error) {
	if err := checkName("copy", name); err != nil {
		return nil, err
	}
	size, err := g.f.Size()
	if err != nil {
		return nil, err
	}
	made := &Group{f: to.f}
	err = g.f.use("copy", name, func(r *C.k_reply) C.int { return C.k_copy_group(g.id, to.id, cstring(name), C.uint64_t(size), r) },
		func(r *C.k_reply) { made.id = C.hid_t(r.a) })
	if err != nil {
		return nil, err
	}
	return made, nil
}

// CopyAttrs copies the attributes of g to another group, which has none of them.
func (g *Group) CopyAttrs(to *Group) error {
	size, err := g.f.Size()
	if err != nil {
		return err
	}
	return g.f.use("copy", "", func(r *C.k_reply) C.int { return C.k_copy_attrs(g.id, to.id, C.uint64_t(size), r) }, nil)
}

// CopyObject copies a child with all that is below it into another group, perhaps of
// another file, without converting anything: data stay compressed as they are. What
// refers to other objects is ErrRefused, because the copy would refer to nothing.
func (g *Group) CopyObject(to *Group, name string) error {
	if err := checkName("copy", name); err != nil {
		return err
	}
	size, err := g.f.Size()
	if err != nil {
		return err
	}
	return g.f.use("copy", name, func(r *C.k_reply) C.int { return C.k_copy_object(g.id, to.id, cstring(name), C.uint64_t(size), r) }, nil)
}
