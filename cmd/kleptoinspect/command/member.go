package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/value"
)

// member is a leaf of the tree of a value: an array, a scalar, a column of a
// table, or null.
type member struct {
	path      string       // "" is the value itself; "u", "runs[3].t", "m[key]"
	selection string       // the path as archive.Slice has it: "u", "runs/3/t", "m/key"
	array     *value.Array // nil for null; without Data where it was not read
	table     string       // path of the table that it is a column of
	inTab     bool
	slice     string // what was chosen of it
	read      *gist  // of what was not read as a whole; nil where nothing was
}

// membersOf returns the leaves of a value in their order.
func membersOf(v value.Value) []member { return walk(nil, member{}, v) }

// walk appends the leaves of v, which is at the paths of at.
func walk(to []member, at member, v value.Value) []member {
	switch v := v.(type) {
	case *value.Array:
		at.array = v
		return append(to, at)
	case *value.Table:
		for _, c := range v.Columns {
			m := at.field(c.Name)
			m.array, m.table, m.inTab = c.Array, at.path, true
			to = append(to, m)
		}
	case *value.Struct:
		for _, f := range v.Fields {
			to = walk(to, at.field(f.Name), f.Value)
		}
	case *value.List:
		for i, x := range v.Items {
			n := strconv.Itoa(i)
			to = walk(to, at.item(n, n), x)
		}
	case *value.Map:
		for i, x := range v.Items {
			to = walk(to, at.item(element(v.Keys, i).String(), driver.KeyName(v.Keys, i)), x)
		}
	default:
		return append(to, at)
	}
	return to
}

// field is where a field of a value is, item where an item of a list or map is, of which
// key is what a selection calls it.
func (m member) field(name string) member {
	path := name
	if m.path != "" {
		path = m.path + "." + name
	}
	return member{path: path, selection: m.within(name)}
}

func (m member) item(name, key string) member {
	return member{path: m.path + "[" + name + "]", selection: m.within(key)}
}

func (m member) within(name string) string {
	if m.selection == "" {
		return driver.MemberName(name)
	}
	return m.selection + "/" + driver.MemberName(name)
}

// name is how a listing shows the member.
func (m member) name() string {
	name := m.path
	if name == "" {
		name = "(value)"
	}
	if m.slice != "" {
		name += "[" + m.slice + "]"
	}
	return name
}

// dtype is the element type and shape, e.g. "float64[128 128]".
func (m member) dtype() string {
	if m.array == nil {
		return "null"
	}
	return value.Describe(m.array)
}

// scalar reports whether the member is one element.
func (m member) scalar() bool { return m.array != nil && len(m.array.Shape) == 0 }

// choose returns the member of this path, as a listing or as a selection has it, or an error that lists them.
func choose(members []member, path string) (member, error) {
	for _, m := range members {
		if m.path == path || m.name() == path || m.selection == path {
			return m, nil
		}
	}
	return member{}, fmt.Errorf("no member %q; the value has %s", path, namesOf(members))
}

// chooseAll is choose that returns all members of a table, struct, list or map too.
func chooseAll(members []member, path string) ([]member, error) {
	m, err := choose(members, path)
	if err == nil {
		return []member{m}, nil
	}
	var all []member
	for _, m := range members {
		rest, ok := strings.CutPrefix(m.path, path)
		if ok && path != "" && (rest[0] == '.' || rest[0] == '[') || strings.HasPrefix(m.selection, path+"/") {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, err
	}
	return all, nil
}

// namesOf lists members for a message.
func namesOf(members []member) string {
	var names []string
	for _, m := range members {
		names = append(names, m.name())
	}
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return strings.Join(names, ", ")
}

// label is how an axis names the numbers of a member; an error where it has none.
func (m member) label() (render.Label, error) {
	if m.array == nil {
		return render.Label{}, fmt.Errorf("%s is null; there is nothing to draw", m.name())
	}
	l := render.Label{Name: m.path, Units: m.array.Units}
	if m.array.LongName != "" {
		l.Name = m.array.LongName
	}
	if m.slice != "" {
		l.Name += "[" + m.slice + "]"
	}
	switch m.array.Elem {
	case value.String:
		return l, fmt.Errorf("%s is text; only numbers can be drawn", m.name())
	case value.Time:
		return l, fmt.Errorf("%s is a time; only numbers can be drawn", m.name())
	case value.Complex64, value.Complex128:
		l.Name = "|" + l.Name + "|"
	case value.Duration:
		if l.Units == "" {
			l.Units = "s"
		}
	}
	return l, nil
}

// floats returns the elements as float64, as appendFloats does, with their label.
func (m member) floats() ([]float64, render.Label, error) {
	l, err := m.label()
	if err != nil {
		return nil, l, err
	}
	if m.read != nil {
		return m.read.numbers, l, nil
	}
	if d, ok := m.array.Data.([]float64); ok {
		return d, l, nil
	}
	return appendFloats(nil, m.array.Data, m.array.Elem), l, nil
}

// elapsed shows a compute time with its unit.
func elapsed(d time.Duration) string { return seconds(d) + " s" }

// plural writes a number of things: "1 entry", "3 entries".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
