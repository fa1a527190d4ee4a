package archive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// late is a driver that gets sums after the values.
type late struct {
	driver.Archive
	fail  error // instead of storing
	sums  int   // how often one was asked for
	early int   // entries that came with their sums
}

func (l *late) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	l.early += len(entries)
	return l.Archive.Put(ctx, entries, ifAbsent)
}

func (l *late) PutBeforeSum(ctx context.Context, e *driver.Entry, ifAbsent bool, sum func() (uint64, error)) (_ int, err error) {
	if l.fail != nil {
		return 0, l.fail
	}
	l.sums++
	if e.Sum, err = sum(); err != nil {
		return 0, err
	}
	return l.Archive.Put(ctx, []*driver.Entry{e}, ifAbsent)
}

func TestSumWhileTheValueIsWritten(t *testing.T) {
	l := &late{Archive: memarchive.New().Driver()}
	a := archive.New(l)
	small, large := number("f", 1, 1), number("f", 2, 1<<20)
	for _, e := range []*archive.Entry{small, large} {
		if stored, err := a.PutIfAbsent(t.Context(), e); !stored || err != nil {
			t.Fatalf("PutIfAbsent = %v, %v", stored, err)
		}
	}
	if l.early != 1 || l.sums != 1 {
		t.Errorf("%d entries came with their sums and %d before; want the small one and the large one", l.early, l.sums)
	}
	for _, e := range []*archive.Entry{small, large} {
		if got, err := a.Get(t.Context(), "f", e.Key); err != nil || !value.Equal(got.Value, e.Value) || got.Bytes != value.Size(e.Value) {
			t.Errorf("Get = %v, %v", got, err)
		}
	}
}

// The value is the caller's again when Put returns, whatever became of the sum: the race
// detector says so.
func TestFailedPutLetsGoOfTheValue(t *testing.T) {
	full := errors.New("disk full")
	a := archive.New(&late{Archive: memarchive.New().Driver(), fail: full})
	e := number("f", 1, 1<<20)
	if err := a.Put(t.Context(), e); !errors.Is(err, full) {
		t.Errorf("Put = %v, want %v", err, full)
	}
	clear(e.Value.(*value.Array).Data.([]float64))
}
