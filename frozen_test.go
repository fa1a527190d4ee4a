package klepto_test

import (
	"context"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/keymap"
)

// TestFrozenArguments: a frozen argument finds the entry that another process made of
// equal content, and decodes from its name's key as a fingerprint.
func TestFrozenArguments(t *testing.T) {
	type args struct {
		Field keymap.Frozen[[]float64]
		Nu    float64
	}
	a := memory(t)
	runs := 0
	sum := func(_ context.Context, in args) (s float64, _ error) {
		runs++
		for _, x := range in.Field.Value() {
			s += in.Nu * x
		}
		return s, nil
	}
	for range 2 { // the second memo has nothing in memory
		m := memoize(t, sum, klepto.Options{Name: "sum", Archive: a})
		for range 2 {
			got, err := m.Call(t.Context(), args{keymap.Freeze([]float64{1, 2, 3}), 0.5})
			if err != nil || got != 3 {
				t.Fatal(got, err)
			}
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if runs != 1 {
		t.Errorf("%d runs", runs)
	}
	m := memoize(t, sum, klepto.Options{Name: "sum", Archive: a})
	if got, err := m.Call(t.Context(), args{keymap.Freeze([]float64{1, 2, 4}), 0.5}); err != nil || got != 3.5 || runs != 2 {
		t.Error(got, err, runs)
	}
}
