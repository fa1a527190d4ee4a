package crash_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A writer is killed at random moments and started again on the same file, several
// lives long. Nothing acknowledged may be lost, with any sync.
func TestKill(t *testing.T) {
	const lives = 4
	for _, s := range settings {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			rng := rng(t)
			for range max(1, short(36)/len(settings)/lives) {
				dir := t.TempDir()
				path := filepath.Join(dir, "a.h5")
				acked := -2
				for life := range lives {
					c := s.write(path, 20000)
					if life%2 == 1 { // with syncs that take no time it gets further
						shimmed(c)
					}
					out, err := c.StdoutPipe()
					if err != nil {
						t.Fatal(err)
					}
					if err := c.Start(); err != nil {
						t.Fatal(err)
					}
					moment := time.Duration(rng.IntN(150_000)) * time.Microsecond
					r := follow(out, func(line string) {
						if line == "ready" {
							time.AfterFunc(moment, func() { c.Process.Kill() })
						}
					})
					c.Wait() // killed: that is what it says
					if r.acked == -2 {
						t.Fatalf("life %d: %s", life, r.last)
					}
					acked = max(acked, r.acked)
					step := expect(t, verify(t, worker, s.group, path)[0], acked)
					if life == lives-1 {
						alone(t, path, step)
					}
				}
				os.RemoveAll(dir)
			}
		})
	}
}
