package hdfarchive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/value"
)

// survive reads what can be read of a damaged archive. It may have fewer entries
// and give errors, but no value that was not stored.
func survive(ctx context.Context, t *testing.T, a *archive.Archive, all []*archive.Entry) (good int) {
	for _, e := range all {
		got, err := a.Get(ctx, e.Call.Function, e.Key)
		switch {
		case err == nil && !value.Equal(got.Value, e.Value):
			t.Errorf("a wrong value: %s instead of %s", value.Describe(got.Value), value.Describe(e.Value))
		case err == nil:
			good++
		case !errors.Is(err, archive.ErrCorrupt) && !errors.Is(err, archive.ErrNotFound):
			t.Errorf("Get of damaged data = %v; want ErrCorrupt or ErrNotFound", err)
		}
	}
	for _, err := range a.List(ctx) {
		if err != nil && !errors.Is(err, archive.ErrCorrupt) {
			t.Errorf("List of damaged data yields %v; want ErrCorrupt", err)
		}
	}
	return good
}

// sample has the kinds of values that lie differently in a file.
func sample() []*archive.Entry {
	all := []*archive.Entry{entry("g", 0, everything(0), "F", number(1))}
	for n := range 12 {
		all = append(all, entry("f", n, vector(20, float64(n)), "n", number(float64(n)), "s", text("abc")))
	}
	return append(all, entry("f", 20, vector(3000, 0)), entry("f", 21, array(value.String, []string{"one", "two", ""}, 3)))
}
