package hdfarchive_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
	"github.com/klepto-go/klepto/value"
)

func openToRead(t *testing.T, path string) *archive.Archive {
	t.Helper()
	a := opened(t, hdfarchive.Open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
	return a
}

// countListed lists the entries of a function.
func countListed(t *testing.T, a *archive.Archive, function string) (n int) {
	t.Helper()
	for _, err := range a.List(t.Context(), function) {
		if err != nil {
			t.Errorf("List: %v", err)
		}
		n++
	}
	return n
}

// TestReaderFollows has a process that only reads see at once what others do, through
// journals, checkpoints and pauses.
func TestReaderFollows(t *testing.T) {
	path := made(t, 0)
	r := openToRead(t, path)
	w := startHelper(t, "hdf:"+path+"?sync=off")
	for i := range 40 {
		n := strconv.Itoa(i)
		row, object := entry("row", i, nil), entry("g", i, vector(heavy, float64(i)))
		row.Key = entry("f", i, nil).Key
		row.Call.Function = "f"
		if _, err := r.Get(t.Context(), "f", row.Key); i != 1 && !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("before it was put: %v", err)
		}
		w.want("ok", "again", n)
		row.Value = number(float64(i) + 0.5)
		wantValue(t, r, row)
		w.want("ok", "object", n)
		wantValue(t, r, object)
		if got := countListed(t, r, "g"); got != i+1 {
			t.Errorf("%d objects are listed of %d", got, i+1)
		}
		if i%4 == 2 {
			w.want("ok", "delete", n)
			if _, err := r.Get(t.Context(), "f", row.Key); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("what was deleted: %v", err)
			}
			w.want("ok", "put", n)
			row.Value = number(float64(i))
			wantValue(t, r, row)
		}
		switch i % 8 {
		case 3: // it empties the journal, and the reader may see neither less nor a lock
			w.want("ok", "close")
			wantValue(t, r, row)
			w = startHelper(t, "hdf:"+path+"?sync=off")
		case 5: // long enough to let go of the file
			time.Sleep(250 * time.Millisecond)
		case 7:
			if err := syscall.Kill(w.pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			wantValue(t, r, row)
			w = startHelper(t, "hdf:"+path+"?sync=off")
			wantValue(t, r, object)
		}
	}
	w.want("ok", "close")
	if _, err := os.Stat(path + h5.JournalSuffix); err == nil {
		t.Error("a journal is left beside an idle reader")
	}
	closeNow(t, r)
}

// TestReaderLetsCheckpoint reads all the time while another process fills the journal
// several times over: it is emptied, as if nobody read.
func TestReaderLetsCheckpoint(t *testing.T) {
	path := made(t, 0)
	r := openToRead(t, path)
	w := startHelper(t, "hdf:"+path+"?sync=off")
	w.want("ok", "object", "0")
	var done atomic.Bool
	type sizes struct{ most, emptied, reads int64 }
	seen := make(chan sizes)
	go func() {
		var s sizes
		last := int64(0)
		for ; !done.Load(); s.reads++ {
			if e, err := r.Get(t.Context(), "g", entry("g", 0, nil).Key); err != nil {
				t.Errorf("Get while another writes: %v", err)
			} else if x := e.Value.(*value.Array).Data.([]float64); x[heavy-1] != x[0]+heavy-1 {
				t.Errorf("a torn read: %v to %v", x[0], x[heavy-1])
			}
			if st, err := os.Stat(path + h5.JournalSuffix); err == nil {
				if s.most = max(s.most, st.Size()); st.Size() < last/2 {
					s.emptied++
				}
				last = st.Size()
			}
		}
		seen <- s
	}()
	w.want("ok", "heavy", "4500") // 300 MiB of journal
	done.Store(true)
	s := <-seen
	t.Logf("%d reads, the journal was emptied %d times and had at most %d MiB", s.reads, s.emptied, s.most>>20)
	if s.most > 112<<20 || s.emptied < 2 {
		t.Errorf("the journal grew to %d MiB, and was emptied %d times", s.most>>20, s.emptied)
	}
	w.want("ok", "close")
	closeNow(t, r)
}

// TestReaderListing changes entries while a listing is under way: it goes on with what
// it began with.
func TestReaderListing(t *testing.T) {
	path := made(t, 0)
	w := startHelper(t, "hdf:"+path)
	for i := range 10 {
		w.want("ok", "put", strconv.Itoa(100+i))
		w.want("ok", "object", strconv.Itoa(i))
	}
	r := openToRead(t, path)
	for i, function := range []string{"f", "g"} {
		before, n := countListed(t, r, function), 0
		for _, err := range r.List(t.Context(), function) {
			if err != nil {
				t.Error(err)
			}
			w.want("ok", "delete", strconv.Itoa(100+n%10))
			w.want("ok", "object", strconv.Itoa(20+n))
			w.want("ok", "put", strconv.Itoa(200+100*i+n))
			w.want("ok", "put", strconv.Itoa(100+n%10))
			n++
		}
		if n != before {
			t.Errorf("%d entries are listed of %d", n, before)
		}
	}
	w.want("ok", "close")
	closeNow(t, r)
}

