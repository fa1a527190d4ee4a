package command

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// filter is the choice of entries that ls, tree and plot share.
type filter struct {
	function string
	where    string
	sort     []string
	limit    int
}

func (f *filter) flags(cmd *cobra.Command, p *program, ordered bool) {
	cmd.Flags().StringVar(&f.function, "function", "", "only entries of this function")
	cmd.Flags().StringVar(&f.where, "where", "", `only entries that meet a condition, e.g. 'F<0.03 && k>=0.05'; besides the
arguments it knows id, function, version, created, age, seconds, bytes and
shape, e.g. 'age<2h || created>"2026-01-31"'`)
	if ordered {
		cmd.Flags().StringSliceVar(&f.sort, "sort", nil, "sort by these columns, comma-separated; a - before a name turns the order around")
		cmd.Flags().IntVar(&f.limit, "limit", 0, "at most this many entries; 0 means all")
	}
	complete(cmd, "function", p.completeFunctions)
	complete(cmd, "sort", p.completeColumns)
}

// parse checks what can be checked without an archive.
func (f *filter) parse() (condition, error) {
	if f.limit < 0 {
		return nil, usagef("--limit %d; give 0 for all, or a positive number", f.limit)
	}
	if slices.Contains(f.sort, "") || slices.Contains(f.sort, "-") {
		return nil, usagef("--sort %s; give names of columns", strings.Join(f.sort, ","))
	}
	if f.where == "" {
		return nil, nil
	}
	return parseWhere(f.where)
}

// apply returns the entries that the filter lets through, in its order, and how
// many more the limit has cut off.
func (f *filter) apply(c condition, entries []*entry, now time.Time) (some []*entry, more int, err error) {
	if c != nil {
		c.names(func(name string) {
			if err == nil {
				err = checkColumn(entries, name)
			}
		})
		if err != nil {
			return nil, 0, err
		}
	}
	for _, e := range entries {
		ok := true
		if c != nil {
			if ok, err = c.holds(e, now); err != nil {
				return nil, 0, err
			}
		}
		if ok {
			some = append(some, e)
		}
	}
	for _, key := range f.sort {
		if err := checkColumn(entries, strings.TrimPrefix(key, "-")); err != nil {
			return nil, 0, err
		}
	}
	slices.SortStableFunc(some, func(a, b *entry) int {
		for _, key := range f.sort {
			name, down := strings.CutPrefix(key, "-")
			x, _ := a.column(name, now)
			y, _ := b.column(name, now)
			if order := x.compare(y); order != 0 {
				if down {
					return -order
				}
				return order
			}
		}
		return 0
	})
	if f.limit > 0 && len(some) > f.limit {
		more = len(some) - f.limit
		some = some[:f.limit]
	}
	return some, more, nil
}
