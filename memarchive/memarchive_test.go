package memarchive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Harness {
		return drivertest.Harness{
			Open: func(context.Context) (driver.Archive, error) { return memarchive.New().Driver(), nil },
		}
	})
}

func TestURL(t *testing.T) {
	for _, url := range []string{"mem:", "null:", "MEM:", "mem:?"} {
		a, err := archive.Open(t.Context(), url)
		if err != nil {
			t.Errorf("Open(%q): %v", url, err)
			continue
		}
		if want := map[byte]string{'m': "mem:", 'M': "mem:", 'n': "null:"}[url[0]]; a.URL() != want {
			t.Errorf("URL of %q = %q, want %q", url, a.URL(), want)
		}
	}
	for _, url := range []string{"mem:x", "mem:///", "null://host", "mem:?mode=ro"} {
		if _, err := archive.Open(t.Context(), url); !errors.Is(err, archive.ErrURL) {
			t.Errorf("Open(%q) = %v; want ErrURL", url, err)
		}
	}
}

func TestNullKeepsNothing(t *testing.T) {
	a := memarchive.Null()
	e := &archive.Entry{Key: keymap.Key{Canonical: "k"}, Value: value.Null{}, Call: archive.Call{Function: "f"}}
	for range 2 {
		if stored, err := a.PutIfAbsent(t.Context(), e); !stored || err != nil {
			t.Errorf("PutIfAbsent = %v, %v; want true", stored, err)
		}
	}
	if _, err := a.Get(t.Context(), "f", e.Key); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Get = %v; want ErrNotFound", err)
	}
	for e, err := range a.All(t.Context()) {
		t.Errorf("All yields %v, %v", e, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	for e, err := range a.List(t.Context(), "f") {
		if !errors.Is(err, archive.ErrClosed) {
			t.Errorf("List after Close yields %v, %v; want ErrClosed", e, err)
		}
	}
}
