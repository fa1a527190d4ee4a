package crash_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The disk fills up at some byte: the writer is told so in words, and keeps what it
// had committed. With room again, the next one goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	rng := rng(t)
	for i := range max(12, *trials/20) {
		s := settings[i%len(settings)]
		path := filepath.Join(t.TempDir(), "a.h5")
		r := run(t, shimmed(s.write(path, 112), fmt.Sprintf("ROOM=%d", 20_000+rng.IntN(6_000_000))))
		if r.last == "closed" {
			t.Fatalf("%v: the disk was large enough: %+v", s, r)
		}
		// JOURNAL_ENOSPACE is 6. HDF5 may notice first, or the close.
		if !strings.Contains(r.last, ": 6 ") || !strings.Contains(r.last, "No space left on device") || !strings.Contains(r.last, "open") {
			t.Errorf("%v: the writer says %q", s, r.last)
		}
		if unborn(path, r.acked) {
			continue
		}
		step := expect(t, verify(t, worker, s.group, path)[0], r.acked)
		alone(t, path, step)
		if step == -2 {
			continue
		}
		if r := run(t, shimmed(s.write(path, 112))); r.last != "closed" {
			t.Errorf("%v: goes on with %+v", s, r)
		}
		expect(t, verify(t, worker, 0, path)[0], 111)
	}
}

// A sync fails: the commit is not acknowledged, nor any after it, and what was
// acknowledged before is there.
func TestFailingSync(t *testing.T) {
	t.Parallel()
	for _, s := range settings {
		if s.sync == "off" {
			continue
		}
		for _, at := range []int{1, 3, 6, 10, 20} {
			path := filepath.Join(t.TempDir(), "a.h5")
			r := run(t, shimmed(s.write(path, 112), fmt.Sprintf("FAIL_SYNC_AT=%d", at)))
			if r.last == "closed" {
				continue // it needs fewer syncs
			}
			if !strings.Contains(r.last, "Input/output error") {
				t.Errorf("%v: sync %d: the writer says %q", s, at, r.last)
			}
			if unborn(path, r.acked) {
				continue
			}
			found := verify(t, worker, s.group, path)[0]
			if unborn(path, r.acked) {
				continue
			}
			alone(t, path, expect(t, found, r.acked))
			os.Remove(path)
		}
	}
}
