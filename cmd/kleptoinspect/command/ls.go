package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newList(p *program) *cobra.Command {
	f, h := &filter{}, &hdf5Flag{}
	asCSV := false
	cmd := &cobra.Command{
		Use:     "ls ARCHIVE [PATH]",
		Aliases: []string{"list"},
		Short:   "List entries with their arguments, shape, compute time and age",
		Long: `List entries, one a line: id, the arguments as they were given, the shape of the
result, the compute time in seconds and when it was computed; version and rounding
too where the entries of a function have several. On a terminal ids and numbers
are shortened to what tells them apart, times are ages and lines are cut to its
width; elsewhere everything is in full.

Of an HDF5 file of another program it lists the objects in the group at PATH.`,
		Example: `  kleptoinspect ls results.h5
  kleptoinspect ls results.h5 --where 'F<0.03 && k>=0.05' --sort -seconds --limit 10
  kleptoinspect ls results.h5 --json | jq '.entries[].args.F'`,
		Args:              takes(1, 2, "an archive, or an HDF5 file and a path in it"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := f.parse()
			if err != nil {
				return err
			}
			if asCSV && p.json {
				return usagef("--csv and --json: give one of them")
			}
			a, file, err := p.openAny(cmd.Context(), args[0], h)
			if err != nil {
				return err
			}
			if file != nil {
				defer file.Close()
				if err := onlyArchives(cmd, args[0], "function", "where", "sort", "csv"); err != nil {
					return err
				}
				return p.hdf5List(cmd.Context(), file, args[0], pathOf(args), f.limit)
			}
			defer a.Close()
			if err := noPath(args); err != nil {
				return err
			}
			l, err := list(cmd.Context(), a, f.function)
			if err != nil {
				return err
			}
			some, more, err := f.apply(where, l.entries, p.now())
			if err != nil {
				return err
			}
			if asCSV {
				return errors.Join(p.csv(some), l.damage())
			}
			if err := p.ls(shown(a.URL()), l, some, more); err != nil {
				return err
			}
			return l.damage()
		},
	}
	f.flags(cmd, p, true)
	h.flags(cmd)
	cmd.Flags().BoolVar(&asCSV, "csv", false, "write comma-separated values, numbers in full")
	return cmd
}

func (p *program) ls(url string, l *listing, some []*entry, more int) error {
	if p.json {
		entries := make([]object, len(some))
		for i, e := range some {
			entries[i] = entryJSON(e)
		}
		return p.writeJSON(object{{"archive", url}, {"more", more}, {"damaged", len(l.damaged)}, {"entries", entries}})
	}
	ids := p.idsOf(l.entries)
	chosen := &listing{entries: some}
	several := 0
	for _, f := range l.functions {
		if len(chosen.of(f.Name)) > 0 {
			several++
		}
	}
	if len(some) == 0 && !p.Terminal {
		p.noEntries(l, ids)
	}
	first := true
	for _, f := range l.functions {
		of := chosen.of(f.Name)
		if len(of) == 0 {
			continue
		}
		if several > 1 {
			if !first {
				p.printf("\n")
			}
			p.printf("%s\n", p.style(bold, quoteIfNeeded(f.Name)+"("+strings.Join(f.Args, ", ")+")"))
		}
		first = false
		p.entryTable(of, argNames(of), ids)
	}
	if p.Terminal {
		line := plural(len(some), "entry", "entries")
		if more > 0 {
			line += ", " + strconv.Itoa(more) + " more"
		}
		p.printf("%s\n", p.style(dim, line))
	}
	return nil
}

// noEntries tells a pipe that nothing was found: the head of the table, which is
// valid input to what reads it, and for people the number.
func (p *program) noEntries(l *listing, ids func(*entry) string) {
	var names []string
	if len(l.functions) == 1 { // several have columns of their own
		names = argNames(l.entries)
	}
	p.entryTable(nil, names, ids)
	fmt.Fprintln(p.Err, plural(0, "entry", "entries"))
}

// entryTable writes the entries of one function, whose arguments have these names.
func (p *program) entryTable(entries []*entry, names []string, ids func(*entry) string) {
	t := &table{}
	t.column("id", false)
	several := severalOf(entries)
	for _, name := range names {
		t.column(name, numericColumn(entries, name))
	}
	for _, name := range several {
		t.column(name, false)
	}
	t.column("shape", false)
	t.column("seconds", true)
	when := "created"
	if p.Terminal {
		when = "age"
	}
	t.column(when, p.Terminal)
	digits := make(map[string]int, len(names))
	for _, name := range names {
		digits[name] = telling(entries, name, p.digits())
	}
	for _, e := range entries {
		row := []string{ids(e)}
		for _, name := range names {
			c, _ := e.arg(name)
			row = append(row, c.brief(digits[name]))
		}
		for _, name := range several {
			c, _ := e.builtin(name, p.now())
			row = append(row, orDash(c.s))
		}
		created := p.when(e.Provenance.Created)
		row = append(row, oneLine(e.Shape), seconds(e.Provenance.Elapsed), strings.TrimSuffix(created, " ago"))
		t.rows = append(t.rows, row)
	}
	t.write(p, "")
}

// telling returns the digits, at least so many, that tell all values of an
// argument apart.
func telling(entries []*entry, name string, digits int) int {
	for ; digits < 17; digits++ {
		seen := make(map[string]string, len(entries))
		clash := false
		for _, e := range entries {
			c, _ := e.arg(name)
			exact, ok := seen[c.brief(digits)]
			clash = clash || ok && exact != c.String()
			seen[c.brief(digits)] = c.String()
		}
		if !clash {
			break
		}
	}
	return digits
}

func numericColumn(entries []*entry, name string) bool {
	for _, e := range entries {
		if c, ok := e.arg(name); ok && c.kind != numeric && c.kind != duration {
			return false
		}
	}
	return true
}

// idsOf returns how ids are shown: whole, or on a terminal the fewest
// characters (at least 8) that tell all entries apart.
func (p *program) idsOf(all []*entry) func(*entry) string {
	if !p.Terminal {
		return func(e *entry) string { return quoteIfNeeded(e.id()) }
	}
	n := 8
	for ; n < 64; n++ {
		seen := make(map[string]bool, len(all))
		for _, e := range all {
			seen[prefix(e.id(), n)] = true
		}
		if len(seen) == len(all) {
			break
		}
	}
	return func(e *entry) string { return quoteIfNeeded(prefix(e.id(), n)) }
}

func prefix(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
