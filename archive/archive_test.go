package archive_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// Every operation hands a driver's error on, wrapped once.
func TestErrorsAreWrappedOnce(t *testing.T) {
	disk := &fs.PathError{Op: "write", Path: "x", Err: fs.ErrPermission}
	k := keyOf("f", 1)
	tests := []struct {
		fails, op string
		key       keymap.Key
		call      func(ctx context.Context, a *archive.Archive) error
	}{
		{"get", "get", k, func(ctx context.Context, a *archive.Archive) error { _, err := a.Get(ctx, "f", k); return err }},
		{"get", "get", k, func(ctx context.Context, a *archive.Archive) error {
			return last(a.GetMany(ctx, "f", []keymap.Key{k}))
		}},
		{"get", "get", k, func(ctx context.Context, a *archive.Archive) error { return last(a.All(ctx)) }},
		{"get", "get", k, func(ctx context.Context, a *archive.Archive) error { _, err := a.Verify(ctx, nil); return err }},
		{"get", "get", k, func(ctx context.Context, a *archive.Archive) error {
			_, err := archive.Copy(ctx, memarchive.New(), a, nil)
			return err
		}},
		{"stat", "stat", k, func(ctx context.Context, a *archive.Archive) error { _, err := a.Stat(ctx, "f", k); return err }},
		{"stat", "has", k, func(ctx context.Context, a *archive.Archive) error { _, err := a.Has(ctx, "f", k); return err }},
		{"put", "put", k, func(ctx context.Context, a *archive.Archive) error { return a.Put(ctx, number("f", 1, 1)) }},
		{"put", "put", k, func(ctx context.Context, a *archive.Archive) error {
			_, err := a.PutIfAbsent(ctx, number("f", 1, 1))
			return err
		}},
		{"put", "put", k, func(ctx context.Context, a *archive.Archive) error {
			_, err := a.PutMany(ctx, []*archive.Entry{number("f", 1, 1)})
			return err
		}},
		{"put", "put", k, func(ctx context.Context, a *archive.Archive) error {
			src := memarchive.New()
			if err := src.Put(ctx, number("f", 1, 2)); err != nil {
				return err
			}
			_, err := archive.Copy(ctx, a, src, &archive.CopyOptions{Replace: true})
			return err
		}},
		{"delete", "delete", k, func(ctx context.Context, a *archive.Archive) error { return a.Delete(ctx, "f", k) }},
		{"functions", "list functions", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { _, err := a.Functions(ctx); return err }},
		{"functions", "list functions", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { _, err := a.Len(ctx); return err }},
		{"functions", "list functions", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { _, err := a.Verify(ctx, nil); return err }},
		{"list", "list", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { return last(a.List(ctx)) }},
		{"sync", "sync", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { return a.Sync(ctx) }},
		{"close", "close", keymap.Key{}, func(ctx context.Context, a *archive.Archive) error { return a.Close() }},
	}
	for _, test := range tests {
		f := newFaulty()
		a := archive.New(f)
		if err := a.Put(t.Context(), number("f", 1, 1)); err != nil {
			t.Fatal(err)
		}
		f.fail = func(op string) error {
			if op == test.fails {
				return disk
			}
			return nil
		}
		err := test.call(t.Context(), a)
		var wrapped *archive.Error
		if !errors.As(err, &wrapped) {
			t.Errorf("%s: %v; want an *archive.Error", test.op, err)
			continue
		}
		if wrapped.Op != test.op || wrapped.Key != test.key || wrapped.Archive != "faulty:x" || wrapped.Err != disk {
			t.Errorf("%s: %#v; want op %q, key %v and the driver's error", test.op, wrapped, test.op, test.key)
		}
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v; want the cause to be found", test.op, err)
		}
	}
}

func last(loop func(func(*archive.Entry, error) bool)) (last error) {
	for _, err := range loop {
		last = err
	}
	return last
}

// Whatever a driver makes of a value, a Get that returns one returns the right one.
func TestDamageIsAnError(t *testing.T) {
	changes := map[string]func(e *driver.Entry){
		"bit":     func(e *driver.Entry) { e.Value.(*value.Array).Data.([]float64)[1] += 1e-9 },
		"sum":     func(e *driver.Entry) { e.Sum ^= 1 },
		"no sum":  func(e *driver.Entry) { e.Sum = 0 },
		"shape":   func(e *driver.Entry) { e.Value.(*value.Array).Shape = []int{1, 2} },
		"short":   func(e *driver.Entry) { e.Value.(*value.Array).Shape = []int{3} },
		"type":    func(e *driver.Entry) { e.Value.(*value.Array).Elem = value.Int64 },
		"no tree": func(e *driver.Entry) { e.Value = (*value.Array)(nil) },
		"none":    func(e *driver.Entry) { e.Value = nil },
	}
	for name, change := range changes {
		f := newFaulty()
		a := archive.New(f)
		fill(t, a, "f", 3)
		f.change = func(op string, e *driver.Entry) *driver.Entry {
			if op == "get" && e.Key == keyOf("f", 1) {
				change(e)
			}
			return e
		}
		e, err := a.Get(t.Context(), "f", keyOf("f", 1))
		if e != nil || !errors.Is(err, archive.ErrCorrupt) {
			t.Errorf("%s: Get = %v, %v; want ErrCorrupt", name, e, err)
		}
		if _, err := a.Get(t.Context(), "f", keyOf("f", 2)); err != nil {
			t.Errorf("%s: Get of another: %v", name, err)
		}
	}
}

