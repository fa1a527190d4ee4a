package archive

import (
	"fmt"
	"math"
	"slices"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/value"
)

// part is an array that comes in slabs.
type part struct {
	array *value.Array // of the writer's own tree
	name  string
	row   int  // elements of a row
	rows  int  // that came
	live  bool // what lies before it in the value is known: rows may go into the sum as they come
}

// plan copies a tree, with its parts and unset fields noted, and makes a probe of it:
// the same without what is to come, for the checks of values that are whole.
func (w *Writer) plan(path string, v value.Value) (own, probe value.Value, err error) {
	switch v := v.(type) {
	case *value.Array:
		if v != nil && v.Data == nil {
			return w.planPart(path, v)
		}
	case *value.Struct:
		if v == nil {
			break
		}
		mine := &value.Struct{Meta: v.Meta, Fields: slices.Clone(v.Fields)}
		mine.Axes = slices.Clone(v.Axes)
		tried := &value.Struct{Meta: v.Meta, Fields: slices.Clone(v.Fields)}
		for i := range mine.Fields {
			f := &mine.Fields[i]
			name := driver.MemberName(f.Name)
			if path != "" {
				name = path + "/" + name
			}
			if f.Value == nil {
				w.unset[name] = f
				tried.Fields[i].Value = value.Null{}
			} else if f.Value, tried.Fields[i].Value, err = w.plan(name, f.Value); err != nil {
				return nil, nil, err
			}
		}
		return mine, tried, nil
	}
	if err := value.Validate(v); err != nil {
		if path != "" {
			err = fmt.Errorf("member %q: %w", path, err)
		}
		return nil, nil, fmt.Errorf("%w; arrays without Data, which come in slabs, are fields of structs, or the value itself", err)
	}
	own = value.Clone(v)
	return own, own, nil
}

func (w *Writer) planPart(path string, v *value.Array) (own, probe value.Value, err error) {
	refuse := func(why string) (value.Value, value.Value, error) {
		return nil, nil, fmt.Errorf("array %q of %v, shape %v, cannot come in slabs: %s", path, v.Elem, v.Shape, why)
	}
	switch {
	case v.Elem == value.String:
		return refuse("texts have no fixed size; give the array whole")
	case len(v.Shape) == 0:
		return refuse("it has no rows; give its value, or leave that nil and Set it")
	case v.Shape[0] < -1:
		return refuse(fmt.Sprintf("dimension 0 is %d; it is the number of rows, or -1 for as many as come", v.Shape[0]))
	}
	const most = math.MaxInt / 16 // elements, of up to 16 bytes
	p := &part{name: path, row: 1, live: len(w.unset) == 0 && v.Shape[0] >= 0}
	for _, prior := range w.parts {
		p.live = p.live && prior.live
	}
	for i, d := range v.Shape[1:] {
		if d <= 0 {
			return refuse(fmt.Sprintf("dimension %d is %d; all but dimension 0 make up a row and are 1 or more", i+1, d))
		}
		if p.row > most/d {
			return refuse("it is larger than any file")
		}
		p.row *= d
	}
	if v.Shape[0] > most/p.row {
		return refuse("it is larger than any file")
	}
	p.array = &value.Array{Meta: v.Meta, Elem: v.Elem, Shape: slices.Clone(v.Shape)}
	p.array.Axes = slices.Clone(v.Axes)
	w.parts, w.names = append(w.parts, p), append(w.names, path)
	return p.array, &value.Array{Meta: v.Meta, Elem: v.Elem, Shape: make([]int, len(v.Shape)), Data: v.Elem.Make(0)}, nil
}
