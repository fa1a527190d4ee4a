package klepto_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto"
)

// TestWrapWrong: what cannot work is an error when wrapping, which says why.
func TestWrapWrong(t *testing.T) {
	type o = klepto.Options
	var none func(int) int
	for name, c := range map[string]struct {
		f    any
		o    o
		want string
	}{
		"no function":       {1, o{}, "needs a function, but got int"},
		"nothing":           {nil, o{}, "needs a function"},
		"nil":               {none, o{}, "nil"},
		"no results":        {func(int) {}, o{}, "returns nothing to keep"},
		"only an error":     {func(int) error { return nil }, o{}, "returns nothing to keep"},
		"error first":       {func() (error, int) { return nil, 1 }, o{}, "result 0 is an error"}, //nolint:staticcheck // it is the mistake
		"late context":      {func(int, context.Context) int { return 1 }, o{}, `"x1" is a context.Context`},
		"two contexts":      {func(_, _ context.Context) int { return 1 }, o{}, `"x" is a context.Context`},
		"function argument": {func(func()) int { return 1 }, o{}, "x"},
		"channel result":    {func() chan int { return nil }, o{}, "chan"},
		"function results":  {func() (int, func()) { return 1, nil }, o{}, `"r1"`},
		"interface result":  {func() any { return 1 }, o{}, "interface"},
		"unknown ignored":   {func(int) int { return 1 }, o{Ignore: []string{"y"}}, `no argument is named "y"; there are x`},
		"index ignored":     {func(int) int { return 1 }, o{Ignore: []string{"1"}}, `"1"`},
		"no variadic":       {func(int) int { return 1 }, o{Ignore: []string{"*"}}, `"*"`},
		"no keywords":       {func(int) int { return 1 }, o{Ignore: []string{"**"}}, `"**"`},
		"unknown tolerance": {func(int) int { return 1 }, o{Tolerance: map[string]int{"y": 1}}, `"y"`},
		"few names":         {func(int, int) int { return 1 }, o{Names: []string{"a"}}, "Options.Names has 1 names for 2 arguments"},
		"context named":     {func(context.Context, int) int { return 1 }, o{Names: []string{"ctx", "a"}}, "Options.Names has 2 names for 1 arguments"},
		"same names":        {func(int, int) int { return 1 }, o{Names: []string{"a", "a"}}, `"a" twice`},
		"empty name":        {func(int, int) int { return 1 }, o{Names: []string{"a", ""}}, `Options.Names[1] is ""`},
		"few results":       {func() (int, int) { return 1, 1 }, o{Results: []string{"a"}}, "Options.Results has 1 names for 2 results"},
		"result named":      {func() int { return 1 }, o{Results: []string{"a"}}, "kept as it is"},
		"option":            {func() int { return 1 }, o{MaxEntries: -1}, "MaxEntries"},
		"struct field":      {func(struct{ F func() }) int { return 1 }, o{}, "F"},
	} {
		c.o.Name = "f"
		_, _, err := klepto.Wrap(c.f, &c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "klepto: ") {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	for name, f := range map[string]any{"method value": (&grid{}).cells, "function literal": func(int) int { return 1 }} {
		if _, _, err := klepto.Wrap(f, nil); err == nil || !strings.Contains(err.Error(), "Options.Name") {
			t.Errorf("%s without a name: %v", name, err)
		}
	}
	if _, _, err := klepto.Wrap1[int, int](nil, &o{Name: "f"}); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("Wrap1: %v", err)
	}
	if _, err := klepto.Memoize(energy, &o{Names: []string{"a"}}); err == nil || !strings.Contains(err.Error(), "Options.Names and Results are for Wrap") {
		t.Errorf("Memoize with Names: %v", err)
	}
}

// TestWrapIgnoresWhatCannotBeKeyed: a logger, a callback.
func TestWrapIgnoresWhatCannotBeKeyed(t *testing.T) {
	runs := 0
	f, _ := wrap(t, func(x int, log *bytes.Buffer, tell func(int), ctx context.Context) int { runs++; tell(x); return x },
		klepto.Options{Archive: memory(t), Ignore: []string{"x1", "2", "x3"}})
	told := 0
	for range 2 {
		f(3, new(bytes.Buffer), func(x int) { told += x }, t.Context())
	}
	if runs != 1 || told != 3 {
		t.Errorf("%d runs, told %d", runs, told)
	}
}

func TestWrapErrors(t *testing.T) {
	wrong := errors.New("no")
	runs := 0
	f, c := wrap(t, func(x int) (int, string, error) { runs++; return x, "half", wrong }, klepto.Options{})
	for range 2 {
		n, s, err := f(1)
		if err != wrong || n != 0 || s != "" { //nolint:errorlint // it is the very error
			t.Errorf("%v, %q, %v", n, s, err)
		}
	}
	if s := c.Stats(); runs != 2 || s.Failed != 2 {
		t.Errorf("%d runs, stats %+v", runs, s)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f(1); !errors.Is(err, klepto.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestWrapCannotFail: a function without an error answers, whatever happens.
func TestWrapCannotFail(t *testing.T) {
	var reported atomic.Int64
	var last atomic.Value
	o := klepto.Options{Name: "f", OnError: func(err error) { reported.Add(1); last.Store(err.Error()) }}
	t.Run("key", func(t *testing.T) {
		f, c := wrap(t, func(x any) int { return 1 }, o)
		if f(func() {}) != 1 || c.Stats().Errors != 1 || reported.Load() == 0 {
			t.Errorf("stats %+v, %v", c.Stats(), last.Load())
		}
		if _, err := c.Key(func() {}); err == nil {
			t.Error("Control.Key: no error")
		}
	})
	t.Run("archive", func(t *testing.T) {
		o := o
		o.Archive = memory(t)
		runs := 0
		f, c := wrap(t, func(x float64) float64 { runs++; return x }, o)
		if err := o.Archive.Close(); err != nil {
			t.Fatal(err)
		}
		if first, second := f(1), f(1); first != 1 || second != 1 || runs != 1 || c.Stats().Errors == 0 {
			t.Errorf("%d runs, %+v", runs, c.Stats())
		}
		c.SetArchive(nil)
	})
	t.Run("closed", func(t *testing.T) {
		f, c := wrap(t, func(x float64) float64 { return x }, o)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if f(1) != 1 || c.Stats().Errors != 1 {
			t.Errorf("%+v", c.Stats())
		}
	})
	t.Run("context", func(t *testing.T) {
		f, c := wrap(t, func(ctx context.Context, x float64) bool { return ctx.Err() != nil }, o)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if !f(ctx, 1) || c.Stats().Errors != 0 {
			t.Errorf("%+v", c.Stats())
		}
		if f(nil, 1) { //nolint:staticcheck // a careless caller
			t.Error("without a context")
		}
	})
	t.Run("typed", func(t *testing.T) {
		f, c, err := klepto.WrapPlain2(func(x, y float64) float64 { return x + y }, &o)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if f(1, 2) != 3 || c.Stats().Errors != 1 {
			t.Errorf("%+v", c.Stats())
		}
	})
}
