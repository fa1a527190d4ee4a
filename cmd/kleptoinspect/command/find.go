package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/rounding"
)

// choice is how show and plot are told one entry: an id or its beginning, or
// arguments.
type choice struct {
	function string
	at       string
	id       string
}

func (c *choice) flags(cmd *cobra.Command, p *program) {
	cmd.Flags().StringVar(&c.at, "at", "", "the entry with these arguments, e.g. F=0.02,k=0.05, exact or as rounded")
	complete(cmd, "at", p.completeArgs)
}

// parse checks what can be checked without an archive.
func (c *choice) parse(args []string) (at []named, err error) {
	if len(args) > 1 {
		c.id = args[1]
	}
	if c.id != "" && c.at != "" {
		return nil, usagef("an id and --at: give one of them")
	}
	if c.at == "" {
		return nil, nil
	}
	return parseAt(c.at)
}

// parseAt reads "F=0.02,name='a,b'".
func parseAt(s string) ([]named, error) {
	var out []named
	for rest := s; rest != ""; {
		name, after, ok := strings.Cut(rest, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usagef("--at %s: write name=value, separated by commas", s)
		}
		var val string
		if after != "" && (after[0] == '"' || after[0] == '\'') {
			end := strings.IndexByte(after[1:], after[0])
			if end < 0 {
				return nil, usagef("--at %s: the string has no end", s)
			}
			out = append(out, named{name: name, cell: textOf(after[1 : end+1])})
			rest = after[end+2:]
			if rest != "" && rest[0] != ',' {
				return nil, usagef("--at %s: write name=value, separated by commas", s)
			}
			rest = strings.TrimPrefix(rest, ",")
			continue
		}
		val, rest, _ = strings.Cut(after, ",")
		val = strings.TrimSpace(val)
		c, ok := parseNumber(val)
		switch {
		case val == "":
			return nil, usagef("--at %s: %s has no value", s, name)
		case ok:
			c.s = val // in case the argument is a string
		case val == "true" || val == "false":
			c = cell{kind: boolean, b: val == "true", s: val}
		default:
			c = textOf(val)
		}
		out = append(out, named{name: name, cell: c})
	}
	return out, nil
}

// find returns the one entry that is meant.
func (c *choice) find(l *listing, at []named) (*entry, error) {
	if c.id == "" && at == nil {
		if len(l.entries) == 1 {
			return l.entries[0], nil
		}
		if len(l.entries) == 0 {
			return nil, errors.New("the archive has no entry to show")
		}
		return nil, usagef("which of the %d entries? Give an id or --at; kleptoinspect ls lists them", len(l.entries))
	}
	var found []*entry
	if c.id != "" {
		for _, e := range l.entries {
			if e.id() == c.id || e.Key.Digest.String() == c.id {
				return e, nil
			}
			if strings.HasPrefix(e.id(), c.id) || strings.HasPrefix(e.Key.Digest.String(), strings.ToLower(c.id)) {
				found = append(found, e)
			}
		}
	} else {
		for _, a := range at {
			if err := checkArg(l, a.name); err != nil {
				return nil, err
			}
		}
		for _, e := range l.entries {
			if e.is(at) {
				found = append(found, e)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && c.id != "":
		return nil, fmt.Errorf("no entry has an id that begins with %q; kleptoinspect ls lists them", c.id)
	case len(found) == 0:
		return nil, fmt.Errorf("no entry at %s; %s", joinTyped(at), hint(l, at))
	case c.id != "":
		return nil, fmt.Errorf("%d entries have an id that begins with %q, such as %s and %s; give more of it", len(found), c.id, found[0].id(), found[1].id())
	}
	return nil, several(found, at)
}

func checkArg(l *listing, name string) error {
	names := argNames(l.entries)
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("no argument %q; there are %s", name, strings.Join(names, ", "))
}

// is reports whether the entry has these arguments; see has.
func (e *entry) is(at []named) bool {
	for _, want := range at {
		if !e.has(want.name, want.cell) {
			return false
		}
	}
	return true
}

// has reports whether the entry has this argument: as given, as rounded, or such
// that it rounds to the same.
func (e *entry) has(name string, want cell) bool {
	if got, _ := e.arg(name); matches(got, want) {
		return true
	}
	rounded, err := e.rounded()
	if err != nil {
		return false // then only the exact ones count
	}
	for _, r := range rounded {
		if r.name == name && (matches(r.cell, want) || matches(r.cell, roundCell(want, r))) {
			return true
		}
	}
	return false
}

// matches compares an argument with what was typed: "7" is a number or a text.
func matches(got, typed cell) bool {
	if got.kind == text || got.kind == other {
		return got.s == typed.s
	}
	if got.kind == moment && typed.kind == text {
		typed = parseMoment(typed)
	}
	return got.kind != absent && got.compare(typed.like(got)) == 0
}

// roundCell rounds a typed number as the argument of the key was.
func roundCell(typed cell, arg named) cell {
	if typed.kind != numeric || arg.rounding == rounding.None() || !arg.n.isFloat() {
		return typed
	}
	if arg.n.kind == 's' {
		return cell{kind: numeric, n: number{kind: 's', f: float64(arg.rounding.Float32(float32(typed.n.float64())))}}
	}
	return numericOf(arg.rounding.Float64(typed.n.float64()))
}
