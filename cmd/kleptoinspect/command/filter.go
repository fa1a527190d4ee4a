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
arguments it knows id, function, version, rounding, created, age, seconds,
bytes and shape, e.g. 'age<2h || created>"2026-01-31"'; == and != compare
floats exactly or as the entry's own rounding leaves them`)
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

// check returns an error when none of all entries has a column that the filter
// names.
func (f *filter) check(c condition, all []*entry) (err error) {
	see := func(name string) {
		if err == nil {
			err = checkColumn(all, name)
		}
	}
	if c != nil {
		c.names(see)
	}
	for _, key := range f.sort {
		see(strings.TrimPrefix(key, "-"))
	}
	return err
}

// apply is check and choose.
func (f *filter) apply(c condition, entries []*entry, now time.Time) (some []*entry, more int, err error) {
	if err := f.check(c, entries); err != nil {
		return nil, 0, err
	}
	return f.choose(c, entries, now)
}

// choose returns the entries that the filter lets through, in its order, and how
// many more the limit has cut off.
func (f *filter) choose(c condition, entries []*entry, now time.Time) (some []*entry, more int, err error) {
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
