package command

import "github.com/klepto-go/klepto/archive"

// variant is the entries of a function that have one version and one rounding.
type variant struct {
	archive.Function // Entries is how many the listing has; Args are those of the newest
	entries          []*entry
}

// variants splits the functions of the listing up, those of one function in the
// order of their first entries. A function whose entries are all damaged is one
// variant without entries.
func (l *listing) variants() []variant {
	var out []variant
	for _, f := range l.functions {
		begin := len(out)
		at := make(map[[2]string]int)
		for _, e := range l.of(f.Name) {
			is := [2]string{e.Call.Version, e.Call.Rounding}
			i, ok := at[is]
			if !ok {
				i = len(out)
				at[is] = i
				out = append(out, variant{Function: archive.Function{Name: f.Name, Version: is[0], Rounding: is[1]}})
			}
			v := &out[i]
			v.entries = append(v.entries, e)
			v.Entries++
			v.Args = v.Args[:0]
			for _, a := range e.Call.Args {
				v.Args = append(v.Args, a.Name)
			}
		}
		if len(out) == begin {
			f.Entries = 0
			out = append(out, variant{Function: f})
		}
	}
	return out
}

// severalOf returns those of the columns version and rounding that have more
// than one value among the entries.
func severalOf(entries []*entry) []string {
	var names []string
	for _, c := range []struct {
		name string
		of   func(*entry) string
	}{
		{"version", func(e *entry) string { return e.Call.Version }},
		{"rounding", func(e *entry) string { return e.Call.Rounding }},
	} {
		for _, e := range entries {
			if c.of(e) != c.of(entries[0]) {
				names = append(names, c.name)
				break
			}
		}
	}
	return names
}
