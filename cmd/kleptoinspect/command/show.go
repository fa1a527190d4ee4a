package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

type show struct {
	choice
	member string
	head   int
	limit  int
	// values puts all elements into the JSON.
	values bool
	slice  string
}

func newShow(p *program) *cobra.Command {
	s, h := &show{}, &hdf5Flag{}
	cmd := &cobra.Command{
		Use:   "show ARCHIVE [ID|PATH]",
		Short: "Show one entry: arguments, provenance, and its value with statistics",
		Long: `Show one entry, named by the beginning of its id or by its arguments: the
arguments exact and as rounded for the key, where and when it was computed, and
the members of its value with type, shape and statistics. Statistics are of the
finite numbers; those of complex numbers are of their absolute value.

Of an HDF5 file of another program it shows the group or dataset at PATH with its
attributes; of datasets over 64 MiB it reads the first and the last elements only.`,
		Example: `  kleptoinspect show results.h5 9f3c
  kleptoinspect show results.h5 --at F=0.02,k=0.05
  kleptoinspect show results.h5 9f3c --member u --head 20
  kleptoinspect show results.h5 9f3c --member u --values --json | jq .members[0].values
  kleptoinspect show other.h5 /run/1/u --slice 10:20,:`,
		Args:              upTo(2, "an archive and an id, or an HDF5 file and a path"),
		ValidArgsFunction: p.completeEntry,
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := s.parse(args)
			switch {
			case err != nil:
				return err
			case s.head < 0 || s.limit < 0:
				return usagef("--head %d --limit %d; give numbers that are not negative", s.head, s.limit)
			case s.values && !p.json:
				return usagef("--values goes with --json")
			}
			a, file, err := p.openAny(cmd.Context(), args[0], h)
			if err != nil {
				return err
			}
			if file != nil {
				defer file.Close()
				if err := onlyArchives(cmd, args[0], "function", "at"); err != nil {
					return err
				}
				return p.hdf5Show(cmd.Context(), file, args[0], pathOf(args), s)
			}
			defer a.Close()
			if s.slice != "" {
				return usagef("--slice goes with HDF5 files of other programs")
			}
			l, err := list(cmd.Context(), a, s.function)
			if err != nil {
				return err
			}
			e, err := s.find(l, at)
			if err != nil {
				return errors.Join(err, l.damage())
			}
			full, err := a.Get(cmd.Context(), e.Call.Function, e.Key)
			if err != nil {
				return err
			}
			members := membersOf(full.Value)
			if cmd.Flags().Changed("member") {
				m, err := choose(members, s.member)
				if err != nil {
					return err
				}
				members = []member{m}
			}
			if p.json {
				return p.showJSON(shown(a.URL()), e, full, members, s)
			}
			p.showText(e, full, members, s)
			return nil
		},
	}
	s.flags(cmd, p)
	cmd.Flags().StringVar(&s.function, "function", "", "only entries of this function")
	cmd.Flags().StringVar(&s.member, "member", "", "only this member of the value, e.g. u")
	cmd.Flags().IntVar(&s.head, "head", 4, "show this many elements of each array")
	cmd.Flags().IntVar(&s.limit, "limit", 100, "show at most this many members; 0 means all")
	cmd.Flags().BoolVar(&s.values, "values", false, "with --json: all elements of the members")
	cmd.Flags().StringVar(&s.slice, "slice", "", "of a dataset of another program's file only this part, e.g. 10:20,:,3")
	h.flags(cmd)
	complete(cmd, "function", p.completeFunctions)
	complete(cmd, "member", p.completeMembers)
	return cmd
}

// cutMembers applies --limit.
func (s *show) cutMembers(members []member) ([]member, int) {
	if s.limit > 0 && len(members) > s.limit {
		return members[:s.limit], len(members) - s.limit
	}
	return members, 0
}

func (p *program) showText(e *entry, full *archive.Entry, members []member, s *show) {
	p.printf("%s  %s\n", p.style(bold, quoteIfNeeded(e.Call.Function)), quoteIfNeeded(e.id()))
	prov := full.Provenance
	facts := &table{}
	facts.column("", false)
	facts.column("", false)
	fact := func(name, val string) {
		if val != "" {
			facts.rows = append(facts.rows, []string{name, oneLine(val)})
		}
	}
	fact("version", e.Call.Version)
	fact("rounding", e.Call.Rounding)
	if !prov.Created.IsZero() {
		created := timeJSON(prov.Created).(string)
		if p.Terminal {
			created += " (" + age(p.now(), prov.Created) + " ago)"
		}
		fact("created", created)
	}
	fact("computed in", elapsed(prov.Elapsed))
	fact("host", prov.Host)
	fact("go", prov.Go)
	fact("build", prov.Build)
	fact("vcs", prov.VCS)
	fact("sum", fmt.Sprintf("%016x", full.Sum))
	facts.write(p, "  ")

	p.printf("\narguments\n")
	p.arguments(e)

	p.printf("\n%s\n", p.cut(strings.TrimRight("value  "+size(full.Bytes)+"  "+oneLine(full.GoType), " ")))
	some, more := s.cutMembers(members)
	p.memberTable(some, s.head)
	if more > 0 {
		p.printf("  … %d more; --limit 0 shows all\n", more)
	}
}

