package archive

import (
	"context"
	"iter"
	"slices"

	"github.com/klepto-go/klepto/keymap"
)

// Functions lists the functions that have entries, sorted by name, each with
// the number of its entries.
func (a *Archive) Functions(ctx context.Context) ([]Function, error) {
	var fns []Function
	err := a.do(ctx, func() (err error) {
		fns, err = a.d.Functions(ctx)
		return err
	})
	return fns, a.wrap("list functions", "", keymap.Key{}, err)
}

// Len returns the number of entries, of the given functions or of all.
func (a *Archive) Len(ctx context.Context, functions ...string) (int, error) {
	fns, err := a.Functions(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range selected(fns, functions) {
		n += f.Entries
	}
	return n, nil
}

// List yields the entries of the given functions, or of all, without their
// values: call, provenance, size and shape, from the index. They come function
// by function, in the order of Functions, then of creation and of key name. A
// damaged entry is yielded as an error, beside what is readable of it, and the
// loop may go on; ErrClosed and a cancelled ctx end it. A function without
// entries yields nothing.
func (a *Archive) List(ctx context.Context, functions ...string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		names := slices.Compact(slices.Sorted(slices.Values(functions)))
		if len(names) == 0 {
			fns, err := a.Functions(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range fns {
				names = append(names, f.Name)
			}
		}
		for _, name := range names {
			for e, err := range a.list(ctx, name) {
				if !yield(e, err) || (err != nil && ends(ctx, err)) {
					return
				}
			}
		}
	}
}

// list is the driver's List with state and context checked before each entry,
// which it does without a lock: the loop body may use the archive.
func (a *Archive) list(ctx context.Context, function string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		usable := func() error { return a.do(ctx, func() error { return nil }) }
		if err := usable(); err != nil {
			yield(nil, a.wrap("list", function, keymap.Key{}, err))
			return
		}
		for e, err := range a.d.List(ctx, function) {
			if err == nil {
				err = usable()
			}
			var key keymap.Key
			if e != nil {
				key = e.Key
			}
			if !yield(e, a.wrap("list", function, key, err)) || (err != nil && ends(ctx, err)) {
				return
			}
		}
	}
}

// selected returns those of fns that names has, or all where names is empty.
func selected(fns []Function, names []string) []Function {
	if len(names) == 0 {
		return fns
	}
	want := make(map[string]bool, len(names))
	for _, n := range names {
		want[n] = true
	}
	var some []Function
	for _, f := range fns {
		if want[f.Name] {
			some = append(some, f)
		}
	}
	return some
}
