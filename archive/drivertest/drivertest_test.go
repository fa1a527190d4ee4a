package drivertest_test

import (
	"context"
	"iter"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive/driver"
	"github.com/klepto-go/klepto/archive/drivertest"
	"github.com/klepto-go/klepto/keymap"
	"github.com/klepto-go/klepto/memarchive"
	"github.com/klepto-go/klepto/value"
)

// sabotaged is a memory archive with one fault.
type sabotaged struct {
	driver.Archive
	get       func(e *driver.Entry)                       // spoils what Get returns
	stat      func(e *driver.Entry)                       // what Stat and List return
	key       func(function *string, k *keymap.Key)       // what is looked up
	put       func(entries []*driver.Entry, absent *bool) // what is stored
	del       func(err error) error                       // what Delete returns
	functions func(fns []driver.Function)                 // what Functions returns
	list      func(all []*driver.Entry)                   // all that List yields
	shared    map[keymap.Key]*driver.Entry                // handed out again and again
	stored    map[keymap.Digest]keymap.Key                // to look up by digest alone
	count     func(n int) int                             // what Put returns
	deaf      bool                                        // List does not hear of Close
}

// faults are what the suite must find, each by the demand it names.
var faults = []struct {
	name, demand string
	sabotage     func(s *sabotaged)
}{
	{"bits lost", "Values", func(s *sabotaged) {
		s.get = func(e *driver.Entry) {
			if a, ok := e.Value.(*value.Array); ok && a.Elem == value.Float64 && len(a.Shape) == 0 {
				a.Data = []float64{a.Data.([]float64)[0] + 0} // -0 becomes 0
			}
		}
	}},
	{"units lost", "Values", func(s *sabotaged) {
		s.get = func(e *driver.Entry) {
			if a, ok := e.Value.(*value.Array); ok {
				a.Units = ""
			}
		}
	}},
	{"arguments lost", "Arguments", func(s *sabotaged) { s.stat = func(e *driver.Entry) { e.Call.Args = nil } }},
	{"time cut", "Provenance", func(s *sabotaged) {
		s.stat = func(e *driver.Entry) { e.Provenance.Created = e.Provenance.Created.Truncate(time.Second) }
	}},
	{"value in a listing", "PutGet", func(s *sabotaged) { s.stat = func(e *driver.Entry) { e.Value = value.Null{} } }},
	{"never replaces", "Replace", func(s *sabotaged) { s.put = func(_ []*driver.Entry, absent *bool) { *absent = true } }},
	{"always replaces", "PutIfAbsent", func(s *sabotaged) { s.put = func(_ []*driver.Entry, absent *bool) { *absent = false } }},
	{"batch in reverse", "Batch", func(s *sabotaged) { s.put = func(all []*driver.Entry, _ *bool) { slices.Reverse(all) } }},
	{"miscounts", "Batch", func(s *sabotaged) { s.count = func(n int) int { return max(n, 1) } }},
	{"deletes nothing in silence", "Delete", func(s *sabotaged) { s.del = func(error) error { return nil } }},
	{"case folded", "FunctionNames", func(s *sabotaged) {
		s.key = func(function *string, _ *keymap.Key) { *function = strings.ToLower(*function) }
		s.put = func(all []*driver.Entry, _ *bool) {
			for _, e := range all {
				e.Call.Function = strings.ToLower(e.Call.Function)
			}
		}
	}},
	{"names cut", "KeyNames", func(s *sabotaged) {
		s.get = func(e *driver.Entry) { e.Key.Name = e.Key.Name[:min(len(e.Key.Name), 255)] }
	}},
	{"digest is enough", "Collision", func(s *sabotaged) { s.stored = make(map[keymap.Digest]keymap.Key) }},
	{"counts wrong", "Functions", func(s *sabotaged) {
		s.functions = func(fns []driver.Function) {
			for i := range fns {
				fns[i].Entries = 1
			}
		}
	}},
	{"lists in reverse", "ListOrder", func(s *sabotaged) { s.list = func(all []*driver.Entry) { slices.Reverse(all) } }},
	{"hands out its own", "Ownership", func(s *sabotaged) { s.shared = make(map[keymap.Key]*driver.Entry) }},
	{"looks, then stores", "PutIfAbsentRace", nil},
	{"deaf to Close", "Closed", func(s *sabotaged) { s.deaf = true }},
}

