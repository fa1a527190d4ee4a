package driver_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/value"
)

func count(shape ...int) *value.Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := make([]int64, n)
	for i := range x {
		x[i] = int64(i)
	}
	return &value.Array{Elem: value.Int64, Shape: shape, Data: x}
}

// TestSelection has what numpy makes of np.arange(24).reshape(4, 6).
func TestSelection(t *testing.T) {
	for _, c := range []struct {
		text  string
		shape []int
		want  []int64
	}{
		{"[1]", []int{6}, []int64{6, 7, 8, 9, 10, 11}},
		{"[-1]", []int{6}, []int64{18, 19, 20, 21, 22, 23}},
		{"[1, 2]", nil, []int64{8}},
		{"[:, 2]", []int{4}, []int64{2, 8, 14, 20}},
		{"[..., 2]", []int{4}, []int64{2, 8, 14, 20}},
		{"[2, ...]", []int{6}, []int64{12, 13, 14, 15, 16, 17}},
		{"[1, 2, ...]", nil, []int64{8}},
		{"[1:3, 4:]", []int{2, 2}, []int64{10, 11, 16, 17}},
		{"[::2, -1]", []int{2}, []int64{5, 17}},
		{"[::3, ::4]", []int{2, 2}, []int64{0, 4, 18, 22}},
		{"[::-2, 0]", []int{2}, []int64{18, 6}},
		{"[3:0:-1, -1:-3:-1]", []int{3, 2}, []int64{23, 22, 17, 16, 11, 10}},
		{"[-2:, -2:]", []int{2, 2}, []int64{16, 17, 22, 23}},
		{"[10:20]", []int{0, 6}, []int64{}},
		{"[3:1]", []int{0, 6}, []int64{}},
		{"[-100:100, 5:100:100]", []int{4, 1}, []int64{5, 11, 17, 23}},
		{"[ 1 : 2 : +1 , 0 ]", []int{1}, []int64{6}},
		{"[0:9223372036854775807:9223372036854775807, 0]", []int{1}, []int64{0}},
	} {
		s, err := driver.ParseSelection(c.text)
		if err != nil {
			t.Errorf("ParseSelection(%q): %v", c.text, err)
			continue
		}
		v, err := s.Cut(count(4, 6), nil)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := v.(*value.Array)
		if !slices.Equal(got.Shape, c.shape) || !slices.Equal(got.Data.([]int64), c.want) {
			t.Errorf("%s = %v %v, want %v %v", c.text, got.Shape, got.Data, c.shape, c.want)
		}
	}
}

// tree is a value with members of each kind.
func tree() value.Value {
	u := count(4, 6)
	u.Axes, u.Units = []string{"y", "x"}, "m"
	return &value.Struct{Fields: []value.Field{
		{Name: "u", Value: u},
		{Name: "a/b[0]%", Value: count(3)},
		{Name: "none", Value: value.Null{}},
		{Name: "list", Value: &value.List{Items: []value.Value{count(2), count(5)}}},
		{Name: "map", Value: &value.Map{Keys: &value.Array{Elem: value.String, Shape: []int{2}, Data: []string{"p", "q"}},
			Items: []value.Value{count(2), count(3)}}},
		{Name: "by", Value: &value.Map{Keys: &value.Array{Elem: value.Float64, Shape: []int{2}, Data: []float64{0.5, 2}},
			Items: []value.Value{count(2), count(3)}}},
		{Name: "table", Value: &value.Table{N: 4, Columns: []value.Column{{Name: "t", Array: count(4)}, {Name: "v", Array: count(4, 3)}}}},
	}}
}

