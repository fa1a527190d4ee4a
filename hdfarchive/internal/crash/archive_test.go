package crash_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klepto-go/klepto/hdfarchive/internal/crash"
)

func sortedKeys(s state) []string { return slices.Sorted(maps.Keys(s)) }

// archives are the kinds and settings that whole archives are tested with.
var archives = []struct{ scheme, sync string }{
	{"hdf", "normal"}, {"hdf", "full"}, {"hdf", "off"}, {"hdfdir", "normal"}, {"hdfdir", "off"},
}

// writing is a process that performs the script on an archive; TestMain starts it.
func writing(url, writer string, from, to int) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), "KLEPTO_CRASH_WRITE="+strings.Join([]string{url, writer, strconv.Itoa(from), strconv.Itoa(to)}, "\n"))
	return c
}

// wantState reads an archive whose writer was stopped after it had said that step acked
// was done.
func wantState(t *testing.T, url, writer string, acked int) {
	t.Helper()
	s, err := stateOf(url, writer)
	if err == nil {
		err = s.fits(writer, acked, strings.HasPrefix(url, "hdfdir:"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Processes that write to one archive are killed at random moments and started again.
// Whatever one of them said was done is there, and nothing else.
func TestKillArchive(t *testing.T) {
	for _, k := range archives {
		for _, writers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s,%s,%d", k.scheme, k.sync, writers), func(t *testing.T) {
				t.Parallel()
				rng := rng(t)
				path := filepath.Join(t.TempDir(), "a.h5")
				url := k.scheme + ":" + path + "?sync=" + k.sync
				as := func(w int) string { // other writers care more, or less
					return k.scheme + ":" + path + "?sync=" + []string{k.sync, "off", "full"}[w]
				}
				acked := make([]int, writers)
				for w := range acked {
					acked[w] = -1
				}
				kills := 0
				for range max(2, short(0)/len(archives)/(1+writers)) {
					var ends []func() result
					for w := range writers {
						ends = append(ends, life(t, writing(as(w), name(w), acked[w]+1, 1_000_000), time.Duration(rng.IntN(400))*time.Millisecond))
					}
					for w, end := range ends {
						r := end()
						kills++
						if r.acked >= 0 {
							acked[w] = r.acked
						}
						if _, err := strconv.Atoi(r.last); err != nil && r.last != "ready" {
							t.Fatalf("writer %d says %q", w, r.last)
						}
					}
					for w := range writers {
						wantState(t, url, name(w), acked[w])
					}
				}
				t.Logf("%d kills, %d steps", kills, acked)
			})
		}
	}
}

func name(w int) string { return string(rune('a' + w)) }

// life starts a writer, and kills it a while after it is ready.
func life(t *testing.T, c *exec.Cmd, moment time.Duration) (end func() result) {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan result, 1)
	go func() {
		done <- follow(out, func(line string) {
			if line == "ready" {
				time.AfterFunc(moment, func() { c.Process.Kill() })
			}
		})
	}()
	return func() result {
		r := <-done
		c.Wait() // killed: that is what it says
		return r
	}
}

// A writer dies inside one of its changes to the files, and then the one that goes on.
func TestCrashPointsArchive(t *testing.T) {
	for _, k := range archives {
		t.Run(k.scheme+","+k.sync, func(t *testing.T) {
			t.Parallel()
			rng := rng(t)
			for range max(4, short(0)/len(archives)/3) {
				dir := t.TempDir()
				url := k.scheme + ":" + filepath.Join(dir, "a.h5") + "?sync=" + k.sync
				acked := -1
				for range 3 {
					r := run(t, shimmed(writing(url, "a", acked+1, acked+80), fmt.Sprintf("CRASH_AT=%d", 1+rng.IntN(300))))
					if r.acked > acked {
						acked = r.acked
					}
					wantState(t, url, "a", acked)
				}
				os.RemoveAll(dir)
			}
		})
	}
}

// The power fails at random moments of a traced life of an archive in one file.
func TestPowerCutArchive(t *testing.T) {
	for _, k := range archives {
		if k.scheme != "hdf" || k.sync == "off" {
			continue
		}
		t.Run(k.sync, func(t *testing.T) {
			t.Parallel()
			rng := rng(t)
			dir := t.TempDir()
			path, log := filepath.Join(dir, "a.h5"), filepath.Join(dir, "trace")
			url := "hdf:" + path + "?sync=" + k.sync
			if r := run(t, writing(url, "a", 0, 30)); r.last != "closed" {
				t.Fatalf("%+v", r)
			}
			before := map[string][]byte{"a.h5": read(t, path)}
			const to = 30 + 190
			if r := run(t, shimmed(writing(url, "a", 30, to), "TRACE="+log)); r.last != "closed" {
				t.Fatalf("%+v", r)
			}
			trace, err := crash.ReadTrace(log, before)
			if err != nil {
				t.Fatal(err)
			}
			disk := crash.NewDisk(trace)
			n := max(12, short(0)/2)
			for i := range n {
				disk.Advance(1 + i*trace.Len()/n + rng.IntN(max(1, trace.Len()/n)))
				if disk.Knows("a.h5") {
					cutArchive(t, disk, rng, k.sync == "full", to)
				}
			}
		})
	}
}

// cutArchive lets the power fail. With full sync all steps must be there that were done;
// without, the archive is as after some step.
func cutArchive(t *testing.T, disk *crash.Disk, rng *rand.Rand, full bool, to int) {
	t.Helper()
	folder := t.TempDir()
	defer os.RemoveAll(folder)
	if err := disk.Cut(folder, rng); err != nil {
		t.Fatal(err)
	}
	s, err := stateOf("hdf:"+filepath.Join(folder, "a.h5"), "a")
	if err != nil {
		t.Fatal(err)
	}
	least, last := 29, state{}
	if full {
		least = max(least, disk.Acked())
	}
	for i := range to {
		last.after("a", i)
		if i >= least && maps.Equal(s, last) {
			return
		}
	}
	t.Fatalf("no state after step %d or later", least)
}
