package h5_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// journaled opens a file behind a journal, made where create is set.
func journaled(t *testing.T, path string, o h5.FileOptions, jo *h5.JournalOptions) (*h5.File, *h5.Journal) {
	t.Helper()
	j := h5.NewJournal(jo)
	o.Backing = j
	f, err := h5.Open(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, j
}

func put(t *testing.T, f *h5.File, name string, n int) {
	t.Helper()
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	b := bytes.Repeat([]byte(name[:1]), 8*n)
	if err := root.Put(name, &h5.Dataset{Type: h5.IntType(8, false), Shape: []int{n}, Data: b}); err != nil {
		t.Fatal(err)
	}
}

// names lists the datasets of a file after reading each of them.
func names(t *testing.T, f *h5.File) string {
	t.Helper()
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	links, err := root.Links()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range links {
		i, err := root.Stat(l.Name)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 8*i.Shape[0])
		if err := root.Read(l.Name, i, i.Type, b); err != nil {
			t.Fatal(err)
		}
		if want := bytes.Repeat([]byte(l.Name[:1]), len(b)); !bytes.Equal(b, want) {
			t.Fatalf("%s has other data", l.Name)
		}
		all = append(all, l.Name)
	}
	return strings.Join(all, " ")
}

func TestJournal(t *testing.T) {
	for _, sync := range []h5.JournalSync{h5.JournalNormal, h5.JournalFull, h5.JournalOff} {
		path := filepath.Join(t.TempDir(), "a.h5")
		f, j := journaled(t, path, h5.FileOptions{Create: true}, &h5.JournalOptions{Sync: sync})
		put(t, f, "a", 100)
		put(t, f, "b", 100_000) // bulk goes straight to the file
		if err := f.Commit(true); err != nil {
			t.Fatal(err)
		}
		s, err := j.Stats()
		if err != nil || s.JournalBytes == 0 || s.Direct < 790_000 || s.PendingPages != 0 {
			t.Errorf("%+v, %v", s, err)
		}

		// Another program sees the last checkpoint, a reader of ours the last commit.
		plain, err := h5.Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, plain); got != "" {
			t.Errorf("before the checkpoint: %q", got)
		}
		if err := j.Checkpoint(0); !errors.Is(err, h5.ErrBusy) {
			t.Errorf("checkpoint under a reader: %v", err)
		}
		if err := plain.Close(); err != nil {
			t.Error(err)
		}
		if err := j.Checkpoint(0); err != nil {
			t.Error(err)
		}
		if plain, err = h5.Open(path, nil); err != nil {
			t.Fatal(err)
		}
		if got := names(t, plain); got != "a b" {
			t.Errorf("after the checkpoint: %q", got)
		}
		if err := plain.Close(); err != nil {
			t.Error(err)
		}

		put(t, f, "c", 10)
		if err := f.Close(); err != nil || j.Left() != nil {
			t.Fatal(err, j.Left())
		}
		if err := f.Commit(false); !errors.Is(err, h5.ErrClosed) {
			t.Errorf("commit after close: %v", err)
		}
		if _, err := j.Stats(); !errors.Is(err, h5.ErrClosed) {
			t.Errorf("stats after close: %v", err)
		}
		if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
			t.Errorf("the journal is still there: %v", err)
		}
		f, _ = journaled(t, path, h5.FileOptions{}, nil)
		if got := names(t, f); got != "a b c" {
			t.Errorf("after the close: %q", got)
		}
		if err := f.Commit(false); !errors.Is(err, h5.ErrRefused) {
			t.Errorf("commit of a reader: %v", err)
		}
	}
}

