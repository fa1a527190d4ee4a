package hdfarchive_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klepto-go/klepto/archive"
	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
	"github.com/klepto-go/klepto/value"
)

const streamTask = "KLEPTO_TEST_STREAM"

// streamer starts a process that streams slabs of 8 MiB into an archive, says so after
// each, and commits.
func streamer(t *testing.T, url string, slabs int) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStreamer$")
	cmd.Env = append(os.Environ(), streamTask+"="+strconv.Itoa(slabs)+" "+url)
	cmd.Stderr = os.Stderr
	return cmd
}

const slabLength = 1 << 20

// TestStreamer is what streamer starts. In the end it tells how far memory and journal
// have grown, in MiB.
func TestStreamer(t *testing.T) {
	count, url, ok := strings.Cut(os.Getenv(streamTask), " ")
	if !ok {
		t.Skip("runs in a process of its own")
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		t.Fatal(err)
	}
	a := openURL(t, url)
	_, path, _ := strings.Cut(strings.SplitN(url, "?", 2)[0], ":")
	_, _, before := held(t)
	most, journal := before, int64(0)
	look := func() {
		_, _, now := held(t)
		most = max(most, now)
		if st, err := os.Stat(path + h5.JournalSuffix); err == nil {
			journal = max(journal, st.Size())
		}
	}
	e := entry("stream", 1, structOf("n", number(float64(n)), "declared", slabs(value.Float64, n, slabLength/2), "growing", slabs(value.Float64, -1, slabLength/2)))
	w := create(t, a, e)
	for i := range n {
		slab := wave(i*slabLength, slabLength)
		add(t, w, "declared", slab[:slabLength/2])
		add(t, w, "growing", slab[slabLength/2:])
		look()
		fmt.Println("slab", i)
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	look()
	for e, err := range a.List(t.Context(), "stream") {
		if err != nil || e.Bytes != 8+8*slabLength*int64(n) {
			t.Errorf("listed %+v, %v", e, err)
		}
	}
	last, err := a.Slice(t.Context(), "stream", e.Key, "growing[-1, -3:]")
	if err != nil || !value.Equal(last, array(value.Float64, wave(n*slabLength-3, 3), 3)) {
		t.Errorf("the last elements are %v, %v", last, err)
	}
	look()
	closeNow(t, a)
	fmt.Println("grew", (most-before)>>10, journal>>20)
}

// TestStreamMemory streams more than the process may hold, and reads a part of it.
func TestStreamMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("short runs are those of the race detector, whose own memory counts")
	}
	n := 32 // 256 MiB
	if *long {
		n = 128
	}
	for _, params := range []string{"hdf:%s", "hdfdir:%s", "hdf:%s?compress=gzip&level=1"} {
		t.Run(strings.NewReplacer("%s", "", ":", "").Replace(params), func(t *testing.T) {
			out, err := streamer(t, fmt.Sprintf(params, filepath.Join(t.TempDir(), "a")), n).Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			memory, journal := -1, -1
			for line := range strings.Lines(string(out)) {
				fmt.Sscanf(line, "grew %d %d", &memory, &journal)
			}
			t.Logf("%d MiB in slabs of 8: memory grew by %d MiB, the journal to %d", 8*n, memory, journal)
			// Chunks that compress to less than 64 KiB go through the journal, which holds as much.
			if memory < 0 || memory > 100 || journal > 8 && !strings.Contains(params, "gzip") || journal > 80 {
				t.Errorf("%d MiB in slabs of 8: memory grew by %d MiB, the journal to %d", 8*n, memory, journal)
			}
		})
	}
}

