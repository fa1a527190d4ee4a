package foreign

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// typeText names a type as users of numpy would.
func typeText(t *h5.ForeignType) string { return typeTextAt(t, 0) }

// maxNamed is how many members of a type its text has.
const maxNamed = 24

func typeTextAt(t *h5.ForeignType, depth int) string {
	order := ""
	if t.BigEndian && t.Size > 1 {
		order = " big-endian"
	}
	switch t.Class {
	case h5.ForeignInt:
		name := "uint"
		if t.Signed {
			name = "int"
		}
		return fmt.Sprintf("%s%d%s", name, t.Precision, order)
	case h5.ForeignFloat:
		return fmt.Sprintf("float%d%s", t.Precision, order)
	case h5.ForeignBits:
		return fmt.Sprintf("bitfield%d%s", t.Precision, order)
	case h5.ForeignTime:
		return fmt.Sprintf("time%d%s", t.Precision, order)
	case h5.ForeignString:
		return fmt.Sprintf("string[%d]", t.Size)
	case h5.ForeignText:
		return "string"
	case h5.ForeignOpaque:
		if t.Tag != "" {
			return fmt.Sprintf("opaque[%d] (%s)", t.Size, t.Tag)
		}
		return fmt.Sprintf("opaque[%d]", t.Size)
	case h5.ForeignRef:
		return "reference"
	case h5.ForeignRegion:
		return "region reference"
	case h5.ForeignNone:
		return "a type that is not read"
	}
	if depth > 8 {
		return "…"
	}
	switch t.Class {
	case h5.ForeignEnum:
		if isBool(t) {
			return "bool"
		}
		var names []string
		by := func(n h5.ForeignName) int64 { return integerOf(t.Base, n.Value[:]) }
		sorted := slices.SortedFunc(slices.Values(t.Names), func(a, b h5.ForeignName) int { return cmp.Compare(by(a), by(b)) })
		for _, n := range sorted[:min(maxNamed, len(sorted))] {
			names = append(names, fmt.Sprintf("%s=%d", n.Name, by(n)))
		}
		if len(t.Names) > maxNamed {
			names = append(names, "…")
		}
		return fmt.Sprintf("enum %s {%s}", typeTextAt(t.Base, depth+1), strings.Join(names, ", "))
	case h5.ForeignCompound:
		if c := complexPart(t); c != nil {
			return fmt.Sprintf("complex%d", 2*c.Precision)
		}
		var names []string
		for _, m := range t.Members[:min(maxNamed, len(t.Members))] {
			names = append(names, m.Name+" "+typeTextAt(&m.Type, depth+1))
		}
		if len(t.Members) > maxNamed {
			names = append(names, "…")
		}
		return "compound {" + strings.Join(names, ", ") + "}"
	case h5.ForeignArray:
		return fmt.Sprintf("array%v of %s", t.Dims, typeTextAt(t.Base, depth+1))
	case h5.ForeignSequence:
		return "list of " + typeTextAt(t.Base, depth+1)
	}
	return "a type that is not read"
}

// columnNames lists the members of a compound type, those of nested ones dotted.
func columnNames(to []string, prefix string, t *h5.ForeignType) []string {
	for t.Class == h5.ForeignArray {
		t = t.Base
	}
	if t.Class != h5.ForeignCompound || complexPart(t) != nil {
		if prefix == "" {
			return to
		}
		return append(to, strings.TrimSuffix(prefix, "."))
	}
	for i := range t.Members {
		to = columnNames(to, prefix+t.Members[i].Name+".", &t.Members[i].Type)
	}
	return to
}

// isBool recognizes what h5py makes of a boolean.
func isBool(t *h5.ForeignType) bool {
	if t.Class != h5.ForeignEnum || t.Size != 1 || len(t.Names) != 2 {
		return false
	}
	for _, n := range t.Names {
		if !(n.Name == "FALSE" && n.Value[0] == 0 || n.Name == "TRUE" && n.Value[0] == 1) {
			return false
		}
	}
	return t.Names[0].Name != t.Names[1].Name
}

// complexPart returns the type of both parts of a complex number, nil for another type.
func complexPart(t *h5.ForeignType) *h5.ForeignType {
	if t.Class != h5.ForeignCompound || len(t.Members) != 2 {
		return nil
	}
	r, i := &t.Members[0], &t.Members[1]
	for _, names := range [][2]string{{"r", "i"}, {"real", "imag"}, {"re", "im"}} {
		if r.Name == names[0] && i.Name == names[1] && r.Type.Class == h5.ForeignFloat && r.Type.Size == i.Type.Size &&
			r.Type.Float == i.Type.Float && r.Type.BigEndian == i.Type.BigEndian {
			return &r.Type
		}
	}
	return nil
}

// inHeaps tells whether values of the type lie in heaps.
func inHeaps(t *h5.ForeignType) bool {
	switch t.Class {
	case h5.ForeignText, h5.ForeignSequence:
		return true
	case h5.ForeignArray:
		return inHeaps(t.Base)
	case h5.ForeignCompound:
		for i := range t.Members {
			if inHeaps(&t.Members[i].Type) {
				return true
			}
		}
	}
	return false
}

// The filters that HDF5 itself brings and that are undone here.
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
)

var filters = map[int]string{filterDeflate: "gzip", filterShuffle: "shuffle", filterFletcher: "fletcher32"}

func filterText(x h5.ForeignFilter) string {
	switch name, known := filters[x.ID]; {
	case x.ID == filterDeflate:
		return fmt.Sprintf("gzip %d", x.Value)
	case known:
		return name
	case x.Name != "":
		return x.Name
	}
	return fmt.Sprintf("filter %d", x.ID)
}
