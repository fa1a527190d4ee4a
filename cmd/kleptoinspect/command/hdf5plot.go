package command

import (
	"context"
	"errors"
	"strings"

	"github.com/klepto-go/klepto/hdfarchive/inspect"
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// hdf5 draws a dataset of a file.
func (s *plot) hdf5(ctx context.Context, f inspect.File, name, path string, o *render.Options) (*drawing, error) {
	obj, err := f.Stat(ctx, path)
	if err != nil {
		return nil, err
	}
	if obj.Kind != inspect.Dataset {
		return nil, usagef("%s is a %s; give the path of a dataset, kleptoinspect tree %s shows them", path, obj.Kind, name)
	}
	if obj.Refused != "" {
		return nil, errors.New("not read: " + obj.Refused)
	}
	cuts, err := parseSlice(s.slice, obj.Shape)
	if err != nil {
		return nil, err
	}
	v, err := readCuts(ctx, f, obj, cuts)
	if errors.Is(err, inspect.ErrLimit) {
		return nil, &wordedError{explain(err) + ", by --slice, e.g. --slice " + sliceExample(obj.Shape), err}
	}
	if err != nil {
		return nil, err
	}
	if o.Title == "" {
		o.Title = strings.TrimPrefix(path, "/")
		if s.slice != "" {
			o.Title += "[" + s.slice + "]"
		}
	}
	members := membersOf(v)
	base := object{{"path", path}}
	if s.member == "" && len(members) > 1 {
		if columns := tableOf(members, ""); columns != nil {
			return drawTable(columns, base, o)
		}
	}
	m := members[0]
	if s.member != "" || len(members) > 1 {
		if m, err = s.drawable(members); err != nil {
			return nil, err
		}
	}
	if m.array != nil {
		describe(m.array, obj, cuts)
	}
	if m.path == "" {
		m.path = path[strings.LastIndexByte(path, '/')+1:]
	}
	s.slice = "" // it has been cut
	return s.draw(m, base, o)
}

// describe takes units, name and axes from the attributes that CF and netCDF have.
func describe(a *value.Array, o *inspect.Object, cuts []cut) {
	for _, attr := range o.Attrs {
		switch v := attr.Value.(type) {
		case *value.Array:
			if s, ok := v.Data.([]string); ok && len(s) == 1 {
				switch attr.Name {
				case "units":
					a.Units = s[0]
				case "long_name":
					a.LongName = s[0]
				}
			}
		case *value.List:
			if attr.Name == "DIMENSION_LIST" && len(v.Items) == len(cuts) {
				a.Axes = axesOf(v, cuts)
			}
		}
	}
}

// axesOf names the dimensions that are left by their scales.
func axesOf(scales *value.List, cuts []cut) []string {
	var axes []string
	for i, item := range scales.Items {
		if cuts[i].single {
			continue
		}
		name := ""
		if a, ok := item.(*value.Array); ok {
			if s, ok := a.Data.([]string); ok && len(s) > 0 {
				name = s[0][strings.LastIndexByte(s[0], '/')+1:]
			}
		}
		axes = append(axes, name)
	}
	return axes
}

// sliceExample is a slice of a shape that is surely small enough.
func sliceExample(shape []int) string {
	parts := make([]string, len(shape))
	for i := range parts {
		parts[i] = "0"
		if i >= len(parts)-2 {
			parts[i] = "0:1000"
		}
	}
	return strings.Join(parts, ",")
}
