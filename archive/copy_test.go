package archive_test

import (
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

func TestCopy(t *testing.T) {
	f := newFaulty()
	src, dst := archive.New(f), memarchive.New()
	fill(t, src, "f", 300)
	fill(t, src, "g", 10)
	mine := number("f", 7, 2)
	mine.Provenance.Host = "mine"
	if err := dst.Put(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	f.change = func(op string, e *driver.Entry) *driver.Entry {
		if e.Key == keyOf("f", 8) {
			e.Sum++
		}
		if op == "get" && e.Key == mine.Key {
			t.Error("Copy reads a value that the destination has")
		}
		return e
	}
	steps := 0
	options := &archive.CopyOptions{Functions: []string{"f"}, Progress: func(archive.Progress) { steps++ }}
	r, err := archive.Copy(t.Context(), dst, src, options)
	var damage *archive.DamageError
	if r != (archive.CopyResult{Copied: 298, Kept: 1}) || !errors.As(err, &damage) || damage.Damaged[0].Key != keyOf("f", 8) || steps != 300 {
		t.Errorf("Copy = %+v, %v in %d steps; want 298 copied, 1 kept, 1 damaged in 300", r, err, steps)
	}
	if e, err := dst.Stat(t.Context(), "f", mine.Key); err != nil || e.Provenance.Host != "mine" {
		t.Errorf("Copy replaced an entry: %+v, %v", e, err)
	}
	f.change = func(_ string, e *driver.Entry) *driver.Entry { return e }
	r, err = archive.Copy(t.Context(), dst, src, nil)
	if r != (archive.CopyResult{Copied: 11, Kept: 299}) || err != nil {
		t.Errorf("Copy again = %+v, %v; want 11 copied, 299 kept", r, err)
	}
	r, err = archive.Copy(t.Context(), dst, src, &archive.CopyOptions{Replace: true})
	if r != (archive.CopyResult{Copied: 310}) || err != nil {
		t.Errorf("Copy with Replace = %+v, %v; want 310 copied", r, err)
	}
	for e, err := range src.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := dst.Get(t.Context(), e.Call.Function, e.Key)
		if err != nil || got.Sum != e.Sum || got.Provenance != e.Provenance || !value.Equal(got.Value, e.Value) {
			t.Errorf("copied as %+v, %v; want %+v", got, err, e)
		}
	}
	if _, err := archive.Copy(t.Context(), dst, src, &archive.CopyOptions{Functions: []string{"h"}}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Copy of a function that is not there = %v; want ErrNotFound", err)
	}
}

// What the destination can't tell or store ends a copy; what the source deletes
// meanwhile is not missed.
func TestCopyFails(t *testing.T) {
	src, f := memarchive.New(), newFaulty()
	dst := archive.New(f)
	fill(t, src, "f", 3)
	for _, op := range []string{"stat", "put"} {
		broken := errors.New("broken")
		f.fail = func(o string) error {
			if o == op {
				return broken
			}
			return nil
		}
		r, err := archive.Copy(t.Context(), dst, src, nil)
		var of *archive.Error
		if r.Copied != 0 || !errors.Is(err, broken) || !errors.As(err, &of) || of.Archive != "faulty:x" {
			t.Errorf("Copy to an archive with a broken %s = %+v, %v", op, r, err)
		}
	}
	g := newFaulty()
	leaky := archive.New(g)
	fill(t, leaky, "f", 3)
	g.listed = func(e *driver.Entry) (*driver.Entry, error) {
		return e, g.Archive.Delete(t.Context(), "f", e.Key)
	}
	if r, err := archive.Copy(t.Context(), memarchive.New(), leaky, nil); r.Copied != 0 || err != nil {
		t.Errorf("Copy of what is deleted meanwhile = %+v, %v", r, err)
	}
}
