package crash_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The process dies inside every change it makes to its files, one after the other:
// in the middle of a write, before a sync, a cut, a new or a removed name. Then the
// recovery dies inside its own changes.
func TestCrashPoints(t *testing.T) {
	const steps = 112 // whole commits
	for _, s := range settings {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			rng := rng(t)
			dir := t.TempDir()
			count := filepath.Join(dir, "count")
			if r := run(t, shimmed(s.write(filepath.Join(dir, "a.h5"), steps), "COUNT="+count)); r.last != "closed" {
				t.Fatalf("%+v", r)
			}
			b, err := os.ReadFile(count)
			if err != nil {
				t.Fatal(err)
			}
			points, err := strconv.Atoi(string(b))
			if err != nil {
				t.Fatal(err)
			}
			n := min(points, max(1, short(48)/len(settings)))
			for i := range n {
				at := 1 + i*points/n + rng.IntN(max(1, points/n))
				path := filepath.Join(dir, fmt.Sprintf("%d.h5", at))
				r := run(t, shimmed(s.write(path, steps), fmt.Sprintf("CRASH_AT=%d", at)))
				if r.last == "closed" {
					continue
				}
				if _, err := os.Stat(path); os.IsNotExist(err) {
					continue // the first change is to make it
				}
				// Recovery dies as well, up to three times.
				for life := 1; life <= 3; life++ {
					v := shimmed(exec.Command(worker, "verify"), fmt.Sprintf("CRASH_AT=%d", life*(1+rng.IntN(4))))
					v.Stdin = strings.NewReader(path + " 0\n")
					v.Run() // dies, or finds nothing to do
				}
				found := verify(t, worker, s.group, path)[0]
				if unborn(path, r.acked) {
					continue
				}
				step := expect(t, found, r.acked)
				alone(t, path, step)
				if step == -2 || i%3 > 0 { // the worker fills only what it has made itself
					os.Remove(path)
					continue
				}
				// The next life goes on where this one ended.
				if r := run(t, shimmed(s.write(path, steps))); r.last != "closed" {
					t.Fatalf("point %d: goes on with %+v", at, r)
				}
				expect(t, verify(t, worker, 0, path)[0], steps-1)
				os.Remove(path)
			}
		})
	}
}
