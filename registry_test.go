package klepto_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/rounding"
)

func double(_ context.Context, x float64) (float64, error) { return 2 * x, nil }
func triple(_ context.Context, x float64) (float64, error) { return 3 * x, nil }

func generic[T any](_ context.Context, x T) (T, error) { return x, nil }

type scaled float64

func (s scaled) times(_ context.Context, x float64) (float64, error) { return float64(s) * x, nil }
func (s scaled) plus(_ context.Context, x float64) (float64, error)  { return float64(s) + x, nil }

// scale returns closures of one literal.
func scale(by float64) func(context.Context, float64) (float64, error) {
	return func(_ context.Context, x float64) (float64, error) { return by * x, nil }
}

type unary = func(context.Context, float64) (float64, error)

// Which functions may bear one name.
func TestOneNameOneFunction(t *testing.T) {
	for name, c := range map[string]struct {
		f, g  unary
		taken bool
	}{
		"the same":               {double, double, false},
		"another":                {double, triple, true},
		"a literal":              {double, func(_ context.Context, x float64) (float64, error) { return x, nil }, true},
		"closures of a literal":  {scale(2), scale(3), false},
		"instances of a generic": {generic[float64], generic[float64], false},
		"a method":               {scaled(2).times, scaled(3).times, false},
		"two methods":            {scaled(2).times, scaled(2).plus, true},
	} {
		t.Run(name, func(t *testing.T) {
			memoize(t, c.f, klepto.Options{Name: "named"})
			_, err1 := klepto.Memoize(c.g, &klepto.Options{Name: "named"})
			_, _, err2 := klepto.Wrap(c.g, &klepto.Options{Name: "named"})
			_, _, err3 := klepto.Wrap1(c.g, &klepto.Options{Name: "named"})
			for _, err := range []error{err1, err2, err3} {
				if errors.Is(err, klepto.ErrName) != c.taken || !c.taken && err != nil {
					t.Errorf("%v; taken: %v", err, c.taken)
				}
			}
			if c.taken {
				return
			}
			// The claims of the memos that are not closed hold.
			if _, err := klepto.Memoize(triple, &klepto.Options{Name: "named"}); !errors.Is(err, klepto.ErrName) {
				t.Errorf("another after it: %v", err)
			}
		})
		t.Cleanup(klepto.ForgetNames)
		klepto.ForgetNames()
	}
}

// Functions of one name that have one key for one call, and results that are not each
// other's, are found when they are memoized.
func TestOneNameOneResult(t *testing.T) {
	type point struct{ X, Y float64 }
	type tagged struct {
		A float64 `klepto:"name=X"`
		B float64 `klepto:"name=Y"`
	}
	type x struct {
		X float64 `klepto:"name=x"`
	}
	floats := func(context.Context, float64) ([]float64, error) { return nil, nil }
	for name, c := range map[string]struct {
		memoize func(o *klepto.Options) error
		taken   bool
	}{
		"other numbers":    {of(func(context.Context, float64) ([]int, error) { return nil, nil }), true},
		"a single number":  {of(func(context.Context, float64) (float64, error) { return 0, nil }), true},
		"a map":            {of(func(context.Context, float64) (map[string]float64, error) { return nil, nil }), true},
		"a struct":         {of(func(context.Context, float64) (*point, error) { return nil, nil }), true},
		"one more level":   {of(func(context.Context, float64) ([][]float64, error) { return nil, nil }), true},
		"a pointer to it":  {of(func(context.Context, float64) (*[]float64, error) { return nil, nil }), false},
		"a named type":     {of(func(context.Context, float64) (series, error) { return nil, nil }), false},
		"other arguments":  {of(func(context.Context, int) (int, error) { return 0, nil }), false},
		"another form":     {of(func(context.Context, x) ([]float64, error) { return nil, nil }), false},
		"another, ill fit": {of(func(context.Context, x) ([]int, error) { return nil, nil }), true},
	} {
		t.Run(name, func(t *testing.T) {
			m := memoize(t, floats, klepto.Options{Name: "named"})
			if err := c.memoize(&klepto.Options{Name: "named"}); errors.Is(err, klepto.ErrName) != c.taken || !c.taken && err != nil {
				t.Errorf("%v; taken: %v", err, c.taken)
			}
			if err := c.memoize(&klepto.Options{Name: "named", Rounding: rounding.Deep(3)}); err != nil {
				t.Errorf("other keys: %v", err)
			}
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.memoize(&klepto.Options{Name: "named"}); err != nil {
				t.Errorf("after Close: %v", err)
			}
		})
		klepto.ForgetNames()
	}
	memoize(t, func(context.Context, float64) (point, error) { return point{}, nil }, klepto.Options{Name: "point"})
	if err := of(func(context.Context, float64) (tagged, error) { return tagged{}, nil })(&klepto.Options{Name: "point"}); err != nil {
		t.Errorf("another type of the same fields: %v", err)
	}
}

type series []float64

// of memoizes f, for good.
func of[In, Out any](f func(context.Context, In) (Out, error)) func(*klepto.Options) error {
	return func(o *klepto.Options) error {
		_, err := klepto.Memoize(f, o)
		return err
	}
}

func TestTakenNameSaysWhatToDo(t *testing.T) {
	m, err := klepto.Memoize(double, &klepto.Options{Name: "named", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = klepto.Memoize(triple, &klepto.Options{Name: "named", Version: "1"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`"named" in version 1`, "double (registry_test.go:13)", "triple (registry_test.go:14)", "Options.Name or Version", "Close"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	memoize(t, triple, klepto.Options{Name: "named", Version: "2"})
	for range 2 { // closing twice gives the name back once
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	memoize(t, triple, klepto.Options{Name: "named", Version: "1"})
}
