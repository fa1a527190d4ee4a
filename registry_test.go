package klepto_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/klepto-go/klepto"
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

func TestTakenNameSaysWhatToDo(t *testing.T) {
	m, err := klepto.Memoize(double, &klepto.Options{Name: "named", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = klepto.Memoize(triple, &klepto.Options{Name: "named", Version: "1"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`"named" in version 1`, "double (registry_test.go:12)", "triple (registry_test.go:13)", "Options.Name or Version", "Close"} {
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
