package hdfarchive_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

// smallDisk is a folder on a disk of 8 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func wantNoSpace(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") || errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("on a full disk: %v", err)
	}
}

// TestFullDisk fills the disk. What was stored stays readable, what does not fit is
// said, and the same archive goes on once there is room.
func TestFullDisk(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			dir := smallDisk(t)
			fill, path := filepath.Join(dir, "fill"), filepath.Join(dir, "a")
			if err := os.WriteFile(fill, make([]byte, 6<<20), 0o666); err != nil {
				t.Fatal(err)
			}
			handles := h5.Handles()
			a, err := k.open(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			var stored []*archive.Entry
			check := func(a *archive.Archive) {
				t.Helper()
				for _, e := range stored {
					wantValue(t, a, e)
				}
				wantListed(t, a, "f", stored...)
			}
			next := func() *archive.Entry { return entry("f", len(stored), vector(3000, float64(len(stored)))) }
			for err == nil {
				if e := next(); len(stored) < 1000 {
					if err = a.Put(t.Context(), e); err == nil {
						stored = append(stored, e)
					}
				}
			}
			t.Logf("%d entries: %v", len(stored), err)
			wantNoSpace(t, err)
			check(a)

			// Of many at once, one file stores all or none, and a folder what fits.
			more := make([]*archive.Entry, 100)
			for i := range more {
				more[i] = entry("f", len(stored)+i, vector(2500, float64(i)))
			}
			if err := os.Truncate(fill, 5<<20+1<<19); err != nil {
				t.Fatal(err)
			}
			n, err := a.PutMany(t.Context(), more)
			wantNoSpace(t, err)
			if dir := k.scheme == "hdfdir"; dir != (n > 0) || n >= len(more) {
				t.Errorf("%d of %d stored", n, len(more))
			}
			stored = append(stored, more[:n]...)
			check(a)
			r := opened(t, k.open, path, &hdfarchive.Options{Mode: hdfarchive.Read})
			check(r)
			closeNow(t, r)

			if err := os.Remove(fill); err != nil {
				t.Fatal(err)
			}
			e := next()
			put(t, a, e)
			stored = append(stored, e)
			if err := a.Sync(t.Context()); err != nil {
				t.Error(err)
			}
			check(a)
			closeNow(t, a)
			a = opened(t, k.open, path, nil)
			check(a)
			e = next()
			put(t, a, e)
			wantValue(t, a, e)
			closeNow(t, a)
			if n := h5.Handles(); n != handles {
				t.Errorf("%d handles are left open", n-handles)
			}
		})
	}
}

// TestFullDiskLetsGo wants no file to stay open of what a full disk did not take.
func TestFullDiskLetsGo(t *testing.T) {
	x := make([]float64, 50_000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	for _, k := range kinds {
		for i, v := range []value.Value{array(value.Float64, x, len(x)), text(strings.Repeat("x", 400_000)),
			structOf("u", array(value.Float64, x, len(x)), "s", text(strings.Repeat("x", 400_000)))} {
			a := opened(t, k.open, filepath.Join(smallDisk(t), "a"), &hdfarchive.Options{Compress: hdfarchive.CompressGzip, Fletcher32: true})
			var err error
			for n := 0; err == nil; n++ {
				err = a.Put(t.Context(), entry("f", n, v))
			}
			wantNoSpace(t, err)
			_ = a.Close() // there may be no room to empty the journal
			fds, err := os.ReadDir("/proc/self/fd")
			if err != nil {
				t.Skip("needs /proc")
			}
			for _, fd := range fds {
				if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); strings.Contains(to, t.Name()) {
					t.Errorf("%s, value %d: %s is left open", k.scheme, i, to)
				}
			}
		}
	}
}

// TestFullDiskClose closes and opens an archive while the disk is full.
func TestFullDiskClose(t *testing.T) {
	dir := smallDisk(t)
	fill, path := filepath.Join(dir, "fill"), filepath.Join(dir, "a")
	if err := os.WriteFile(fill, make([]byte, 7<<20), 0o666); err != nil {
		t.Fatal(err)
	}
	a, err := hdfarchive.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var stored []*archive.Entry
	for {
		e := entry("f", len(stored), vector(500, float64(len(stored))))
		if err := a.Put(t.Context(), e); err != nil {
			wantNoSpace(t, err)
			break
		}
		stored = append(stored, e)
	}
	if err := a.Close(); err != nil { // the journal may not fit into the file
		t.Log(err)
		wantNoSpace(t, err)
	}
	if a, err = hdfarchive.Open(path, nil); err == nil {
		closeNow(t, a)
	} else {
		t.Log(err)
		wantNoSpace(t, err)
	}
	for _, mode := range []hdfarchive.Mode{hdfarchive.Read, hdfarchive.Create} {
		if mode == hdfarchive.Create {
			if err := os.Remove(fill); err != nil {
				t.Fatal(err)
			}
		}
		a, err := hdfarchive.Open(path, &hdfarchive.Options{Mode: mode})
		if err != nil {
			t.Fatalf("mode %s: %v", mode, err)
		}
		for _, e := range stored {
			wantValue(t, a, e)
		}
		wantListed(t, a, "f", stored...)
		closeNow(t, a)
	}
}

