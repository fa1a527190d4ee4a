package archive_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// A shape that no array in slabs can have is refused with the dimension that is wrong.
func TestCreateRefusesShapes(t *testing.T) {
	a := memarchive.New()
	for _, c := range []struct {
		shape []int
		says  string
	}{
		{nil, "it has no rows"},
		{[]int{-2}, "dimension 0 is -2; it is the number of rows, or -1"},
		{[]int{math.MinInt, 3}, "dimension 0 is -"},
		{[]int{3, -1}, "dimension 1 is -1; all but dimension 0 make up a row and are 1 or more"},
		{[]int{-1, 4, 0}, "dimension 2 is 0; all but"},
		{[]int{3, 2, -7, -8}, "dimension 2 is -7; all but"},
		{[]int{2, math.MaxInt}, "larger than any file"},
		{[]int{math.MaxInt, 2}, "larger than any file"},
	} {
		e := number("f", 1, 1)
		e.Value = &value.Struct{Fields: []value.Field{{Name: "u", Value: &value.Array{Elem: value.Float64, Shape: c.shape}}}}
		_, err := a.Create(t.Context(), e)
		if !errors.Is(err, archive.ErrEntry) || !strings.Contains(err.Error(), `array "u" of float64`) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Create with shape %v = %v, which does not say %q", c.shape, err, c.says)
		}
	}
}
