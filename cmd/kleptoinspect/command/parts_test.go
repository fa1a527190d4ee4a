package command_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// Slabs are all of an array in C order, and none has too many elements.
func TestSlabs(t *testing.T) {
	for _, shape := range [][]int{{1}, {7}, {3, 5}, {1, 12}, {4, 1, 6}, {2, 3, 2, 5}} {
		n := 1
		for _, d := range shape {
			n *= d
		}
		all := &value.Array{Elem: value.Int64, Shape: shape, Data: make([]int64, n)}
		for i := range n {
			all.Data.([]int64)[i] = int64(i)
		}
		for most := 1; most <= n+1; most++ {
			var got []int64
			for spec, count := range command.Slabs(shape, most) {
				s, err := driver.ParseSelection(spec)
				if err != nil {
					t.Fatal(err)
				}
				v, err := s.Cut(all, nil)
				if err != nil {
					t.Fatalf("%v by %d: %s: %v", shape, most, spec, err)
				}
				part := v.(*value.Array).Data.([]int64)
				if len(part) != count || count > most {
					t.Errorf("%v by %d: %s has %d elements, said to be %d", shape, most, spec, len(part), count)
				}
				got = append(got, part...)
			}
			if !slices.Equal(got, all.Data.([]int64)) {
				t.Errorf("%v by %d: %v", shape, most, got)
			}
		}
	}
}

func TestThinned(t *testing.T) {
	for _, c := range []struct {
		shape, steps, count []int
	}{
		{[]int{100}, []int{1}, []int{100}},
		{[]int{101}, []int{2}, []int{51}},
		{[]int{20, 20}, []int{2, 2}, []int{10, 10}},
		{[]int{1, 1000}, []int{1, 16}, []int{1, 63}},
		{[]int{3, 1000, 1}, []int{1, 32, 1}, []int{3, 32, 1}},
	} {
		if steps, count := command.Thinned(c.shape, 100); !slices.Equal(steps, c.steps) || !slices.Equal(count, c.count) {
			t.Errorf("%v: steps %v leave %v, want %v and %v", c.shape, steps, count, c.steps, c.count)
		}
	}
}

// A selection finds each member of a value, whatever its name.
func TestSelections(t *testing.T) {
	number := func(x float64) *value.Array {
		return &value.Array{Elem: value.Float64, Shape: []int{1}, Data: []float64{x}}
	}
	keys := func(e value.Elem, data any) *value.Array { return &value.Array{Elem: e, Shape: []int{2}, Data: data} }
	v := &value.Struct{Fields: []value.Field{
		{Name: "u", Value: number(0)},
		{Name: "a.b", Value: number(1)},
		{Name: "a", Value: &value.Struct{Fields: []value.Field{{Name: "b", Value: number(2)}, {Name: "x/y[0]%", Value: number(3)}}}},
		{Name: "runs", Value: &value.List{Items: []value.Value{number(4), &value.List{Items: []value.Value{number(5)}}}}},
		{Name: "by", Value: &value.Map{Keys: keys(value.String, []string{"one two", "p/q"}), Items: []value.Value{number(6), number(7)}}},
		{Name: "at", Value: &value.Map{Keys: keys(value.Float64, []float64{0.1, 2}), Items: []value.Value{number(8), number(9)}}},
		{Name: "rows", Value: &value.Table{N: 1, Columns: []value.Column{{Name: "t", Array: number(10)}}}},
	}}
	found := command.Selections(v)
	if len(found) != 11 {
		t.Errorf("%d members have %d selections", 11, len(found))
	}
	for text, want := range found {
		s, err := driver.ParseSelection(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := s.Cut(v, nil); err != nil || got != value.Value(want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
}

// changing leaves large arrays out, and stores another entry whenever one of them is read.
type changing struct{ driver.Archive }

func (c changing) Outline(ctx context.Context, function string, key keymap.Key, _ int64) (*driver.Entry, error) {
	e, err := c.Get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	out := *e
	u := *e.Value.(*value.Array)
	u.Data = nil
	out.Value = &u
	return &out, nil
}

func (c changing) Slice(ctx context.Context, function string, key keymap.Key, s *driver.Selection, dst any) (value.Value, error) {
	e, err := c.Get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	other := *e
	other.Sum++
	if _, err := c.Put(ctx, []*driver.Entry{&other}, false); err != nil {
		return nil, err
	}
	return s.Cut(e.Value, dst)
}

// What is read of two entries is not shown as one.
func TestReplacedMeanwhile(t *testing.T) {
	a := memarchive.New()
	o := &keymap.Options{Function: "f"}
	put(t, a, newKeymap[params](t, o), o, params{F: 1}, make([]float64, 1000), 0)
	made.Store("changing", archive.New(changing{a.Driver()}))
	for _, args := range [][]string{
		{"show", "test:changing"},
		{"show", "test:changing", "--slice", "10:20"},
		{"show", "test:changing", "--values", "--json"},
		{"plot", "test:changing"},
	} {
		stdout, stderr, code := run(t, args...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, "was replaced while it was read; run the command again") {
			t.Errorf("%q: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

// The form of archive.Slice means the same as --member and what is between the brackets.
func TestBracketedSlice(t *testing.T) {
	url := demo(t)
	const at = "--at=F=0.02,k=0.05"
	for _, name := range []string{"show", "plot"} {
		want, _, code := run(t, name, url, at, "--member", "u", "--slice", "1:3,0")
		for _, args := range [][]string{{"--slice", "u[1:3,0]"}, {"--slice", " u[1:3,0] "}, {"--member", "u", "--slice", "[1:3,0]"}} {
			got, stderr, c := run(t, append([]string{name, url, at}, args...)...)
			if code != 0 || c != 0 || got != want {
				t.Errorf("%s %q: exit %d, %s%s\nwant\n%s", name, args, c, stderr, got, want)
			}
		}
	}
}

func TestBadSlice(t *testing.T) {
	url := demo(t)
	show := func(slice string, more ...string) []string {
		return append([]string{"show", url, "--slice", slice}, more...)
	}
	const at = "--at=F=0.02,k=0.05"
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--slice 9 of u: index 9 is out of range", show("9", at, "--member", "u")},
		{"nothing between its brackets", show("u[]", at)},
		{"both name a member", show("u[0]", at, "--member", "u")},
		{"nothing may follow the closing bracket", show("0][0", at, "--member", "u")},
		{"of which member? Give --member; the value has u, mean", show("0", at)},
		{"1 indices for 0 dimensions", show("0", at, "--member", "mean")},
		{"P is null", show("0", "--at", "name=x", "--member", "P")},
	} {
		stdout, stderr, code := run(t, c.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit %d, %q, %q; want 2, %q", c.args, code, stdout, stderr, c.want)
		}
	}
}
