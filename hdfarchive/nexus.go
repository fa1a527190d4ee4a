package hdfarchive

import (
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// NeXus is a convention of names and attributes by which programs find what a file has to
// plot (manual.nexusformat.org, "Find the plottable data"): from the root the attribute
// default leads to a group of class NXentry and on to one of class NXdata, whose signal
// and axes are datasets in it.
//
//	/                      NXroot   default = <function>
//	/<function>            NXentry  default = entries/<id>, or entries
//	/<function>/entries/<id> NXdata signal = u, axes = [t, .], t_indices = 0
//	/<function>/entries    NXdata   signal = <id>, where the value is one array
//
// In a folder's files the entry is /nexus, with a second link to the value.
const (
	nexusClass   = "NX_class"
	nexusDefault = "default"
	nexusGroup   = "nexus"
	nexusData    = "data"
)

// plot is what an entry has to plot.
type plot uint8

const (
	noPlot    plot = iota
	plotArray      // the value is an array
	plotGroup      // a group of class NXdata
)

// plotOf finds what there is to plot of an object, and where it is a struct with arrays
// says so in it: the first of those with most dimensions that are no coordinates.
func plotOf(o *object, v value.Value) plot {
	if a, ok := v.(*value.Array); ok && plottable(o, a) {
		return plotArray
	}
	s, ok := v.(*value.Struct)
	if !ok || o.set != nil {
		return noPlot
	}
	coordinates := make(map[string]bool)
	if o.scales != nil {
		for _, x := range o.scales.Scales {
			coordinates[x.Name] = x.Length == 0
		}
	}
	var signal *object
	members := o.children[len(o.children)-len(s.Fields):]
	for i, f := range s.Fields {
		a, ok := f.Value.(*value.Array)
		if ok && plottable(members[i], a) && !coordinates[members[i].name] && (signal == nil || len(a.Shape) > len(signal.set.Shape)) {
			signal = members[i]
		}
	}
	if signal == nil {
		return noPlot
	}
	axes := make([]string, len(signal.set.Shape))
	var places []h5.Attr
	for dim := range axes {
		axes[dim] = "." // NeXus for none
		if x := scaleOf(o.scales, signal.name, dim); x != "" && coordinates[x] {
			axes[dim] = x
			places = append(places, h5.Int32Attr(x+"_indices", int32(dim)))
		}
	}
	o.attrs = append(o.attrs, h5.TextAttr(nexusClass, "NXdata"), h5.TextAttr("signal", signal.name), h5.FixedTextsAttr("axes", axes))
	o.attrs = append(o.attrs, places...)
	return plotGroup
}

// plottable tells whether an array is one of real numbers with dimensions.
func plottable(o *object, a *value.Array) bool {
	return o.set != nil && a.Elem >= value.Int8 && a.Elem <= value.Float64 && len(a.Shape) > 0 && len(a.Shape) == len(o.set.Shape) && a.Len() > 0
}

// scaleOf returns the name of the scale of a dimension of a dataset, "" where it has none.
func scaleOf(s *h5.Scales, dataset string, dim int) string {
	if s == nil {
		return ""
	}
	for _, a := range s.Axes {
		if a.Dataset == dataset && dim < len(a.Scales) {
			return s.Scales[a.Scales[dim]].Name
		}
	}
	return ""
}

func nexusAttrs(class, name, text string) []h5.Attr {
	return []h5.Attr{h5.TextAttr(nexusClass, class), h5.TextAttr(name, text)}
}

// show makes an entry that was put the one that viewers plot.
func (s *store) show(f *function, p *prepared) error {
	path := entriesName
	switch p.plot {
	case noPlot:
		return nil
	case plotGroup:
		path += "/" + p.id
	case plotArray:
		if err := f.entries.SetAttrs(".", nexusAttrs("NXdata", "signal", p.id)); err != nil {
			return err
		}
	}
	if err := f.group.SetAttrs(".", nexusAttrs("NXentry", nexusDefault, path)); err != nil {
		return err
	}
	return s.root.SetAttrs(".", nexusAttrs("NXroot", nexusDefault, groupName(f.name)))
}

// showIn leads viewers to the value in the file of an entry.
func showIn(root *h5.Group, p *prepared) error {
	if p.plot == noPlot {
		return nil
	}
	if err := root.SetAttrs(".", nexusAttrs("NXroot", nexusDefault, nexusGroup)); err != nil {
		return err
	}
	path := valueName
	if p.plot == plotArray {
		path = nexusData
	}
	entry, err := root.NewGroup(nexusGroup, &h5.GroupOptions{Attrs: nexusAttrs("NXentry", nexusDefault, path)})
	if err != nil {
		return err
	}
	defer entry.Close()
	if p.plot == plotGroup {
		return root.LinkInto(entry, valueName)
	}
	data, err := entry.NewGroup(nexusData, &h5.GroupOptions{Attrs: nexusAttrs("NXdata", "signal", valueName)})
	if err != nil {
		return err
	}
	defer data.Close()
	return root.LinkInto(data, valueName)
}
