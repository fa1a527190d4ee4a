package klepto_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klepto-go/klepto"
	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/value"
)

// faulty is an archive whose reads and writes fail on request.
type faulty struct {
	driver.Archive
	reads, writes, deletes atomic.Pointer[error]
}

func (f *faulty) Delete(ctx context.Context, function string, key keymap.Key) error {
	if err := f.deletes.Load(); err != nil {
		return *err
	}
	return f.Archive.Delete(ctx, function, key)
}

func (f *faulty) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	if err := f.reads.Load(); err != nil {
		return nil, *err
	}
	return f.Archive.Get(ctx, function, key)
}

func (f *faulty) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	if err := f.writes.Load(); err != nil {
		return 0, *err
	}
	return f.Archive.Put(ctx, entries, ifAbsent)
}

func newFaulty(t *testing.T) (*faulty, *archive.Archive) {
	f := &faulty{Archive: memory(t).Driver()}
	return f, archive.New(f)
}

var errDisk = errors.New("no space left on device")

func TestResultSurvivesAFailingArchive(t *testing.T) {
	d, a := newFaulty(t)
	f, runs := counted()
	m, err := klepto.Memoize(f, &klepto.Options{Name: "f", Archive: a})
	if err != nil {
		t.Fatal(err)
	}
	d.writes.Store(&errDisk)

	v, err := m.Call(t.Context(), params{1, 2, 3})
	var notStored *klepto.NotStoredError
	if v != 7 || !errors.As(err, &notStored) || !errors.Is(err, errDisk) {
		t.Fatalf("Call = %v, %v; want the result and a NotStoredError", v, err)
	}
	if v, err := m.Call(t.Context(), params{1, 2, 3}); v != 7 || err != nil || runs.Load() != 1 {
		t.Errorf("again: %v, %v after %d runs; want it from memory", v, err, runs.Load())
	}
	if err := m.Sync(t.Context()); !errors.Is(err, errDisk) || m.Stats().Unsaved != 1 {
		t.Errorf("Sync on a full disk: %v, stats %+v", err, m.Stats())
	}

	d.writes.Store(nil)
	if err := m.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if n, err := a.Len(t.Context()); n != 1 || err != nil {
		t.Errorf("after Close the archive has %d entries (%v), want the one that was not stored", n, err)
	}
}

