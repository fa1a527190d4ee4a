package hdfarchive_test

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klepto-go/klepto/hdfarchive"
	"github.com/klepto-go/klepto/hdfarchive/internal/h5"
)

// leakRounds bounds the time that TestLeaks takes: a round does some 33 operations.
var leakRounds = flag.Int("leak-rounds", 20, "how often TestLeaks does everything; with -long 30,000 times")

// held is what the process holds: objects of HDF5, descriptors, and pages of memory.
func held(t *testing.T) (handles, files, kib int) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc")
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	resident, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		t.Fatal(err)
	}
	return int(h5.Handles()), len(fds), resident * os.Getpagesize() >> 10
}

// TestLeaks does everything many times over and wants nothing left behind.
func TestLeaks(t *testing.T) {
	rounds := *leakRounds
	if *long && rounds == 20 {
		rounds = 30_000 // a million operations
	}
	for _, k := range kinds {
		t.Run(k.scheme, func(t *testing.T) {
			dir := t.TempDir()
			round := func(i int) {
				a := opened(t, k.open, filepath.Join(dir, "a"), &hdfarchive.Options{Sync: hdfarchive.SyncOff})
				for n := range 10 {
					e := entry("f", n, everything(n), "n", number(float64(n)), "s", text(strings.Repeat("x", 1+i%7)))
					put(t, a, e)
					wantValue(t, a, e)
				}
				for range a.List(t.Context()) {
				}
				if _, err := a.Get(t.Context(), "f", entry("f", 99, nil).Key); err == nil {
					t.Error("an entry that is not there")
				}
				if err := a.Put(t.Context(), entry("g", 1, array(1, []bool{}, 0, 1<<20))); err != nil {
					t.Error(err)
				}
				for n := range 10 {
					if err := a.Delete(t.Context(), "f", entry("f", n, nil).Key); err != nil {
						t.Error(err)
					}
				}
				if i%10 == 0 {
					if _, err := a.Compact(t.Context(), nil); err != nil {
						t.Error(err)
					}
				}
				closeNow(t, a)
				bad := filepath.Join(dir, "bad")
				if err := os.WriteFile(bad, []byte("\x89HDF\r\n\x1a\nnonsense"), 0o666); err != nil {
					t.Fatal(err)
				}
				if _, err := hdfarchive.Open(bad, nil); err == nil {
					t.Error("nonsense opens")
				}
			}
			for i := range 7 {
				round(i) // HDF5 keeps what it will need again
			}
			handles, files, kib := held(t)
			half := 0
			for i := range rounds {
				if i == rounds/2 {
					_, _, half = held(t)
				}
				round(i)
			}
			handles2, files2, kib2 := held(t)
			if handles2 != handles || files2 != files { // gonum keeps one of its own
				t.Errorf("%d objects of HDF5 and %d descriptors, before %d and %d", handles2, files2, handles, files)
			}
			if grown := kib2 - kib; grown > 32<<10 {
				t.Errorf("%d MiB of memory more after %d rounds", grown>>10, rounds)
			} else {
				t.Logf("%d objects, %d descriptors; %d KiB, %d halfway, %d after %d rounds", handles2, files2, kib, half, kib2, rounds)
			}
		})
	}
}
