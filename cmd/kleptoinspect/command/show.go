package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

type show struct {
	choice
	member string
	head   int
	limit  int
	// values puts all elements into the JSON.
	values bool
	sliceFlag
}

func newShow(p *program) *cobra.Command {
	s, h := &show{}, &hdf5Flag{}
	cmd := &cobra.Command{
		Use:   "show ARCHIVE [ID|PATH]",
		Short: "Show one entry: arguments, provenance, and its value with statistics",
		Long: `Show one entry, named by the beginning of its id or by its arguments: the
arguments exact and as rounded for the key, where and when it was computed, and
the members of its value with type, shape and statistics. Statistics are of the
finite numbers; those of complex numbers are of their absolute value. Large arrays
are read in parts; of a value over 64 MiB the sum is not checked, which verify does.

--slice reads a part of a member alone, chosen as in numpy: indices, start:stop:step,
or ... for all other dimensions; of the whole value where that is an array. Brackets
around it and the name of the member before them, as u[10:20,0], are understood too.

Of an HDF5 file of another program it shows the group or dataset at PATH with its
attributes; of datasets over 64 MiB it reads the first and the last elements only.
--slice chooses a part by an index, start:stop or : for each dimension.`,
		Example: `  kleptoinspect show results.h5 9f3c
  kleptoinspect show results.h5 --at F=0.02,k=0.05
  kleptoinspect show results.h5 9f3c --member u --head 20
  kleptoinspect show results.h5 9f3c --member u --slice 10:20,::2
  kleptoinspect show results.h5 9f3c --member u --values --json | jq .members[0].values
  kleptoinspect show other.h5 /run/1/u --slice 10:20,:`,
		Args:              takes(1, 2, "an archive and an id, or an HDF5 file and a path"),
		ValidArgsFunction: p.completeEntry,
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := s.choice.parse(args)
			switch {
			case err != nil:
				return err
			case s.head < 0 || s.limit < 0:
				return usagef("--head %d --limit %d; give numbers that are not negative", s.head, s.limit)
			case s.values && !p.json:
				return usagef("--values goes with --json")
			}
			if err := s.sliceFlag.parse(cmd.Flags().Changed("member")); err != nil {
				return err
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
				var path string
				path, s.member = s.object(args, s.member)
				return p.hdf5Show(cmd.Context(), file, args[0], path, s)
			}
			defer a.Close()
			l, err := list(cmd.Context(), a, s.function)
			if err != nil {
				return err
			}
			e, err := s.find(l, at)
			if err != nil {
				return errors.Join(err, l.damage())
			}
			chosen := cmd.Flags().Changed("member")
			if s.name != "" {
				s.member, chosen = s.name, true
			}
			r, members, err := s.entry(cmd.Context(), a, e, chosen)
			if err != nil {
				return err
			}
			if p.json {
				return p.showJSON(shown(a.URL()), e, r, members, s)
			}
			p.showText(e, r, members, s)
			return nil
		},
	}
	s.flags(cmd, p)
	cmd.Flags().StringVar(&s.function, "function", "", "only entries of this function")
	cmd.Flags().StringVar(&s.member, "member", "", "only this member of the value and what is in it, e.g. u")
	cmd.Flags().IntVar(&s.head, "head", 4, "show this many elements of each array")
	cmd.Flags().IntVar(&s.limit, "limit", 100, "show at most this many members; 0 means all")
	cmd.Flags().BoolVar(&s.values, "values", false, "with --json: all elements of the members")
	cmd.Flags().StringVar(&s.slice, "slice", "", "read only this part of the member or dataset, e.g. 10:20,:,3")
	h.flags(cmd)
	complete(cmd, "function", p.completeFunctions)
	complete(cmd, "member", p.completeMembers)
	complete(cmd, "slice", cobra.NoFileCompletions)
	return cmd
}

// entry reads what is shown of an entry: the members, of which those within --limit have
// what is to be shown of their elements.
func (s *show) entry(ctx context.Context, a *archive.Archive, e *entry, chosen bool) (*reading, []member, error) {
	get := read
	if s.slice != "" {
		get = outline
	}
	r, err := get(ctx, a, e)
	if err != nil {
		return nil, nil, err
	}
	members := r.members
	if chosen {
		if members, err = chooseAll(members, s.member); err != nil {
			return nil, nil, err
		}
	}
	if s.slice != "" {
		if len(members) != 1 {
			return nil, nil, usagef("--slice %s: of which member? Give --member; the value has %s", s.slice, namesOf(members))
		}
		m, err := r.cut(ctx, members[0], s.slice)
		return r, []member{m}, err
	}
	some, _ := s.cutMembers(members)
	left := int64(wholeBytes)
	for i := range some {
		m := &some[i]
		switch {
		case !m.leftOut():
		case s.values:
			if left -= m.bytes(); left < 0 {
				return nil, nil, usagef("--values of %s, %s; choose a part by --slice", m.name(), size(m.bytes()))
			}
			*m, err = r.load(ctx, *m)
		default:
			err = r.measure(ctx, m, s.head)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return r, members, nil
}

// cutMembers applies --limit.
func (s *show) cutMembers(members []member) ([]member, int) {
	if s.limit > 0 && len(members) > s.limit {
		return members[:s.limit], len(members) - s.limit
	}
	return members, 0
}

func (p *program) showText(e *entry, r *reading, members []member, s *show) {
	p.printf("%s  %s\n", p.style(bold, quoteIfNeeded(e.Call.Function)), quoteIfNeeded(e.id()))
	prov := r.Provenance
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
	checked := ""
	if !r.verified {
		checked = ", not checked against what was read"
	}
	fact("sum", fmt.Sprintf("%016x", r.Sum)+checked)
	facts.write(p, "  ")

	p.printf("\narguments\n")
	p.arguments(e)

	p.printf("\n%s\n", p.cut(strings.TrimRight("value  "+size(r.Bytes)+"  "+oneLine(r.GoType), " ")))
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
		t.rows = append(t.rows, append(row, m.sample(n)))
	}
	t.write(p, "  ")
}

// sample is the first n elements; a scalar is shown bare.
func (m member) sample(n int) string {
	switch {
	case m.array == nil:
		return ""
	case m.scalar():
		return element(m.array, 0).String()
	case m.read != nil:
		return head(m.read.first, n)
	}
	return head(m.array, n)
}

func (p *program) showJSON(url string, e *entry, r *reading, members []member, s *show) error {
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
	prov := r.Provenance
	o := append(object{{"archive", url}}, entryJSON(e)...)
	return p.writeJSON(append(o,
		field{"rounded_args", rounded},
		field{"sum", fmt.Sprintf("%016x", r.Sum)}, field{"verified", r.verified},
		field{"host", prov.Host}, field{"go", prov.Go}, field{"build", prov.Build}, field{"vcs", prov.VCS},
		field{"slice", s.slice}, field{"members", list}, field{"more_members", more},
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

// elements are the first n of an array, for JSON.
type elements struct {
	of *value.Array
	n  int
}

// cells are the first n elements in C order, all of them for -1.
func (m member) cells(n int) elements {
	a := m.array
	if m.read != nil {
		a = m.read.first
	}
	if a == nil {
		return elements{}
	}
	if total := a.Len(); n < 0 || n > total {
		n = total
	}
	return elements{a, n}
}

// MarshalJSON writes them as a list.
func (e elements) MarshalJSON() ([]byte, error) {
	return listJSON(e.n, func(i int) ([]byte, error) { return element(e.of, i).MarshalJSON() })
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
