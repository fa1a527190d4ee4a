package command_test

import (
	"testing"

	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
)

func TestLogSpaced(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want bool
	}{
		{[]float64{1e-6, 1e-5, 1e-4}, true},
		{[]float64{1, 3, 10, 30, 100}, true},
		{[]float64{1, 2, 5, 10, 20, 50}, true},
		{[]float64{0.02, 0.03, 0.04}, false},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, false},
		{[]float64{0, 1, 10, 100}, false},
		{[]float64{-10, -1, 1, 10}, false},
		{[]float64{1, 100}, false},
		{nil, false},
	} {
		if got := command.LogSpaced(c.x); got != c.want {
			t.Errorf("%v: %v", c.x, got)
		}
	}
}