// One cause that fails many results is told once; each result has its error all the same.
func TestOneCauseIsToldOnce(t *testing.T) {
	d, a := newFaulty(t)
	m, err := klepto.Memoize(double, &klepto.Options{Archive: a, WritePolicy: klepto.OnEvict, MaxEntries: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for x := range 600 {
		if _, err := m.Call(t.Context(), float64(x)); err != nil {
			t.Fatal(err)
		}
	}
	d.writes.Store(&errDisk)
	err = m.Close()
	if text := fmt.Sprint(err); strings.Count(text, "\n") > 0 || !strings.Contains(text, "600 results are computed but not stored") {
		t.Errorf("%s", text)
	}
	var first *klepto.NotStoredError
	if !errors.Is(err, errDisk) || !errors.As(err, &first) || first.Key == "" {
		t.Errorf("%v", first)
	}
	if all, ok := err.(interface{ Unwrap() []error }); !ok || len(all.Unwrap()) != 600 {
		t.Errorf("%T", err)
	}
}

// What could not be stored is not computed again when memory has let go of it.
func TestUnsavedResultsOutliveEviction(t *testing.T) {
	d, a := newFaulty(t)
	f, runs := counted()
	m := memoize(t, f, klepto.Options{Archive: a, MaxEntries: 1, Safe: true})
	d.writes.Store(&errDisk)
	for range 3 {
		for n := range 4 {
			if v, err := m.Call(t.Context(), params{0, 1, n}); v != float64(n) || err != nil {
				t.Errorf("f(%d) = %v, %v", n, v, err)
			}
		}
	}
	if runs.Load() != 4 {
		t.Errorf("%d runs, want 4", runs.Load())
	}
	d.writes.Store(nil)
}

func TestStandardModeReturnsReadErrors(t *testing.T) {
	d, a := newFaulty(t)
	f, runs := counted()
	m := memoize(t, f, klepto.Options{Archive: a})
	d.reads.Store(&archive.ErrCorrupt)
	if _, err := m.Call(t.Context(), params{}); !errors.Is(err, archive.ErrCorrupt) || runs.Load() != 0 {
		t.Errorf("Call: %v after %d runs, want ErrCorrupt", err, runs.Load())
	}
	if _, _, err := m.Lookup(t.Context(), params{}); !errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("Lookup: %v, want ErrCorrupt", err)
	}
}

func TestSafeModeNeverFails(t *testing.T) {
	d, a := newFaulty(t)
	f, _ := counted()
	var seen []error
	m := memoize(t, f, klepto.Options{Archive: a, Safe: true, OnError: func(err error) { seen = append(seen, err) }})
	d.reads.Store(&archive.ErrCorrupt)
	d.writes.Store(&errDisk)
	if v, err := m.Call(t.Context(), params{1, 2, 3}); v != 7 || err != nil {
		t.Errorf("Call = %v, %v", v, err)
	}
	if len(seen) != 2 || !errors.Is(seen[0], archive.ErrCorrupt) || !errors.Is(seen[1], errDisk) || m.Stats().Errors != 2 {
		t.Errorf("reported %v, stats %+v", seen, m.Stats())
	}
	d.writes.Store(nil)
}

// An entry of another type, which an older program has stored, is an error, and in
// safe mode computed again and replaced.
func TestResultTypeChangedWithoutVersion(t *testing.T) {
	a := memory(t)
	before := memoize(t, func(context.Context, int) (string, error) { return "old", nil }, klepto.Options{Archive: a})
	if _, err := before.Call(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	after := func(context.Context, int) ([]float64, error) { return []float64{1}, nil }
	if _, err := memoize(t, after, klepto.Options{Archive: a}).Call(t.Context(), 1); !errors.Is(err, klepto.ErrMismatch) || !strings.Contains(err.Error(), "Version") {
		t.Errorf("Call: %v, want ErrMismatch and what to do", err)
	}
	for _, want := range []klepto.Source{klepto.Computed, klepto.Archived} {
		m := memoize(t, after, klepto.Options{Archive: a, Safe: true})
		if v, info, err := m.CallInfo(t.Context(), 1); len(v) != 1 || info.Source != want || err != nil {
			t.Errorf("safe Call: %v from %v, %v; want it %v", v, info.Source, err, want)
		}
	}
}

// slow is an archive whose Put waits until it is let go.
type slow struct {
	driver.Archive
	began, release chan struct{}
}

func (s *slow) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	s.began <- struct{}{}
	<-s.release
	return s.Archive.Put(ctx, entries, ifAbsent)
}

// What is written behind never comes to the archive after what is newer.
func TestBehindKeepsTheOrder(t *testing.T) {
	for name, then := range map[string]func(*testing.T, *klepto.Memo[int, int64]){
		"overwritten": func(t *testing.T, m *klepto.Memo[int, int64]) {
			if _, err := m.Call(t.Context(), 1, klepto.Overwrite()); err != nil {
				t.Error(err)
			}
		},
		"deleted": func(t *testing.T, m *klepto.Memo[int, int64]) {
			if known, err := m.Delete(t.Context(), 1); !known || err != nil {
				t.Errorf("Delete = %v, %v", known, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &slow{memory(t).Driver(), make(chan struct{}, 10), make(chan struct{})}
			a := archive.New(d)
			f, _ := numbered(0)
			m, err := klepto.Memoize(f, &klepto.Options{Name: "f", Archive: a, WritePolicy: klepto.Behind})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Call(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			<-d.began // the writer is storing the first result
			done := make(chan struct{})
			go func() {
				defer close(done)
				then(t, m)
			}()
			close(d.release)
			<-done
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			again := memoize(t, f, klepto.Options{Archive: archive.New(d.Archive)})
			v, ok, err := again.Lookup(t.Context(), 1)
			if err != nil || ok != (name == "overwritten") || ok && v != 2 {
				t.Errorf("the archive has %v, %v, %v", v, ok, err)
			}
		})
	}
}

// A computation that ends after Close is stored, whatever the write policy.
func TestCloseDuringAFlight(t *testing.T) {
	for _, policy := range []klepto.WritePolicy{klepto.Through, klepto.Behind, klepto.OnEvict} {
		a := memory(t)
		began, release := make(chan struct{}), make(chan struct{})
		m, err := klepto.Memoize(func(context.Context, int) (int, error) {
			close(began)
			<-release
			return 7, nil
		}, &klepto.Options{Name: "f", Archive: a, WritePolicy: policy})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			_, err := m.Call(t.Context(), 1)
			done <- err
		}()
		<-began
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		close(release)
		if err := <-done; err != nil || length(t, a) != 1 {
			t.Errorf("%v: %v, %d archived; want 1", policy, err, length(t, a))
		}
	}
}

// OnError may close the memo that it hears of.
func TestOnErrorMayClose(t *testing.T) {
	d, a := newFaulty(t)
	d.writes.Store(&errDisk)
	closed := make(chan error, 1)
	var m *klepto.Memo[params, float64]
	f, _ := counted()
	var once sync.Once
	m, err := klepto.Memoize(f, &klepto.Options{Name: "f", Archive: a, WritePolicy: klepto.Behind, OnError: func(error) {
		once.Do(func() { closed <- m.Close() })
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Call(t.Context(), params{}); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; !errors.Is(err, errDisk) {
		t.Errorf("Close = %v, want to hear of the result that is lost", err)
	}
}

// A result that contains itself is an error, not the end of the process.
func TestEndlessTree(t *testing.T) {
	m := memoize(t, func(context.Context, int) (value.Value, error) {
		l := &value.List{Items: make([]value.Value, 2)}
		l.Items[0], l.Items[1] = l, l
		return l, nil
	}, klepto.Options{Archive: memory(t)})
	var notStored *klepto.NotStoredError
	if _, err := m.Call(t.Context(), 1, nil); !errors.As(err, &notStored) || !errors.Is(err, value.ErrInvalid) {
		t.Errorf("Call = %v, want a NotStoredError", err)
	}
}

func TestWrongUse(t *testing.T) {
	type hidden struct{ x float64 }
	type nested struct {
		Grid struct{ Callback func() }
	}
	_ = hidden{}.x
	for name, c := range map[string]struct {
		memoize func() error
		want    string
	}{
		"unkeyable argument":   {func() error { return errOf(func(context.Context, nested) (int, error) { return 0, nil }, named) }, "Grid.Callback"},
		"hidden argument":      {func() error { return errOf(func(context.Context, hidden) (int, error) { return 0, nil }, named) }, "x"},
		"channel result":       {func() error { return errOf(func(context.Context, int) (chan int, error) { return nil, nil }, named) }, "chan int"},
		"hidden result":        {func() error { return errOf(func(context.Context, int) (hidden, error) { return hidden{}, nil }, named) }, "unexported"},
		"literal without name": {func() error { return errOf(func(context.Context, int) (int, error) { return 0, nil }, nil) }, "Options.Name"},
		"nil function":         {func() error { return errOf[int, int](nil, named) }, "nil"},
		"negative bound": {func() error {
			return errOf(func(context.Context, int) (int, error) { return 0, nil }, &klepto.Options{Name: "f", MaxEntries: -1})
		}, "MaxEntries is -1"},
		"unknown argument to ignore": {func() error {
			return errOf(func(context.Context, params) (int, error) { return 0, nil }, &klepto.Options{Name: "f", Ignore: []string{"Z"}})
		}, `"Z"`},
		"unknown argument with tolerance": {func() error {
			return errOf(func(context.Context, params) (int, error) { return 0, nil }, &klepto.Options{Name: "f", Tolerance: map[string]int{"Z": 1}})
		}, `"Z"`},
	} {
		if err := c.memoize(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "klepto: ") {
			t.Errorf("%s: %v, want klepto: … %s …", name, err, c.want)
		}
	}
}

var named = &klepto.Options{Name: "f"}

func errOf[In, Out any](f func(context.Context, In) (Out, error), o *klepto.Options) error {
	_, err := klepto.Memoize(f, o)
	return err
}

func TestTopLevelFunctionsNameThemselves(t *testing.T) {
	m, err := klepto.Memoize(square, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close() //nolint:errcheck // no archive
	if want := "github.com/klepto-go/klepto_test.square"; m.Name() != want {
		t.Errorf("named %q, want %q", m.Name(), want)
	}
}

func square(_ context.Context, x float64) (float64, error) { return x * x, nil }
