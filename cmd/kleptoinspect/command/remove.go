package command

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

func newRemove(p *program) *cobra.Command {
	c, f := &choice{}, &filter{}
	yes, damaged := false, false
	cmd := &cobra.Command{
		Use:     "rm ARCHIVE [ID]",
		Aliases: []string{"remove", "delete"},
		Short:   "Delete entries",
		Long: `Delete the entry that an id or its arguments name, or all that meet a condition,
or by --damaged those that verify finds damaged, for which every entry is read.
It says how many and asks, unless --yes answers; compact gives their room back.`,
		Example: `  kleptoinspect rm results.h5 9f3c
  kleptoinspect rm results.h5 --damaged
  kleptoinspect rm results.h5 --where 'version=="1" && age>30d' --yes`,
		Args:              upTo(2, "an archive and an id"),
		ValidArgsFunction: p.completeEntry,
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := c.parse(args)
			if err != nil {
				return err
			}
			where, err := f.parse()
			switch one := c.id != "" || at != nil; {
			case err != nil:
				return err
			case damaged && (one || where != nil):
				return usagef("--damaged and an id, --at or --where: give one of them")
			case one && where != nil:
				return usagef("--where and an id or --at: give one of them")
			case !one && where == nil && !damaged:
				return usagef("rm deletes what an id, --at, --where or --damaged chooses; --where 'seconds>=0' chooses all")
			}
			a, err := openWritable(cmd.Context(), args[0], false)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			if damaged {
				return p.removeDamaged(cmd.Context(), a, f.function, yes)
			}
			l, err := list(cmd.Context(), a, f.function)
			if err != nil {
				return err
			}
			var some []*entry
			if where == nil {
				e, err := c.find(l, at)
				if err != nil {
					return err
				}
				some = append(some, e)
			} else if some, _, err = f.apply(where, l.entries, p.now()); err != nil {
				return err
			}
			if len(some) > 0 && !yes {
				if err := p.ask("delete " + plural(len(some), "entry", "entries") + " of " + plural(len(l.entries), "entry", "entries")); err != nil {
					return err
				}
			}
			for i, e := range some {
				if err := a.Delete(cmd.Context(), e.Call.Function, e.Key); err != nil {
					return interrupted(err, plural(i, "entry is", "entries are")+" deleted")
				}
			}
			if p.json {
				ids := make([]string, len(some))
				for i, e := range some {
					ids[i] = e.id()
				}
				return p.writeJSON(object{{"archive", shown(a.URL())}, {"deleted", ids}})
			}
			p.printf("%s deleted\n", plural(len(some), "entry", "entries"))
			return nil
		},
	}
	c.flags(cmd, p)
	f.flags(cmd, p, false)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&damaged, "damaged", false, "delete the entries that verify finds damaged")
	return cmd
}

// removeDamaged deletes what verify finds damaged.
func (p *program) removeDamaged(ctx context.Context, a *archive.Archive, function string, yes bool) error {
	o := &archive.VerifyOptions{Progress: p.progress("checking entry")}
	if function != "" {
		o.Functions = []string{function}
	}
	done, err := a.Verify(ctx, o)
	var damage *archive.DamageError
	if err != nil && !errors.As(err, &damage) {
		return interrupted(err, "nothing was deleted")
	}
	var some []*archive.Error
	unnamed := 0
	if damage != nil {
		for _, d := range damage.Damaged {
			if damagedID(d) == "" {
				unnamed++
				continue
			}
			some = append(some, d)
		}
	}
	if len(some) > 0 && !yes {
		if err := p.ask("delete " + plural(len(some), "damaged entry", "damaged entries") + " of " + plural(done.Done, "entry", "entries")); err != nil {
			return err
		}
	}
	ids := []string{}
	for i, d := range some {
		if err := a.Delete(ctx, d.Function, d.Key); err != nil {
			return interrupted(err, plural(i, "entry is", "entries are")+" deleted")
		}
		ids = append(ids, damagedID(d))
	}
	if p.json {
		err = p.writeJSON(object{{"archive", shown(a.URL())}, {"deleted", ids}})
	} else {
		p.printf("%s deleted\n", plural(len(some), "entry", "entries"))
		err = nil
	}
	if unnamed > 0 {
		err = errors.Join(err, &wordedError{plural(unnamed, "damaged entry", "damaged entries") +
			" cannot be named, so not deleted; kleptoinspect copy saves all others into a new archive", archive.ErrCorrupt})
	}
	return err
}

// ask returns an error unless somebody says yes.
func (p *program) ask(what string) error {
	if p.In == nil {
		return usagef("%s? Nobody can be asked here; say so by --yes", what)
	}
	p.printf("%s? [y/N] ", what)
	answer, _ := bufio.NewReader(p.In).ReadString('\n') // without an end of line it is an answer all the same
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}
