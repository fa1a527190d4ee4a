package command

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

func newVerify(p *program) *cobra.Command {
	var functions []string
	cmd := &cobra.Command{
		Use:   "verify ARCHIVE",
		Short: "Read every entry and check it against its sum",
		Long: `Read every entry and check it against the sum that was stored with it. Damaged
entries are listed, one a line, and the exit code is 1; rm --damaged deletes them, and the next
calls compute them again.`,
		Example: `  kleptoinspect verify results.h5
  kleptoinspect verify results.h5 --json | jq .damaged[].id`,
		Args:              takes(1, 1, "one archive"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := open(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer a.Close()
			done, err := a.Verify(cmd.Context(), &archive.VerifyOptions{Functions: functions, Progress: p.progress("checking entry")})
			var damage *archive.DamageError
			if err != nil && !errors.As(err, &damage) {
				return interrupted(err, plural(done.Done, "entry is", "entries are")+" checked")
			}
			list := []object{}
			if damage != nil {
				for _, d := range damage.Damaged {
					list = append(list, object{{"function", d.Function}, {"id", damagedID(d)}, {"error", explain(d.Err)}})
				}
			}
			if p.json {
				return errors.Join(p.writeJSON(object{{"archive", shown(a.URL())}, {"entries", done.Done}, {"bytes", done.Bytes}, {"damaged", list}}), damagedOf(args[0], len(list)))
			}
			for _, d := range list {
				p.printf("%s  %s  %s\n", quoteIfNeeded(d[0].value.(string)), orDash(d[1].value.(string)), d[2].value)
			}
			p.printf("%s of %s checked, %d damaged\n", plural(done.Done, "entry", "entries"), size(done.Bytes), len(list))
			return damagedOf(args[0], len(list))
		},
	}
	cmd.Flags().StringSliceVar(&functions, "function", nil, "only entries of these functions, comma-separated")
	complete(cmd, "function", p.completeFunctions)
	return cmd
}

// damagedID is what users call a damaged entry, "" where its key is not readable.
func damagedID(d *archive.Error) string {
	if d.Key.Name == "" && d.Key.Canonical != "" {
		return d.Key.Digest.String()
	}
	return d.Key.Name
}

func damagedOf(name string, n int) error {
	if n == 0 {
		return nil
	}
	return &wordedError{plural(n, "entry is", "entries are") + " damaged; kleptoinspect rm " + quoteIfNeeded(name) +
		" --damaged deletes what can be named of them, and the next calls compute it again", archive.ErrCorrupt}
}