// arguments writes them as given, and as rounded where that is something else.
func (p *program) arguments(e *entry) {
	rounded, err := e.rounded()
	t := &table{}
	t.column("name", false)
	t.column("exact", true)
	t.column("rounded", true)
	if err != nil {
		t.head[2], t.right[2] = "", false
	}
	for _, a := range e.args {
		row := []string{quoteIfNeeded(a.name), a.String(), ""}
		if err == nil {
			row[2] = "not in the key"
			for _, r := range rounded {
				if r.name == a.name {
					row[2] = r.String()
				}
			}
		}
		t.right[1] = t.right[1] && (a.kind == numeric || a.kind == duration)
		t.right[2] = t.right[2] && (a.kind == numeric || a.kind == duration)
		t.rows = append(t.rows, row)
	}
	if len(e.args) == 0 {
		p.printf("  none\n")
		return
	}
	t.write(p, "  ")
}

func (p *program) memberTable(members []member, n int) {
	t := &table{}
	t.column("member", false)
	t.column("type", false)
	numbers, gaps, units := false, false, false
	stats := make([]*statistics, len(members))
	for i, m := range members {
		stats[i] = m.stats()
		if s := stats[i]; s != nil {
			numbers, gaps = true, gaps || s.nan > 0 || s.inf > 0
		}
		units = units || (m.array != nil && m.array.Units != "")
	}
	if numbers {
		t.column("min", true)
		t.column("mean", true)
		t.column("max", true)
	}
	if gaps {
		t.column("NaN", true)
		t.column("Inf", true)
	}
	if units {
		t.column("units", false)
	}
	t.column("elements", false)
	for i, m := range members {
		row := []string{oneLine(m.name()), m.dtype()}
		if numbers {
			cells := []string{"", "", ""}
			if s := stats[i]; s != nil {
				cells = []string{significant(s.min), significant(float(s.mean)), significant(s.max)}
			}
			row = append(row, cells...)
		}
		if gaps {
			cells := []string{"", ""}
			if s := stats[i]; s != nil {
				cells = []string{fmt.Sprint(s.nan), fmt.Sprint(s.inf)}
			}
			row = append(row, cells...)
		}
		if units {
			u := ""
			if m.array != nil {
				u = oneLine(m.array.Units)
			}
			row = append(row, u)
		}
		t.rows = append(t.rows, append(row, m.elements(n)))
	}
	t.write(p, "  ")
}

// elements are the first n of them; a scalar is shown bare.
func (m member) elements(n int) string {
	switch {
	case m.array == nil:
		return ""
	case m.scalar():
		return element(m.array, 0).String()
	}
	return head(m.array, n)
}

func (p *program) showJSON(url string, e *entry, full *archive.Entry, members []member, s *show) error {
	var rounded any // null: the key is not one that can be taken apart
	if args, err := e.rounded(); err == nil {
		rounded = arguments(args)
	}
	some, more := s.cutMembers(members)
	list := make([]object, len(some))
	for i, m := range some {
		list[i] = memberJSON(m)
		if s.values {
			list[i] = append(list[i], field{"values", m.cells(-1)})
		} else {
			list[i] = append(list[i], field{"head", m.cells(s.head)})
		}
	}
	prov := full.Provenance
	o := append(object{{"archive", url}}, entryJSON(e)...)
	return p.writeJSON(append(o,
		field{"rounded_args", rounded},
		field{"sum", fmt.Sprintf("%016x", full.Sum)},
		field{"host", prov.Host}, field{"go", prov.Go}, field{"build", prov.Build}, field{"vcs", prov.VCS},
		field{"members", list}, field{"more_members", more},
	))
}

// memberJSON are the fields that show and tree write of a member. The
// statistics are null for what has none.
func memberJSON(m member) object {
	shape, elem, units, long := []int{}, "null", "", ""
	var axes []string
	if m.array != nil {
		shape, elem = append(shape, m.array.Shape...), m.array.Elem.String()
		units, long, axes = m.array.Units, m.array.LongName, m.array.Axes
	}
	o := object{
		{"path", m.path}, {"dtype", elem}, {"shape", shape}, {"units", units}, {"long_name", long},
		{"axes", append([]string{}, axes...)},
	}
	s := m.stats()
	if s == nil {
		return append(o, field{"min", nil}, field{"mean", nil}, field{"max", nil}, field{"nan", nil}, field{"inf", nil})
	}
	return append(o, field{"min", s.min}, field{"mean", float(s.mean)}, field{"max", s.max}, field{"nan", s.nan}, field{"inf", s.inf})
}

// cells are the first n elements in C order, all of them for -1.
func (m member) cells(n int) []cell {
	if m.array == nil {
		return []cell{}
	}
	if total := m.array.Len(); n < 0 || n > total {
		n = total
	}
	out := make([]cell, n)
	for i := range out {
		out[i] = element(m.array, i)
	}
	return out
}

// joinArgs writes arguments as a call does: "F=0.02, k=0.05", with numbers of at
// most so many digits.
func joinArgs(args []named, digits int) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.name + "=" + a.brief(digits)
	}
	return strings.Join(parts, ", ")
}
