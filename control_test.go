package klepto_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto"
)

// TestControl drives one function through all of its Control, by reflection and
// typed.
func TestControl(t *testing.T) {
	type f = func(context.Context, float64, int) ([]float64, error)
	for name, make := range map[string]func(f, *klepto.Options) (f, *klepto.Control, error){
		"Wrap":  klepto.Wrap[f],
		"Wrap2": klepto.Wrap2[float64, int, []float64],
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			runs := 0
			a := memory(t)
			solve, c, err := make(func(_ context.Context, x float64, n int) ([]float64, error) {
				runs++
				return []float64{x, float64(n)}, nil
			}, &klepto.Options{Name: "solve", Archive: a, WritePolicy: klepto.OnEvict})
			if err != nil {
				t.Fatal(err)
			}
			if c.Name() != "solve" || c.Archive() != a {
				t.Errorf("Name %s", c.Name())
			}
			if got, ok, err := c.Lookup(1, 2); ok || got != nil || err != nil {
				t.Errorf("Lookup before: %v, %v, %v", got, ok, err)
			}
			if _, ok, err := c.Info(1, 2); ok || err != nil {
				t.Errorf("Info before: %v, %v", ok, err)
			}
			want := []float64{1, 2}
			if got, err := solve(ctx, 1, 2); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%v, %v", got, err)
			}
			if got, ok, err := c.Lookup(ctx, 1, 2); !ok || err != nil || !reflect.DeepEqual(got, []any{want}) {
				t.Errorf("Lookup: %v, %v, %v", got, ok, err)
			}
			if info, ok, err := c.Info(1, 2); !ok || err != nil || info.Source != klepto.Memory {
				t.Errorf("Info: %+v, %v, %v", info, ok, err)
			}
			if n, err := c.Dump(ctx, []any{1, 2}, []any{3, 4}); n != 1 || err != nil {
				t.Errorf("Dump: %d, %v", n, err)
			}
			if err := c.Clear(ctx); err != nil {
				t.Error(err)
			}
			if info, ok, err := c.Info(1, 2); !ok || err != nil || info.Source != klepto.Archived || info.Created.IsZero() {
				t.Errorf("Info: %+v, %v, %v", info, ok, err)
			}
			if n, err := c.Load(ctx, []any{1, 2}, []any{3, 4}); n != 1 || err != nil {
				t.Errorf("Load: %d, %v", n, err)
			}
			if got, info, err := c.Call([]any{ctx, 1, 2}, klepto.Overwrite()); err != nil || info.Source != klepto.Computed || !reflect.DeepEqual(got, []any{want}) || runs != 2 {
				t.Errorf("Call: %v, %+v, %v", got, info, err)
			}
			if err := c.Put([]any{5, 6}, []float64{7}); err != nil {
				t.Error(err)
			}
			if got, err := solve(ctx, 5, 6); err != nil || got[0] != 7 || runs != 2 {
				t.Errorf("after Put: %v, %v", got, err)
			}
			if n, err := c.Load(ctx); n != 1 || err != nil {
				t.Errorf("Load of all: %d, %v", n, err)
			}
			if n, err := c.Dump(ctx); n != 2 || err != nil {
				t.Errorf("Dump of all: %d, %v", n, err)
			}
			if ok, err := c.Delete(5, 6); !ok || err != nil {
				t.Errorf("Delete: %v, %v", ok, err)
			}
			if ok, err := c.Delete(5, 6); ok || err != nil {
				t.Errorf("Delete again: %v, %v", ok, err)
			}
			c.Enable(false)
			if _, err := solve(ctx, 1, 2); err != nil || runs != 3 {
				t.Errorf("disabled: %d runs, %v", runs, err)
			}
			c.Enable(true)
			if s := c.Stats(); s.Entries != 1 || s.Computed != 3 {
				t.Errorf("stats %+v", s)
			}
			c.ResetStats()
			c.SetArchive(nil)
			if s := c.Stats(); s.Computed != 0 || c.Archive() != nil {
				t.Errorf("stats %+v", s)
			}
			if err := c.Sync(ctx); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if _, _, err := c.Lookup(1, 2); !errors.Is(err, klepto.ErrClosed) {
				t.Errorf("closed: %v", err)
			}
		})
	}
}

