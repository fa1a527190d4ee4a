package crash_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/internal/need"
)

// h5py runs a script on a file, with h5py as its users have it.
func h5py(t *testing.T, script, path string) *exec.Cmd {
	t.Helper()
	python := need.Python(t, "h5py")
	return exec.Command(python, "-c", "import h5py, sys\n"+script, path)
}

// h5py changes an archive between a crash and the recovery: the archive is refused, nothing
// is touched, and the way out that the words name leads to what h5py left.
func TestForeignChangeArchive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.h5")
	url := "hdf:" + path + "?sync=full"
	if r := run(t, writing(url, "a", 0, 60)); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	if r := run(t, shimmed(writing(url, "a", 60, 90), "CRASH_AT=40")); r.acked < 60 || r.last == "closed" {
		t.Fatalf("%+v", r)
	}
	if out, err := h5py(t, `
with h5py.File(sys.argv[1], "r+") as f:
    f["notes"] = list(range(1000))
`, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, journal := read(t, path), read(t, path+"-wal")
	for _, mode := range []string{"", "&mode=rw", "&mode=r"} {
		a, err := archive.Open(t.Context(), url+mode)
		if err == nil {
			a.Close()
		}
		if !errors.Is(err, archive.ErrCorrupt) || !strings.Contains(err.Error(), "remove "+path+"-wal") {
			t.Errorf("mode %q: %v", mode, err)
		}
	}
	if !bytes.Equal(file, read(t, path)) || !bytes.Equal(journal, read(t, path+"-wal")) {
		t.Error("something was written")
	}
	if err := os.Remove(path + "-wal"); err != nil {
		t.Fatal(err)
	}
	wantState(t, url, "a", 59) // as the file was, whose journal is gone
	if out, err := h5py(t, `assert h5py.File(sys.argv[1], "r")["notes"][999] == 999`, path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// h5py holds the file for as long as a writer lives: the journal grows to some times what
// changed and no further, and nothing is lost.
func TestLongReaderArchive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.h5")
	url := "hdf:" + path
	if r := run(t, writing(url, "a", 0, 40)); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	reader := h5py(t, `
f = h5py.File(sys.argv[1], "r")
names = len(list(f["af/entries"]))
print("holding", flush=True)
sys.stdin.read()
assert len(list(f["af/entries"])) == names
`, path)
	in, err1 := reader.StdinPipe()
	out, err2 := reader.StdoutPipe()
	if err := errors.Join(err1, err2, reader.Start()); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("holding\n"))
	if _, err := io.ReadFull(out, line); err != nil {
		t.Fatalf("%q %v", line, err)
	}
	var sizes []string
	var last int64
	for _, to := range []int{160, 280, 400} {
		if r := run(t, writing(url, "a", to-120, to)); r.last != "closed" {
			t.Fatalf("%+v", r)
		}
		st, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		last = st.Size()
		sizes = append(sizes, fmt.Sprint(last>>10, " KiB"))
		wantState(t, url, "a", to-1)
	}
	file, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	// At 64 MiB or more it is rewritten to what differs from the file.
	if last > 2*file.Size()+(128<<20) {
		t.Errorf("the journal has %d bytes, the file %d", last, file.Size())
	}
	in.Close()
	if err := reader.Wait(); err != nil {
		t.Error(err)
	}
	wantState(t, url, "a", 399)
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("the journal is still there: %v", err)
	}
	t.Log(sizes)
}
