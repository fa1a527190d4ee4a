package tag

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Key is the key of the tag in a Go struct.
const Key = "klepto"

// Tag is what the tag of one field says.
type Tag struct {
	Name       string // as in name=, or the field's own
	Skip       bool   // "-"
	Ignore     bool
	Tol        int // digits, where HasTol
	HasTol     bool
	Default    string // unparsed, where HasDefault
	HasDefault bool
	Units      string
	LongName   string
	Axes       []string
}

// Of reads the tag of f. The error names the field and the option.
func Of(f reflect.StructField) (Tag, error) {
	t := Tag{Name: f.Name}
	text, ok := f.Tag.Lookup(Key)
	if !ok || text == "" {
		return t, nil
	}
	if text == "-" {
		t.Skip = true
		return t, nil
	}
	seen := map[string]bool{}
	for rest := text; rest != ""; {
		var option string
		var err error
		if option, rest, err = next(rest); err == nil {
			name, _, _ := strings.Cut(option, "=")
			if seen[name] {
				err = fmt.Errorf("%q stands twice", name)
			} else {
				err = t.set(option)
			}
			seen[name] = true
		}
		if err != nil {
			return t, fmt.Errorf("field %s: tag %s:%q: %w", f.Name, Key, text, err)
		}
	}
	return t, nil
}

// next cuts the first option off, its value without quotes.
func next(s string) (option, rest string, err error) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'' && quoted && i+1 < len(s) && s[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case c == '\'' && (quoted || strings.HasSuffix(b.String(), "=")):
			quoted = !quoted
		case c == ',' && !quoted:
			if i+1 == len(s) {
				return "", "", fmt.Errorf("a comma at the end")
			}
			return b.String(), s[i+1:], nil
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return "", "", fmt.Errorf("a quote is not closed")
	}
	return b.String(), "", nil
}

func (t *Tag) set(option string) error {
	name, val, valued := strings.Cut(option, "=")
	switch name {
	case "ignore":
		if valued {
			return fmt.Errorf("ignore takes no value, got %q", val)
		}
		t.Ignore = true
		return nil
	case "name", "tol", "default", "units", "long_name", "axes":
		if !valued || val == "" && name != "default" {
			return fmt.Errorf("%s needs a value: %s=…", name, name)
		}
	default:
		return fmt.Errorf("unknown option %q: known are name, tol, ignore, default, units, long_name, axes and -", name)
	}
	switch name {
	case "name":
		t.Name = val
	case "tol":
		n, err := strconv.Atoi(val)
		if err != nil {
			return fmt.Errorf("tol needs a number of decimal digits, got %q", val)
		}
		t.Tol, t.HasTol = n, true
	case "default":
		t.Default, t.HasDefault = val, true
	case "units":
		t.Units = val
	case "long_name":
		t.LongName = val
	case "axes":
		t.Axes = strings.Split(val, ";")
	}
	return nil
}
