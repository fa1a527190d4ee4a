package chainarchive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/chainarchive"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Harness {
		return drivertest.Harness{Open: func(context.Context) (driver.Archive, error) {
			a, err := chainarchive.New(nil, memarchive.New(), memarchive.New())
			if err != nil {
				return nil, err
			}
			return a.Driver(), nil
		}}
	})
}

func entry(x float64) *archive.Entry {
	return &archive.Entry{
		Key:   keymap.Key{Canonical: "the key", Digest: keymap.Digest{Lo: 1}, Name: "k"},
		Call:  archive.Call{Function: "f"},
		Value: &value.Array{Elem: value.Float64, Data: []float64{x}},
	}
}

func get(t *testing.T, a *archive.Archive) (float64, error) {
	t.Helper()
	e, err := a.Get(t.Context(), "f", entry(0).Key)
	if err != nil {
		return 0, err
	}
	return e.Value.(*value.Array).Data.([]float64)[0], nil
}

func chain(t *testing.T, o *chainarchive.Options, links ...*archive.Archive) *archive.Archive {
	t.Helper()
	a, err := chainarchive.New(o, links...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPromotion(t *testing.T) {
	front, middle, back := memarchive.New(), memarchive.New(), memarchive.New()
	a := chain(t, nil, front, middle, back)
	if err := back.Put(t.Context(), entry(1)); err != nil {
		t.Fatal(err)
	}
	if x, err := get(t, a); x != 1 || err != nil {
		t.Fatalf("Get = %v, %v", x, err)
	}
	for i, l := range []*archive.Archive{front, middle} {
		if x, err := get(t, l); x != 1 || err != nil {
			t.Errorf("link %d: %v, %v; want the entry promoted", i, x, err)
		}
	}
	if n, err := a.Len(t.Context()); n != 1 || err != nil {
		t.Errorf("Len = %d, %v; want 1 entry, however many links have it", n, err)
	}
}

func TestWritesReachAllOrTheFirst(t *testing.T) {
	front, back := memarchive.New(), memarchive.New()
	if err := chain(t, nil, front, back).Put(t.Context(), entry(1)); err != nil {
		t.Fatal(err)
	}
	if x, err := get(t, back); x != 1 || err != nil {
		t.Errorf("the last link: %v, %v", x, err)
	}
	a := chain(t, &chainarchive.Options{LocalOnly: true}, front, back)
	if err := a.Put(t.Context(), entry(2)); err != nil {
		t.Fatal(err)
	}
	if x, err := get(t, back); x != 1 || err != nil {
		t.Errorf("LocalOnly wrote to the last link: %v, %v", x, err)
	}
	if x, err := get(t, a); x != 2 || err != nil {
		t.Errorf("the first link comes first: %v, %v", x, err)
	}
}

// broken fails every operation.
type broken struct{ driver.Archive }

var errBroken = errors.New("broken")

func (broken) Get(context.Context, string, keymap.Key) (*driver.Entry, error) { return nil, errBroken }
func (broken) Put(context.Context, []*driver.Entry, bool) (int, error)        { return 0, errBroken }

func TestABrokenLinkIsPassedOver(t *testing.T) {
	var reported []error
	back := memarchive.New()
	front := archive.New(broken{memarchive.New().Driver()})
	a := chain(t, &chainarchive.Options{OnError: func(err error) { reported = append(reported, err) }}, front, back)
	if _, err := get(t, a); !errors.Is(err, errBroken) {
		t.Errorf("where no link has it: %v, want the broken link's error: it may", err)
	}
	if err := back.Put(t.Context(), entry(1)); err != nil {
		t.Fatal(err)
	}
	if x, err := get(t, a); x != 1 || err != nil {
		t.Errorf("Get = %v, %v", x, err)
	}
	if len(reported) != 2 || !errors.Is(reported[0], errBroken) || !errors.Is(reported[1], errBroken) {
		t.Errorf("reported %v, want the failed read and the failed promotion", reported)
	}
	if err := a.Put(t.Context(), entry(2)); !errors.Is(err, errBroken) {
		t.Errorf("Put = %v, want the broken link's error", err)
	}
}

func TestWrongUse(t *testing.T) {
	a := memarchive.New()
	for name, links := range map[string][]*archive.Archive{"none": nil, "nil": {a, nil}, "twice": {a, a}} {
		if _, err := chainarchive.New(nil, links...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
