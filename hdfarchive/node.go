package hdfarchive

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// node is what an object's own type and shape do not say about the value it holds.
// It is the JSON text of the attribute "tree", which most arrays need not have.
type node struct {
	Kind     string   `json:"kind,omitempty"`     // struct, table, list, map, strings; empty for an array
	Elem     string   `json:"elem,omitempty"`     // time or duration, where the file has int64
	Fields   []string `json:"fields,omitempty"`   // names in order, where children have them
	Numbered bool     `json:"numbered,omitempty"` // children are called 0, 1, 2…
	N        int      `json:"n,omitempty"`        // rows of a table, items of a list
	Shape    []int    `json:"shape,omitempty"`    // of an array with more dimensions than HDF5 has
	Axes     []string `json:"axes,omitempty"`
	Members  []node   `json:"members,omitempty"` // of a compound, where they need it
	Units    string   `json:"units,omitempty"`   // of a member; escaped
	LongName string   `json:"long_name,omitempty"`
}

const (
	kindStruct  = "struct"
	kindTable   = "table"
	kindList    = "list"
	kindMap     = "map"
	kindStrings = "strings"
)

// Units of times as xarray and other readers of the CF conventions know them.
const (
	timeUnits     = "nanoseconds since 1970-01-01T00:00:00Z"
	durationUnits = "ns"
)

func defaultUnits(elem string) string {
	switch elem {
	case value.Time.String():
		return timeUnits
	case value.Duration.String():
		return durationUnits
	}
	return ""
}

// maxAttr is up to where texts and bytes are kept in an attribute; HDF5 ends at
// 64 KiB for the whole.
const maxAttr = 32 << 10

// treeName is the child of a group whose node is too long for an attribute. No
// escaped name is like it.
const treeName = "%tree"

// clean tells whether HDF5 can hold s as text.
func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// attrs returns the attributes units, long_name and tree that describe a value.
// tooLong is the node where it has no place in an attribute.
func (n node) attrs(m value.Meta) (attrs []h5.Attr, tooLong string, err error) {
	units := m.Units
	standard := defaultUnits(n.Elem)
	switch {
	case !clean(units) || units != "" && units == standard:
		n.Units = escape(units)
		units = standard
	case units == "":
		units = standard
	}
	if units != "" {
		attrs = append(attrs, h5.TextAttr("units", units))
	}
	if clean(m.LongName) && m.LongName != "" {
		attrs = append(attrs, h5.TextAttr("long_name", m.LongName))
	} else if m.LongName != "" {
		n.LongName = escape(m.LongName)
	}
	n.Axes = m.Axes
	text, err := json.Marshal(n)
	switch {
	case err != nil:
		return nil, "", err
	case string(text) == "{}":
		return attrs, "", nil
	case len(text) > maxAttr:
		return attrs, string(text), nil
	}
	return append(attrs, h5.FixedTextAttr("tree", string(text))), "", nil
}

// readNode is the inverse of attrs.
func readNode(i *h5.Info, tooLong string) (n node, m value.Meta, err error) {
	text := tooLong
	if a := i.Attr("tree"); a != nil {
		text, _ = a.Text()
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			return n, m, fmt.Errorf("%w: the attribute tree: %w", driver.ErrCorrupt, err)
		}
	}
	if a := i.Attr("units"); a != nil {
		if m.Units, _ = a.Text(); m.Units == defaultUnits(n.Elem) {
			m.Units = ""
		}
	}
	if a := i.Attr("long_name"); a != nil {
		m.LongName, _ = a.Text()
	}
	return n, n.meta(m), nil
}

// meta completes m by what the node itself says.
func (n *node) meta(m value.Meta) value.Meta {
	if s, ok := unescape(n.Units); ok && n.Units != "" {
		m.Units = s
	}
	if s, ok := unescape(n.LongName); ok && n.LongName != "" {
		m.LongName = s
	}
	m.Axes = n.Axes
	return m
}

// member describes a field or column that is a member of a compound.
func member(a *value.Array) node {
	n := node{Axes: a.Axes}
	if a.Elem == value.Time || a.Elem == value.Duration {
		n.Elem = a.Elem.String()
	}
	if a.Units != "" {
		n.Units = escape(a.Units)
	}
	if a.LongName != "" {
		n.LongName = escape(a.LongName)
	}
	return n
}

// elem is the Elem of an array whose type in the file says e.
func (n *node) elem(e value.Elem) (value.Elem, error) {
	if n.Elem == "" {
		return e, nil
	}
	want, err := value.ParseElem(n.Elem)
	if err != nil || e != value.Int64 || want != value.Time && want != value.Duration {
		return 0, fmt.Errorf("%w: elements of %v cannot be a %s", driver.ErrCorrupt, e, n.Elem)
	}
	return want, nil
}
