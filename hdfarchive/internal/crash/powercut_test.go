package crash_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive/internal/crash"
)

// The power fails at random moments of a traced run, and of the recovery after it.
// With full sync nothing acknowledged may be lost; with normal sync the file must be
// as it was after some commit.
func TestPowerCut(t *testing.T) {
	for _, s := range settings {
		if s.sync == "off" {
			continue // promises nothing here
		}
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			rng := rng(t)
			dir := t.TempDir()
			path, log := filepath.Join(dir, "a.h5"), filepath.Join(dir, "trace")
			if r := run(t, shimmed(s.write(path, 176), "TRACE="+log)); r.last != "closed" {
				t.Fatalf("%+v", r)
			}
			trace, err := crash.ReadTrace(log, nil)
			if err != nil {
				t.Fatal(err)
			}
			disk := crash.NewDisk(trace)
			n := max(1, short(120)/(len(settings)-1))
			for i := range n {
				disk.Advance(1 + i*trace.Len()/n + rng.IntN(max(1, trace.Len()/n)))
				folder := t.TempDir()
				cut := filepath.Join(folder, "a.h5")
				if err := disk.Cut(folder, rng); err != nil {
					t.Fatal(err)
				}
				acked := -2
				if s.sync == "full" {
					acked = disk.Acked()
				}
				if i%4 == 0 {
					cutRecovery(t, folder, rng)
				}
				if unborn(cut, disk.Acked()) {
					continue
				}
				found := verify(t, worker, s.group, cut)[0]
				if unborn(cut, disk.Acked()) {
					continue
				}
				alone(t, cut, expect(t, found, acked))
				os.RemoveAll(folder)
			}
		})
	}
}

// cutRecovery opens the file in folder and lets the power fail meanwhile.
func cutRecovery(t *testing.T, folder string, rng *rand.Rand) {
	t.Helper()
	before := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(folder, "a.h5*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if before[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(folder, "trace")
	v := shimmed(exec.Command(worker, "verify"), "TRACE="+log)
	v.Stdin = strings.NewReader(filepath.Join(folder, "a.h5") + " 0\n")
	if err := v.Run(); err != nil {
		t.Fatal(err)
	}
	trace, err := crash.ReadTrace(log, before)
	if err != nil {
		t.Fatal(err)
	}
	disk := crash.NewDisk(trace)
	disk.Advance(rng.IntN(trace.Len() + 1))
	cut := t.TempDir()
	if err := disk.Cut(cut, rng); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(cut)
	for name, content := range before {
		b, err := os.ReadFile(filepath.Join(cut, name))
		if os.IsNotExist(err) && !disk.Knows(name) {
			b, err = content, nil // not looked at yet
		}
		switch path := filepath.Join(folder, name); {
		case os.IsNotExist(err):
			err = os.Remove(path)
			if os.IsNotExist(err) {
				err = nil
			}
		case err == nil:
			err = os.WriteFile(path, b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
