package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

// merge are the flags of copy and merge.
type merge struct {
	functions []string
	conflict  string
}

func (m *merge) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&m.functions, "function", nil, "only entries of these functions, comma-separated")
	cmd.Flags().StringVar(&m.conflict, "on-conflict", "error", "of different results for one key: error (nothing is stored), newest, or keep what is there")
	complete(cmd, "on-conflict", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"error", "newest", "keep"}, noFiles
	})
}

func newCopy(p *program) *cobra.Command {
	m := &merge{}
	cmd := &cobra.Command{
		Use:   "copy SOURCE DESTINATION",
		Short: "Copy entries into another archive, of any kind",
		Long: `Copy entries with arguments, results and provenance into another archive, of the
same or another kind, which is made where there is none: by its URL, or as a file
where the name ends in .h5 and as a folder where it ends in /. Entries that are there
already stay. Copying again goes on where it was interrupted.`,
		Example: `  kleptoinspect copy results.h5 hdfdir:shared
  kleptoinspect copy results.h5 part.h5 --function grayscott`,
		Args: takes(2, 2, "a source and a destination"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return m.run(cmd, p, args[1], args[:1])
		},
	}
	m.flags(cmd)
	return cmd
}

func newMerge(p *program) *cobra.Command {
	m := &merge{}
	cmd := &cobra.Command{
		Use:   "merge DESTINATION SOURCE...",
		Short: "Bring the entries of several archives together in one",
		Long: `Bring the entries of several archives together in one, which is made where there is
none. Where two archives have different results for one key, nothing is stored, unless
--on-conflict says which one counts: the newest, or the one that is there (that of the
destination, then that of the source named first).`,
		Example: `  kleptoinspect merge all.h5 node1.h5 node2.h5 node3.h5
  kleptoinspect merge all.h5 new.h5 --on-conflict newest`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("merge takes a destination and sources; %s --help explains", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return m.run(cmd, p, args[0], args[1:])
		},
	}
	m.flags(cmd)
	return cmd
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// check refuses functions that a source does not have, before a destination is made.
func (m *merge) check(ctx context.Context, name string, a *archive.Archive) error {
	if len(m.functions) == 0 {
		return nil
	}
	have, err := a.Functions(ctx)
	if err != nil {
		return err
	}
	for _, f := range m.functions {
		if !slices.ContainsFunc(have, func(h archive.Function) bool { return h.Name == f }) {
			return fmt.Errorf("%s: %w", name, noFunction(f, have))
		}
	}
	return nil
}

func (m *merge) run(cmd *cobra.Command, p *program, to string, from []string) (err error) {
	rules := map[string]archive.Conflict{"error": archive.ConflictRefuse, "newest": archive.ConflictNewest, "keep": archive.ConflictKeep}
	rule, ok := rules[m.conflict]
	if !ok {
		return usagef("--on-conflict %s; give error, newest or keep", m.conflict)
	}
	var sources []*archive.Archive
	defer func() {
		for _, a := range sources {
			err = errors.Join(err, a.Close())
		}
	}()
	for _, name := range from {
		if sameFile(name, to) {
			return usagef("%s is source and destination", name)
		}
		a, err := open(cmd.Context(), name)
		if err != nil {
			return err
		}
		sources = append(sources, a)
		if err := m.check(cmd.Context(), name, a); err != nil {
			return err
		}
	}
	dst, err := openWritable(cmd.Context(), to, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	for i, a := range sources {
		if shown(a.URL()) == shown(dst.URL()) {
			return usagef("%s is source and destination", from[i])
		}
	}
	r, err := archive.Merge(cmd.Context(), dst, sources, &archive.MergeOptions{Functions: m.functions, Conflict: rule, Progress: p.progress("copying entry")})
	var conflict *archive.ConflictError
	if errors.As(err, &conflict) {
		return fmt.Errorf("%w by --on-conflict newest or --on-conflict keep", err)
	}
	var damage *archive.DamageError
	if err != nil && !errors.As(err, &damage) {
		return interrupted(err, plural(r.Copied, "entry is", "entries are")+" copied; the same command goes on from there")
	}
	if p.json {
		e := p.writeJSON(object{{"archive", shown(dst.URL())}, {"copied", r.Copied}, {"same", r.Same}, {"conflicts", r.Conflicts}})
		return errors.Join(e, tidy(err))
	}
	p.printf("%s copied, %d were there already", plural(r.Copied, "entry", "entries"), r.Same)
	if r.Conflicts > 0 {
		p.printf(", %d had other results, of which %s", r.Conflicts, map[archive.Conflict]string{
			archive.ConflictNewest: "the newest stay", archive.ConflictKeep: "those that were there stay"}[rule])
	}
	p.printf("\n")
	return tidy(err)
}