// TestStreamKill kills processes that stream, while another puts entries, and wants those
// and nothing else in the archive.
func TestStreamKill(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			url := k.scheme + ":" + path
			a := opened(t, k.open, path, nil)
			var others []*archive.Entry
			for round := range 4 {
				cmd := streamer(t, url, 1000)
				_, lines := start(t, cmd)
				for i := 0; i < 1+round && lines.Scan(); i++ {
					e := entry("f", 10*round+i, vector(1000, float64(i)))
					put(t, a, e)
					others = append(others, e)
				}
				time.Sleep(time.Duration(7*round) * time.Millisecond) // at any place within a slab
				cmd.Process.Kill()
				_ = cmd.Wait() // it was killed
				put(t, a, entry("g", round, number(1)))
			}
			closeNow(t, a)
			if k.scheme == "hdf" && !hidden(t, path) {
				t.Error("the streams have left nothing: they were not killed within")
			}
			age(t, path)
			a = opened(t, k.open, path, nil)
			wantListed(t, a, "f", others...)
			for _, e := range others {
				wantValue(t, a, e)
			}
			if n, err := a.Len(t.Context(), "stream"); n != 0 || err != nil {
				t.Errorf("%d entries of the streams, %v", n, err)
			}
			if _, err := a.Verify(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if _, err := a.Compact(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if err := create(t, a, entry("f", 99, slabs(value.Float64, 1))).Abort(); err != nil {
				t.Error(err)
			}
			closeNow(t, a)
			if left, err := filepath.Glob(path + "-*"); err != nil || len(left) > 0 {
				t.Errorf("beside the archive are %v, %v", left, err)
			}
			if k.scheme == "hdf" && hidden(t, path) {
				t.Error("what the streams have left is still there")
			}
			size := int64(0)
			filepath.Walk(path, func(_ string, st os.FileInfo, err error) error {
				size += st.Size()
				return err
			})
			if size > 4<<20 {
				t.Errorf("the archive has %d bytes", size)
			}
		})
	}
}

// age makes what was left in a folder old enough to be removed.
func age(t *testing.T, path string) {
	t.Helper()
	temps, err := filepath.Glob(filepath.Join(path, "*", "*", ".klepto-tmp.*"))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, f := range temps {
		if err := os.Chtimes(f, old, old); err != nil {
			t.Error(err)
		}
	}
}

// TestStreamTurns has two processes stream into one file while this one puts entries.
func TestStreamTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	a := opened(t, hdfarchive.Open, path, nil)
	defer a.Close()
	var ends []<-chan error
	for range 2 {
		cmd := streamer(t, "hdf:"+path, 6)
		end := make(chan error, 1)
		go func() { end <- cmd.Run() }()
		ends = append(ends, end)
	}
	n := 0
	for _, end := range ends {
		for running := true; running; n++ {
			put(t, a, entry("f", n, vector(2000, float64(n))))
			select {
			case err := <-end:
				if err != nil {
					t.Fatal(err)
				}
				running = false
			case <-time.After(time.Millisecond):
			}
		}
	}
	t.Logf("%d entries beside two streams", n)
	for i := range n {
		wantValue(t, a, entry("f", i, vector(2000, float64(i))))
	}
	if p, err := a.Verify(t.Context(), nil); err != nil || p.Done != n+1 { // the streams are one entry
		t.Errorf("Verify = %+v, %v", p, err)
	}
}

// TestStreamFileLimit streams until the system takes no more; see TestFileLimit.
func TestStreamFileLimit(t *testing.T) {
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
			other := entry("f", 1, vector(1000, 1))
			put(t, a, other)
			lift := limitFiles(t, 30<<20)
			e := entry("f", 2, slabs(value.Float64, -1, slabLength))
			w := create(t, a, e)
			for range 10 {
				if err = archive.Append(t.Context(), w, "", wave(0, slabLength)); err != nil {
					break
				}
			}
			if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "make room") || errors.Is(err, archive.ErrCorrupt) {
				t.Errorf("at the limit: %v", err)
			}
			if err := w.Commit(t.Context()); !errors.Is(err, syscall.EFBIG) {
				t.Errorf("Commit at the limit: %v", err)
			}
			wantListed(t, a, "f", other)
			wantValue(t, a, other)
			put(t, a, entry("g", 1, vector(10_000, 1))) // what the stream had is free again
			lift()
			w = create(t, a, e)
			for range 5 {
				add(t, w, "", wave(0, slabLength))
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Error(err)
			}
			wantListed(t, a, "f", other, e)
			closeNow(t, a)
			if n := h5.Handles(); n != handles {
				t.Errorf("%d handles are left open", n-handles)
			}
			if k.scheme == "hdf" && hidden(t, path) {
				t.Error("the stream that failed is still there")
			}
		})
	}
}