func TestSelectionOfMembers(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "u[4 6] a/b[0]%[3] none:null list:list[2] map:map[2] by:map[2] table:table[4]{t v[3]}"},
		{"u", "int64[4 6]"},
		{"u[0]", "int64[6]"},
		{"a%2Fb%5B0]%25", "error"},
		{"a%2Fb%5B0%5D%25[:2]", "int64[2]"},
		{"list/1[1:]", "int64[4]"},
		{"map/q", "int64[3]"},
		{"by/0.5[0]", "int64"},
		{"table[1:3]", "table[2]{t v[3]}"},
		{"table[-1]", "t v[3]"},
		{"table/v[1:3, 0]", "int64[2]"},
		{"none", "null"},
	} {
		got := "error"
		s, err := driver.ParseSelection(c.text)
		if err == nil {
			var v value.Value
			if v, err = s.Cut(tree(), nil); err == nil {
				got = value.Describe(v)
			}
		}
		if got != c.want {
			t.Errorf("%s = %s (%v), want %s", c.text, got, err, c.want)
		}
	}
	s, _ := driver.ParseSelection("u[1]")
	v, err := s.Cut(tree(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := v.(*value.Array).Meta; m.Units != "m" || !slices.Equal(m.Axes, []string{"x"}) {
		t.Errorf("u[1] is described as %+v", m)
	}
}

func TestSelectionErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
	}{
		{"u[", 2}, {"u[1", 3}, {"u[]", 2}, {"u[1,]", 4}, {"u[1 2]", 4}, {"u[::0]", 4}, {"u[a]", 2}, {"u[-]", 3}, {"u]", 1},
		{"u[1]x", 4}, {"u[1][2]", 4}, {"u[..., ...]", 7}, {"/u", 0}, {"u/", 2}, {"a//b", 2}, {"a%", 1}, {"a%4", 1}, {"a%zz", 1},
		{"u[99999999999999999999]", 2}, {"u[1:2:3:4]", 7}, {"u[1.5]", 3}, {"u[[1]]", 2},
		{"x", 0}, {"list/2", 5}, {"list/x[0]", 5}, {"map/r", 4}, {"none/x", 5}, {"u/x", 2}, {"table/w", 6},
		{"u[4]", 2}, {"u[0, -7]", 5}, {"u[0, 0, 0]", 8}, {"list[0]", 4}, {"[0]", 0}, {"none[0]", 4}, {"table[4]", 6},
	} {
		s, err := driver.ParseSelection(c.text)
		if err == nil {
			_, err = s.Cut(tree(), nil)
		}
		var e *driver.SelectionError
		if !errors.As(err, &e) || !errors.Is(err, driver.ErrSelection) || e.At != c.at {
			t.Errorf("%s: %v, want an error at %d", c.text, err, c.at)
		}
	}
}

func TestSelectionInto(t *testing.T) {
	s, err := driver.ParseSelection("u[1:3, 0]")
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]int64, 2)
	if _, err := s.Cut(tree(), dst); err != nil || !slices.Equal(dst, []int64{6, 12}) {
		t.Errorf("Cut into = %v, %v", dst, err)
	}
	for _, wrong := range []any{make([]int64, 3), make([]float64, 2), 7} {
		if _, err := s.Cut(tree(), wrong); !errors.Is(err, driver.ErrSelection) {
			t.Errorf("Cut into %T: %v", wrong, err)
		}
	}
}

func FuzzParseSelection(f *testing.F) {
	for _, s := range []string{"", "u[10:20, :]", "[5]", "fields/u[::2, -1]", "a%2Fb[..., -1:0:-3]", "list/1", "table[2]", "u["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := driver.ParseSelection(text)
		var e *driver.SelectionError
		if err != nil {
			if !errors.As(err, &e) || e.At < 0 || e.At > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		v, err := s.Cut(tree(), nil)
		if err != nil {
			if !errors.As(err, &e) || e.At < 0 || e.At > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		if err := value.Validate(v); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func ExampleSelection_Cut() {
	s, err := driver.ParseSelection("u[1:3, -1]")
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := s.Cut(tree(), nil)
	fmt.Println(v.(*value.Array).Data, err)
	// Output: [11 17] <nil>
}