func TestJournalRollback(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, j := journaled(t, path, h5.FileOptions{Create: true}, nil)
	put(t, f, "a", 100)
	if err := f.Commit(false); err != nil {
		t.Fatal(err)
	}
	put(t, f, "b", 100)
	put(t, f, "c", 100_000)
	if err := j.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(false); !errors.Is(err, h5.ErrPoisoned) {
		t.Errorf("commit after rollback: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, _ = journaled(t, path, h5.FileOptions{Write: true}, nil)
	if got := names(t, f); got != "a" {
		t.Errorf("after the rollback: %q", got)
	}
	put(t, f, "d", 100_000)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err := h5.Open(path, nil); err != nil {
		t.Fatal(err)
	} else if got := names(t, f); got != "a d" {
		t.Errorf("goes on with %q", got)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestJournalLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, _ := journaled(t, path, h5.FileOptions{Create: true}, nil)
	put(t, f, "a", 100)
	if err := f.Commit(false); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.h5")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		_, err := h5.Open(p, &h5.FileOptions{Write: true, Backing: h5.NewJournal(nil)})
		if !errors.Is(err, h5.ErrLocked) || !strings.Contains(err.Error(), "open it read-only here") {
			t.Errorf("second writer: %v", err)
		}
		_, err = h5.Open(p, &h5.FileOptions{Write: true})
		if !errors.Is(err, h5.ErrLocked) {
			t.Errorf("a writer without a journal: %v", err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	// Now the other way round.
	plain, err := h5.Open(path, &h5.FileOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h5.Open(path, &h5.FileOptions{Write: true, Backing: h5.NewJournal(nil)})
	if !errors.Is(err, h5.ErrLocked) {
		t.Errorf("a file that is being written: %v", err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("a failed open left its journal: %v", err)
	}
}

// Other goroutines read while commits wait for the disk, and ask for statistics and
// checkpoints.
func TestJournalConcurrency(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, j := journaled(t, path, h5.FileOptions{Create: true}, &h5.JournalOptions{Sync: h5.JournalFull, Checkpoint: 64 << 10})
	put(t, f, "a", 100)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				names(t, f)
				if _, err := j.Stats(); err != nil {
					t.Error(err)
				}
				if err := f.Commit(true); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 40 {
		put(t, f, fmt.Sprint("b", i), 1000)
		if err := f.Commit(i%2 == 0); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			if err := j.Checkpoint(time.Second); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(stop)
	wg.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRecoverJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	if _, err := h5.RecoverJournal(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	f, _ := journaled(t, path, h5.FileOptions{Create: true}, nil)
	put(t, f, "a", 100)
	if err := f.Commit(false); err != nil {
		t.Fatal(err)
	}
	if _, err := h5.RecoverJournal(path); !errors.Is(err, h5.ErrLocked) {
		t.Errorf("under a live writer: %v", err)
	}
	// What a crash leaves: copies of both files as they are now.
	crashed := filepath.Join(t.TempDir(), "b.h5")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := h5.RecoverJournal(crashed)
	if err != nil || s.Replayed != 1 || s.Dropped != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := h5.RecoverJournal(crashed); err != nil || s.Replayed != 0 {
		t.Errorf("again: %+v, %v", s, err)
	}
	plain, err := h5.Open(crashed, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if got := names(t, plain); got != "a" {
		t.Errorf("recovered %q", got)
	}
	if err := os.WriteFile(crashed+"-wal", []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h5.RecoverJournal(crashed); !errors.Is(err, h5.ErrJournal) {
		t.Errorf("no journal: %v", err)
	}
	if b, err := os.ReadFile(crashed + "-wal"); err != nil || string(b) != "something else" {
		t.Errorf("it was touched: %q, %v", b, err)
	}
}

// While another program holds the file, the journal grows with what is changed, not
// with the number of commits.
func TestJournalUnderLongReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, j := journaled(t, path, h5.FileOptions{Create: true}, &h5.JournalOptions{Checkpoint: 256 << 10, Cache: 64 << 10, Wait: time.Millisecond})
	put(t, f, "a", 100)
	if err := j.Checkpoint(0); err != nil {
		t.Fatal(err)
	}
	reader, err := h5.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		put(t, f, fmt.Sprint("b", i), 10)
		if err := f.Commit(false); err != nil {
			t.Fatal(err)
		}
	}
	s, err := j.Stats()
	if err != nil || s.Deferred == 0 || s.Rewrites == 0 || s.JournalBytes > 1<<20 || s.Written < 4*s.JournalBytes || s.MemoryBytes > 128<<10 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := names(t, reader); got != "a" {
		t.Errorf("the reader sees %q", got)
	}
	ours, _ := journaled(t, path, h5.FileOptions{}, nil)
	if got := names(t, ours); strings.Count(got, " ") != 300 {
		t.Errorf("through the journal: %q", got)
	}
	if err := ours.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil || !errors.Is(j.Left(), h5.ErrBusy) {
		t.Errorf("close: %v, %v", err, j.Left())
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	if s, err := h5.RecoverJournal(path); err != nil || s.Replayed == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if f, err = h5.Open(path, nil); err != nil {
		t.Fatal(err)
	}
	if got := names(t, f); strings.Count(got, " ") != 300 {
		t.Errorf("recovered %q", got)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
