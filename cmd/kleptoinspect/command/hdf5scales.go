package command

import (
	"context"
	"strings"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// noCoordinates begins the name of a dimension scale that is there for its length alone
// (netCDF-4 file format specification, "Creating netCDF-4 Files with HDF5").
const noCoordinates = "This is a netCDF dimension but not a netCDF variable"

// scales returns the dimensions that a slice leaves of a dataset, with the names of their
// dimension scales and, where those have any, the coordinates.
func scales(ctx context.Context, f inspect.File, o *inspect.Object, cuts []cut) ([]render.Axis, error) {
	var list []value.Value
	for _, attr := range o.Attrs {
		if l, ok := attr.Value.(*value.List); ok && attr.Name == "DIMENSION_LIST" && len(l.Items) == len(cuts) {
			list = l.Items
		}
	}
	var axes []render.Axis
	for d, c := range cuts {
		if c.single {
			continue
		}
		var axis render.Axis
		if list != nil {
			var err error
			if axis, err = scale(ctx, f, firstText(list[d]), o.Shape[d], c); err != nil {
				return nil, err
			}
		}
		axes = append(axes, axis)
	}
	return axes, nil
}

// scale returns the axis of n elements, and of what is cut of them, whose scale is at a path.
// One that cannot be read gives its name alone.
func scale(ctx context.Context, f inspect.File, path string, n int, c cut) (render.Axis, error) {
	axis := render.NewAxis(path[strings.LastIndexByte(path, '/')+1:], "", nil)
	if path == "" || c.count == 0 {
		return axis, nil
	}
	o, err := f.Stat(ctx, path)
	switch {
	case err != nil && ownError(err):
		return axis, nil
	case err != nil:
		return axis, err
	case o.Kind != inspect.Dataset || o.Refused != "" || len(o.Shape) != 1 || o.Shape[0] != n || strings.HasPrefix(attrOf(o, "NAME"), noCoordinates):
		return axis, nil
	}
	v, err := f.Read(ctx, path, &inspect.Block{Start: []int{c.start}, Count: []int{c.count}})
	if err != nil && !ownError(err) {
		return axis, err
	}
	if a, ok := v.(*value.Array); ok && err == nil && canPlace(a, c.count) {
		describe(a, o)
		return axisOf(axis.Name, a), nil
	}
	return axis, nil
}

// describe takes units and name from the attributes that CF and netCDF have.
func describe(a *value.Array, o *inspect.Object) {
	a.Units, a.LongName = attrOf(o, "units"), attrOf(o, "long_name")
}

// attrOf returns the text of an attribute, "" where there is none.
func attrOf(o *inspect.Object, name string) string {
	for _, attr := range o.Attrs {
		if attr.Name == name {
			return firstText(attr.Value)
		}
	}
	return ""
}

// firstText is the one text that a value is, or the first of several.
func firstText(v value.Value) string {
	if a, ok := v.(*value.Array); ok {
		if s, ok := a.Data.([]string); ok && len(s) > 0 {
			return s[0]
		}
	}
	return ""
}
