package command

import (
	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

func newCompact(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "compact ARCHIVE",
		Short: "Give the room that deleted entries left behind back to the disk",
		Long: `Give the room that deleted and replaced entries have left behind back to the
disk. Of an archive in one file everything is copied, as it is, into a new file, which
then takes the place of the old one; whatever happens meanwhile, one of the two is
there, whole. Of a folder leftovers are removed and the indexes made anew. Other
programs must have closed a file.`,
		Example: `  kleptoinspect compact results.h5
  kleptoinspect compact results.h5 --json | jq .after`,
		Args:              takes(1, 1, "one archive"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := openWritable(cmd.Context(), args[0], false)
			if err != nil {
				return err
			}
			r, err := a.Compact(cmd.Context(), &archive.CompactOptions{Progress: p.progress("compacting, part")})
			url := shown(a.URL())
			if e := a.Close(); err == nil {
				err = e
			}
			if err != nil {
				return interrupted(err, args[0]+" is what it was")
			}
			if p.json {
				return p.writeJSON(object{{"archive", url}, {"before", r.Before}, {"after", r.After}})
			}
			p.printf("%s took %s and takes %s\n", args[0], size(r.Before), size(r.After))
			return nil
		},
	}
}
