package sweep_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/sweep"
)

type model struct {
	Nu   float64 `klepto:"name=nu"`
	Grid struct{ N int }
	Next *model
}

func TestRunControl(t *testing.T) {
	var mu sync.Mutex
	var got [][]any
	f := func(_ context.Context, m model, scale float64, more ...any) (float64, error) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, append([]any{m.Nu, m.Grid.N, scale}, more...))
		return scale, nil
	}
	_, c, err := klepto.Wrap(f, &klepto.Options{Name: "f", Names: []string{"model", "scale", "more"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // gives the name back
	d := sweep.Grid(sweep.Values("model.nu", 0.1, 0.2), sweep.Values("model.Grid.N", 3), sweep.Linspace("scale", 1, 2, 2),
		sweep.Values("more", []any{"a", 1}))
	if err := sweep.RunControl(t.Context(), d, c, &sweep.Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	want := [][]any{{0.1, 3, 1.0, "a", 1}, {0.1, 3, 2.0, "a", 1}, {0.2, 3, 1.0, "a", 1}, {0.2, 3, 2.0, "a", 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got = nil
	based := sweep.Base(sweep.Grid(sweep.Values("model.nu", 0.5)), model{Grid: struct{ N int }{7}}, 3.0, []any{})
	if err := sweep.RunControl(t.Context(), based, c, &sweep.Options{Complete: true}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]any{{0.5, 7, 3.0}}, got); d != "" {
		t.Error(d)
	}
	for want, d := range map[string]sweep.Design{
		`"nu" is no argument of the function: it has model, scale, more`: sweep.Grid(sweep.Values("nu", 1.0)),
		"no axis sets scale, more of it":                                 sweep.Grid(sweep.Values("model.nu", 1.0)),
		`"model" and "model.nu" set the same`:                            sweep.Grid(sweep.Values("model", model{}), sweep.Values("model.nu", 1.0)),
		"Base has 1 arguments, the function 3":                           sweep.Base(sweep.Grid(sweep.Values("scale", 1.0)), model{}),
		"Base: 1 (int) does not fit the type sweep_test.model":           sweep.Base(sweep.Grid(sweep.Values("scale", 1.0)), 1, 1.0, []any{}),
		"the design is nil":                                              sweep.Base(nil),
	} {
		if err := sweep.RunControl(t.Context(), d, c, &sweep.Options{Complete: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := sweep.RunControl(t.Context(), d, nil, nil); err == nil {
		t.Error("no error without a Control")
	}
}

func TestNestedFields(t *testing.T) {
	base := model{Nu: 1, Next: &model{Nu: 2}}
	seq, err := sweep.Inputs[*model](sweep.Base(sweep.Grid(sweep.Values("Next.Grid.N", 1, 2), sweep.Values("nu", 5)), &base))
	if err != nil {
		t.Fatal(err)
	}
	var all []*model
	for _, m := range seq {
		all = append(all, m)
	}
	for i, m := range all {
		if m.Nu != 5 || m.Next.Nu != 2 || m.Next.Grid.N != i+1 {
			t.Errorf("point %d: %+v, %+v", i, m, m.Next)
		}
	}
	if base.Nu != 1 || base.Next.Grid.N != 0 {
		t.Errorf("the base was changed: %+v", base)
	}
}

// Parts take each point once between them, and so does a scattered Run.
func TestPartsAndScatter(t *testing.T) {
	for _, parts := range []int{0, 1, 3, 50} {
		for _, scatter := range []bool{false, true} {
			var seen []int
			for part := range max(parts, 1) {
				o := &sweep.Options{Parts: parts, Part: part, Scatter: scatter, OnPoint: func(p sweep.Point) { seen = append(seen, p.Index) }}
				if err := sweep.Run(t.Context(), grid(6, 7), memoized(t, nil, product).Call, o); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(seen)
			for i := range 42 {
				if len(seen) != 42 || seen[i] != i {
					t.Fatalf("%d parts, scattered %v: %v", parts, scatter, seen)
				}
			}
		}
	}
	for _, o := range []*sweep.Options{{Parts: -1}, {Parts: 2, Part: 2}, {Part: 1}, {Parts: 2, Part: -1}} {
		if err := sweep.Run(t.Context(), grid(1, 1), memoized(t, nil, product).Call, o); err == nil || !strings.Contains(err.Error(), "Options.Part") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	var short *sweep.Error
	boom := func(context.Context, params) (float64, error) { return 0, errors.New("boom") }
	err := sweep.Run(t.Context(), grid(6, 7), memoizedAs(t, "boom", boom).Call, &sweep.Options{Parts: 4, Part: 3})
	if !errors.As(err, &short) || short.Total != 10 || len(short.Failed) != 10 || short.Failed[0].Index != 3 {
		t.Errorf("a part that fails: %v", err)
	}
}

func memoizedAs(t *testing.T, name string, f func(context.Context, params) (float64, error)) *klepto.Memo[params, float64] {
	t.Helper()
	m, err := klepto.Memoize(f, &klepto.Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() }) //nolint:errcheck // gives the name back
	return m
}
