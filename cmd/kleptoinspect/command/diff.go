package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// maxDifferences is how many differences of one entry are shown.
const maxDifferences = 5

// differs is the error of diff for archives that differ; it has an exit code of its own.
type differs struct{ text string }

func (d *differs) Error() string { return d.text }

func newDiff(p *program) *cobra.Command {
	var function string
	var rtol, atol float64
	cmd := &cobra.Command{
		Use:   "diff FIRST SECOND",
		Short: "Compare the results of two archives, call by call",
		Long: `Compare two archives: entries that only one has, and entries with the same key whose
results differ. Numbers agree where |a-b| <= atol + rtol*|b|, as in numpy; without
--rtol and --atol they must be the same. Exit code 3 says that something differs.`,
		Example: `  kleptoinspect diff laptop.h5 cluster.h5 --rtol 1e-9
  kleptoinspect diff old.h5 new.h5 --json | jq '.different[].id'`,
		Args: takes(2, 2, "two archives"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !(rtol >= 0) || !(atol >= 0) {
				return usagef("--rtol %v --atol %v; give numbers that are not negative", rtol, atol)
			}
			var both [2]*archive.Archive
			var lists [2]*listing
			for i, name := range args {
				a, err := open(cmd.Context(), name)
				if err != nil {
					return err
				}
				defer a.Close()
				both[i] = a
				if lists[i], err = list(cmd.Context(), a, function); err != nil {
					return err
				}
			}
			return p.diff(cmd.Context(), both, lists, rtol, atol)
		},
	}
	cmd.Flags().StringVar(&function, "function", "", "only entries of this function")
	cmd.Flags().Float64Var(&rtol, "rtol", 0, "relative tolerance")
	cmd.Flags().Float64Var(&atol, "atol", 0, "absolute tolerance")
	complete(cmd, "function", p.completeFunctions)
	return cmd
}

func (p *program) diff(ctx context.Context, both [2]*archive.Archive, lists [2]*listing, rtol, atol float64) error {
	second := map[[2]string]*entry{}
	for _, e := range lists[1].entries {
		second[[2]string{e.Call.Function, e.Key.Canonical}] = e
	}
	var only [2][]*entry
	var different []object
	same := 0
	for _, e := range lists[0].entries {
		key := [2]string{e.Call.Function, e.Key.Canonical}
		other, ok := second[key]
		if !ok {
			only[0] = append(only[0], e)
			continue
		}
		delete(second, key)
		found, err := differences(ctx, both, e, other, rtol, atol)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			same++
			continue
		}
		texts := []string{}
		for i, d := range found {
			if i == maxDifferences {
				texts = append(texts, fmt.Sprintf("… %d more", len(found)-i))
				break
			}
			texts = append(texts, d.String())
		}
		different = append(different, append(entryJSON(e), field{"differences", texts}))
		if !p.json {
			p.printf("differs  %s  %s\n", p.nameOf(e), joinArgs(e.args, p.digits()))
			for _, s := range texts {
				p.printf("         %s\n", p.cut(oneLine(s)))
			}
		}
	}
	for _, e := range lists[1].entries {
		if second[[2]string{e.Call.Function, e.Key.Canonical}] != nil {
			only[1] = append(only[1], e)
		}
	}
	if p.json {
		o := object{{"same", same}, {"different", append([]object{}, different...)}}
		for i, name := range []string{"only_first", "only_second"} {
			entries := make([]object, len(only[i]))
			for k, e := range only[i] {
				entries[k] = entryJSON(e)
			}
			o = append(o, field{name, entries})
		}
		if err := p.writeJSON(o); err != nil {
			return err
		}
	} else {
		for i, which := range []string{"first ", "second"} {
			for _, e := range only[i] {
				p.printf("%s   %s  %s\n", which, p.nameOf(e), joinArgs(e.args, p.digits()))
			}
		}
		p.printf("%d the same, %d different, %d only in the first, %d only in the second\n", same, len(different), len(only[0]), len(only[1]))
	}
	for _, l := range lists {
		if err := l.damage(); err != nil {
			return err
		}
	}
	if len(different)+len(only[0])+len(only[1]) > 0 {
		return &differs{"the archives differ"}
	}
	return nil
}

func (p *program) nameOf(e *entry) string {
	return quoteIfNeeded(e.Call.Function) + "/" + quoteIfNeeded(prefix(e.id(), 12))
}

// differences compares the results of two entries. Those of one sum are the same.
func differences(ctx context.Context, both [2]*archive.Archive, a, b *entry, rtol, atol float64) ([]value.Difference, error) {
	if a.Sum == b.Sum {
		return nil, nil
	}
	x, err := read(ctx, both[0], a)
	if err != nil {
		return nil, err
	}
	y, err := read(ctx, both[1], b)
	if err != nil {
		return nil, err
	}
	d := &parted{ctx: ctx, x: x, y: y, rtol: rtol, atol: atol}
	restX, restY, err := d.compare(member{}, x.Value, y.Value)
	if err != nil {
		return nil, err
	}
	return append(d.found, value.Diff(restX, restY, rtol, atol)...), nil
}
