package value

import "strings"

// fieldTag is what a `klepto:"…"` struct tag says about a value.
type fieldTag struct {
	omit bool
	name string
	meta *Meta // nil: nothing
}

func (t *fieldTag) fieldName(goName string) string {
	if t.name != "" {
		return t.name
	}
	return goName
}

// parseTag reads `klepto:"name=u,units=mol/m3,long_name=…,axes=y;x"`. One
// struct may be argument and result, so tol, ignore and default, which belong
// to package keymap, are known here and left to it.
func parseTag(tag, path string) (fieldTag, error) {
	t := fieldTag{omit: tag == "-"}
	if tag == "" || t.omit {
		return t, nil
	}
	var m Meta
	for part := range strings.SplitSeq(tag, ",") {
		key, val, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "name":
			t.name = val
		case "units":
			m.Units = val
		case "long_name":
			m.LongName = val
		case "axes":
			m.Axes = strings.Split(val, ";")
		case "tol", "ignore", "default":
		default:
			return t, unsupported(path, "unknown tag %q; known are name=, units=, long_name=, axes=, tol=, ignore, default= and \"-\" alone", part)
		}
	}
	if m.Units != "" || m.LongName != "" || m.Axes != nil {
		t.meta = &m
	}
	return t, nil
}
