package hdfarchive

import (
	"strconv"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// Axes of a value are stored in "tree" with all else that describes it. Beside that the
// file says them as HDF5's own dimension scales, for h5py, xarray and ncdump; this package
// does not read those back.

// scaler chooses scales for the axes of datasets that are members of one group.
type scaler struct {
	children map[string]*object
	invent   bool // scales where there are no coordinates: the group may have other children
	scales   []h5.Scale
	at       map[string]int // among scales
	length   map[string]int // of the dimension
}

// memberScales says which dimension scales name the axes of items, whose objects are the
// last of children; nil where none has axes.
func memberScales(children []*object, items []value.Value, invent bool) *h5.Scales {
	own := children[len(children)-len(items):]
	described := false
	for i, item := range items {
		described = described || axesOf(own[i], item) != nil
	}
	if !described {
		return nil
	}
	s := &scaler{children: map[string]*object{}, invent: invent, at: map[string]int{}, length: map[string]int{}}
	for _, c := range children {
		s.children[c.name] = c
	}
	// What is a scale has none: so all coordinates are found first.
	for i, item := range items {
		for dim, axis := range axesOf(own[i], item) {
			s.coordinates(axis, own[i].set.Shape[dim])
		}
	}
	out := &h5.Scales{}
	for i, item := range items {
		axes := axesOf(own[i], item)
		if _, scale := s.at[own[i].name]; axes == nil || scale {
			continue
		}
		a := h5.Axes{Dataset: own[i].name}
		if a.Scales = s.of(axes, own[i].set.Shape); a.Scales == nil {
			a.Labels = labels(axes)
		}
		out.Axes = append(out.Axes, a)
	}
	out.Scales = s.scales
	return out
}

// axesOf returns a name for each dimension of the dataset o, which holds v, or nil.
func axesOf(o *object, v value.Value) (axes []string) {
	switch v := v.(type) {
	case *value.Array:
		axes = v.Axes
	case *value.Table:
		axes = v.Axes
	}
	if o.set == nil || len(axes) == 0 || len(axes) != len(o.set.Shape) {
		return nil
	}
	return axes
}

// labels are axes as HDF5 can hold them.
func labels(axes []string) []string {
	texts := make([]string, len(axes))
	for i, axis := range axes {
		if texts[i] = axis; !clean(axis) {
			texts[i] = escape(axis)
		}
	}
	return texts
}

// coordinates makes a scale of the member that has one coordinate for each place along
// an axis, where there is one.
func (s *scaler) coordinates(axis string, length int) {
	name := escape(axis)
	c := s.children[name]
	if _, there := s.at[name]; there || c == nil || c.set == nil || len(c.set.Shape) != 1 || c.set.Shape[0] != length || length == 0 {
		return
	}
	s.add(name, length, 0)
}

func (s *scaler) add(name string, length, made int) int {
	s.at[name], s.length[name] = len(s.scales), length
	s.scales = append(s.scales, h5.Scale{Name: name, Length: made})
	return len(s.scales) - 1
}

// of returns the scales of all axes of an array, or nil: netCDF has no array with names
// for some of its dimensions.
func (s *scaler) of(axes []string, shape []int) []int {
	old := len(s.scales)
	scales := make([]int, len(axes))
	for dim, axis := range axes {
		name := s.name(escape(axis), shape[dim])
		if axis == "" || name == "" {
			for _, added := range s.scales[old:] {
				delete(s.at, added.Name)
			}
			s.scales = s.scales[:old]
			return nil
		}
		k, there := s.at[name]
		if !there {
			k = s.add(name, shape[dim], shape[dim])
		}
		scales[dim] = k
	}
	return scales
}

// name is what the scale of an axis is called that is length long: like the axis, or where
// something else is called so, with the length behind it. It is "" where there can be none.
func (s *scaler) name(axis string, length int) string {
	if length == 0 || len(axis) > maxName {
		return ""
	}
	for _, name := range []string{axis, axis + "_" + strconv.Itoa(length)} {
		_, scale := s.at[name]
		if scale && s.length[name] == length || !scale && s.invent && s.children[name] == nil {
			return name
		}
	}
	return ""
}
