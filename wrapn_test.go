package klepto_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
)

func TestWrappedHitAllocatesNothing(t *testing.T) {
	ctx := t.Context()
	o := &klepto.Options{Name: "f", Rounding: rounding.Deep(6)}
	w1, _, err1 := klepto.Wrap1(func(_ context.Context, a float64) (float64, error) { return a, nil }, o)
	w2, _, err2 := klepto.Wrap2(func(_ context.Context, a float64, b int) (float64, error) { return a, nil }, o)
	w3, _, err3 := klepto.Wrap3(func(_ context.Context, a float64, b int, c string) (float64, error) { return a, nil }, o)
	w4, _, err4 := klepto.Wrap4(func(_ context.Context, a float64, b int, c string, d []float64) (float64, error) { return a, nil }, o)
	p1, _, err5 := klepto.WrapPlain1(func(a grid) float64 { return a.DX }, o)
	p4, _, err6 := klepto.WrapPlain4(func(a float64, b int, c string, d [2]bool) grid { return grid{DX: a} }, o)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	d := []float64{1, 2, 3}
	must := func(x float64, err error) {
		if err != nil || x != 1.5 {
			t.Fatal(x, err)
		}
	}
	for name, f := range map[string]func(){
		"Wrap1":      func() { must(w1(ctx, 1.5)) },
		"Wrap2":      func() { must(w2(ctx, 1.5, 2)) },
		"Wrap3":      func() { must(w3(ctx, 1.5, 2, "c")) },
		"Wrap4":      func() { must(w4(ctx, 1.5, 2, "c", d)) },
		"WrapPlain1": func() { must(p1(grid{2, 1.5}), nil) },
		"WrapPlain4": func() { must(p4(1.5, 2, "c", [2]bool{}).DX, nil) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("a hit of %s allocates %v times", name, n)
		}
	}
}

func BenchmarkWrap(b *testing.B) {
	o := klepto.Options{Name: "f", Rounding: rounding.Deep(6)}
	f := func(_ context.Context, x float64, n int) (float64, error) { return x, nil }
	reflected, _ := wrap(b, f, o)
	typed, _, err := klepto.Wrap2(f, &o)
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]func(context.Context, float64, int) (float64, error){"Wrap": reflected, "Wrap2": typed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			ctx := b.Context()
			for b.Loop() {
				if _, err := f(ctx, 1.5, 2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
