package command

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/keymap"
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
		Args:              takes(1, 2, "an archive and an id"),
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
			var all []doomed
			for _, e := range some {
				all = append(all, doomed{e.Call.Function, e.Key, e.id()})
			}
			return p.remove(cmd.Context(), a, all, plural(len(all), "entry", "entries")+" of "+plural(len(l.entries), "entry", "entries"), yes)
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
	var all []doomed
	unnamed := 0
	if damage != nil {
		for _, d := range damage.Damaged {
			if id := damagedID(d); id != "" {
				all = append(all, doomed{d.Function, d.Key, id})
			} else {
				unnamed++
			}
		}
	}
	err = p.remove(ctx, a, all, plural(len(all), "damaged entry", "damaged entries")+" of "+plural(done.Done, "entry", "entries"), yes)
	if err == nil && unnamed > 0 {
		err = &wordedError{plural(unnamed, "damaged entry", "damaged entries") +
			" cannot be named, so not deleted; kleptoinspect copy saves all others into a new archive", archive.ErrCorrupt}
	}
	return err
}

// doomed is an entry that is to be deleted.
type doomed struct {
	function string
	key      keymap.Key
	id       string
}

// remove deletes entries, which are what it asks about, unless yes answers.
func (p *program) remove(ctx context.Context, a *archive.Archive, all []doomed, what string, yes bool) error {
	if len(all) > 0 && !yes {
		if err := p.ask("delete " + what); err != nil {
			return err
		}
	}
	ids := make([]string, len(all))
	for i, d := range all {
		if err := a.Delete(ctx, d.function, d.key); err != nil {
			return interrupted(err, plural(i, "entry is", "entries are")+" deleted")
		}
		ids[i] = d.id
	}
	if p.json {
		return p.writeJSON(object{{"archive", shown(a.URL())}, {"deleted", ids}})
	}
	p.printf("%s deleted\n", plural(len(all), "entry", "entries"))
	return nil
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
