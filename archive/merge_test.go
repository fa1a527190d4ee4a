package archive_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// results makes an archive with a number for each of the keys 0…n-1 of f, computed at a
// time.
func results(t testing.TB, n int, scale float64, at time.Time) *archive.Archive {
	t.Helper()
	a := memarchive.New()
	for i := range n {
		e := number("f", i, 1)
		e.Value = scalar(scale * float64(i))
		e.Provenance.Created = at
		if err := a.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func scalar(x float64) value.Value { return &value.Array{Elem: value.Float64, Data: []float64{x}} }

func TestMerge(t *testing.T) {
	early, late := time.Unix(1, 0), time.Unix(2, 0)
	for _, c := range []struct {
		rule archive.Conflict
		want archive.MergeResult
		got  float64 // of key 2, for which the first source has 2, the second 20
	}{
		{archive.ConflictNewest, archive.MergeResult{Copied: 6, Same: 1, Conflicts: 3}, 20},
		{archive.ConflictKeep, archive.MergeResult{Copied: 6, Same: 1, Conflicts: 3}, 2},
	} {
		dst := memarchive.New()
		sources := []*archive.Archive{results(t, 4, 1, early), results(t, 6, 10, late)}
		var last archive.Progress
		o := &archive.MergeOptions{Conflict: c.rule, Progress: func(p archive.Progress) { last = p }}
		r, err := archive.Merge(t.Context(), dst, sources, o)
		if err != nil || r != c.want || last.Done != 6 || last.Total != 6 {
			t.Errorf("rule %d: %+v, %+v, %v; want %+v", c.rule, r, last, err, c.want)
		}
		e, err := dst.Get(t.Context(), "f", keyOf("f", 2))
		if err != nil || !value.Equal(e.Value, scalar(c.got)) {
			t.Errorf("rule %d: %v, %v; want %v", c.rule, e, err, c.got)
		}
		again, err := archive.Merge(t.Context(), dst, sources, o)
		if err != nil || again.Copied != 0 {
			t.Errorf("rule %d, again: %+v, %v", c.rule, again, err)
		}
	}
}

// A conflict is found before anything is stored.
func TestMergeRefuses(t *testing.T) {
	dst := results(t, 1, 1, time.Unix(1, 0))
	sources := []*archive.Archive{results(t, 4, 1, time.Unix(1, 0)), results(t, 4, 10, time.Unix(1, 0))}
	_, err := archive.Merge(t.Context(), dst, sources, nil)
	var conflict *archive.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Conflicts) != 3 {
		t.Errorf("Merge of different results: %v", err)
	}
	if n, err := dst.Len(t.Context()); n != 1 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	if _, err := archive.Merge(t.Context(), dst, sources, &archive.MergeOptions{Functions: []string{"none"}}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Merge of a function that is not there: %v", err)
	}
	if _, err := archive.Merge(t.Context(), dst, sources, &archive.MergeOptions{Conflict: 7}); err == nil {
		t.Error("Merge with an unknown rule")
	}
}

// A damaged entry is left out and named.
func TestMergeDamage(t *testing.T) {
	f := newFaulty()
	src := archive.New(f)
	fill(t, src, "f", 5)
	f.change = func(op string, e *driver.Entry) *driver.Entry {
		if op == "get" && e.Key == keyOf("f", 3) {
			e.Sum++
		}
		return e
	}
	dst := memarchive.New()
	r, err := archive.Merge(t.Context(), dst, []*archive.Archive{src}, nil)
	var damage *archive.DamageError
	if r.Copied != 4 || !errors.As(err, &damage) || len(damage.Damaged) != 1 {
		t.Errorf("Merge: %+v, %v", r, err)
	}
}

// What leaves no room behind cannot be compacted, and says so.
func TestCompactUnsupported(t *testing.T) {
	if _, err := memarchive.New().Compact(t.Context(), nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Compact in memory: %v", err)
	}
}

func ExampleMerge() {
	ctx := context.Background()
	all, node := memarchive.New(), memarchive.New()
	if err := node.Put(ctx, number("f", 1, 3)); err != nil {
		fmt.Println(err)
	}
	r, err := archive.Merge(ctx, all, []*archive.Archive{node}, nil)
	fmt.Println(r.Copied, err)
	// Output: 1 <nil>
}