// TestReaderMayNotWrite follows from a process that may write neither the file nor its
// folder.
func TestReaderMayNotWrite(t *testing.T) {
	path := made(t, 0)
	dir := filepath.Dir(path)
	for name, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o555, path: 0o644} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	self := filepath.Join(filepath.Dir(dir), "self.test") // where nobody may run it
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("needs /proc")
	}
	if err := os.WriteFile(self, exe, 0o755); err != nil {
		t.Fatal(err)
	}
	reader := func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = self, "/"
		unprivileged(cmd)
	}
	r := startHelper(t, "hdf:"+path+"?mode=r", reader)
	if os.Geteuid() != 0 { // else only the reader is held to it
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w := startHelper(t, "hdf:"+path)
	for i := range 12 {
		n := strconv.Itoa(100 + i)
		r.want("none", "get", n)
		w.want("ok", "put", n)
		r.want(n, "get", n)
		switch i % 4 {
		case 1:
			w.want("ok", "close")
			r.want(n, "get", n)
			w = startHelper(t, "hdf:"+path)
		case 3: // what remains is a journal that the reader cannot empty
			if err := syscall.Kill(w.pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			r.want(n, "get", n)
			r = startHelper(t, "hdf:"+path+"?mode=r", reader)
			r.want(n, "get", n)
			w = startHelper(t, "hdf:"+path)
		}
	}
	w.want("ok", "close")
	r.want("13", "list")
	r.want("ok", "close")
}

// TestReaderReplaced puts another file into the place of one that is read.
func TestReaderReplaced(t *testing.T) {
	path := made(t, 0)
	r := openToRead(t, path)
	e1 := entry("f", 1, vector(100, 0))
	wantValue(t, r, e1)
	other := openToRead(t, made(t, 0)) // a store of another file is not in the way
	defer closeNow(t, other)

	if out, err := child(t, "compact", "hdf:"+path).Output(); err != nil || !strings.Contains(string(out), "compacted") {
		t.Fatalf("%v: %s", err, out)
	}
	wantValue(t, r, e1)
	w := startHelper(t, "hdf:"+path)
	w.want("ok", "put", "2")
	wantValue(t, r, entry("f", 2, number(2)))
	w.want("ok", "close")

	next := made(t, 0)
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), "f", entry("f", 2, nil).Key); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("an entry that the new file does not have: %v", err)
	}
	wantValue(t, r, e1)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantValue(t, r, e1) // nothing else is there

	if err := os.Rename(made(t, 1), path); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), "f", e1.Key); !errors.Is(err, archive.ErrFormat) {
		t.Errorf("a folder in the place of the file: %v", err)
	}
	if err := errors.Join(os.RemoveAll(path), os.Rename(made(t, 0), path)); err != nil {
		t.Fatal(err)
	}
	wantValue(t, r, e1)

	// HDF5 knows a file once in a process.
	if err := os.Rename(made(t, 0), path); err != nil {
		t.Fatal(err)
	}
	a := openURL(t, "hdf:"+path)
	put(t, a, entry("f", 3, number(3)))
	if _, err := r.Get(t.Context(), "f", e1.Key); !errors.Is(err, archive.ErrClosed) || !strings.Contains(err.Error(), "open it again") {
		t.Errorf("a file that this program has opened for writing: %v", err)
	}
	closeNow(t, a)
	wantValue(t, r, entry("f", 3, number(3)))
	closeNow(t, r)
}

// TestReaderWithoutLocks reads on a file system that has none, as some of clusters do.
func TestReaderWithoutLocks(t *testing.T) {
	dir := t.TempDir()
	source, library := filepath.Join(dir, "nolocks.c"), filepath.Join(dir, "nolocks.so")
	const text = "#include <errno.h>\nint flock(int fd, int op) { (void)fd; (void)op; errno = ENOSYS; return -1; }\n"
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	need.Have(t, exec.Command("cc", "-shared", "-fPIC", "-o", library, source).Run(), "cc")
	without := func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "LD_PRELOAD="+library) }
	path := made(t, 0)
	r := startHelper(t, "hdf:"+path+"?mode=r", without)
	r.want("none", "get", "7")
	w := startHelper(t, "hdf:"+path)
	w.want("ok", "put", "7")
	r.want("7", "get", "7")
	w.want("ok", "put", "8")
	r.want("8", "get", "8")
	w.want("ok", "close")
	r.want("8", "get", "8")
	w = startHelper(t, "hdf:"+path)
	w.want("ok", "delete", "8")
	w.want("ok", "close")
	r.want("none", "get", "8")
	r.want("ok", "close")
}
