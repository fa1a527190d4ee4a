package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

// treeLimit is how many entries of a function the tree shows on a terminal.
const treeLimit = 10

func newTree(p *program) *cobra.Command {
	f, h := &filter{}, &hdf5Flag{}
	cmd := &cobra.Command{
		Use:   "tree ARCHIVE [PATH]",
		Short: "Show functions, their entries and the members of each with type and shape",
		Long: `Show functions, their entries, and the members of every entry with element type
and shape; entries of other versions and roundings apart. On a terminal it shows
the first 10 entries of each function, version and rounding unless --limit says
otherwise. Of large arrays it reads no elements.

Of an HDF5 file of another program it shows groups, datasets and links, from PATH
down; links are not followed, and a group with several names is shown once.`,
		Example: `  kleptoinspect tree results.h5
  kleptoinspect tree results.h5 --function grayscott --limit 1
  kleptoinspect tree results.h5 --where 'F==0.02' --json`,
		Args:              takes(1, 2, "an archive, or an HDF5 file and a path in it"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := f.parse()
			if err != nil {
				return err
			}
			a, file, err := p.openAny(cmd.Context(), args[0], h)
			if err != nil {
				return err
			}
			if file != nil {
				defer file.Close()
				if err := onlyArchives(cmd, args[0], "function", "where", "sort"); err != nil {
					return err
				}
				return p.hdf5Tree(cmd.Context(), file, args[0], pathOf(args), f.limit)
			}
			defer a.Close()
			if err := noPath(args); err != nil {
				return err
			}
			if p.Terminal && !p.json && !cmd.Flags().Changed("limit") {
				f.limit = treeLimit
			}
			l, err := list(cmd.Context(), a, f.function)
			if err != nil {
				return err
			}
			branches, err := grow(cmd.Context(), a, l, f, where, p)
			if err != nil {
				return err
			}
			if p.json {
				err = p.branchesJSON(shown(a.URL()), branches)
			} else {
				p.branchesText(shown(a.URL()), branches)
			}
			return errors.Join(err, l.damage())
		},
	}
	f.flags(cmd, p, true)
	h.flags(cmd)
	return cmd
}

// branch is a variant of a function with the entries that are shown.
type branch struct {
	archive.Function
	leaves []leaf
	more   int
}

type leaf struct {
	*entry
	members []member
}

// grow reads what the values are made of. A damaged one joins the damage of the listing.
func grow(ctx context.Context, a *archive.Archive, l *listing, f *filter, where condition, p *program) ([]branch, error) {
	if err := f.check(where, l.entries); err != nil {
		return nil, err
	}
	var out []branch
	for _, v := range l.variants() {
		some, more, err := f.choose(where, v.entries, p.now())
		if err != nil {
			return nil, err
		}
		b := branch{Function: v.Function, more: more}
		for _, e := range some {
			r, err := outline(ctx, a, e)
			switch {
			case errors.Is(err, archive.ErrCorrupt):
				l.damaged = append(l.damaged, err)
			case err != nil:
				return nil, err
			default:
				b.leaves = append(b.leaves, leaf{e, r.members})
			}
		}
		if len(b.leaves) > 0 || where == nil {
			out = append(out, b)
		}
	}
	return out, nil
}

func (p *program) branchesText(url string, branches []branch) {
	p.printf("%s\n", p.style(bold, url))
	for i, b := range branches {
		stem, below := limbs(i == len(branches)-1)
		made := ""
		if b.Version != "" {
			made = "  version " + quoteIfNeeded(b.Version)
		}
		if b.Rounding != "" {
			made += "  rounding " + quoteIfNeeded(b.Rounding)
		}
		p.printf("%s%s  %s%s\n", stem, p.style(bold, quoteIfNeeded(b.Name)), plural(b.Entries, "entry", "entries"), made)
		ids := p.idsOf(entriesOf(b.leaves))
		for j, e := range b.leaves {
			stem, under := limbs(j == len(b.leaves)-1 && b.more == 0)
			p.printf("%s\n", p.cut(below+stem+ids(e.entry)+"  "+joinArgs(e.args, p.digits())))
			t := &table{}
			t.column("", false)
			t.column("", false)
			for k, m := range e.members {
				twig, _ := limbs(k == len(e.members)-1)
				units := ""
				if m.array != nil && m.array.Units != "" {
					units = "  [" + oneLine(m.array.Units) + "]"
				}
				t.rows = append(t.rows, []string{twig + oneLine(m.name()), m.dtype() + units})
			}
			t.write(p, below+under)
		}
		if b.more > 0 {
			p.printf("%s└── … %d more; --limit 0 shows all\n", below, b.more)
		}
	}
}

func entriesOf(leaves []leaf) []*entry {
	out := make([]*entry, len(leaves))
	for i, l := range leaves {
		out[i] = l.entry
	}
	return out
}

// limbs are the characters before a branch and before what is below it.
func limbs(last bool) (stem, below string) {
	if last {
		return "└── ", "    "
	}
	return "├── ", "│   "
}

func (p *program) branchesJSON(url string, branches []branch) error {
	fns := make([]object, len(branches))
	for i, b := range branches {
		entries := make([]object, len(b.leaves))
		for j, e := range b.leaves {
			members := make([]object, len(e.members))
			for k, m := range e.members {
				members[k] = memberJSON(m)
			}
			entries[j] = append(entryJSON(e.entry), field{"members", members})
		}
		fns[i] = object{
			{"name", b.Name}, {"version", b.Version}, {"rounding", b.Rounding}, {"count", b.Entries}, {"more", b.more}, {"entries", entries},
		}
	}
	return p.writeJSON(object{{"archive", url}, {"functions", fns}})
}