// A driver that looks up by digest alone can't make a wrong value of it.
func TestOtherKeyIsNotFound(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 1)
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		e.Key.Canonical += "?"
		return e
	}
	if e, err := a.Get(t.Context(), "f", keyOf("f", 0)); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Get = %v, %v; want ErrNotFound", e, err)
	}
	if e, err := a.Stat(t.Context(), "f", keyOf("f", 0)); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("Stat = %v, %v; want ErrNotFound", e, err)
	}
	if has, err := a.Has(t.Context(), "f", keyOf("f", 0)); has || err != nil {
		t.Errorf("Has = %v, %v; want false", has, err)
	}
}

func TestIncompleteEntries(t *testing.T) {
	a := memarchive.New()
	for name, spoil := range map[string]func(e *archive.Entry){
		"no key":       func(e *archive.Entry) { e.Key = keymap.Key{} },
		"no value":     func(e *archive.Entry) { e.Value = nil },
		"nil array":    func(e *archive.Entry) { e.Value = (*value.Array)(nil) },
		"wrong length": func(e *archive.Entry) { e.Value.(*value.Array).Shape = []int{7} },
		"no argument":  func(e *archive.Entry) { e.Call.Args = []value.Field{{Name: "x"}} },
		"bad argument": func(e *archive.Entry) { e.Call.Args = []value.Field{{Name: "x", Value: &value.Array{}}} },
	} {
		e := number("f", 1, 2)
		spoil(e)
		if err := a.Put(t.Context(), e); !errors.Is(err, archive.ErrEntry) {
			t.Errorf("%s: Put = %v; want ErrEntry", name, err)
		}
		if n, err := a.PutMany(t.Context(), []*archive.Entry{number("f", 2, 2), e}); n != 0 || !errors.Is(err, archive.ErrEntry) {
			t.Errorf("%s: PutMany = %d, %v; want 0, ErrEntry", name, n, err)
		}
	}
	if err := a.Put(t.Context(), nil); !errors.Is(err, archive.ErrEntry) {
		t.Errorf("Put of nil = %v; want ErrEntry", err)
	}
	if n, err := a.Len(t.Context()); n != 0 || err != nil {
		t.Errorf("Len = %d, %v; want 0", n, err)
	}
}

// Put sets what it says it sets, on what is stored and not on what was given.
func TestPutCompletes(t *testing.T) {
	a := memarchive.New()
	e := number("f", 1, 3)
	e.Key.Name = ""
	e.Provenance.Created = time.Now()
	given := *e
	if err := a.Put(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if e.Key != given.Key || e.Sum != 0 || e.Bytes != 0 || e.Shape != "" || e.Provenance != given.Provenance {
		t.Errorf("Put changed its argument to %+v", e)
	}
	got, err := a.Stat(t.Context(), "f", e.Key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Key.Name != e.Key.Digest.String() || got.Bytes != 24 || got.Shape != "float64[3]" || got.Sum == 0 {
		t.Errorf("stored as %+v", got)
	}
	if created := got.Provenance.Created; !created.Equal(given.Provenance.Created) || created.Location() != time.UTC {
		t.Errorf("Created = %v, want %v in UTC", created, given.Provenance.Created)
	}
}

func TestCloseWaits(t *testing.T) {
	f := newFaulty()
	a := archive.New(f)
	fill(t, a, "f", 1)
	reading, proceed := make(chan bool), make(chan bool)
	f.change = func(_ string, e *driver.Entry) *driver.Entry {
		reading <- true
		<-proceed
		return e
	}
	got := make(chan error)
	go func() {
		_, err := a.Get(context.Background(), "f", keyOf("f", 0))
		got <- err
	}()
	<-reading
	closed := make(chan error, 1)
	go func() { closed <- a.Close() }()
	close(proceed)
	if err := <-got; err != nil {
		t.Errorf("Get with a Close behind it: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := a.Get(t.Context(), "f", keyOf("f", 0)); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("Get after Close = %v; want ErrClosed", err)
	}
}

func TestListSelects(t *testing.T) {
	a := memarchive.New()
	for _, f := range []string{"c", "a", "b"} {
		fill(t, a, f, 2)
	}
	for _, test := range []struct{ functions, want []string }{
		{nil, []string{"a", "a", "b", "b", "c", "c"}},
		{[]string{"c", "a", "c"}, []string{"a", "a", "c", "c"}},
		{[]string{"none"}, nil},
	} {
		var got []string
		for e, err := range a.List(t.Context(), test.functions...) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e.Call.Function)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("List(%q) = %q, want %q", test.functions, got, test.want)
		}
		if n, err := a.Len(t.Context(), test.functions...); n != len(test.want) || err != nil {
			t.Errorf("Len(%q) = %d, %v; want %d", test.functions, n, err, len(test.want))
		}
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		err  *archive.Error
		want string
	}{
		{&archive.Error{Op: "get", Archive: "hdf:x.h5", Function: "heat", Key: keymap.Key{Name: "9f86"}, Err: archive.ErrNotFound},
			"archive: get heat/9f86 in hdf:x.h5: entry not found"},
		{&archive.Error{Op: "list", Archive: "mem:", Function: "a\nb", Err: archive.ErrClosed}, `archive: list "a\nb" in mem:: closed`},
		{&archive.Error{Op: "get", Archive: "mem:", Key: keymap.Key{Name: "k"}, Err: archive.ErrClosed}, `archive: get ""/k in mem:: closed`},
		{&archive.Error{Op: "open", Archive: "hdf:x", Err: archive.ErrFormat}, "archive: open hdf:x: not an archive of this kind"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("Error() = %s\nwant      %s", got, test.want)
		}
	}
}
