package archive_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
)

func TestVerify(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 5)
	fill(t, a, "g", 3)
	var steps []archive.Progress
	options := &archive.VerifyOptions{Progress: func(p archive.Progress) { steps = append(steps, p) }}
	p, err := a.Verify(t.Context(), options)
	if want := (archive.Progress{Done: 8, Total: 8, Bytes: 128}); p != want || err != nil {
		t.Errorf("Verify = %+v, %v; want %+v", p, err, want)
	}
	if len(steps) != 8 || steps[0] != (archive.Progress{Done: 1, Total: 8, Bytes: 16}) || steps[7] != p {
		t.Errorf("progress was %+v", steps)
	}
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 1) || e.Key == keyOf("g", 2) {
			e.Sum++
		}
		return e
	}
	f.listed = func(e *driver.Entry) (*driver.Entry, error) {
		if e.Key == keyOf("f", 3) {
			return nil, fmt.Errorf("%w: header", archive.ErrVersion)
		}
		return e, nil
	}
	p, err = a.Verify(t.Context(), nil)
	var damage *archive.DamageError
	if !errors.As(err, &damage) || !errors.Is(err, archive.ErrCorrupt) || p.Done != 8 || p.Damaged != 3 {
		t.Fatalf("Verify = %+v, %v; want 3 damaged of 8", p, err)
	}
	var keys []keymap.Key
	for _, d := range damage.Damaged {
		keys = append(keys, d.Key)
	}
	if want := []keymap.Key{keyOf("f", 1), {}, keyOf("g", 2)}; !slices.Equal(keys, want) {
		t.Errorf("Verify finds %v, want %v", keys, want)
	}
	if text := err.Error(); !strings.Contains(text, "f(0001)") || !strings.HasSuffix(text, "(and 2 more damaged entries)") {
		t.Errorf("the error says %q", text)
	}
	p, err = a.Verify(t.Context(), &archive.VerifyOptions{Functions: []string{"g"}})
	if p.Done != 3 || !errors.As(err, &damage) || len(damage.Damaged) != 1 {
		t.Errorf("Verify of g = %+v, %v", p, err)
	}
	if text := err.Error(); text != damage.Damaged[0].Error() {
		t.Errorf("the error says %q", text)
	}
	if _, err = a.Verify(t.Context(), &archive.VerifyOptions{Functions: []string{"h"}}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Verify of a function that is not there = %v; want ErrNotFound", err)
	}
}
