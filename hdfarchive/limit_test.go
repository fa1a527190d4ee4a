package hdfarchive_test

import (
	"errors"
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

// TestFileLimit stores ever larger entries until the system takes no more. What was
// stored stays, and the same archive goes on where it is allowed to. The limit is for a
// whole process, which is why the test is one of its own: go test too writes files.
func TestFileLimit(t *testing.T) {
	const alone = "KLEPTO_TEST_FILE_LIMIT"
	if os.Getenv(alone) == "" {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFileLimit$", "-test.v")
		child.Env = append(os.Environ(), alone+"=1")
		out, err := child.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Error(err)
		}
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
			for i := range 30 {
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
			check(a)
			r, err := k.open(path, &hdfarchive.Options{Mode: hdfarchive.Read})
			if err != nil {
				t.Fatal(err)
			}
			check(r)
			closeNow(t, r)

			lift()
			e := entry("f", 40, vector(1_000_000, 1))
			put(t, a, e)
			stored = append(stored, e)
			check(a)
			closeNow(t, a)
			if a, err = k.open(path, nil); err != nil {
				t.Fatal(err)
			}
			check(a)
			closeNow(t, a)
			if n := h5.Handles(); n != handles {
				t.Errorf("%d handles are left open", n-handles)
			}
		})
	}
}
