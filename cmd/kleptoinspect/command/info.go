package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/klepto-go/klepto/archive"
)

func newInfo(p *program) *cobra.Command {
	h := &hdf5Flag{}
	cmd := &cobra.Command{
		Use:   "info ARCHIVE",
		Short: "Sum an archive up: its functions, entries, sizes, compute time",
		Long: `Sum an archive up, with one line for each function, version and rounding that
its entries have; or an HDF5 file of another program, with its largest datasets.`,
		Example: `  kleptoinspect info results.h5
  kleptoinspect info results.h5 --json | jq .functions[].entries`,
		Args:              takes(1, 1, "one archive"),
		ValidArgsFunction: p.completeArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, file, err := p.openAny(cmd.Context(), args[0], h)
			if err != nil {
				return err
			}
			if file != nil {
				defer file.Close()
				return p.hdf5Info(cmd.Context(), file, args[0])
			}
			defer a.Close()
			l, err := list(cmd.Context(), a, "")
			if err != nil {
				return err
			}
			if err := p.info(a.URL(), l); err != nil {
				return err
			}
			return l.damage()
		},
	}
	h.flags(cmd)
	return cmd
}

// summary sums the entries of a variant of a function up.
type summary struct {
	variant
	bytes       int64
	elapsed     time.Duration
	first, last time.Time
}

func summarize(l *listing) (functions []summary, total summary) {
	for _, v := range l.variants() {
		s := summary{variant: v}
		for _, e := range v.entries {
			s.bytes += e.Bytes
			s.elapsed += e.Provenance.Elapsed
			t := e.Provenance.Created
			if !t.IsZero() && (s.first.IsZero() || t.Before(s.first)) {
				s.first = t
			}
			if t.After(s.last) {
				s.last = t
			}
		}
		total.Entries += s.Entries
		total.bytes += s.bytes
		total.elapsed += s.elapsed
		functions = append(functions, s)
	}
	return functions, total
}

// shown is the URL without the parameter that open has added.
func shown(url string) string {
	u, err := archive.ParseURL(url)
	if err != nil {
		return url
	}
	delete(u.Params, "mode")
	return u.String()
}

// diskSize returns what the file or folder of an archive takes, false where
// there is none.
func diskSize(url string) (n int64, ok bool) {
	u, err := archive.ParseURL(url)
	if err != nil || u.Path == "" {
		return 0, false
	}
	if _, err := os.Stat(u.Path); err != nil {
		return 0, false
	}
	err = filepath.WalkDir(u.Path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			n += i.Size()
		}
		return err
	})
	return n, err == nil
}

func (p *program) info(url string, l *listing) error {
	functions, total := summarize(l)
	disk, onDisk := diskSize(url)
	url = shown(url)
	if p.json {
		fns := make([]object, len(functions))
		for i, f := range functions {
			fns[i] = object{
				{"name", f.Name}, {"version", f.Version}, {"rounding", f.Rounding}, {"args", append([]string{}, f.Args...)},
				{"entries", f.Entries}, {"bytes", f.bytes}, {"seconds", float(f.elapsed.Seconds())},
				{"first", timeJSON(f.first)}, {"last", timeJSON(f.last)},
			}
		}
		var diskJSON any
		if onDisk {
			diskJSON = disk
		}
		return p.writeJSON(object{
			{"archive", url}, {"entries", total.Entries}, {"damaged", len(l.damaged)}, {"bytes", total.bytes},
			{"disk_bytes", diskJSON}, {"seconds", float(total.elapsed.Seconds())}, {"functions", fns},
		})
	}
	p.printf("%s\n", p.style(bold, quoteIfNeeded(url)))
	line := plural(total.Entries, "entry", "entries") + " of " + plural(len(l.functions), "function", "functions") +
		", " + size(total.bytes) + " of results"
	if onDisk {
		line += " (" + size(disk) + " on disk)"
	}
	p.printf("%s, computed in %s\n", line, elapsed(total.elapsed))
	if len(functions) == 0 {
		return nil
	}
	p.printf("\n")
	t := &table{}
	for _, c := range []string{"function", "version", "rounding"} {
		t.column(c, false)
	}
	for _, c := range []string{"entries", "bytes", "seconds"} {
		t.column(c, true)
	}
	t.column("first", false)
	t.column("last", false)
	for _, f := range functions {
		t.rows = append(t.rows, []string{
			quoteIfNeeded(f.Name) + "(" + strings.Join(f.Args, ", ") + ")", orDash(f.Version), orDash(f.Rounding),
			strconv.Itoa(f.Entries), strconv.FormatInt(f.bytes, 10), seconds(f.elapsed), p.when(f.first), p.when(f.last),
		})
	}
	t.write(p, "")
	return nil
}

// when shows a time: how long ago on a terminal, the time itself elsewhere.
func (p *program) when(t time.Time) string {
	switch {
	case t.IsZero():
		return "-"
	case p.Terminal:
		return age(p.now(), t) + " ago"
	}
	return t.UTC().Format(time.RFC3339)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return quoteIfNeeded(s)
}
