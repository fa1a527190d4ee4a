package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/notebook/render"
	"github.com/klepto-go/klepto/rounding"
	"github.com/klepto-go/klepto/value"
)

// entry is an entry of a listing with its arguments decoded.
type entry struct {
	*archive.Entry
	args []named // as given, structs flattened to dotted names
}

// named is a scalar argument with its name and, when it comes from a key, the
// rounding that was applied to it.
type named struct {
	name string
	cell
	units    string
	rounding rounding.Rounding
}

func newEntry(e *archive.Entry) *entry {
	out := &entry{Entry: e}
	for _, f := range e.Call.Args {
		out.args = flatten(out.args, f.Name, f.Value)
	}
	return out
}

// id is what users call the entry: the name of its key.
func (e *entry) id() string {
	if e.Key.Name != "" {
		return e.Key.Name
	}
	return e.Key.Digest.String()
}

func flatten(to []named, name string, v value.Value) []named {
	s, ok := v.(*value.Struct)
	if !ok {
		units := ""
		if a, ok := v.(*value.Array); ok {
			units = a.Units
		}
		return append(to, named{name: name, cell: cellOf(v), units: units})
	}
	for _, f := range s.Fields {
		to = flatten(to, name+"."+f.Name, f.Value)
	}
	return to
}

// arg returns an argument by name.
func (e *entry) arg(name string) (cell, bool) {
	for _, a := range e.args {
		if a.name == name {
			return a.cell, true
		}
	}
	return cell{}, false
}

// label is how an axis names an argument.
func (e *entry) label(name string) render.Label {
	for _, a := range e.args {
		if a.name == name {
			return render.Label{Name: name, Units: a.units}
		}
	}
	return render.Label{Name: name}
}

// rounded returns the arguments that the key was made of, flattened as args; an
// error where the key is not one that this release can take apart.
func (e *entry) rounded() ([]named, error) {
	call, err := keymap.Decode(e.Key.Canonical)
	if err != nil {
		return nil, err
	}
	return flattenKey(nil, "", 0, call.Rounding, call.Args), nil
}

func flattenKey(to []named, prefix string, depth int, r rounding.Rounding, args []keymap.Arg) []named {
	for _, a := range args {
		name, r := prefix+a.Name, r
		if a.Rounding != rounding.None() {
			r = a.Rounding
		}
		v := a.Value
		if n, ok := v.(keymap.Named); ok {
			v = n.Value
		}
		if s, ok := v.(keymap.Struct); ok {
			to = flattenKey(to, name+".", depth+1, r, s)
			continue
		}
		c := cell{kind: other, s: oneLine(fmt.Sprint(v))}
		if m, ok := v.(keymap.Map); ok {
			c.s = pairs(len(m), func(i int) (string, string) { return fmt.Sprint(m[i].Key), fmt.Sprint(m[i].Value) })
		} else if tree, err := value.Of(v); err == nil {
			c = cellOf(tree)
		}
		if !r.Applies(depth) {
			r = rounding.None()
		}
		to = append(to, named{name: name, cell: c, rounding: r})
	}
	return to
}

// The columns that every entry has beside its arguments; an argument of the
// same name goes first.
var builtin = []string{"id", "function", "version", "rounding", "created", "age", "seconds", "bytes", "shape"}

// column returns a column of an entry by name.
func (e *entry) column(name string, now time.Time) (cell, bool) {
	if c, ok := e.arg(name); ok {
		return c, true
	}
	return e.builtin(name, now)
}

// builtin returns a column that every entry has.
func (e *entry) builtin(name string, now time.Time) (cell, bool) {
	switch name {
	case "id":
		return textOf(e.id()), true
	case "function":
		return textOf(e.Call.Function), true
	case "version":
		return textOf(e.Call.Version), true
	case "rounding":
		return textOf(e.Call.Rounding), true
	case "created":
		return cell{kind: moment, t: e.Provenance.Created}, true
	case "age":
		return cell{kind: duration, n: float(now.Sub(e.Provenance.Created).Seconds())}, true
	case "seconds":
		return numericOf(e.Provenance.Elapsed.Seconds()), true
	case "bytes":
		return cell{kind: numeric, n: integer(e.Bytes)}, true
	case "shape":
		return textOf(e.Shape), true
	}
	return cell{}, false
}

// argNames returns the names of the scalar arguments of entries, in order of
// their first use.
func argNames(entries []*entry) []string {
	var names []string
	seen := make(map[string]bool)
	for _, e := range entries {
		for _, a := range e.args {
			if !seen[a.name] {
				seen[a.name] = true
				names = append(names, a.name)
			}
		}
	}
	return names
}

// checkColumn returns an error when no entry has a column of this name.
func checkColumn(entries []*entry, name string) error {
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		if _, ok := e.column(name, time.Time{}); ok {
			return nil
		}
	}
	return fmt.Errorf("no argument or column %q; there are %s", name, strings.Join(append(argNames(entries), builtin...), ", "))
}