// TestSuiteFindsFaults runs the suite on each sabotaged driver, in a process of
// its own because it is meant to fail.
func TestSuiteFindsFaults(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			cmd := exec.Command(self, "-test.run=^TestSabotaged$/^"+fault.demand+"$", "-test.timeout=1m")
			cmd.Env = append(os.Environ(), "KLEPTO_TEST_FAULT="+fault.name)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: TestSabotaged/"+fault.demand) {
				t.Errorf("%s does not find it: %v\n%s", fault.demand, err, out)
			}
		})
	}
}

func TestSabotaged(t *testing.T) {
	name := os.Getenv("KLEPTO_TEST_FAULT")
	if name == "" {
		t.Skip("run by TestSuiteFindsFaults")
	}
	for _, fault := range faults {
		if fault.name == name {
			drivertest.Run(t, func(t *testing.T) drivertest.Harness {
				s := &sabotaged{Archive: memarchive.New().Driver()}
				d := driver.Archive(s)
				if fault.sabotage == nil {
					d = racy{s, new(atomic.Int64), make(chan struct{})}
				} else {
					fault.sabotage(s)
				}
				return drivertest.Harness{Open: func(context.Context) (driver.Archive, error) { return d, nil }}
			})
		}
	}
}

func (s *sabotaged) Get(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	if e := s.shared[key]; e != nil {
		return e, nil
	}
	asked := key
	s.lookup(&function, &key)
	e, err := s.Archive.Get(ctx, function, key)
	if err != nil {
		return nil, err
	}
	if s.stored != nil {
		e.Key = asked
	}
	if s.get != nil {
		s.get(e)
	}
	if s.shared != nil {
		s.shared[key] = e
	}
	return e, nil
}

func (s *sabotaged) Stat(ctx context.Context, function string, key keymap.Key) (*driver.Entry, error) {
	s.lookup(&function, &key)
	e, err := s.Archive.Stat(ctx, function, key)
	if err == nil && s.stat != nil {
		s.stat(e)
	}
	return e, err
}

func (s *sabotaged) lookup(function *string, key *keymap.Key) {
	if s.key != nil {
		s.key(function, key)
	}
	if k, ok := s.stored[key.Digest]; ok {
		*key = k
	}
}

func (s *sabotaged) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	own := make([]*driver.Entry, len(entries))
	for i, e := range entries {
		c := *e
		own[i] = &c
		if s.stored != nil {
			s.stored[e.Key.Digest] = e.Key
		}
	}
	if s.put != nil {
		s.put(own, &ifAbsent)
	}
	n, err := s.Archive.Put(ctx, own, ifAbsent)
	if s.count != nil {
		n = s.count(n)
	}
	return n, err
}

func (s *sabotaged) Delete(ctx context.Context, function string, key keymap.Key) error {
	s.lookup(&function, &key)
	err := s.Archive.Delete(ctx, function, key)
	if s.del != nil {
		err = s.del(err)
	}
	return err
}

func (s *sabotaged) Functions(ctx context.Context) ([]driver.Function, error) {
	fns, err := s.Archive.Functions(ctx)
	if err == nil && s.functions != nil {
		s.functions(fns)
	}
	return fns, err
}

func (s *sabotaged) List(ctx context.Context, function string) iter.Seq2[*driver.Entry, error] {
	if s.list == nil && s.stat == nil && !s.deaf {
		return s.Archive.List(ctx, function)
	}
	return func(yield func(*driver.Entry, error) bool) {
		var all []*driver.Entry
		for e, err := range s.Archive.List(ctx, function) {
			if err != nil {
				yield(nil, err)
				return
			}
			all = append(all, e)
		}
		if s.list != nil {
			s.list(all)
		}
		for _, e := range all {
			if s.stat != nil {
				s.stat(e)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// racy looks whether an entry is there, and stores it in a second step. The
// first two calls look before either stores.
type racy struct {
	*sabotaged
	looked *atomic.Int64
	both   chan struct{}
}

func (r racy) Put(ctx context.Context, entries []*driver.Entry, ifAbsent bool) (int, error) {
	_, err := r.Archive.Stat(ctx, entries[0].Call.Function, entries[0].Key)
	if r.looked.Add(1) == 2 {
		close(r.both)
	}
	<-r.both
	if err == nil && ifAbsent {
		return 0, nil
	}
	return r.Archive.Put(ctx, entries, false)
}
