package archive

import (
	"context"
	"iter"
)

// CopyOptions says what Copy brings over. The zero value means every entry that
// the destination does not have yet.
type CopyOptions struct {
	// Functions are the functions to copy; all where it is empty. One that has no
	// entries is ErrNotFound.
	Functions []string

	// Replace lets entries of the source replace those of the destination. By
	// default the destination's stay.
	Replace bool

	// Progress, where not nil, is called after each entry, one call at a time.
	Progress func(Progress)
}

// CopyResult says what Copy did.
type CopyResult struct {
	Copied int // entries that were stored
	Kept   int // entries that the destination had already
}

// Copy brings the entries of src into dst, whatever the kinds of both: keys,
// calls, values and provenance stay as they are. Copying again continues where
// a copy was interrupted, and reads no value that dst has. Damaged entries are
// left out; the error is then a *DamageError that names them all. Any other
// error ended the work early.
func Copy(ctx context.Context, dst, src *Archive, o *CopyOptions) (CopyResult, error) {
	if o == nil {
		o = &CopyOptions{}
	}
	w, err := src.walk(ctx, "copy", o.Functions, o.Progress)
	if err != nil {
		return CopyResult{}, err
	}
	c := copier{walk: w, dst: dst, replace: o.Replace, out: batch{a: dst, ifAbsent: !o.Replace}}
	err = c.run(ctx, src, o.Functions)
	return CopyResult{Copied: c.out.stored, Kept: c.kept}, err
}

type copier struct {
	*walk
	dst     *Archive
	replace bool
	out     batch
	kept    int
}

func (c *copier) run(ctx context.Context, src *Archive, functions []string) error {
	sent, err := c.bring(ctx, &c.out, src, c.missing(ctx, src, functions))
	if err != nil {
		return err
	}
	c.kept += sent - c.out.stored // what was sent and not stored, dst had after all
	return c.damage()
}

// missing lists what src has and dst has not, and counts the rest as kept.
func (c *copier) missing(ctx context.Context, src *Archive, functions []string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for e, err := range src.List(ctx, functions...) {
			if err == nil && !c.replace {
				var there bool
				if there, err = c.dst.Has(ctx, e.Call.Function, e.Key); there {
					c.kept++
					c.count(e)
					continue
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
