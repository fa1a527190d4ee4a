package command

import (
	"bufio"
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

func newRemove(p *program) *cobra.Command {
	c, f := &choice{}, &filter{}
	yes := false
	cmd := &cobra.Command{
		Use:     "rm ARCHIVE [ID]",
		Aliases: []string{"remove", "delete"},
		Short:   "Delete entries",
		Long: `Delete the entry that an id or its arguments name, or all that meet a condition.
It says how many and asks, unless --yes answers; compact gives their room back.`,
		Example: `  kleptoinspect rm results.h5 9f3c
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
			case one && where != nil:
				return usagef("--where and an id or --at: give one of them")
			case !one && where == nil:
				return usagef("rm deletes what an id, --at or --where chooses; --where 'seconds>=0' chooses all")
			}
			a, err := openWritable(cmd.Context(), args[0], false)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
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
	return cmd
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
