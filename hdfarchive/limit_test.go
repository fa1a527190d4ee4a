package hdfarchive_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// limitFiles lets no file of this process grow beyond size, until the limit is lifted: a
// full disk that needs no right to mount one.
func limitFiles(t *testing.T, size uint64) (lift func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	lift = func() {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(lift)
	return lift
}

// inOwnProcess runs the test that calls it once more in a process of its own, where it is
// true.
func inOwnProcess(t *testing.T) bool {
	t.Helper()
	const alone = "KLEPTO_TEST_ALONE"
	if os.Getenv(alone) != "" {
		return true
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), alone+"=1")
	out, err := child.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	return false
}

// roomOf is how many bytes the file has, or the files of a folder.
func roomOf(t *testing.T, path string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				size += info.Size()
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// TestFileLimit stores ever larger entries until the system takes no more. What was
// stored stays, and the same archive goes on where it is allowed to. The limit is for a
// whole process, which is why the test is one of its own: go test too writes files.
func TestFileLimit(t *testing.T) {
	if !inOwnProcess(t) {
		return
	}
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			handles := h5.Handles()
			a, err := k.open(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			lift := limitFiles(t, 3<<20)
			var stored []*archive.Entry
			check := func(a *archive.Archive) {
				t.Helper()
				for _, e := range stored {
					wantValue(t, a, e)
				}
				wantListed(t, a, "f", stored...)
			}
			var room int64
			for i := range 30 {
				room = roomOf(t, path)
				e := entry("f", i, vector(50<<i, float64(i)))
				if err = a.Put(t.Context(), e); err != nil {
					break
				}
				stored = append(stored, e)
			}
			t.Logf("%d entries: %v", len(stored), err)
			if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "make room") || errors.Is(err, archive.ErrCorrupt) {
				t.Errorf("at the limit: %v", err)
			}
			for range 3 { // what a commit took before it failed is given back
				if err := a.Put(t.Context(), entry("f", 30, vector(1<<20, 1))); !errors.Is(err, syscall.EFBIG) {
					t.Errorf("at the limit again: %v", err)
				}
			}
			if now := roomOf(t, path); now > room+64<<10 {
				t.Errorf("Puts that failed left %d bytes", now-room)
			}
			check(a)
			r := opened(t, k.open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
			check(r)
			closeNow(t, r)

			lift()
			e := entry("f", 40, vector(1_000_000, 1))
			put(t, a, e)
			stored = append(stored, e)
			check(a)
			closeNow(t, a)
			a = opened(t, k.open, path, nil)
			check(a)
			closeNow(t, a)

			// A session in which nothing but failures happened leaves the archive as it was.
			room = roomOf(t, path)
			a = opened(t, k.open, path, nil)
			lift = limitFiles(t, uint64(room)+1<<20)
			for range 2 {
				if err := a.Put(t.Context(), entry("f", 41, vector(2<<20, 1))); !errors.Is(err, syscall.EFBIG) {
					t.Errorf("at the limit after an open: %v", err)
				}
			}
			closeNow(t, a)
			lift()
			if now := roomOf(t, path); now != room {
				t.Errorf("%d bytes are %d after failures only", room, now)
			}
			if n := h5.Handles(); n != handles {
				t.Errorf("%d handles are left open", n-handles)
			}
		})
	}
}