// TestControlArguments: arguments are given as in a call with constants.
func TestControlArguments(t *testing.T) {
	type metres float64
	f := func(x float64, n int8, u uint, p *int, s metres, m map[string]int, f float32, name string, rest ...int) (int, error) {
		return 0, nil
	}
	_, c := wrap(t, f, klepto.Options{})
	good := []any{1, 2, 3, nil, 4.5, nil, 0.5, "a"}
	want, err := c.Key(1.0, int8(2), uint(3), (*int)(nil), metres(4.5), map[string]int(nil), float32(0.5), "a")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Key(good...); err != nil || got != want {
		t.Errorf("%q, %v; want %q", got.Canonical, err, want.Canonical)
	}
	with := func(i int, x any) []any {
		args := append([]any{}, good...)
		args[i] = x
		return args
	}
	rest, err := c.Key(append(with(0, uint8(1)), 7, 8.0)...)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Key(append(with(0, 1), []int{7, 8})...); err != nil || got != rest || got == want {
		t.Errorf("%q, %v; want %q", got.Canonical, err, rest.Canonical)
	}
	for name, bad := range map[string]struct {
		args []any
		want string
	}{
		"few":              {good[:7], "7 arguments for 8 parameters"},
		"none":             {nil, "0 arguments"},
		"text":             {with(0, "1"), "argument 0: a value of type string is no float64"},
		"number for text":  {with(7, 65), "argument 7: a value of type int is no string"},
		"fraction":         {with(1, 2.5), "argument 1: 2.5 is no int8"},
		"too large":        {with(1, 128), "128 is no int8"},
		"negative":         {with(2, -1), "-1 is no uint"},
		"nan":              {with(1, math.NaN()), "NaN is no int8"},
		"infinite":         {with(2, math.Inf(1)), "+Inf is no uint"},
		"largest int":      {with(0, int64(math.MaxInt64)), "9223372036854775807 is no float64"},
		"largest uint":     {with(0, uint64(math.MaxUint64)), "is no float64"},
		"beyond uint":      {with(2, math.Pow(2, 64)), "is no uint"},
		"too precise":      {with(6, 0.1), "0.1 is no float32"},
		"nil":              {with(0, nil), "nil is no float64"},
		"rest":             {append(with(0, 1), "a"), "argument 8: a value of type string is no int"},
		"slice and others": {append(with(0, 1), []int{1}, 2), "argument 8"},
	} {
		if _, err := c.Key(bad.args...); err == nil || !strings.Contains(err.Error(), bad.want) || !strings.HasPrefix(err.Error(), "klepto: f: ") {
			t.Errorf("%s: %v; want %q", name, err, bad.want)
		}
	}
	ctx := context.Background()
	_, err1 := c.Load(ctx, good[:1])
	_, err2 := c.Dump(ctx, good[:1])
	_, err3 := c.Delete()
	_, _, err4 := c.Lookup()
	_, _, err5 := c.Info()
	_, _, err6 := c.Call(nil)
	for i, err := range []error{err1, err2, err3, err4, err5, err6, c.Put(nil, 1), c.Put(good), c.Put(good, "a")} {
		if err == nil {
			t.Errorf("%d: no error", i)
		}
	}
	_, c = wrap(t, func(x float64, y float32) int { return 0 }, klepto.Options{})
	if _, err := c.Key(float32(0.5), math.NaN()); err != nil {
		t.Error(err)
	}
	if _, err := c.Key(math.MaxFloat64, math.Inf(1)); err != nil {
		t.Error(err)
	}
	_, c = wrap(t, func(x ...any) int { return 0 }, klepto.Options{})
	one, err1 := c.Key([]any{1, 2})
	two, err2 := c.Key(1, 2)
	if one == two || err1 != nil || err2 != nil {
		t.Errorf("a list and its elements: %v, %v", err1, err2)
	}
}

func TestInfo(t *testing.T) {
	now := time.Now()
	m := memoize(t, func(context.Context, float64) (int, error) { return 1, nil }, klepto.Options{StaleAfter: time.Minute, Clock: func() time.Time { return now }})
	if _, err := m.Call(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	info, ok, err := m.Info(t.Context(), 1)
	if err != nil || !ok || !info.Stale || info.Age != time.Hour {
		t.Errorf("%+v, %v, %v", info, ok, err)
	}
	if s := m.Stats(); s.Hits != 0 {
		t.Errorf("stats %+v", s)
	}
}