// TestFailedOverwrite replaces an entry by one that the disk has no room for.
func TestFailedOverwrite(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(smallDisk(t), "a")
			a := opened(t, k.open, path, nil)
			old, other := entry("f", 1, vector(10, 1)), entry("f", 2, vector(10, 2))
			put(t, a, old, other)
			n, err := a.PutMany(t.Context(), []*archive.Entry{entry("f", 1, vector(2_000_000, 5))})
			wantNoSpace(t, err)
			if n != 0 {
				t.Errorf("stored %d", n)
			}
			wantValue(t, a, old)
			wantListed(t, a, "f", old, other)
			small := entry("f", 3, number(3)) // what did not fit is in nobody's way
			put(t, a, small)
			closeNow(t, a)
			a = opened(t, k.open, path, nil)
			for _, e := range []*archive.Entry{old, other, small} {
				wantValue(t, a, e)
			}
			closeNow(t, a)
		})
	}
}

// TestRefused has goroutines put entries that cannot be stored between others. Only
// those fail.
func TestRefused(t *testing.T) {
	path := made(t, 0)
	inFile(t, path, nil, func(root *h5.Group) error { // the name of a function, taken by a dataset of somebody else
		return root.Put("heat", &h5.Dataset{Type: h5.TextType(), Data: []byte("mine\x00")})
	})
	a := opened(t, hdfarchive.Open, path, nil)
	var wg sync.WaitGroup
	var good []*archive.Entry
	for i := range 40 {
		e := entry("f", 2+i, vector(20, float64(i)))
		if i%5 == 4 {
			e = entry("heat", i, number(1))
		} else {
			good = append(good, e)
		}
		wg.Go(func() {
			n, err := a.PutMany(t.Context(), []*archive.Entry{e})
			if bad := e.Call.Function == "heat"; bad != (err != nil) || bad != (n == 0) {
				t.Errorf("%s: stored %d, %v", e.Call.Function, n, err)
			}
		})
	}
	wg.Wait()
	closeNow(t, a)
	a = opened(t, hdfarchive.Open, path, nil)
	for _, e := range good {
		wantValue(t, a, e)
	}
	wantListed(t, a, "f", append([]*archive.Entry{entry("f", 1, nil)}, good...)...)
	closeNow(t, a)
}

// TestRecreated removes a file that is open, and makes another in its place.
func TestRecreated(t *testing.T) {
	path := made(t, 0)
	first, err := hdfarchive.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	put(t, first, entry("f", 2, number(2)))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if a, err := hdfarchive.Open(path, nil); !errors.Is(err, archive.ErrCorrupt) || !strings.Contains(err.Error(), "remove the journal") {
		t.Errorf("Open beside a journal without its file: %v, %v", a, err)
	}
	if err := os.Remove(path + h5.JournalSuffix); err != nil {
		t.Fatal(err)
	}
	b, c := opened(t, hdfarchive.Open, path, nil), opened(t, hdfarchive.Open, path, nil)
	e := entry("f", 3, number(3))
	put(t, b, e)
	wantListed(t, c, "f", e)
	wantListed(t, first, "f", entry("f", 1, nil), entry("f", 2, nil))
	closeNow(t, first)
	put(t, c, entry("f", 4, number(4)))
	closeNow(t, b)
	closeNow(t, c)
	a, err := hdfarchive.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantListed(t, a, "f", e, entry("f", 4, nil))
	closeNow(t, a)
}

// leaveJournal makes an archive of at least 20 entries by a process that dies.
func leaveJournal(t *testing.T, path string) {
	t.Helper()
	cmd := child(t, "fill", "hdf:"+path, "0", "100000", "1")
	for _, lines := start(t, cmd); lines.Scan() && lines.Text() != "stored 19"; {
	}
	cmd.Process.Kill()
	cmd.Wait()
	if st, err := os.Stat(path + h5.JournalSuffix); err != nil || st.Size() == 0 {
		t.Fatalf("no journal is left: %v", err)
	}
}

// wantLeft reads what leaveJournal made, in a place that cannot be written.
func wantLeft(t *testing.T, path string) {
	t.Helper()
	if url, err := archive.Probe(path); err != nil || url != "hdf:"+path {
		t.Errorf("Probe beside a journal = %q, %v", url, err)
	}
	a, err := hdfarchive.Open(path, &hdfarchive.Options{Mode: hdfarchive.Read})
	if err != nil {
		t.Errorf("reading beside a journal: %v", err)
		return
	}
	for n := range 20 {
		wantValue(t, a, entry("f", n, vector(50, float64(n))))
	}
	closeNow(t, a)
	if _, err := os.Stat(path + h5.JournalSuffix); err != nil {
		t.Error(err)
	}
}
