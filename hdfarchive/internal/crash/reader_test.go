package crash_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/crash"
)

// hold opens a file with HDF5's own driver and returns how to let go of it. The
// reader must see the same from its first to its last moment.
func hold(t *testing.T, path string, step int) (release func()) {
	t.Helper()
	reader := exec.Command(worker, "hold", path)
	in, err := reader.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := reader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("holding\n"))
	if _, err := io.ReadFull(out, line); err != nil || string(line) != "holding\n" {
		t.Fatalf("the reader says %q, %v", line, err)
	}
	return func() {
		t.Helper()
		in.Close()
		rest, err := io.ReadAll(out)
		if want := fmt.Sprintf("ok %d\n", step); err != nil || string(rest) != want {
			t.Errorf("the reader saw %q, %v", rest, err)
		}
		if err := reader.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// A reader holds the file for as long as two writers live. The journal stays behind
// when they close the file, and the next open takes it up.
func TestLongReader(t *testing.T) {
	t.Parallel()
	s := setting{"full", 1, 64 << 10}
	path := filepath.Join(t.TempDir(), "a.h5")
	if r := run(t, shimmed(s.write(path, 40))); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	release := hold(t, path, 39)
	for _, steps := range []int{400, 440} {
		if r := run(t, shimmed(s.write(path, steps))); r.last != "closed" {
			t.Fatalf("%+v", r)
		}
		expect(t, verify(t, worker, 1, path)[0], steps-1)
	}
	release()
	alone(t, path, expect(t, verify(t, worker, 1, path)[0], 439))
}

// The writer dies, or the power fails, while a reader keeps the journal from being
// emptied and it is rewritten again and again.
func TestCrashUnderReader(t *testing.T) {
	t.Parallel()
	rng := rng(t)
	s := setting{"full", 1, 16 << 10}
	dir := t.TempDir()
	base := filepath.Join(dir, "base.h5")
	if r := run(t, shimmed(s.write(base, 40))); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	start := func() string {
		path := filepath.Join(t.TempDir(), "a.h5")
		if err := os.WriteFile(path, read(t, base), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for range max(8, *trials/10) {
		path := start()
		release := hold(t, path, 39)
		r := run(t, shimmed(s.write(path, 400), fmt.Sprintf("CRASH_AT=%d", 10+rng.IntN(800))))
		acked := max(39, r.acked)
		expect(t, verify(t, worker, 1, path)[0], acked)
		// Another writer goes on behind the same reader, and dies too.
		if r := run(t, shimmed(s.write(path, 400), fmt.Sprintf("CRASH_AT=%d", 10+rng.IntN(200)))); r.acked >= 0 {
			acked = r.acked
		}
		expect(t, verify(t, worker, 1, path)[0], acked)
		release()
		alone(t, path, expect(t, verify(t, worker, 1, path)[0], acked))
		os.Remove(path)
	}

	path := start()
	before := map[string][]byte{"a.h5": read(t, path)}
	release := hold(t, path, 39)
	log := filepath.Join(dir, "trace")
	if r := run(t, shimmed(s.write(path, 150), "TRACE="+log)); r.last != "closed" {
		t.Fatalf("%+v", r)
	}
	release()
	trace, err := crash.ReadTrace(log, before)
	if err != nil {
		t.Fatal(err)
	}
	disk := crash.NewDisk(trace)
	n := max(20, *trials/10)
	for i := range n {
		disk.Advance(1 + i*trace.Len()/n + rng.IntN(max(1, trace.Len()/n)))
		if !disk.Knows("a.h5") {
			continue
		}
		folder := t.TempDir()
		if err := disk.Cut(folder, rng); err != nil {
			t.Fatal(err)
		}
		cut := filepath.Join(folder, "a.h5")
		alone(t, cut, expect(t, verify(t, worker, 1, cut)[0], max(39, disk.Acked())))
		os.RemoveAll(folder)
	}
}
