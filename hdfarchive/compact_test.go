package hdfarchive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/internal/need"
)

func size(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

func remove(t *testing.T, a *archive.Archive, all ...*archive.Entry) {
	t.Helper()
	for _, e := range all {
		if err := a.Delete(t.Context(), e.Call.Function, e.Key); err != nil {
			t.Fatal(err)
		}
	}
}

// leftovers names the files in a folder that are on their way.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, ".klepto-*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		paths[i] = filepath.Base(path)
	}
	return paths
}

// What is left after much was deleted takes no more than it would alone, and is what
// it was.
func TestCompact(t *testing.T) {
	for _, scheme := range []string{"hdf:", "hdfdir:"} {
		t.Run(scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.h5")
			a := openURL(t, scheme+path)
			keep := sample()
			put(t, a, keep...)
			closeNow(t, a)
			alone := int64(0)
			if scheme == "hdf:" {
				alone = size(t, path)
			}
			a = openURL(t, scheme+path)
			remove(t, a, keep...)
			var gone []*archive.Entry
			for n := range 60 {
				gone = append(gone, entry("gone", n, vector(20_000, float64(n))), entry("f", 100+n, vector(20_000, float64(n))))
			}
			put(t, a, gone...)
			put(t, a, keep...)
			closeNow(t, a)
			a = openURL(t, scheme+path)
			remove(t, a, gone...)
			steps := 0
			r, err := a.Compact(t.Context(), &archive.CompactOptions{Progress: func(p archive.Progress) {
				if p.Done > p.Total {
					t.Errorf("progress %+v", p)
				}
				steps++
			}})
			if err != nil || steps == 0 {
				t.Fatalf("Compact: %+v, %d steps, %v", r, steps, err)
			}
			if scheme == "hdf:" && (r.After != size(t, path) || r.After > alone+alone/4 || r.Before < 2*r.After) {
				t.Errorf("%+v; alone the entries take %d", r, alone)
			}
			again := func() {
				for _, e := range keep {
					wantValue(t, a, e)
				}
				if n, err := a.Len(t.Context()); n != len(keep) || err != nil {
					t.Errorf("%d entries, %v; want %d", n, err, len(keep))
				}
			}
			again()
			put(t, a, entry("f", 1000, number(1)))
			keep = append(keep, entry("f", 1000, number(1)))
			again()
			closeNow(t, a)
			a = openURL(t, scheme+path)
			again()
			if p, err := a.Verify(t.Context(), nil); err != nil || p.Done != len(keep) {
				t.Errorf("Verify: %+v, %v", p, err)
			}
			closeNow(t, a)
			if left := leftovers(t, filepath.Dir(path)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Whatever ends a compaction early, the archive is what it was.
func TestCompactInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := openURL(t, "hdf:"+path)
	all := sample()
	put(t, a, all...)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := a.Compact(ctx, &archive.CompactOptions{Progress: func(p archive.Progress) {
		if p.Done == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Compact with a cancelled context: %v", err)
	}
	for _, e := range all {
		wantValue(t, a, e)
	}
	other := openURL(t, "hdf:"+path)
	if _, err := a.Compact(t.Context(), nil); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("Compact of an archive that is open twice: %v", err)
	}
	closeNow(t, other)
	closeNow(t, a)
	a = openURL(t, "hdf:"+path+"?mode=r")
	if _, err := a.Compact(t.Context(), nil); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("Compact of an archive open for reading: %v", err)
	}
	closeNow(t, a)
}

// Another process that has written is in the way, one that reads lets go of the file.
func TestCompactLocked(t *testing.T) {
	for _, mode := range []string{"", "?mode=r"} {
		path := filepath.Join(t.TempDir(), "a.h5")
		a := openURL(t, "hdf:"+path)
		e := entry("f", 1, number(1))
		put(t, a, e)
		closeNow(t, a)
		cmd := child(t, "hold", "hdf:"+path+mode)
		in, lines := start(t, cmd)
		if !lines.Scan() || lines.Text() != "open" {
			t.Fatalf("child says %q", lines.Text())
		}
		a = openURL(t, "hdf:"+path)
		if _, err := a.Compact(t.Context(), nil); err != nil && (mode != "" || !errors.Is(err, archive.ErrLocked)) {
			t.Errorf("Compact beside another process%s: %v", mode, err)
		} else {
			t.Log(err)
		}
		wantValue(t, a, e)
		closeNow(t, a)
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		a = openURL(t, "hdf:"+path)
		wantValue(t, a, e)
		closeNow(t, a)
	}
}

// Objects of the user's own, and links, come along as they are.
func TestCompactOwnObjects(t *testing.T) {
	python := need.Python(t, "h5py")
	dir := t.TempDir()
	path := filepath.Join(dir, "a.h5")
	a := openURL(t, "hdf:"+path)
	put(t, a, entry("f", 1, number(1)))
	closeNow(t, a)
	run := func(script string) error {
		out, err := exec.Command(python, "-c", script, path).CombinedOutput()
		if err != nil {
			t.Logf("%s", out)
		}
		return err
	}
	if err := run(`
import h5py, sys, numpy as np
f = h5py.File(sys.argv[1], "r+")
f.attrs["mine"] = "text"
g = f.create_group("notes/deep/er")
g.create_dataset("z", data=np.arange(1000.0), chunks=(100,), compression="gzip", shuffle=True)
g.create_dataset("s", data=["a", "b"], dtype=h5py.string_dtype())
f["notes"].attrs["name"] = "my notes"
f["soft"] = h5py.SoftLink("/notes")
f["out"] = h5py.ExternalLink("x.h5", "/y")
f["f"].attrs["more"] = np.arange(3)
`); err != nil {
		t.Fatal(err)
	}
	a = openURL(t, "hdf:"+path)
	if _, err := a.Compact(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	closeNow(t, a)
	if err := run(`
import h5py, sys, numpy as np
f = h5py.File(sys.argv[1], "r")
assert f.attrs["mine"] == "text" and f.attrs["format"]
assert f["notes"].attrs["name"] == "my notes"
z = f["notes/deep/er/z"]
assert (z[:] == np.arange(1000.0)).all() and z.chunks == (100,) and z.compression == "gzip" and z.shuffle
assert list(f["notes/deep/er/s"].asstr()) == ["a", "b"]
assert f.get("soft", getlink=True).path == "/notes" and f.get("out", getlink=True).filename == "x.h5"
assert list(f["f"].attrs["more"]) == [0, 1, 2]
`); err != nil {
		t.Error(err)
	}
}

// Deleting and putting again does not grow the file without bound: a process uses room
// again that it has freed itself, and Compact gives back what earlier ones have.
func TestReuse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := openURL(t, "hdf:"+path)
	const rounds = 8
	const n = 250
	var sizes []int64
	for round := range rounds {
		var all []*archive.Entry
		for i := range n {
			all = append(all, entry("f", i, vector(200, float64(round*n+i))))
		}
		if _, err := a.PutMany(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		remove(t, a, all[:n/2]...)
		if round == rounds/2 {
			closeNow(t, a)
			a = openURL(t, "hdf:"+path)
		}
		sizes = append(sizes, size(t, path))
	}
	r, err := a.Compact(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, a)
	t.Logf("%d entries put and half of them deleted, %d times: %v bytes, then %+v", n, rounds, sizes, r)
	if grown := r.Before; grown > 3*sizes[0]+2*r.After {
		t.Errorf("the file has grown to %d bytes; after the first time it had %d, compact %d", grown, sizes[0], r.After)
	}
}

// However a process dies that compacts a file, at whatever moment, the file is the old
// one or the new one, whole.
func TestCompactKilled(t *testing.T) {
	dir := t.TempDir()
	keep := sample()
	replaced := 0
	for i := range 12 {
		path := filepath.Join(dir, strconv.Itoa(i)+".h5")
		a := openURL(t, "hdf:"+path+"?sync=off")
		var gone []*archive.Entry
		for n := range 30 {
			gone = append(gone, entry("gone", n, vector(20_000, float64(n))))
		}
		put(t, a, gone...)
		put(t, a, keep...)
		remove(t, a, gone[:20]...)
		closeNow(t, a)
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		cmd := child(t, "compact", "hdf:"+path)
		_, lines := start(t, cmd)
		for range 1 + 12*i { // the steps it has taken, and in the end all
			if !lines.Scan() || strings.Contains(lines.Text(), "compacted") {
				break
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if after, err := os.Stat(path); err != nil {
			t.Fatal(err)
		} else if !os.SameFile(before, after) {
			replaced++
		}
		a = openURL(t, "hdf:"+path)
		for _, e := range append(gone[20:], keep...) {
			wantValue(t, a, e)
		}
		if n, err := a.Len(t.Context()); n != 10+len(keep) || err != nil {
			t.Errorf("killed after step %d: %d entries, %v", 1+12*i, n, err)
		}
		put(t, a, gone[0])
		closeNow(t, a)
		if left := leftovers(t, dir); len(left) > 0 {
			t.Errorf("killed after step %d: left behind: %v", 1+12*i, left)
		}
	}
	if replaced == 0 || replaced == 12 {
		t.Errorf("%d of 12 were killed after the new file had its name", replaced)
	}
	t.Logf("killed 12 times, %d of them when the new file had its name", replaced)
}

// A process that was idle while another compacted the file stores in the new file, or
// is told that it cannot.
func TestCompactBesideIdle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := openURL(t, "hdf:"+path)
	e, late := entry("f", 1, number(1)), entry("f", 2, number(2))
	put(t, a, e)
	cmd := child(t, "compact", "hdf:"+path)
	out, err := cmd.Output() // fails where the file is locked
	t.Logf("%v\n%s", err, out)
	_, putErr := a.PutMany(t.Context(), []*archive.Entry{late})
	closeErr := a.Close()
	a = openURL(t, "hdf:"+path)
	defer closeNow(t, a)
	wantValue(t, a, e)
	switch has, err := a.Has(t.Context(), "f", late.Key); {
	case err != nil:
		t.Error(err)
	case !has && putErr == nil && closeErr == nil:
		t.Error("what was put after the compaction is lost without an error")
	case has:
		wantValue(t, a, late)
	}
	t.Log(putErr, closeErr)
}

// TestCompactFullDisk compacts where the copy has no room: it says so, and leaves the
// archive as it was.
func TestCompactFullDisk(t *testing.T) {
	for name, o := range map[string]*hdfarchive.Options{"plain": nil, "chunked": {Compress: hdfarchive.CompressGzip, Fletcher32: true}} {
		t.Run(name, func(t *testing.T) {
			dir := smallDisk(t)
			fill, path := filepath.Join(dir, "fill"), filepath.Join(dir, "a.h5")
			a := opened(t, hdfarchive.Open, path, o)
			rng := rand.New(rand.NewPCG(1, 2))
			var all []*archive.Entry
			for n := range 20 {
				x := vector(20_000, 0)
				for i := range x.Data.([]float64) {
					x.Data.([]float64)[i] = rng.NormFloat64()
				}
				all = append(all, entry("f", n, x))
			}
			put(t, a, all...)
			closeNow(t, a)
			if err := os.WriteFile(fill, make([]byte, 3<<20), 0o666); err != nil {
				t.Fatal(err)
			}
			a = opened(t, hdfarchive.Open, path, o)
			handles := h5.Handles()
			_, err := a.Compact(t.Context(), nil)
			wantNoSpace(t, err)
			if n := h5.Handles(); n != handles {
				t.Errorf("%d handles are left open", n-handles)
			}
			for _, e := range all {
				wantValue(t, a, e)
			}
			if err := os.Remove(fill); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Compact(t.Context(), nil); err != nil {
				t.Error(err)
			}
			wantListed(t, a, "f", all...)
			closeNow(t, a)
			if left := leftovers(t, dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// What dead processes have left beside a file goes: of a compaction of it as soon as somebody
// may write to it, other files on their way when a file is made or compacted, and old enough.
func TestCompactLeftovers(t *testing.T) {
	dir := t.TempDir()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	dead := fmt.Sprintf(".klepto-tmp.%s.%d.", host, 1<<30)
	path := filepath.Join(dir, "a.h5")
	leave := func(age time.Duration, names ...string) {
		for _, name := range names {
			file, then := filepath.Join(dir, name), time.Now().Add(-age)
			if err := errors.Join(os.WriteFile(file, []byte("half"), 0o666), os.Chtimes(file, then, then)); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(what string, left ...string) {
		t.Helper()
		if got := leftovers(t, dir); !slices.Equal(got, left) {
			t.Errorf("after %s there are %q, want %q", what, got, left)
		}
	}
	of := func(file string) []string {
		return []string{".klepto-compact." + file, ".klepto-compact." + file + "-wal"}
	}
	closeNow(t, openURL(t, "hdf:"+path))
	if err := os.Symlink("a.h5", filepath.Join(dir, "link.h5")); err != nil {
		t.Fatal(err)
	}
	leave(0, of("a.h5")...)
	leave(0, of("other.h5")...)
	closeNow(t, openURL(t, "hdf:"+path+"?mode=r"))
	want("reading", append(of("a.h5"), of("other.h5")...)...)
	closeNow(t, openURL(t, "hdf:"+filepath.Join(dir, "link.h5")))
	want("opening by a link", of("other.h5")...)

	leave(time.Hour, dead+"1", dead+"1-wal")
	leave(time.Second, dead+"2")
	closeNow(t, openURL(t, "hdf:"+filepath.Join(dir, "new.h5")))
	want("making a file", append(of("other.h5"), dead+"2")...)

	leave(time.Hour, dead+"3")
	a := openURL(t, "hdf:"+path)
	leave(0, of("a.h5")...)
	if _, err := a.Compact(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	closeNow(t, a)
	want("compacting", append(of("other.h5"), dead+"2")...)
}

// Who compacts the file of somebody else, as root may, leaves it theirs.
func TestCompactOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := openURL(t, "hdf:"+path)
	const uid, gid, mode = 12345, 54321, 0o640
	if err := errors.Join(os.Chown(path, uid, gid), os.Chmod(path, mode)); err != nil {
		closeNow(t, a)
		t.Skipf("only root gives files away: %v", err)
	}
	if _, err := a.Compact(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	closeNow(t, a)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != uid || st.Gid != gid || info.Mode().Perm() != mode {
		t.Errorf("the file belongs to %d:%d with mode %v", st.Uid, st.Gid, info.Mode())
	}
}
