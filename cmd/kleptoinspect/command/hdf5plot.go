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
		describe(m.array, obj)
	}
	if m.path == "" {
		m.path = path[strings.LastIndexByte(path, '/')+1:]
	}
	m.slice = s.slice
	if err := canDraw(m); err != nil {
		return nil, err
	}
	var axes []render.Axis
	if _, ok := v.(*value.Array); ok {
		if axes, err = scales(ctx, f, obj, cuts); err != nil {
			return nil, err
		}
	}
	for len(axes) < len(m.array.Shape) { // columns, and elements that are arrays
		axes = append(axes, render.Axis{})
	}
	return draw(m, axes, base, o)
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
