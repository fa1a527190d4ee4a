package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

func newRecover(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "recover ARCHIVE",
		Short: "Put what a killed program left in a journal into its archive file",
		Long: `Put what a killed program left in the journal beside an archive file
(results.h5-wal) into the file, and remove the journal, so that the one file is
the whole archive again and may be moved or copied. Every program that opens the
archive does the same first, and so do all other commands, those that only read among
them; recover does only that, and says what there was.`,
		Example: `  kleptoinspect recover results.h5
  kleptoinspect recover results.h5 --json | jq .commits`,
		Args:              takes(1, 1, "one archive"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := journaled(args[0])
			if err != nil {
				return err
			}
			if p.Recover == nil {
				return &wordedError{"this program knows no archives with a journal", archive.ErrFormat}
			}
			commits, dropped, err := p.Recover(path)
			switch i, no := os.Stat(path); {
			case no == nil && i.IsDir():
				return fmt.Errorf("%s: only archives in one file have a journal, and this is a folder", args[0])
			case errors.Is(err, archive.ErrFormat), errors.Is(err, fs.ErrNotExist):
				return openError(args[0], err)
			case err != nil:
				return err
			}
			a, err := open(cmd.Context(), "hdf:"+path)
			if err != nil {
				return err
			}
			defer a.Close()
			n, err := a.Len(cmd.Context())
			if err != nil {
				return err
			}
			if p.json {
				return p.writeJSON(object{
					{"archive", shown(a.URL())}, {"commits", commits}, {"dropped_bytes", dropped}, {"entries", n},
				})
			}
			p.printf("%s\n", recovered(path, commits, dropped, n))
			return nil
		},
	}
}

// journaled returns the path of the one file that a path or URL names.
func journaled(name string) (string, error) {
	u, err := archive.ParseURL(name)
	_, none := os.Stat(name)
	switch {
	case none == nil || err != nil || !hasScheme(name):
		return name, nil
	case u.Scheme != "hdf":
		return "", usagef("%s: only archives in one file, hdf:, have a journal", name)
	case len(u.Params) > 0:
		return "", usagef("%s: recover takes no parameters of the URL", name)
	}
	return u.Path, nil
}

func recovered(path string, commits int, dropped int64, entries int) string {
	has := path + " has " + plural(entries, "entry", "entries")
	if commits == 0 && dropped == 0 {
		return has + "; there was nothing to recover"
	}
	s := "recovered " + plural(commits, "commit", "commits") + " from the journal"
	if dropped > 0 {
		s += fmt.Sprintf(", and dropped the %s of one that was not finished", size(dropped))
	}
	return s + "; " + has
}
