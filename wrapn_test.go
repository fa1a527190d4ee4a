package klepto_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/rounding"
)

// TestWrapTyped: every form hands on its arguments in their order, once, and names
// them as Wrap does.
func TestWrapTyped(t *testing.T) {
	ctx := t.Context()
	o := &klepto.Options{Name: "f"}
	text := func(args ...any) string { return fmt.Sprint(args...) }
	runs := 0
	w1, c1, err1 := klepto.Wrap1(func(_ context.Context, a int) (string, error) { runs++; return text(a), nil }, o)
	w2, c2, err2 := klepto.Wrap2(func(_ context.Context, a int, s string) (string, error) { runs++; return text(a, s), nil }, o)
	w3, c3, err3 := klepto.Wrap3(func(_ context.Context, a int, s string, x float64) (string, error) { runs++; return text(a, s, x), nil }, o)
	w4, c4, err4 := klepto.Wrap4(func(_ context.Context, a int, s string, x float64, y bool) (string, error) {
		runs++
		return text(a, s, x, y), nil
	}, o)
	p1, d1, err5 := klepto.WrapPlain1(func(a int) string { runs++; return text(a) }, o)
	p2, d2, err6 := klepto.WrapPlain2(func(a int, s string) string { runs++; return text(a, s) }, o)
	p3, d3, err7 := klepto.WrapPlain3(func(a int, s string, x float64) string { runs++; return text(a, s, x) }, o)
	p4, d4, err8 := klepto.WrapPlain4(func(a int, s string, x float64, y bool) string { runs++; return text(a, s, x, y) }, o)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
	sure := func(s string, err error) string {
		if err != nil {
			t.Error(err)
		}
		return s
	}
	all := []any{1, "s", 2.5, true}
	for range 2 {
		for n, got := range [][2]string{
			{sure(w1(ctx, 1)), p1(1)},
			{sure(w2(ctx, 1, "s")), p2(1, "s")},
			{sure(w3(ctx, 1, "s", 2.5)), p3(1, "s", 2.5)},
			{sure(w4(ctx, 1, "s", 2.5, true)), p4(1, "s", 2.5, true)},
		} {
			if want := text(all[:n+1]...); got != [2]string{want, want} {
				t.Errorf("%d arguments: %q, want %q", n+1, got, want)
			}
		}
	}
	if runs != 8 {
		t.Errorf("%d runs", runs)
	}
	for n, c := range [][2]*klepto.Control{{c1, d1}, {c2, d2}, {c3, d3}, {c4, d4}} {
		k, err1 := c[0].Key(all[:n+1]...)
		l, err2 := c[1].Key(all[:n+1]...)
		call, err3 := keymap.Decode(k.Canonical)
		if k != l || errors.Join(err1, err2, err3) != nil {
			t.Fatalf("%d arguments: keys %q, %q: %v", n+1, k.Canonical, l.Canonical, errors.Join(err1, err2, err3))
		}
		for i, a := range call.Args {
			if want := fmt.Sprint("x", i); a.Name != want && (n > 0 || a.Name != "x") {
				t.Errorf("argument %d of %d is named %q", i, n+1, a.Name)
			}
		}
	}
}

func TestWrapTypedWrong(t *testing.T) {
	o := &klepto.Options{Name: "f"}
	_, _, err1 := klepto.Wrap1(func(context.Context, func()) (int, error) { return 0, nil }, o)
	_, _, err2 := klepto.Wrap2(func(context.Context, int, int) (func(), error) { return nil, nil }, o)
	_, _, err3 := klepto.Wrap3(func(context.Context, int, context.Context, int) (int, error) { return 0, nil }, o)
	_, _, err4 := klepto.Wrap4(func(context.Context, int, int, int, int) (int, error) { return 0, nil }, &klepto.Options{Name: "f", Names: []string{"a"}})
	_, _, err5 := klepto.WrapPlain1(func(int) error { return nil }, o)
	_, _, err6 := klepto.WrapPlain2(func(int, int) any { return nil }, o)
	_, _, err7 := klepto.WrapPlain3(func(a, b, c int) int { return 0 }, nil)
	_, _, err8 := klepto.WrapPlain4(func(a, b, c, d int) int { return 0 }, &klepto.Options{Name: "f", MaxEntries: -1})
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
		if err == nil || !strings.HasPrefix(err.Error(), "klepto: ") {
			t.Errorf("%d: %v", i+1, err)
		}
	}
}

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
